"""s3cmd: objects, and what it says when its key is retired under it."""

import hashlib
import os

import commands
import pytest
import trees

MIB = 1024 * 1024
S3CMD = commands.find("s3cmd")


@pytest.fixture
def s3cmd(transport, tmp_path):
    """Makes an `s3cmd` that signs with the given pair."""
    assert S3CMD, "s3cmd is not installed: tools/setup --tests"

    def make(user) -> commands.Program:
        config = tmp_path / f"s3cfg-{user.access_key}"
        address = transport.address
        trust = f"use_https = True\nca_certs_file = {transport.authority}\n" if transport.secure else "use_https = False\n"
        config.write_text(
            f"[default]\naccess_key = {user.access_key}\nsecret_key = {user.secret_key}\n"
            f"host_base = {address}\nhost_bucket = {address}\n{trust}signature_v2 = False\n"
            "bucket_location = us-east-1\nmultipart_chunk_size_mb = 64\nmax_retries = 1\nprogress_meter = False\n"
        )
        return commands.Program([S3CMD, "-c", str(config)], tmp_path)

    return make


def test_objects(s3cmd, user, unique, tmp_path):
    run, bucket = s3cmd(user), unique("s3cmd")
    big, odd = tmp_path / "big.bin", tmp_path / "odd ä+%41 & co.txt"
    big.write_bytes(os.urandom(8 * MIB))
    odd.write_text("odd")
    digest = hashlib.md5(big.read_bytes()).hexdigest()
    run("mb", f"s3://{bucket}")
    assert f"s3://{bucket}" in run("ls").text
    run("put", big, f"s3://{bucket}/dir/big.bin")
    run("put", odd, f"s3://{bucket}/dir/{odd.name}")
    listed = run("ls", "--recursive", "--list-md5", f"s3://{bucket}").text
    assert digest in listed and f"s3://{bucket}/dir/{odd.name}" in listed
    assert "DIR" in run("ls", f"s3://{bucket}").text
    run("get", f"s3://{bucket}/dir/big.bin", tmp_path / "back.bin")
    assert (tmp_path / "back.bin").read_bytes() == big.read_bytes()
    run("get", f"s3://{bucket}/dir/{odd.name}", tmp_path / "odd.back")
    assert (tmp_path / "odd.back").read_text() == "odd"

    # A resumed download is a ranged GET.
    (tmp_path / "resumed.bin").write_bytes(big.read_bytes()[:3 * MIB + 1])
    run("get", "--continue", f"s3://{bucket}/dir/big.bin", tmp_path / "resumed.bin")
    assert (tmp_path / "resumed.bin").read_bytes() == big.read_bytes()

    run("cp", f"s3://{bucket}/dir/big.bin", f"s3://{bucket}/copy.bin")
    assert digest in run("info", f"s3://{bucket}/copy.bin").text
    run("mv", f"s3://{bucket}/copy.bin", f"s3://{bucket}/moved.bin")
    assert "404" in run.fails("info", f"s3://{bucket}/copy.bin").err
    run("del", f"s3://{bucket}/moved.bin")
    assert "BucketNotEmpty" in run.fails("rb", f"s3://{bucket}").err
    run("del", "--recursive", "--force", f"s3://{bucket}")
    run("rb", f"s3://{bucket}")
    assert "NoSuchBucket" in run.fails("ls", f"s3://{bucket}").err


def test_trees_are_synchronised_both_ways(s3cmd, root, user, bucket, tmp_path):
    run, source = s3cmd(user), trees.make(tmp_path / "source")
    run("sync", "--multipart-chunk-size-mb=5", f"{source}/", f"s3://{bucket}/tree/")
    assert root.s3.head_object(Bucket=bucket, Key="tree/big.bin")["ETag"].endswith('-3"')
    run("sync", f"s3://{bucket}/tree/", f"{tmp_path}/back/")
    assert trees.digests(tmp_path / "back") == trees.digests(source)
    assert "upload:" not in run("sync", "--no-check-md5", f"{source}/", f"s3://{bucket}/tree/").text  # nothing changed
    (source / "empty").unlink()
    (source / "small.txt").write_bytes(b"changed")
    run("sync", "--delete-removed", f"{source}/", f"s3://{bucket}/tree/")
    run("sync", "--delete-removed", f"s3://{bucket}/tree/", f"{tmp_path}/back/")
    assert trees.digests(tmp_path / "back") == trees.digests(source)


def test_rotation(s3cmd, root, user, bucket, tmp_path):
    file = tmp_path / "file"
    file.write_text("v")
    old = s3cmd(user)
    old("put", file, f"s3://{bucket}/k")
    pair = root.iam.create_access_key(UserName=user.name)["AccessKey"]
    new = s3cmd(user.with_key(pair))
    new("put", file, f"s3://{bucket}/k2")
    root.iam.update_access_key(UserName=user.name, AccessKeyId=user.access_key, Status="Inactive")
    for arguments in (("ls", f"s3://{bucket}"), ("put", file, f"s3://{bucket}/refused"), ("del", f"s3://{bucket}/k")):
        assert "InvalidAccessKeyId" in old.fails(*arguments).err
    assert "k2" in new("ls", f"s3://{bucket}").text
    root.iam.update_access_key(UserName=user.name, AccessKeyId=user.access_key, Status="Active")
    old("put", file, f"s3://{bucket}/k3")
    root.iam.delete_access_key(UserName=user.name, AccessKeyId=user.access_key)
    assert "InvalidAccessKeyId" in old.fails("ls", f"s3://{bucket}").err
    listed = new("ls", f"s3://{bucket}").text
    assert [name for name in ("k", "k2", "k3", "refused") if f"s3://{bucket}/{name}\n" in listed] == ["k", "k2", "k3"]
