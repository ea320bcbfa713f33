"""Ansible's amazon.aws collection: infrastructure as code that is applied, applied again without a change, and removed."""

import os
import pathlib
import re
import sys

import aws
import commands
import pytest
from aws import refused

PLAYBOOKS = pathlib.Path(__file__).parent / "ansible"
COLLECTIONS = pathlib.Path(sys.prefix) / "collections"  # tools/test puts amazon.aws there


@pytest.fixture
def play(server, unique, tmp_path):
    """play(NAME) runs a playbook as root by HTTPS; returns how many of its tasks changed something. play.names: its variables."""
    commands.need(COLLECTIONS.is_dir(), "amazon.aws collection", "tools/test ansible installs it")
    program = commands.Program(
        [str(pathlib.Path(sys.executable).parent / "ansible-playbook"), "-i", "localhost,", "-c", "local"], tmp_path,
        AWS_ENDPOINT_URL=server.tls_endpoint, AWS_CA_BUNDLE=server.authority, AWS_REGION="us-east-1",
        AWS_ACCESS_KEY_ID=server.access_key, AWS_SECRET_ACCESS_KEY=server.secret_key, ANSIBLE_COLLECTIONS_PATH=str(COLLECTIONS),
        ANSIBLE_PYTHON_INTERPRETER=sys.executable, ANSIBLE_DEPRECATION_WARNINGS="false", ANSIBLE_LOCALHOST_WARNING="false",
        ANSIBLE_HOME=str(tmp_path / "ansible"))
    names = {name: unique(f"ansible-{name}") for name in ("user", "role", "policy", "bucket")}
    names["key_file"] = str(tmp_path / "key")

    def run(name: str) -> int:
        done = program(PLAYBOOKS / f"{name}.yml", *(word for item in names.items() for word in ("-e", "=".join(item))))
        return int(re.search(r"changed=(\d+)", done.text)[1])

    run.names = names
    return run


def test_a_stack_comes_stays_rotates_its_key_and_goes(play, server, root):
    names = play.names
    assert play("create") == 5
    assert play("create") == 0

    user, bucket = root.iam.get_user(UserName=names["user"])["User"], names["bucket"]
    assert {"Key": "team", "Value": "blue"} in user["Tags"]
    attached = root.iam.list_attached_user_policies(UserName=names["user"])["AttachedPolicies"]
    assert [policy["PolicyName"] for policy in attached] == [names["policy"]]
    assert root.s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    assert root.s3.get_bucket_tagging(Bucket=bucket)["TagSet"] == [{"Key": "team", "Value": "blue"}]

    first, second = (root.iam.create_access_key(UserName=names["user"])["AccessKey"] for _ in range(2))
    assert play("key") == 2  # a third key, for which the oldest has to go
    with open(names["key_file"], encoding="ascii") as file:
        third = aws.Clients(server.endpoint, *file.read().split())
    with refused("InvalidAccessKeyId"):
        aws.Clients(server.endpoint, first["AccessKeyId"], first["SecretAccessKey"]).s3.list_objects_v2(Bucket=bucket)
    for clients in (third, aws.Clients(server.endpoint, second["AccessKeyId"], second["SecretAccessKey"])):
        clients.s3.put_object(Bucket=bucket, Key="open/k", Body=os.urandom(1000))
    with refused("AccessDenied"):  # by the bucket's policy
        third.s3.put_object(Bucket=bucket, Key="closed/k", Body=b"")
    with refused("AccessDenied"):  # by the user's
        third.iam.list_users()
    role = root.iam.get_role(RoleName=names["role"])["Role"]["Arn"]
    session = third.sts.assume_role(RoleArn=role, RoleSessionName="ansible")
    assert session["Credentials"]["AccessKeyId"].startswith("ASIA")
    assert len(root.s3.list_object_versions(Bucket=bucket)["Versions"]) == 2

    assert play("delete") == 5
    with refused("NoSuchEntity"):
        root.iam.get_user(UserName=names["user"])
    with refused("NoSuchBucket"):
        root.s3.list_objects_v2(Bucket=bucket)
