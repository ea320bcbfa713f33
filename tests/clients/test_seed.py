"""`--seed`, `keymill seed` and `keymill export`, their effect seen by boto3."""

import json
import os
import pathlib
import subprocess

import keymill
import pytest
from aws import Clients, refused
from commands import Program

EXAMPLE = pathlib.Path(__file__).resolve().parents[1] / "data/seed/example.json"
APP = "AKIAEXAMPLEAPP000001", "app-secret-for-tests"
ROOT = "AKIASEEDTESTROOTAAAA", "seed-test-secret-of-root"


@pytest.fixture
def start():
    """Starts servers in memory, with the root key of these tests."""
    started = []

    def make(*arguments: str) -> keymill.Server:
        env = {"KEYMILL_ROOT_ACCESS_KEY_ID": ROOT[0], "KEYMILL_ROOT_SECRET_ACCESS_KEY": ROOT[1]}
        running = keymill.Server(None, "--in-memory", *arguments, env=env)
        started.append(running)
        return running.start()

    yield make
    for running in started:
        running.cleanup()


@pytest.fixture
def command(tmp_path):
    """The command line with the root user's credentials, for a server."""
    return lambda server: Program([os.path.abspath(keymill.binary())], tmp_path, AWS_ENDPOINT_URL=server.endpoint,
                                  AWS_ACCESS_KEY_ID=ROOT[0], AWS_SECRET_ACCESS_KEY=ROOT[1])


def test_a_seeded_key_works_from_the_first_request(start):
    server = start("--seed", str(EXAMPLE))
    app = Clients(server.endpoint, *APP)
    assert app.sts.get_caller_identity()["Arn"] == "arn:aws:iam::123456789012:user/services/app"
    hello = app.s3.get_object(Bucket="reports", Key="hello.txt")
    assert hello["Body"].read() == b"hello\n"
    assert (hello["ContentType"], hello["Metadata"]) == ("text/plain", {"author": "app"})
    assert app.s3.get_object(Bucket="reports", Key="pixel.gif")["Body"].read().startswith(b"GIF89a")
    assert app.s3.get_object(Bucket="reports", Key="2026/january.csv")["Body"].read() == b"day,total\n1,10\n2,12\n"
    with refused("AccessDenied", 403):
        app.s3.put_object(Bucket="reports", Key="hello.txt", Body=b"x")
    session = app.sts.assume_role(RoleArn="arn:aws:iam::123456789012:role/deploy", RoleSessionName="ci",
                                  DurationSeconds=7200)
    assert session["AssumedRoleUser"]["Arn"].endswith("assumed-role/deploy/ci")
    with refused("InvalidClientTokenId", 403):
        Clients(server.endpoint, "AKIAEXAMPLEAPP000002", "old-secret-for-tests").sts.get_caller_identity()


def test_a_seeded_key_can_be_rotated(start):
    app = Clients(start("--seed", str(EXAMPLE)).endpoint, *APP)
    app.iam.delete_access_key(UserName="app", AccessKeyId="AKIAEXAMPLEAPP000002")
    fresh = app.iam.create_access_key(UserName="app")["AccessKey"]
    app.iam.delete_access_key(UserName="app", AccessKeyId=APP[0])
    with refused("InvalidClientTokenId", 403):
        app.sts.get_caller_identity()
    assert [key["AccessKeyId"] for key in Clients(app.sts.meta.endpoint_url, fresh["AccessKeyId"], fresh["SecretAccessKey"])
            .iam.list_access_keys(UserName="app")["AccessKeyMetadata"]] == [fresh["AccessKeyId"]]


def test_the_command_seeds_a_running_server_files_included(start, command):
    server = start()
    keymill_at = command(server)
    assert keymill_at("seed", str(EXAMPLE)).text == "created 13, changed 1, unchanged 0\n"
    assert keymill_at("seed", str(EXAMPLE)).text == "created 0, changed 0, unchanged 14\n"
    app = Clients(server.endpoint, *APP)
    assert app.s3.get_object(Bucket="reports", Key="2026/january.csv")["Body"].read().startswith(b"day,total")
    assert len(app.s3.list_objects_v2(Bucket="reports")["Contents"]) == 3
    assert keymill_at("reset").text == "reset\n"
    with refused("InvalidClientTokenId", 403):
        app.sts.get_caller_identity()
    assert json.loads(keymill_at("seed", str(EXAMPLE), "--json").text) == {"created": 13, "changed": 1, "unchanged": 0}
    assert app.sts.get_caller_identity()["Account"] == "123456789012"


def test_an_export_makes_the_same_server_again(start, command, tmp_path):
    first = command(start("--seed", str(EXAMPLE)))
    exported = first("export", "--with-secrets", "--with-objects").text
    (tmp_path / "export.json").write_text(exported)
    second = start("--seed", str(tmp_path / "export.json"))
    assert command(second)("export", "--with-secrets", "--with-objects").text == exported
    assert Clients(second.endpoint, *APP).s3.get_object(Bucket="reports", Key="hello.txt")["Body"].read() == b"hello\n"
    plain = first("export").text
    assert "secret" not in plain and "hello.txt" not in plain
    assert json.loads(plain)["accounts"][0]["users"][0]["name"] == "app"


def test_what_is_wrong_is_said_with_its_line_and_nothing_listens(tmp_path, start, command):
    text = EXAMPLE.read_text().replace('"name": "app"', '"nmae": "app"')
    line = next(number for number, content in enumerate(text.splitlines(), 1) if "nmae" in content)
    wrong = tmp_path / "wrong.json"
    wrong.write_text(text)
    ended = subprocess.run([keymill.binary(), "serve", "--in-memory", "--listen", "127.0.0.1:0", "--seed", str(wrong)],
                           capture_output=True, text=True, timeout=30, check=False, env=keymill.clean_environment())
    assert ended.returncode == 1 and ended.stdout == ""
    assert f"{wrong}: line " in ended.stderr and f"line {line}, column 19: $.accounts[0].users[0].nmae: is not known here" in ended.stderr
    refusal = command(start()).fails("seed", str(wrong))
    assert refusal.status == 1 and "400 InvalidSeed: line " in refusal.err and f"line {line}, column 19" in refusal.err
    missing = subprocess.run([keymill.binary(), "serve", "--in-memory", "--listen", "127.0.0.1:0"], capture_output=True,
                             text=True, timeout=30, check=False,
                             env=keymill.clean_environment(KEYMILL_SEED=str(tmp_path / "none.json")))
    assert missing.returncode == 1 and "none.json: No such file" in missing.stderr
