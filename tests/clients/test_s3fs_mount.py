"""s3fs: a bucket mounted as a file system, written and read by plain system calls."""

import contextlib
import hashlib
import os
import pathlib
import random
import subprocess

import commands
import pytest

MIB = 1024 * 1024
S3FS = commands.find("s3fs")
FUSERMOUNT = commands.find("fusermount") or commands.find("fusermount3")


@pytest.fixture
def mounted(transport, bucket, tmp_path):
    """Mounts the bucket with the given pair for the length of a `with` block; unmounting writes everything back."""
    assert S3FS and FUSERMOUNT, "s3fs is not installed: tools/setup --tests"
    commands.need(os.access("/dev/fuse", os.R_OK | os.W_OK), "/dev/fuse",
                  "this machine (a container without it?) mounts no file systems of user space")

    @contextlib.contextmanager
    def mount(user):
        folder, passwords = tmp_path / "mounted", tmp_path / f"passwd-{user.access_key}"
        folder.mkdir(exist_ok=True)
        passwords.write_text(f"{user.access_key}:{user.secret_key}\n")
        passwords.chmod(0o600)
        # s3fs looks for CURL_CA_BUNDLE when a first try has failed, so there has to be a second.
        options = f"url={transport.endpoint},use_path_request_style,endpoint=us-east-1,passwd_file={passwords},retries=2"
        trust = {"CURL_CA_BUNDLE": transport.authority} if transport.secure else {}
        run = commands.Program([S3FS, bucket, str(folder), "-o", options], tmp_path, **trust)
        run()
        try:
            if not os.path.ismount(folder):  # s3fs goes to the background before it asks for the bucket
                raise PermissionError(run.run("-f").out.decode())
            yield folder
        finally:
            if os.path.ismount(folder):
                subprocess.run([FUSERMOUNT, "-u", folder], check=True, timeout=60)

    return mount


def digest(path: pathlib.Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_files_written_renamed_and_read_back(mounted, root, user, bucket, tmp_path):
    shadow = tmp_path / "shadow"
    shadow.write_bytes(os.urandom(24 * MIB + 77))  # three parts of s3fs's 10 MiB
    with mounted(user) as folder:
        (folder / "dir ä").mkdir()
        (folder / "dir ä" / "written").write_bytes(shadow.read_bytes())
        (folder / "log").write_text("one\n")
        with open(folder / "log", "a", encoding="ascii") as log:
            log.write("two\n")
        (folder / "dir ä" / "written").rename(folder / "renamed")
        (folder / "gone").touch()
        (folder / "gone").unlink()
    assert root.s3.get_object(Bucket=bucket, Key="log")["Body"].read() == b"one\ntwo\n"
    whole = root.s3.get_object(Bucket=bucket, Key="renamed")["Body"].read()
    assert hashlib.sha256(whole).hexdigest() == digest(shadow)
    with mounted(user) as folder:  # a new process, with nothing cached
        assert sorted(entry.name for entry in folder.iterdir()) == ["dir ä", "log", "renamed"]
        assert digest(folder / "renamed") == digest(shadow)
        assert list((folder / "dir ä").iterdir()) == []


def test_writes_at_random_offsets(mounted, user, tmp_path):
    random_numbers = random.Random(5396)
    shadow = tmp_path / "shadow"
    shadow.write_bytes(os.urandom(26 * MIB))
    with mounted(user) as folder:
        (folder / "file").write_bytes(shadow.read_bytes())
    for _ in range(2):  # each time s3fs copies the parts that did not change on the server
        with mounted(user) as folder, open(folder / "file", "r+b") as there, open(shadow, "r+b") as here:
            for _ in range(12):
                offset, data = random_numbers.randrange(26 * MIB), random_numbers.randbytes(random_numbers.randrange(1, 9000))
                for file in (there, here):
                    file.seek(offset)
                    file.write(data)
        with mounted(user) as folder:
            assert digest(folder / "file") == digest(shadow)


def test_a_retired_key_mounts_nothing(mounted, root, user):
    with mounted(user) as folder:
        (folder / "k").write_text("v")
    new = user.with_key(root.iam.create_access_key(UserName=user.name)["AccessKey"])
    root.iam.update_access_key(UserName=user.name, AccessKeyId=user.access_key, Status="Inactive")
    with pytest.raises(PermissionError, match="(?i)invalid credentials|403"), mounted(user):
        pass
    with mounted(new) as folder:
        assert (folder / "k").read_text() == "v"
