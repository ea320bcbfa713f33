"""POST uploads by form: boto3's generate_presigned_post in both signature versions, sent by requests and by curl."""

import json
import shlex
import subprocess
import time
from email.header import decode_header, make_header

import boto3
import keymill
import pytest
import rawhttp
import requests
from aws import REGION
from botocore.config import Config


@pytest.fixture(params=["s3v4", None], ids=["v4", "default"])
def s3(request, user):
    """Without being told otherwise, boto3 signs forms for us-east-1 with signature version 2."""
    config = Config(signature_version=request.param) if request.param else None
    return boto3.session.Session(user.access_key, user.secret_key, region_name=REGION).client(
        "s3", endpoint_url=user.endpoint, config=config
    )


def send(form: dict, data: bytes = b"posted", filename: str = "f.txt", **more) -> requests.Response:
    return requests.post(form["url"], data=form["fields"] | more, files={"file": (filename, data)}, allow_redirects=False)


def refusal(answer: requests.Response) -> tuple[int, str, str]:
    response = rawhttp.Response(body=answer.content)
    return answer.status_code, response.code, response.message


def test_a_form_is_an_upload(s3, bucket):
    answer = send(s3.generate_presigned_post(bucket, "a b+c/ä"))
    assert (answer.status_code, answer.content) == (204, b"")
    got = s3.get_object(Bucket=bucket, Key="a b+c/ä")
    assert got["Body"].read() == b"posted"
    assert answer.headers["ETag"] == got["ETag"]
    assert requests.head(answer.headers["Location"]).status_code == 403, "the object's URL, which needs a signature"


def test_the_files_name_becomes_part_of_the_key(s3, bucket):
    assert send(s3.generate_presigned_post(bucket, "up/${filename}"), filename="naïve name.txt").status_code == 204
    assert s3.get_object(Bucket=bucket, Key="up/naïve name.txt")["Body"].read() == b"posted"


def test_fields_describe_the_object(s3, bucket):
    fields = {
        "Content-Type": "image/png", "Cache-Control": "no-cache", "x-amz-meta-who": "Zoë", "x-amz-storage-class": "STANDARD_IA",
        "tagging": "<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag></TagSet></Tagging>",
    }
    conditions = [{name: value} for name, value in fields.items()]
    assert send(s3.generate_presigned_post(bucket, "k", fields, conditions)).status_code == 204
    head = s3.head_object(Bucket=bucket, Key="k")
    assert (head["ContentType"], head["CacheControl"], head["StorageClass"]) == ("image/png", "no-cache", "STANDARD_IA")
    assert str(make_header(decode_header(head["Metadata"]["who"]))) == "Zoë"
    assert s3.get_object_tagging(Bucket=bucket, Key="k")["TagSet"] == [{"Key": "a", "Value": "1"}]


def test_success_as_the_form_wants_it(s3, bucket):
    def post(**fields):
        conditions = [{name: value} for name, value in fields.items()]
        return send(s3.generate_presigned_post(bucket, "a/k", dict(fields), conditions))

    assert (post(success_action_status="200").status_code, post(success_action_status="204").status_code) == (200, 204)
    assert post(success_action_status="418").status_code == 204
    created = post(success_action_status="201")
    response = rawhttp.Response(body=created.content)
    assert created.status_code == 201 and created.text.startswith("<?xml")
    assert [response.error(name) for name in ("Bucket", "Key")] == [bucket, "a/k"]
    assert response.error("Location") == created.headers["Location"]
    there = post(success_action_redirect="https://example.com/done?x=1")
    etag = created.headers["ETag"].strip('"')
    assert there.status_code == 303
    assert there.headers["Location"] == f"https://example.com/done?x=1&bucket={bucket}&key=a%2Fk&etag=%22{etag}%22"
    assert post(success_action_redirect="not a URL").status_code == 204


def test_the_policy_is_obeyed(s3, bucket):
    ranged = s3.generate_presigned_post(bucket, "k", Conditions=[["content-length-range", 2, 10]])
    prefix = "Invalid according to Policy: "
    assert refusal(send(ranged | {"fields": ranged["fields"] | {"key": "other"}}, b"12345")) == (
        403, "AccessDenied", prefix + 'Policy Condition failed: ["eq", "$key", "k"]')
    assert refusal(send(ranged, b"12345", acl="private")) == (403, "AccessDenied", prefix + "Extra input fields: acl")
    assert refusal(send(ranged, b"1"))[:2] == (400, "EntityTooSmall")
    assert refusal(send(ranged, b"1" * 11))[:2] == (400, "EntityTooLarge")
    assert refusal(send(ranged, b"1" * 3_000_000))[:2] == (400, "EntityTooLarge")
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket), "nothing of a refused upload is visible"
    assert send(ranged, b"1" * 10).status_code == 204


def test_a_form_expires(s3, bucket):
    form = s3.generate_presigned_post(bucket, "k", ExpiresIn=1)
    assert send(form).status_code == 204
    time.sleep(2.1)
    assert refusal(send(form)) == (403, "AccessDenied", "Invalid according to Policy: Policy expired.")


def test_a_form_dies_with_its_key(s3, root, user, bucket):
    form = s3.generate_presigned_post(bucket, "k", ExpiresIn=3600)
    assert send(form).status_code == 204
    which = {"UserName": user.name, "AccessKeyId": user.access_key}
    root.iam.update_access_key(**which, Status="Inactive")
    assert refusal(send(form))[:2] == (403, "InvalidAccessKeyId")
    root.iam.update_access_key(**which, Status="Active")
    assert send(form).status_code == 204
    root.iam.delete_access_key(**which)
    assert refusal(send(form))[:2] == (403, "InvalidAccessKeyId")


def test_another_signature_is_explained(s3, bucket):
    form = s3.generate_presigned_post(bucket, "k")
    name = "x-amz-signature" if "x-amz-signature" in form["fields"] else "signature"
    signature = form["fields"][name]
    form["fields"][name] = ("B" if signature[0] == "A" else "A") + signature[1:] if name == "signature" else "0" * 64
    answer = send(form)
    assert refusal(answer)[:2] == (403, "SignatureDoesNotMatch")
    assert rawhttp.Response(body=answer.content).error("StringToSign") == form["fields"]["policy"]
    assert "CanonicalRequest" not in answer.text


def test_a_large_file_in_chunks_uses_little_memory(s3, server, bucket):
    form = s3.generate_presigned_post(bucket, "large")
    prepared = requests.Request("POST", form["url"], data=form["fields"], files={"file": ("f", b"@@")}).prepare()
    before, after = prepared.body.split(b"@@")
    block = bytes(range(256)) * 4096

    def body():
        yield before
        for _ in range(64):
            yield block
        yield after

    memory = server.rss()
    answer = requests.post(form["url"], data=body(), headers={"Content-Type": prepared.headers["Content-Type"]})
    assert answer.status_code == 204
    if not keymill.sanitized():
        assert server.rss() - memory < 40 << 20
    assert s3.head_object(Bucket=bucket, Key="large")["ContentLength"] == 64 << 20


def test_curl_sends_what_keymill_sign_prints(user, bucket, tmp_path, root):
    policy = {"expiration": "2099-01-01T00:00:00Z", "conditions": [{"bucket": bucket}, ["starts-with", "$key", "from-"],
              ["starts-with", "$x-amz-algorithm", ""], ["starts-with", "$x-amz-credential", ""], ["starts-with", "$x-amz-date", ""]]}
    (tmp_path / "policy.json").write_text(json.dumps(policy))
    (tmp_path / "up.bin").write_bytes(b"by curl")
    printed = subprocess.run(
        [keymill.binary(), "sign", f"{user.endpoint}/{bucket}", "--post-policy", str(tmp_path / "policy.json"),
         "--region", REGION, "--service", "s3"],
        env=keymill.clean_environment(AWS_ACCESS_KEY_ID=user.access_key, AWS_SECRET_ACCESS_KEY=user.secret_key),
        capture_output=True, text=True, check=True,
    ).stdout
    command = shlex.split(printed.replace("\\\n", " ").replace("key=KEY", "key='from-${filename}'").replace("@FILE", "@up.bin"))
    done = subprocess.run([*command, "-sS", "-o", "answer", "-w", "%{http_code}"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == "204", (tmp_path / "answer").read_text()
    assert root.s3.get_object(Bucket=bucket, Key="from-up.bin")["Body"].read() == b"by curl"
