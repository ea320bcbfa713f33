"""AWS CLI, v1 and (where the system has it) v2: objects, and the rotation as the AWS documentation tells it."""

import hashlib
import json
import os

import commands
import pytest
import requests
import trees

MIB = 1024 * 1024
FOUND = commands.aws_commands()


def test_there_is_a_cli_to_test():
    assert "v1" in FOUND


@pytest.fixture(params=sorted(FOUND))
def cli(request, server, tmp_path):
    """Makes an `aws` that signs with the given pair; v1 by HTTP (test_tls.py has it by HTTPS), v2 by HTTPS."""
    endpoint = server.tls_endpoint if request.param == "v2" else server.endpoint

    def make(access_key: str, secret_key: str) -> commands.Program:
        home = tmp_path / f"home-{access_key}"
        home.mkdir(exist_ok=True)
        config = home / "config"
        # One PutObject up to 64 MiB; more lines would hide which requests are made.
        config.write_text(
            "[default]\nregion = us-east-1\noutput = json\ncli_pager =\nmax_attempts = 1\nretry_mode = standard\n"
            "s3 =\n  multipart_threshold = 64MB\n  addressing_style = path\n"
        )
        credentials = home / "credentials"
        credentials.write_text(f"[default]\naws_access_key_id = {access_key}\naws_secret_access_key = {secret_key}\n")
        environment = {
            "AWS_CONFIG_FILE": str(config), "AWS_SHARED_CREDENTIALS_FILE": str(credentials),
            "AWS_ENDPOINT_URL": endpoint, "AWS_PAGER": "", "AWS_CA_BUNDLE": server.authority,
        }
        # Early v2 versions do not read AWS_ENDPOINT_URL.
        return commands.Program([*FOUND[request.param], "--endpoint-url", endpoint, "--cli-read-timeout", "20"],
                                home, **environment)

    return make


def test_objects(cli, user, unique, tmp_path):
    aws = cli(user.access_key, user.secret_key)
    bucket = unique("cli")
    big, odd = tmp_path / "big.bin", tmp_path / "odd ä+%41.txt"
    big.write_bytes(os.urandom(8 * MIB))
    odd.write_text("odd")

    aws("s3", "mb", f"s3://{bucket}")
    aws("s3", "cp", "--only-show-errors", big, f"s3://{bucket}/big.bin")
    head = json.loads(aws("s3api", "head-object", "--bucket", bucket, "--key", "big.bin").text)
    assert head["ETag"] == f'"{hashlib.md5(big.read_bytes()).hexdigest()}"'
    assert head["ContentLength"] == 8 * MIB
    aws("s3", "cp", "--only-show-errors", f"s3://{bucket}/big.bin", tmp_path / "back.bin")
    assert (tmp_path / "back.bin").read_bytes() == big.read_bytes()

    aws("s3", "cp", "--only-show-errors", odd, f"s3://{bucket}/dir/{odd.name}")
    aws("s3", "cp", "--only-show-errors", f"s3://{bucket}/dir/{odd.name}", f"s3://{bucket}/copy of/{odd.name}")
    assert aws("s3", "cp", f"s3://{bucket}/copy of/{odd.name}", "-").text == "odd"
    listed = aws("s3", "ls", "--recursive", f"s3://{bucket}").text
    assert f"dir/{odd.name}" in listed and f"copy of/{odd.name}" in listed

    ranged = aws("s3api", "get-object", "--bucket", bucket, "--key", "big.bin", "--range", "bytes=1048570-1048585",
                 tmp_path / "part.bin")
    assert json.loads(ranged.text)["ContentRange"] == f"bytes 1048570-1048585/{8 * MIB}"
    assert (tmp_path / "part.bin").read_bytes() == big.read_bytes()[1048570:1048586]

    assert "NoSuchKey" in aws.fails("s3api", "get-object", "--bucket", bucket, "--key", "none", "none.bin").err
    assert "BucketNotEmpty" in aws.fails("s3", "rb", f"s3://{bucket}").err
    aws("s3", "rm", "--only-show-errors", f"s3://{bucket}/big.bin")
    aws("s3", "rm", "--only-show-errors", "--recursive", f"s3://{bucket}")
    aws("s3", "rb", f"s3://{bucket}")


def test_sync_both_ways(cli, user, bucket, tmp_path):
    aws = cli(user.access_key, user.secret_key)
    source, back = tmp_path / "source", tmp_path / "back"
    (source / "sub dir").mkdir(parents=True)
    for number in range(12):
        (source / f"file {number}").write_bytes(os.urandom(1000 * number))
        (source / "sub dir" / f"é{number}").write_bytes(os.urandom(100))
    aws("s3", "sync", "--only-show-errors", source, f"s3://{bucket}/tree")
    aws("s3", "sync", "--only-show-errors", f"s3://{bucket}/tree", back)
    assert trees.digests(back) == trees.digests(source)
    (source / "file 3").unlink()
    aws("s3", "sync", "--only-show-errors", "--delete", source, f"s3://{bucket}/tree")
    aws("s3", "mv", "--only-show-errors", "--recursive", f"s3://{bucket}/tree", f"s3://{bucket}/moved")
    aws("s3", "sync", "--only-show-errors", "--delete", f"s3://{bucket}/moved", back)
    assert trees.digests(back) == trees.digests(source)


def test_presigned(cli, server, user, bucket):
    aws = cli(user.access_key, user.secret_key)
    aws("s3", "cp", "-", f"s3://{bucket}/signed ä", input=b"by a link")
    url = aws("s3", "presign", f"s3://{bucket}/signed ä", "--expires-in", "60").text.strip()
    got = requests.get(url, verify=server.authority, timeout=20)
    assert (got.status_code, got.content) == (200, b"by a link")
    assert "SignatureDoesNotMatch" in requests.get(url[:-1] + ("1" if url[-1] == "0" else "0"),
                                                   verify=server.authority, timeout=20).text


def test_rotation(cli, server, root, unique, bucket):
    admin, name = cli(server.access_key, server.secret_key), unique("cli-user")
    admin("iam", "create-user", "--user-name", name)

    def new_key() -> dict:
        return json.loads(admin("iam", "create-access-key", "--user-name", name).text)["AccessKey"]

    def works(aws) -> None:
        aws("s3api", "put-object", "--bucket", bucket, "--key", "k")
        assert json.loads(aws("sts", "get-caller-identity").text)["Arn"].endswith(f":user/{name}")

    def is_refused(aws) -> None:
        assert "(InvalidAccessKeyId)" in aws.fails("s3api", "put-object", "--bucket", bucket, "--key", "k").err
        assert "(InvalidClientTokenId)" in aws.fails("sts", "get-caller-identity").err
        assert "(InvalidClientTokenId)" in aws.fails("iam", "list-access-keys").err

    first = new_key()
    old = cli(first["AccessKeyId"], first["SecretAccessKey"])
    works(old)
    second = new_key()
    new = cli(second["AccessKeyId"], second["SecretAccessKey"])
    works(new)
    assert "(LimitExceeded)" in admin.fails("iam", "create-access-key", "--user-name", name).err
    which = ("--user-name", name, "--access-key-id", first["AccessKeyId"])
    admin("iam", "update-access-key", *which, "--status", "Inactive")
    is_refused(old)
    works(new)
    admin("iam", "delete-access-key", *which)
    assert "(NoSuchEntity)" in admin.fails("iam", "delete-access-key", *which).err
    listed = json.loads(admin("iam", "list-access-keys", "--user-name", name).text)["AccessKeyMetadata"]
    assert [(key["AccessKeyId"], key["Status"]) for key in listed] == [(second["AccessKeyId"], "Active")]
    assert "(DeleteConflict)" in admin.fails("iam", "delete-user", "--user-name", name).err
    admin("iam", "delete-access-key", "--user-name", name, "--access-key-id", second["AccessKeyId"])
    admin("iam", "delete-user", "--user-name", name)
    assert "(NoSuchEntity)" in admin.fails("iam", "get-user", "--user-name", name).err
