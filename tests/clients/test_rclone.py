"""rclone: copies, listings, checks, and what it says when its key is retired under it."""

import hashlib
import json
import os

import commands
import pytest
import trees

MIB = 1024 * 1024
RCLONE = commands.find("rclone")


@pytest.fixture
def rclone(transport, tmp_path):
    """Makes an `rclone` whose remote `km:` signs with the given pair."""
    assert RCLONE, "rclone is not installed: tools/setup --tests"

    def make(user, **settings: str) -> commands.Program:
        remote = {
            "TYPE": "s3", "PROVIDER": "Other", "ENDPOINT": transport.endpoint, "REGION": "us-east-1",
            "ACCESS_KEY_ID": user.access_key, "SECRET_ACCESS_KEY": user.secret_key, "FORCE_PATH_STYLE": "true",
            "UPLOAD_CUTOFF": "64Mi",  # one PutObject up to there
        } | settings
        environment = {f"RCLONE_CONFIG_KM_{name}": value for name, value in remote.items()}
        environment |= {"RCLONE_CONFIG": str(tmp_path / "none.conf"), "RCLONE_RETRIES": "1",
                        "RCLONE_LOW_LEVEL_RETRIES": "1"}
        if transport.secure:
            environment["RCLONE_CA_CERT"] = transport.authority
        (tmp_path / "none.conf").touch()
        return commands.Program([RCLONE], tmp_path, **environment)

    return make


def test_objects(rclone, user, unique, tmp_path):
    run, bucket = rclone(user), unique("rclone")
    source = tmp_path / "source"
    (source / "dir ä+ü").mkdir(parents=True)
    (source / "big.bin").write_bytes(os.urandom(8 * MIB))
    (source / "empty").touch()
    (source / "dir ä+ü" / "per%41cent & co").write_text("odd")
    run("mkdir", f"km:{bucket}")
    assert bucket in [entry["Path"] for entry in json.loads(run("lsjson", "km:").text)]
    run("copy", source, f"km:{bucket}/tree")
    run("check", "--download", source, f"km:{bucket}/tree")
    run("check", source, f"km:{bucket}/tree")  # by MD5
    names = [entry["Path"] for entry in json.loads(run("lsjson", "-R", "--files-only", f"km:{bucket}/tree").text)]
    assert sorted(names) == ["big.bin", "dir ä+ü/per%41cent & co", "empty"]
    digest = hashlib.md5((source / "big.bin").read_bytes()).hexdigest()
    assert run("md5sum", f"km:{bucket}/tree/big.bin").text.split()[0] == digest
    part = run("cat", "--offset", "1048570", "--count", "16", f"km:{bucket}/tree/big.bin").out
    assert part == (source / "big.bin").read_bytes()[1048570:1048586]
    run("copyto", f"km:{bucket}/tree/big.bin", f"km:{bucket}/copy/big.bin")  # on the server
    run("moveto", f"km:{bucket}/copy/big.bin", f"km:{bucket}/moved/big.bin")
    assert run("cat", f"km:{bucket}/moved/big.bin").out == (source / "big.bin").read_bytes()
    assert run("rcat", f"km:{bucket}/streamed", input=b"from a pipe").status == 0
    assert run("cat", f"km:{bucket}/streamed").out == b"from a pipe"
    run("sync", source, f"km:{bucket}/tree")
    run("deletefile", f"km:{bucket}/streamed")
    run("purge", f"km:{bucket}/tree")
    run("delete", f"km:{bucket}")
    run("rmdir", f"km:{bucket}")
    assert bucket not in [entry["Path"] for entry in json.loads(run("lsjson", "km:").text)]


def test_sync_in_parts_and_copies_on_the_server(rclone, root, user, bucket, tmp_path):
    run = rclone(user, UPLOAD_CUTOFF="5Mi", CHUNK_SIZE="5Mi", COPY_CUTOFF="8Mi")
    source = trees.make(tmp_path / "source")
    run("sync", source, f"km:{bucket}/tree")
    run("check", "--download", source, f"km:{bucket}/tree")
    assert root.s3.head_object(Bucket=bucket, Key="tree/big.bin")["ETag"].endswith('-3"')
    run("sync", f"km:{bucket}/tree", f"km:{bucket}/mirror")  # CopyObject, and UploadPartCopy above 8 MiB
    run("check", "--download", source, f"km:{bucket}/mirror")
    (source / "empty").unlink()
    (source / "small.txt").write_bytes(b"changed")
    run("sync", source, f"km:{bucket}/mirror")
    run("check", "--download", source, f"km:{bucket}/mirror")
    run("check", "--one-way", "--size-only", f"km:{bucket}/mirror", source)
    run("copy", f"km:{bucket}/mirror", tmp_path / "back")
    assert trees.digests(tmp_path / "back") == trees.digests(source)
    run.fails("check", "--download", source, f"km:{bucket}/tree")  # that one was left as it was


def test_modification_times_are_kept(rclone, user, bucket, tmp_path):
    run = rclone(user)
    file = tmp_path / "dated"
    file.write_text("x")
    os.utime(file, (1_600_000_000, 1_600_000_000))
    run("copyto", file, f"km:{bucket}/dated")
    assert json.loads(run("lsjson", f"km:{bucket}/dated").text)[0]["ModTime"].startswith("2020-09-13T12:26:40")
    os.utime(file, (1_700_000_000, 1_700_000_000))
    run("copyto", file, f"km:{bucket}/dated")  # same bytes: rclone copies the object onto itself with new metadata
    assert json.loads(run("lsjson", f"km:{bucket}/dated").text)[0]["ModTime"].startswith("2023-11-14T22:13:20")
    assert run("cat", f"km:{bucket}/dated").text == "x"


def test_rotation(rclone, root, user, bucket):
    old = rclone(user)
    old("rcat", f"km:{bucket}/k", input=b"old")
    pair = root.iam.create_access_key(UserName=user.name)["AccessKey"]
    new = rclone(user.with_key(pair))
    assert new("cat", f"km:{bucket}/k").text == "old"
    root.iam.update_access_key(UserName=user.name, AccessKeyId=user.access_key, Status="Inactive")
    assert "InvalidAccessKeyId" in old.fails("lsjson", f"km:{bucket}").err
    assert "403" in old.fails("copyto", "none.conf", f"km:{bucket}/refused").err  # a HEAD, whose refusal has no code
    new("rcat", f"km:{bucket}/k", input=b"new")
    root.iam.update_access_key(UserName=user.name, AccessKeyId=user.access_key, Status="Active")
    assert old("cat", f"km:{bucket}/k").text == "new"
    root.iam.delete_access_key(UserName=user.name, AccessKeyId=user.access_key)
    assert "InvalidAccessKeyId" in old.fails("lsjson", f"km:{bucket}").err
    names = [entry["Path"] for entry in json.loads(new("lsjson", f"km:{bucket}").text)]
    assert names == ["k"]
