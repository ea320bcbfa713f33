"""Acknowledged means on the disk. A killed process keeps what it gave the kernel, so the crash test cannot see a missing
fsync; this one can: under strace, every acknowledged change must have been preceded by a sync of a file of the store."""

import os
import pathlib
import re
import shutil
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "clients"))

import keymill  # noqa: E402
import rawhttp  # noqa: E402

STRACE = shutil.which("strace")


def can_trace() -> bool:
    if not STRACE:
        return False
    return subprocess.run([STRACE, "-o", "/dev/null", "true"], capture_output=True, check=False).returncode == 0


pytestmark = pytest.mark.skipif(not can_trace() or keymill.sanitized(), reason="no strace, or a sanitized build")


class Traced:
    """A server under strace and the list of what it has synced."""

    def __init__(self, folder: pathlib.Path, *arguments: str):
        self.trace = folder / "trace"
        wrapper = [STRACE, "-D", "-f", "-y", "-qq", "-o", str(self.trace), "-e", "trace=fsync,fdatasync,sync_file_range,msync"]
        self.server = keymill.Server(folder / "data", *arguments, wrapper=wrapper)
        self.server.start()
        self.signer = rawhttp.Signer(self.server.access_key, self.server.secret_key, self.server.host, self.server.port)

    def synced(self) -> list[str]:
        """The files synced so far, in order."""
        if not self.trace.exists():
            return []
        # RocksDB tries sync_file_range without a flag, which syncs nothing, on each file that it makes.
        trace = re.sub(r"sync_file_range\(\d+<[^>]+>, 0, 0, 0\)", "", self.trace.read_text())
        found = re.findall(r"(?:fsync|fdatasync|msync|sync_file_range)\(\d+<([^>]+)>", trace)
        return [name for name in found if str(self.server.data) in name]


@pytest.fixture
def traced(tmp_path):
    started = []

    def make(*arguments: str) -> Traced:
        started.append(Traced(tmp_path, *arguments))
        return started[-1]

    yield make
    for one in started:
        one.server.cleanup()


def changes(signer):
    """Changes of every kind, in an order in which they work; each yields its name and the answer."""
    yield "CreateBucket", signer.call("PUT", "/synced")
    for size in (0, 100, 64 * 1024, 70_000, 2_000_000, 8 * 1024 * 1024):
        yield f"PutObject of {size}", signer.call("PUT", f"/synced/k{size}", os.urandom(size))
    for size in (100, 2_000_000):
        source = {"x-amz-copy-source": f"/synced/k{size}"}
        yield f"CopyObject of {size}", signer.call("PUT", f"/synced/copy{size}", b"", source)
    yield "overwrite", signer.call("PUT", "/synced/k100", b"other")
    yield "DeleteObject", signer.call("DELETE", "/synced/k2000000")
    yield "CreateUser", signer.query("iam", "CreateUser", UserName="synced")
    created = signer.query("iam", "CreateAccessKey", UserName="synced")
    yield "CreateAccessKey", created
    key = created.error("AccessKeyId")
    yield "UpdateAccessKey", signer.query("iam", "UpdateAccessKey", UserName="synced", AccessKeyId=key, Status="Inactive")
    yield "DeleteAccessKey", signer.query("iam", "DeleteAccessKey", UserName="synced", AccessKeyId=key)
    yield "DeleteUser", signer.query("iam", "DeleteUser", UserName="synced")


def test_every_acknowledged_change_was_synced_first(traced):
    run = traced()
    before = len(run.synced())
    for name, answer in changes(run.signer):
        assert answer.status in (200, 204), (name, str(answer))
        synced = run.synced()
        assert len(synced) > before, f"{name} was acknowledged without a sync"
        before = len(synced)


def test_reads_sync_nothing(traced):
    run = traced()
    assert run.signer.call("PUT", "/synced").status == 200
    assert run.signer.call("PUT", "/synced/k", os.urandom(3_000_000)).status == 200
    before = len(run.synced())
    for _ in range(20):
        assert run.signer.call("GET", "/synced/k").status == 200
        assert run.signer.call("GET", "/synced?list-type=2").status == 200
    assert len(run.synced()) - before <= 2  # a compaction or a record of last use may fall in here


def test_durability_none_does_not_pay_for_syncs(traced):
    run = traced("--durability", "none")
    assert run.signer.call("PUT", "/synced").status == 200
    before = len(run.synced())
    for number in range(50):
        assert run.signer.call("PUT", f"/synced/{number}", b"x" * 1000).status == 200
    assert len(run.synced()) - before < 10


def test_durability_none_does_not_sync_large_bodies_either(traced):
    run = traced("--durability", "none")
    assert run.signer.call("PUT", "/synced").status == 200
    bodies = [os.urandom(size) for size in (1_100_000, 4_000_000, 9_000_000)]
    assert run.signer.call("PUT", "/synced/first", bodies[0]).status == 200  # makes the store of large bodies
    before = len(run.synced())
    for number, body in enumerate(bodies):
        assert run.signer.call("PUT", f"/synced/{number}", body).status == 200
    assert run.synced()[before:] == []
    for number, body in enumerate(bodies):
        assert run.signer.call("GET", f"/synced/{number}").body == body
