"""boto3 clients, and small helpers, for the tests."""

import contextlib
import functools
from dataclasses import dataclass

import boto3
import botocore
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

REGION = "us-east-1"

# Names that break careless servers: every one must come back as it was put.
ODD_KEYS = [
    "with space",
    "two  spaces",
    " leading and trailing ",
    "plus+plus",
    "a+b c%20d",
    "percent%",
    "percent%41",
    "%2F",
    "100%25",
    "unicode-äöü-ß",
    "日本語/キー",
    "emoji-\U0001f511",
    "nfc-\u00e9",
    "nfd-e\u0301",
    "../up",
    "a/../b",
    "a/./b",
    ".",
    "..",
    "a//b",
    "/leading",
    "//two",
    "trailing/",
    "slash/at/../end/",
    "question?mark",
    "hash#tag",
    "a&b=c;d",
    "semi;colon:colon",
    "quote'\"quote",
    "<xml>&amp;</xml>",
    "back\\slash",
    "tilde~star*paren()",
    "at@comma,dollar$",
    "[brackets]{braces}|pipe^caret`tick",
    "tab\tinside",
    "newline\ninside",
    "return\rinside",
    "k" * 1024,
    "é" * 512,
]


class Clients:
    """S3, IAM and STS for one access key, or a session with its token. Retries are off: a test wants the first answer."""

    def __init__(self, endpoint: str, access_key: str, secret_key: str, region: str = REGION,
                 token: str | None = None, *, verify=None, **config):
        self.endpoint, self.access_key, self.secret_key, self.token = endpoint, access_key, secret_key, token
        self._make = functools.partial(
            boto3.session.Session(access_key, secret_key, token, region_name=region).client, endpoint_url=endpoint,
            verify=verify
        )
        self._config = {"retries": {"total_max_attempts": 1}, "connect_timeout": 10, "read_timeout": 60, **config}

    def with_key(self, access_key: str, secret_key: str, token: str | None = None, **config) -> "Clients":
        """Clients of the same endpoint for another key; `config` as for a new one."""
        return Clients(self.endpoint, access_key, secret_key, token=token, **config)

    def unsigned(self, service: str = "s3"):
        """A client that does not sign."""
        return self._make(service, config=Config(**self._config, signature_version=botocore.UNSIGNED))

    @functools.cached_property
    def s3(self):
        return self._make("s3", config=Config(**self._config))

    @functools.cached_property
    def iam(self):
        return self._make("iam", config=Config(**self._config))

    @functools.cached_property
    def sts(self):
        return self._make("sts", config=Config(**self._config))


@dataclass(frozen=True)
class Transport:
    """Where a client finds the server, and the certificate it has to trust there ("" when it speaks plain HTTP)."""

    endpoint: str
    authority: str = ""

    @property
    def secure(self) -> bool:
        return self.endpoint.startswith("https:")

    @property
    def address(self) -> str:
        """host:port"""
        return self.endpoint.split("://", 1)[1]


@dataclass
class User:
    """An IAM user and the pair it signs with."""

    name: str
    access_key: str
    secret_key: str
    endpoint: str

    @functools.cached_property
    def clients(self) -> Clients:
        return Clients(self.endpoint, self.access_key, self.secret_key)

    def with_key(self, pair: dict) -> "User":
        """The same user signing with another pair (an `AccessKey` of CreateAccessKey)."""
        return User(self.name, pair["AccessKeyId"], pair["SecretAccessKey"], self.endpoint)


@contextlib.contextmanager
def refused(code: str, status: int | None = None):
    """The block must end in exactly this AWS error; yields a place where the error is put."""
    caught = []
    with pytest.raises(ClientError) as information:
        yield caught
    response = information.value.response
    assert response["Error"]["Code"] == code, response
    if status is not None:
        assert response["ResponseMetadata"]["HTTPStatusCode"] == status, response
    caught.append(information.value)


def message(error: list) -> str:
    """The text of what `refused` caught."""
    return error[0].response["Error"]["Message"]


def keys_in(s3, bucket: str, **arguments) -> list[str]:
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, **arguments)
    return [item["Key"] for page in pages for item in page.get("Contents", [])]


def empty_bucket(s3, bucket: str) -> None:
    keys = keys_in(s3, bucket)
    for start in range(0, len(keys), 1000):
        batch = [{"Key": key} for key in keys[start:start + 1000]]
        result = s3.delete_objects(Bucket=bucket, Delete={"Objects": batch, "Quiet": True})
        assert not result.get("Errors"), result["Errors"]
