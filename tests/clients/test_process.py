"""The `keymill serve` process as scripts meet it: readiness, files, signals, restarts, refusals to start."""

import os
import re
import stat
import subprocess

import keymill
import pytest
import rawhttp
from aws import Clients, refused


@pytest.fixture
def start(tmp_path):
    """Starts servers on one data directory; ends what is left of them."""
    started = []

    def make(*arguments: str, data=None, **env: str) -> keymill.Server:
        running = keymill.Server(data or tmp_path / "data", *arguments, env=env)
        started.append(running)
        return running.start()

    yield make
    for running in started:
        running.cleanup()


def run(*arguments: str, **env: str) -> subprocess.CompletedProcess:
    return subprocess.run([keymill.binary(), *arguments], capture_output=True, text=True, timeout=30, check=False,
                          stdin=subprocess.DEVNULL, env=keymill.clean_environment(**env))


def test_the_readiness_line_and_the_ready_file_name_the_endpoint(start, tmp_path):
    server = start("--ready-file", str(tmp_path / "ready"))
    assert re.fullmatch(r"http://127\.0\.0\.1:[1-9]\d*", server.endpoint)
    assert (tmp_path / "ready").read_text().splitlines()[0] == server.endpoint
    assert [line for line in server.out if line.startswith("keymill ready ")] == server.out
    assert Clients(server.endpoint, server.access_key, server.secret_key).s3.list_buckets()["Buckets"] == []


def test_credentials_are_for_the_owners_eyes(start):
    server = start("--log-level", "debug")
    Clients(server.endpoint, server.access_key, server.secret_key).s3.list_buckets()
    file = server.data / "credentials"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE((server.data / "master.key").stat().st_mode) == 0o600
    server.stop()
    printed = "\n".join(server.out + server.log)
    assert str(file) in printed
    assert server.secret_key not in printed


def test_nothing_on_disk_holds_a_secret_in_clear(start, tmp_path):
    server = start()
    root = Clients(server.endpoint, server.access_key, server.secret_key)
    root.iam.create_user(UserName="u")
    secret = root.iam.create_access_key(UserName="u")["AccessKey"]["SecretAccessKey"]
    server.stop()
    files = [path for path in server.data.rglob("*") if path.is_file() and path.name != "credentials"]
    assert files
    for path in files:
        content = path.read_bytes()
        assert secret.encode() not in content, path
        assert server.secret_key.encode() not in content, path


def test_sigterm_ends_it_with_status_0_and_a_restart_finds_everything(start):
    server = start()
    root = Clients(server.endpoint, server.access_key, server.secret_key)
    root.s3.create_bucket(Bucket="kept")
    body = os.urandom(3_000_000)
    root.s3.put_object(Bucket="kept", Key="k", Body=body, Metadata={"a": "b"})
    root.iam.create_user(UserName="u")
    pair = root.iam.create_access_key(UserName="u")["AccessKey"]
    dead = root.iam.create_access_key(UserName="u")["AccessKey"]
    root.iam.update_access_key(UserName="u", AccessKeyId=dead["AccessKeyId"], Status="Inactive")
    assert server.stop() == 0
    again = start()
    assert (again.access_key, again.secret_key) == (server.access_key, server.secret_key)
    user = Clients(again.endpoint, pair["AccessKeyId"], pair["SecretAccessKey"])
    got = user.s3.get_object(Bucket="kept", Key="k")
    assert (got["Body"].read(), got["Metadata"]) == (body, {"a": "b"})
    with refused("InvalidAccessKeyId", 403):
        Clients(again.endpoint, dead["AccessKeyId"], dead["SecretAccessKey"]).s3.list_buckets()
    assert again.stop() == 0


def test_sigterm_lets_a_running_transfer_end(start):
    import threading
    import time

    server = start()
    root = Clients(server.endpoint, server.access_key, server.secret_key)
    root.s3.create_bucket(Bucket="bkt")
    body = os.urandom(2_000_000)
    signer = rawhttp.Signer(server.access_key, server.secret_key, server.host, server.port)
    whole = signer.request("PUT", "/bkt/slow", body)
    answer = []
    with rawhttp.Connection(server.host, server.port, 30) as connection:
        connection.send(whole[:1_000_000])
        stopping = threading.Thread(target=lambda: answer.append(server.stop()))
        time.sleep(0.2)
        stopping.start()
        time.sleep(0.5)
        connection.send(whole[1_000_000:])
        assert connection.read("PUT").status == 200
    stopping.join()
    assert answer == [0]
    again = start()
    root = Clients(again.endpoint, again.access_key, again.secret_key)
    assert root.s3.get_object(Bucket="bkt", Key="slow")["Body"].read() == body


def test_a_second_server_on_the_same_data_is_refused(start):
    server = start()
    second = run("serve", "--listen", "127.0.0.1:0", "--data", str(server.data))
    assert second.returncode != 0
    assert str(server.data) in second.stderr
    assert len(second.stderr.splitlines()) <= 3 and "what():" not in second.stderr
    assert Clients(server.endpoint, server.access_key, server.secret_key).s3.list_buckets()["Buckets"] == []


def test_an_address_in_use_is_a_clear_message(start, tmp_path):
    server = start()
    address = f"{server.host}:{server.port}"
    second = run("serve", "--listen", address, "--data", str(tmp_path / "other"))
    assert second.returncode != 0
    assert address in second.stderr and "what():" not in second.stderr


def test_the_wrong_master_key_is_refused_and_harms_nothing(start):
    server = start()
    root = Clients(server.endpoint, server.access_key, server.secret_key)
    root.s3.create_bucket(Bucket="kept")
    server.stop()
    key_file = server.data / "master.key"
    right = key_file.read_bytes()
    last = right.rstrip()[-1:]
    key_file.write_bytes(right.rstrip()[:-1] + (b"1" if last == b"0" else b"0") + right[len(right.rstrip()):])
    refusal = run("serve", "--listen", "127.0.0.1:0", "--data", str(server.data))
    assert refusal.returncode != 0
    assert "master" in refusal.stderr.lower() and "what():" not in refusal.stderr
    key_file.write_bytes(right)
    again = start()
    assert [b["Name"] for b in Clients(again.endpoint, again.access_key, again.secret_key).s3.list_buckets()["Buckets"]]


def test_root_credentials_from_the_environment(start):
    pair = {"KEYMILL_ROOT_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
            "KEYMILL_ROOT_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}
    server = start(**pair)
    root = Clients(server.endpoint, pair["KEYMILL_ROOT_ACCESS_KEY_ID"], pair["KEYMILL_ROOT_SECRET_ACCESS_KEY"])
    assert root.sts.get_caller_identity()["Arn"].endswith(":root")
    server.stop()
    assert pair["KEYMILL_ROOT_SECRET_ACCESS_KEY"] not in "\n".join(server.out + server.log)


def test_region_and_account_are_what_was_asked_for(start):
    server = start("--region", "eu-central-1", "--account-id", "210987654321")
    elsewhere = Clients(server.endpoint, server.access_key, server.secret_key, region="eu-central-1")
    elsewhere.s3.create_bucket(Bucket="bkt", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    assert elsewhere.s3.get_bucket_location(Bucket="bkt")["LocationConstraint"] == "eu-central-1"
    assert elsewhere.sts.get_caller_identity()["Account"] == "210987654321"
    with refused("AuthorizationHeaderMalformed", 400):
        Clients(server.endpoint, server.access_key, server.secret_key).s3.list_buckets()


def test_options_come_from_the_environment_too(tmp_path):
    server = keymill.Server(tmp_path / "data", env={"KEYMILL_REGION": "eu-west-2"}).start()
    try:
        there = Clients(server.endpoint, server.access_key, server.secret_key, region="eu-west-2")
        assert there.s3.list_buckets()["Buckets"] == []
    finally:
        server.cleanup()


def test_in_memory_leaves_no_files(tmp_path):
    process = subprocess.Popen(
        [keymill.binary(), "serve", "--listen", "127.0.0.1:0", "--in-memory"], cwd=tmp_path, text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        env=keymill.clean_environment(KEYMILL_ROOT_ACCESS_KEY_ID="AKIAIOSFODNN7EXAMPLE",
                                      KEYMILL_ROOT_SECRET_ACCESS_KEY="wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
    )
    try:
        endpoint = dict(word.split("=", 1) for word in process.stdout.readline().split() if "=" in word)["endpoint"]
        root = Clients(endpoint, "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
        root.s3.create_bucket(Bucket="bkt")
        body = os.urandom(3_000_000)
        root.s3.put_object(Bucket="bkt", Key="k", Body=body)
        assert root.s3.get_object(Bucket="bkt", Key="k")["Body"].read() == body
        process.terminate()
        assert process.wait(15) == 0
        assert list(tmp_path.iterdir()) == []
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def test_help_and_version():
    for arguments in (("--help",), ("serve", "--help")):
        answer = run(*arguments)
        assert answer.returncode == 0 and answer.stdout
    assert "--ready-file" in run("serve", "--help").stdout
    version = run("--version")
    assert version.returncode == 0 and re.search(r"\d+\.\d+\.\d+", version.stdout)


@pytest.mark.parametrize("arguments", [
    ("serve", "--no-such-option"), ("no-such-command",), (), ("serve", "--listen", "nonsense"),
    ("serve", "--in-memory", "--listen", "127.0.0.1:99999"), ("serve", "--in-memory", "--threads", "minus"),
    ("serve", "--in-memory", "--durability", "maybe"), ("serve", "--in-memory", "--account-id", "12"),
    ("serve", "--listen", "127.0.0.1:0", "--data", "/proc/nowhere"),
])
def test_mistakes_on_the_command_line_are_told_in_a_line(arguments):
    answer = run(*arguments)
    assert answer.returncode not in (0, -6, -11), answer
    assert answer.stderr and "what():" not in answer.stderr and "terminate called" not in answer.stderr


@pytest.mark.parametrize("by_flag", [True, False])
def test_default_rights_none_leaves_a_user_without_policies_without_rights(start, by_flag):
    flag, env = (["--default-rights", "none"], {}) if by_flag else ([], {"KEYMILL_DEFAULT_RIGHTS": "none"})
    server = start(*flag, **env)
    root = Clients(server.endpoint, server.access_key, server.secret_key)
    root.iam.create_user(UserName="u")
    key = root.iam.create_access_key(UserName="u")["AccessKey"]
    user = Clients(server.endpoint, key["AccessKeyId"], key["SecretAccessKey"])
    with refused("AccessDenied", 403) as caught:
        user.s3.create_bucket(Bucket="bucket")
    assert "because no identity-based policy allows the s3:CreateBucket action" in str(caught[0])
    with refused("AccessDenied", 403):
        user.iam.create_access_key()
    assert user.sts.get_caller_identity()["Arn"].endswith(":user/u")


def test_other_default_rights_are_refused():
    result = run("serve", "--default-rights", "all")
    assert result.returncode != 0
    assert "--default-rights" in result.stderr
