"""curl's own SigV4 signer (--aws-sigv4): objects, listings with a query, IAM and STS by form."""

import hashlib
import os
import re
import urllib.parse

import commands
import pytest

CURL = commands.find("curl")


@pytest.fixture
def curl(transport, tmp_path):
    """Makes a `curl` that signs with the given pair for a service; what it prints ends with the HTTP status."""
    assert CURL, "curl is not installed: tools/setup --tests"

    def make(user, service: str = "s3") -> commands.Program:
        trust = ["--cacert", transport.authority] if transport.secure else []
        return commands.Program([CURL, "-q", "--silent", "--show-error", *trust, "--path-as-is", "--write-out", "\n%{http_code}",
                                 "--aws-sigv4", f"aws:amz:us-east-1:{service}", "--user",
                                 f"{user.access_key}:{user.secret_key}"], tmp_path)

    return make


def status(done: commands.Finished) -> int:
    return int(done.out.rpartition(b"\n")[2])


def body(done: commands.Finished) -> bytes:
    return done.out.rpartition(b"\n")[0]


def hashed(data: bytes) -> list[str]:
    """S3 wants the body's hash as a header; curl 7.88 signs it, but does not send it by itself."""
    return ["--header", f"x-amz-content-sha256: {hashlib.sha256(data).hexdigest()}"]


def test_objects(curl, transport, user, bucket, tmp_path):
    run, data = curl(user), os.urandom(300_000)
    (tmp_path / "data").write_bytes(data)
    url = f"{transport.endpoint}/{bucket}/dir/" + urllib.parse.quote("ä b", safe="")
    sent = run(*hashed(data), "--request", "PUT", "--data-binary", f"@{tmp_path / 'data'}", "--header",
               "Content-Type: text/x-test", url)
    assert status(sent) == 200, sent
    got = run(*hashed(b""), url)
    assert status(got) == 200 and body(got) == data
    part = run(*hashed(b""), "--header", "Range: bytes=1000-1999", url)
    assert status(part) == 206 and body(part) == data[1000:2000]
    listed = run(*hashed(b""), f"{transport.endpoint}/{bucket}?list-type=2&prefix=dir%2F")
    assert re.findall(rb"<Size>(\d+)</Size>", body(listed)) == [b"300000"], listed
    assert status(run(*hashed(b""), "--request", "DELETE", url)) == 204
    gone = run(*hashed(b""), url)
    assert status(gone) == 404 and b"<Code>NoSuchKey</Code>" in body(gone)


def test_iam_and_sts_by_form(curl, transport, user):
    def ask(service: str, *fields: str) -> commands.Finished:
        form = [word for field in fields for word in ("--data", field)]
        return curl(user, service)(*form, transport.endpoint + "/")

    who = ask("sts", "Action=GetCallerIdentity", "Version=2011-06-15")
    assert status(who) == 200 and f":user/{user.name}</Arn>".encode() in body(who), who
    keys = ask("iam", "Action=ListAccessKeys", "Version=2010-05-08", f"UserName={user.name}")
    assert status(keys) == 200 and user.access_key.encode() in body(keys), keys


def test_rotation(curl, transport, root, user, bucket):
    url = f"{transport.endpoint}/{bucket}/k"
    root.s3.put_object(Bucket=bucket, Key="k", Body=b"v")
    new = user.with_key(root.iam.create_access_key(UserName=user.name)["AccessKey"])
    root.iam.update_access_key(UserName=user.name, AccessKeyId=user.access_key, Status="Inactive")
    refused = curl(user)(*hashed(b""), url)
    assert status(refused) == 403 and b"<Code>InvalidAccessKeyId</Code>" in body(refused)
    assert body(curl(new)(*hashed(b""), url)) == b"v"
    form = ("--data", "Action=GetCallerIdentity&Version=2011-06-15", transport.endpoint + "/")
    refused = curl(user, "sts")(*form)
    assert status(refused) == 403 and b"<Code>InvalidClientTokenId</Code>" in body(refused)
    assert status(curl(new, "sts")(*form)) == 200
