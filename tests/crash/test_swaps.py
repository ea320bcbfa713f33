"""A server killed (SIGKILL) in the middle of restoring a snapshot, or of a reset, comes back with the state from before or
with the one from after, and with nothing of the other."""

import hashlib
import os
import pathlib
import sys
import threading
import time

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "clients"))

import keymill  # noqa: E402
import rawhttp  # noqa: E402
from aws import Clients  # noqa: E402

KILLS = 6  # of each kind
MIB = 1 << 20


@pytest.fixture
def server(tmp_path):
    running = keymill.Server(tmp_path / "data", env={"KEYMILL_ROOT_ACCESS_KEY_ID": "AKIASWAPTESTROOTAAAA",
                                                     "KEYMILL_ROOT_SECRET_ACCESS_KEY": "swap-test-secret-of-root"})
    yield running.start()
    running.cleanup()


def root(server):
    return Clients(server.endpoint, server.access_key, server.secret_key)


def control(server, method: str, path: str, body: bytes = b"") -> int:
    signer = rawhttp.Signer(server.access_key, server.secret_key, server.host, server.port)
    return signer.call(method, "/_keymill/v1" + path, body, service="keymill").status


def fill(server, name: str) -> None:
    """Users with keys, and bodies of every kind of storage: in records, in rows, in files."""
    clients = root(server)
    for number in range(3):
        user = f"{name}-{number}"
        clients.iam.create_user(UserName=user)
        clients.iam.create_access_key(UserName=user)
    clients.s3.create_bucket(Bucket=f"bucket-{name}")
    for size in (10, 20_000, 300_000, 3 * MIB):
        clients.s3.put_object(Bucket=f"bucket-{name}", Key=f"k{size}", Body=os.urandom(size))


def state(server) -> dict:
    """Everything that a client can see, bodies read to the end."""
    clients = root(server)
    seen = {}
    for user in clients.iam.list_users()["Users"]:
        keys = clients.iam.list_access_keys(UserName=user["UserName"])["AccessKeyMetadata"]
        seen[user["UserName"]] = sorted(key["AccessKeyId"] for key in keys)
    for bucket in clients.s3.list_buckets()["Buckets"]:
        for listed in clients.s3.list_objects_v2(Bucket=bucket["Name"]).get("Contents", []):
            body = clients.s3.get_object(Bucket=bucket["Name"], Key=listed["Key"])["Body"].read()
            assert f'"{hashlib.md5(body).hexdigest()}"' == listed["ETag"]
            seen[f"{bucket['Name']}/{listed['Key']}"] = listed["ETag"]
    return seen


def killed_during(server, path: str, delay: float) -> bool:
    """Asks for the swap and kills the server so many seconds later. True if the swap was acknowledged before."""
    answers = []

    def ask():
        try:
            answers.append(control(server, "POST", path))
        except (rawhttp.Closed, OSError):
            pass  # it died first

    asking = threading.Thread(target=ask)
    asking.start()
    time.sleep(delay)
    server.process.kill()
    asking.join(30)
    server.kill()
    return answers == [200]


def swap_and_kill(server, path: str, before: dict, after: dict, back: str) -> None:
    began = time.monotonic()
    assert control(server, "POST", path) == 200
    usual = time.monotonic() - began
    assert state(server) == after
    for number in range(KILLS):
        assert control(server, "POST", back) == 200
        assert state(server) == before
        acknowledged = killed_during(server, path, usual * 1.5 * number / (KILLS - 1))
        server.start()
        found = state(server)
        assert found == after or (found == before and not acknowledged), (path, number, acknowledged)
        fill(server, "later")  # it is not only there: it works
        assert len(state(server)) == len(found) + 7


def test_a_kill_during_a_restore_leaves_the_one_state_or_the_other(server):
    fill(server, "one")
    one = state(server)
    assert control(server, "POST", "/snapshots", b'{"name": "one"}') == 201
    assert control(server, "POST", "/reset") == 200
    fill(server, "two")
    two = state(server)
    assert control(server, "POST", "/snapshots", b'{"name": "two"}') == 201
    swap_and_kill(server, "/snapshots/one/restore", two, one, "/snapshots/two/restore")


def test_a_kill_during_a_reset_leaves_all_or_nothing(server):
    fill(server, "all")
    everything = state(server)
    assert control(server, "POST", "/snapshots", b'{"name": "all"}') == 201
    swap_and_kill(server, "/reset", everything, {}, "/snapshots/all/restore")
