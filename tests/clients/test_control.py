"""`keymill snapshot`, `reset` and `accounts` against a server of their own, their effect seen by boto3."""

import configparser
import json
import os

import keymill
import pytest
from aws import Clients, refused
from commands import Program


@pytest.fixture
def own_server():
    running = keymill.Server(None, "--in-memory")
    running.access_key, running.secret_key = "AKIACONTROLTESTAAAAA", "control-test-secret-of-root"
    running.env = {
        "KEYMILL_ROOT_ACCESS_KEY_ID": running.access_key,
        "KEYMILL_ROOT_SECRET_ACCESS_KEY": running.secret_key,
    }
    yield running.start()
    running.cleanup()


@pytest.fixture
def command(own_server, tmp_path):
    """The command line with the root user's credentials and the endpoint in its environment."""
    return Program([os.path.abspath(keymill.binary())], tmp_path, AWS_ENDPOINT_URL=own_server.endpoint,
                   AWS_ACCESS_KEY_ID=own_server.access_key, AWS_SECRET_ACCESS_KEY=own_server.secret_key)


@pytest.fixture
def clients(own_server):
    return Clients(own_server.endpoint, own_server.access_key, own_server.secret_key)


def users(clients):
    return [user["UserName"] for user in clients.iam.list_users()["Users"]]


def test_a_restored_snapshot_has_what_was_saved_and_nothing_later(command, clients, own_server):
    clients.iam.create_user(UserName="before")
    key = clients.iam.create_access_key(UserName="before")["AccessKey"]
    clients.s3.create_bucket(Bucket="bucket")
    clients.s3.put_object(Bucket="bucket", Key="k", Body=b"saved")
    assert command("snapshot", "save", "base").text == "saved base\n"

    clients.s3.put_object(Bucket="bucket", Key="k", Body=b"changed")
    clients.iam.create_user(UserName="after")
    clients.iam.delete_access_key(UserName="before", AccessKeyId=key["AccessKeyId"])
    assert command("snapshot", "restore", "base").text == "restored base\n"

    assert clients.s3.get_object(Bucket="bucket", Key="k")["Body"].read() == b"saved"
    assert users(clients) == ["before"]
    revived = Clients(own_server.endpoint, key["AccessKeyId"], key["SecretAccessKey"])
    assert revived.sts.get_caller_identity()["Arn"].endswith(":user/before")


def test_snapshots_are_listed_replaced_and_deleted(command, clients):
    assert command("snapshot", "list").text == ""
    command("snapshot", "save", "one")
    command("snapshot", "save", "two")
    again = command.fails("snapshot", "save", "one")
    assert again.status == 1 and "409 SnapshotAlreadyExists" in again.err and "replace" in again.err
    clients.iam.create_user(UserName="late")
    command("snapshot", "save", "one", "--replace")
    listed = json.loads(command("snapshot", "list", "--json").text)["snapshots"]
    assert sorted(snapshot["name"] for snapshot in listed) == ["one", "two"]
    assert sorted(line.split()[1] for line in command("snapshot", "list").text.splitlines()) == ["one", "two"]

    command("snapshot", "restore", "two")
    assert users(clients) == []
    command("snapshot", "restore", "one")
    assert users(clients) == ["late"]
    command("snapshot", "delete", "two")
    assert "404 NoSuchSnapshot" in command.fails("snapshot", "restore", "two").err
    assert "404 NoSuchSnapshot" in command.fails("snapshot", "delete", "../one").err


def test_a_reset_leaves_the_root_key_only(command, clients):
    clients.iam.create_user(UserName="u")
    clients.s3.create_bucket(Bucket="bucket")
    assert command("reset").text == "reset\n"
    assert users(clients) == []
    assert clients.s3.list_buckets()["Buckets"] == []


def test_an_account_is_created_used_and_deleted(command, clients, own_server):
    printed = configparser.ConfigParser(interpolation=None)
    printed.read_string(command("accounts", "create", "--account-id", "210987654321", "--name", "tests").text)
    profile = printed["keymill-210987654321"]
    tenant = Clients(own_server.endpoint, profile["aws_access_key_id"], profile["aws_secret_access_key"])
    assert tenant.sts.get_caller_identity()["Arn"] == "arn:aws:iam::210987654321:root"
    tenant.iam.create_user(UserName="theirs")
    assert users(clients) == []

    assert f"210987654321 {profile['aws_access_key_id']}  tests" in command("accounts", "list").text.splitlines()
    listed = json.loads(command("accounts", "list", "--json").text)["accounts"]
    assert {account["account_id"] for account in listed} == {"123456789012", "210987654321"}
    assert "409 AccountNotEmpty" in command.fails("accounts", "delete", "210987654321").err
    assert json.loads(command("accounts", "delete", "210987654321", "--force", "--json").text) == {}
    with refused("InvalidClientTokenId", 403):
        tenant.sts.get_caller_identity()


def test_an_accounts_root_key_may_be_chosen(command, own_server):
    made = json.loads(command("accounts", "create", "--new-access-key", "AKIDCHOSENBYTHETEST", "--new-secret", "chosen",
                              "--json").text)
    tenant = Clients(own_server.endpoint, "AKIDCHOSENBYTHETEST", "chosen")
    assert tenant.sts.get_caller_identity()["Account"] == made["account"]["account_id"]
    assert command.run("accounts", "create", "--new-access-key", "AKIDCHOSENBYTHETEST").status == 2


def test_what_is_refused_is_said_and_has_a_status(command, own_server):
    wrong = command.fails("reset", "--access-key", own_server.access_key, "--secret", "wrong")
    assert wrong.status == 1 and "403 SignatureDoesNotMatch" in wrong.err
    refused_json = command.fails("snapshot", "save", "no/name", "--json")
    assert json.loads(refused_json.text)["error"]["path"] == "$.name"
    nobody = command.fails("reset", "--endpoint-url", "http://127.0.0.1:1")
    assert nobody.status == 1 and "http://127.0.0.1:1" in nobody.err
    assert "http://HOST:PORT" in command.fails("reset", "--endpoint-url", "nonsense").err
    assert command.run("snapshot", "save").status == 2
    assert command.run("snapshot").status == 2
