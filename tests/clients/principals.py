"""Accounts, users, roles and sessions for the tests of access decisions, and the policies that they are given."""

import functools
import itertools
import json
import secrets
import time
import urllib.request
from dataclasses import dataclass

import aws
from botocore.exceptions import ClientError

_numbers = itertools.count(1)


def unique(stem: str) -> str:
    """A name nobody else uses, fit for buckets, users and roles."""
    return f"{stem}-{next(_numbers)}-{secrets.token_hex(3)}"


def statement(effect: str, action, resource, principal=None, **more) -> dict:
    out = {"Effect": effect, "Action": action, "Resource": resource, **more}
    if principal is not None:
        out["Principal"] = principal
    return out


def allow(action, resource="*", **more) -> dict:
    """Keywords are further elements: Principal, Condition, …"""
    return statement("Allow", action, resource, **more)


def deny(action, resource="*", **more) -> dict:
    return statement("Deny", action, resource, **more)


def policy(*statements) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def to(*arns: str) -> dict:
    """A Principal element."""
    return {"AWS": list(arns)}


def bucket_arn(name: str) -> str:
    return f"arn:aws:s3:::{name}"


def objects(name: str) -> str:
    return f"arn:aws:s3:::{name}/*"


@dataclass
class Principal:
    """Somebody who signs: a user, or a session."""

    arn: str
    id: str
    clients: aws.Clients
    name: str = ""

    @property
    def s3(self):
        return self.clients.s3

    @property
    def iam(self):
        return self.clients.iam

    @property
    def sts(self):
        return self.clients.sts

    def _session(self, answer: dict, arn: str, unique_id: str) -> "Principal":
        made = answer["Credentials"]
        clients = self.clients.with_key(made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"])
        return Principal(arn, unique_id, clients)

    def assume(self, role_arn: str, *statements, name: str = "session", **more) -> "Principal":
        """A session of the role; with statements, limited by a session policy."""
        if statements:
            more["Policy"] = policy(*statements)
        answer = self.sts.assume_role(RoleArn=role_arn, RoleSessionName=name, **more)
        user = answer["AssumedRoleUser"]
        return self._session(answer, user["Arn"], user["AssumedRoleId"])

    def federate(self, *statements, name: str = "fed", **more) -> "Principal":
        if statements:
            more["Policy"] = policy(*statements)
        answer = self.sts.get_federation_token(Name=name, **more)
        user = answer["FederatedUser"]
        return self._session(answer, user["Arn"], user["FederatedUserId"])

    def session(self) -> "Principal":
        return self._session(self.sts.get_session_token(), self.arn, self.id)


class Account:
    """An AWS account and what a test makes in it."""

    def __init__(self, account_id: str, clients: aws.Clients, canonical_id: str = ""):
        self.id = account_id
        self.root = Principal(f"arn:aws:iam::{account_id}:root", account_id, clients)
        self._canonical_id = canonical_id

    @functools.cached_property
    def canonical_id(self) -> str:
        return self._canonical_id or self.root.s3.list_buckets()["Owner"]["ID"]

    def managed(self, *statements) -> str:
        made = self.root.iam.create_policy(PolicyName=unique("policy"), PolicyDocument=policy(*statements))
        return made["Policy"]["Arn"]

    def user(self, *statements, boundary=None, tags=None, name=None) -> Principal:
        """`boundary`: one statement, of a managed policy made for it."""
        more = {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]} if tags else {}
        if boundary is not None:
            more["PermissionsBoundary"] = self.managed(boundary)
        name = name or unique("user")
        user = self.root.iam.create_user(UserName=name, **more)["User"]
        if statements:
            self.root.iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=policy(*statements))
        pair = self.root.iam.create_access_key(UserName=name)["AccessKey"]
        clients = self.root.clients.with_key(pair["AccessKeyId"], pair["SecretAccessKey"])
        return Principal(user["Arn"], user["UserId"], clients, name)

    def role(self, *statements, trust: dict | None = None, boundary=None, tags=None) -> str:
        """The ARN of a role that the account itself may assume, or the principal that `trust` names."""
        more = {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]} if tags else {}
        if boundary is not None:
            more["PermissionsBoundary"] = self.managed(boundary)
        trusted = {"Effect": "Allow", "Action": ["sts:AssumeRole", "sts:TagSession"], "Principal": trust or to(self.id)}
        name = unique("role")
        made = self.root.iam.create_role(RoleName=name, AssumeRolePolicyDocument=policy(trusted), **more)
        if statements:
            self.root.iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=policy(*statements))
        return made["Role"]["Arn"]

    def bucket(self, *keys: str, **more) -> str:
        """A new bucket in which each key holds its own name."""
        name = unique("bucket")
        self.root.s3.create_bucket(Bucket=name, **more)
        for key in keys:
            self.root.s3.put_object(Bucket=name, Key=key, Body=key.encode())
        return name

    def set_policy(self, bucket: str, *statements) -> None:
        self.root.s3.put_bucket_policy(Bucket=bucket, Policy=policy(*statements))

    def open(self, bucket: str) -> None:
        """No public access block any more."""
        self.root.s3.delete_public_access_block(Bucket=bucket)


class Server:
    """A server whose users start without rights, and its accounts."""

    def __init__(self, running):
        self.running = running
        self.home = Account("123456789012", aws.Clients(running.endpoint, running.access_key, running.secret_key))

    def over_tls(self, clients: aws.Clients) -> aws.Clients:
        """The same clients by HTTPS."""
        fields = dict(word.split("=", 1) for word in self.running.out[-1].split() if "=" in word)
        return aws.Clients(fields["tls_endpoint"], clients.access_key, clients.secret_key, token=clients.token,
                           verify=fields["ca"])

    def account(self) -> Account:
        """A new account; the server takes control requests unsigned."""
        request = urllib.request.Request(self.running.endpoint + "/_keymill/v1/accounts", data=b"{}", method="POST",
                                         headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            made = json.load(answer)
        key = made["access_key"]
        clients = aws.Clients(self.running.endpoint, key["access_key_id"], key["secret_access_key"])
        return Account(made["account"]["account_id"], clients, made["account"]["canonical_user_id"])


def may(call, *arguments, **parameters) -> bool:
    """Whether the call succeeds; False for AccessDenied and for the bare 403 of a HEAD, any other error is raised."""
    try:
        call(*arguments, **parameters)
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("AccessDenied", "403"):
            raise
        return False
    return True


def reads(who: Principal, bucket: str, key: str = "k") -> bool:
    return may(who.s3.get_object, Bucket=bucket, Key=key)


def writes(who: Principal, bucket: str, key: str = "k", **more) -> bool:
    return may(who.s3.put_object, Bucket=bucket, Key=key, Body=b"v", **more)


def lists(who: Principal, bucket: str, **more) -> bool:
    return may(who.s3.list_objects_v2, Bucket=bucket, **more)


def refusal(call, *arguments, **parameters) -> str:
    """The message of the AccessDenied that the call must end in."""
    with aws.refused("AccessDenied", 403) as caught:
        call(*arguments, **parameters)
    return caught[0].response["Error"]["Message"]


def wait_for_the_next_second() -> None:
    time.sleep(1.01 - time.time() % 1)
