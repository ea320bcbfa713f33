"""s5cmd: the AWS SDK for Go v1, which many older programs still carry."""

import json
import pathlib
import sys

import commands
import pytest
import trees

S5CMD = pathlib.Path(sys.executable).parent / "s5cmd"


@pytest.fixture
def s5cmd(transport, tmp_path):
    """Makes an `s5cmd` that signs with the given pair."""

    def make(user) -> commands.Program:
        trust = {"AWS_CA_BUNDLE": transport.authority} if transport.secure else {}
        return commands.Program([str(S5CMD), "--endpoint-url", transport.endpoint, "--retry-count", "0"], tmp_path,
                                AWS_ACCESS_KEY_ID=user.access_key, AWS_SECRET_ACCESS_KEY=user.secret_key,
                                AWS_REGION="us-east-1", **trust)

    return make


def test_trees_are_synchronised_both_ways(s5cmd, user, unique, tmp_path):
    run, bucket, source = s5cmd(user), unique("s5cmd"), trees.make(tmp_path / "source")
    run("mb", f"s3://{bucket}")
    run("cp", "--part-size", "5", f"{source}/*", f"s3://{bucket}/tree/")
    run("sync", f"s3://{bucket}/tree/*", f"{tmp_path}/back/")
    assert trees.digests(tmp_path / "back") == trees.digests(source)
    (source / "empty").unlink()
    run("sync", "--delete", f"{source}/", f"s3://{bucket}/tree/")
    run("mv", f"s3://{bucket}/tree/small.txt", f"s3://{bucket}/moved.txt")
    listed = [json.loads(line) for line in run("--json", "ls", f"s3://{bucket}/*").text.splitlines()]
    names = sorted(entry["key"].removeprefix(f"s3://{bucket}/") for entry in listed if entry["type"] == "file")
    assert names == ["moved.txt", "tree/big.bin", "tree/dir ä+ü/deep/er/file", "tree/dir ä+ü/per%41cent & co"]
    assert run("cat", f"s3://{bucket}/moved.txt").out == (source / "small.txt").read_bytes()
    run("rm", f"s3://{bucket}/*")
    run("rb", f"s3://{bucket}")


def test_rotation(s5cmd, root, user, bucket, tmp_path):
    old, file = s5cmd(user), tmp_path / "file"
    file.write_text("v")
    old("cp", file, f"s3://{bucket}/k")
    new = s5cmd(user.with_key(root.iam.create_access_key(UserName=user.name)["AccessKey"]))
    root.iam.update_access_key(UserName=user.name, AccessKeyId=user.access_key, Status="Inactive")
    for arguments in (("ls", f"s3://{bucket}"), ("cp", file, f"s3://{bucket}/refused")):
        assert "InvalidAccessKeyId" in old.fails(*arguments).err
    assert new("cat", f"s3://{bucket}/k").text == "v"
