"""The AWS Common Runtime (aws-c-s3, aws-c-auth): the transfer client and the signer below several SDKs' `crt` options.

tools/test also runs boto3's tests of objects with its signer (BOTO_DISABLE_CRT=false).
"""

import hashlib
import io
import os
import threading
import urllib.parse

import botocore.config
import botocore.session
import pytest
import requests
from awscrt import auth, http
from s3transfer.crt import BotocoreCRTRequestSerializer, CRTTransferManager, create_s3_crt_client
from s3transfer.subscribers import BaseSubscriber

MIB = 1024 * 1024


@pytest.fixture
def transfers(transport):
    """Makes an aws-c-s3 transfer manager that signs with the given pair: parts of 5 MiB, and what botocore would send."""
    opened = []

    def make(user) -> CRTTransferManager:
        pair = auth.AwsCredentialsProvider.new_static(user.access_key, user.secret_key)
        client = create_s3_crt_client("us-east-1", pair, num_threads=2, part_size=5 * MIB, use_ssl=transport.secure,
                                      verify=transport.authority or None)
        form = BotocoreCRTRequestSerializer(botocore.session.Session(), {
            "region_name": "us-east-1", "endpoint_url": transport.endpoint,
            "config": botocore.config.Config(s3={"addressing_style": "path"})})
        opened.append(CRTTransferManager(client, form))
        return opened[-1]

    yield make
    for manager in opened:
        manager.shutdown()


class Ended(BaseSubscriber):
    """Set when a transfer is quite done: result() may return before a download has its file's name."""

    def __init__(self):
        self.event = threading.Event()

    def on_done(self, future, **_):
        self.event.set()


def download(manager: CRTTransferManager, bucket: str, key: str, target) -> None:
    ended = Ended()
    manager.download(bucket, key, target, subscribers=[ended]).result()
    assert ended.event.wait(30)


def test_transfers_up_and_down_in_parts_and_whole(transfers, root, user, bucket, tmp_path):
    manager = transfers(user)
    for number, (key, size) in enumerate((("empty", 0), ("small ä+", 1000), ("big", 17 * MIB + 3))):
        source, back = tmp_path / f"source-{number}", tmp_path / f"back-{number}"
        source.write_bytes(os.urandom(size))
        manager.upload(str(source), bucket, key).result()
        download(manager, bucket, key, str(back))
        assert back.read_bytes() == source.read_bytes(), key
        there = root.s3.get_object(Bucket=bucket, Key=key, ChecksumMode="ENABLED")
        assert there["Body"].read() == source.read_bytes()
        assert "ChecksumCRC32" in there  # aws-c-s3 sends it behind each body
    assert root.s3.head_object(Bucket=bucket, Key="big")["ETag"].endswith('-4"')

    streamed = os.urandom(12 * MIB)
    manager.upload(io.BytesIO(streamed), bucket, "streamed", {"ChecksumAlgorithm": "CRC64NVME"}).result()
    got = io.BytesIO()
    download(manager, bucket, "streamed", got)
    assert got.getvalue() == streamed
    assert root.s3.head_object(Bucket=bucket, Key="streamed", ChecksumMode="ENABLED")["ChecksumType"] == "FULL_OBJECT"
    manager.delete(bucket, "streamed").result()
    assert "streamed" not in [entry["Key"] for entry in root.s3.list_objects_v2(Bucket=bucket)["Contents"]]


def test_transfers_are_refused_with_a_retired_key(transfers, root, user, bucket, tmp_path):
    (tmp_path / "source").write_bytes(os.urandom(6 * MIB))
    old = transfers(user)
    old.upload(str(tmp_path / "source"), bucket, "k").result()
    new = transfers(user.with_key(root.iam.create_access_key(UserName=user.name)["AccessKey"]))
    root.iam.update_access_key(UserName=user.name, AccessKeyId=user.access_key, Status="Inactive")
    for run in (lambda: old.upload(str(tmp_path / "source"), bucket, "refused").result(),
                lambda: download(old, bucket, "k", str(tmp_path / "never"))):
        with pytest.raises(Exception, match="InvalidAccessKeyId|403"):
            run()
    download(new, bucket, "k", str(tmp_path / "back"))
    assert (tmp_path / "back").read_bytes() == (tmp_path / "source").read_bytes()
    assert [entry["Key"] for entry in root.s3.list_objects_v2(Bucket=bucket)["Contents"]] == ["k"]


@pytest.mark.parametrize("algorithm", ["V4", "V4_ASYMMETRIC"])
@pytest.mark.parametrize("place", ["HEADERS", "QUERY_PARAMS"])
def test_the_signer(transport, user, bucket, algorithm, place):
    """aws-c-auth signs a PUT and a GET of an odd key, with an HMAC and with ECDSA, in headers and in the query."""
    body = os.urandom(2000)
    host, path = transport.address, f"/{bucket}/" + urllib.parse.quote("a/ä +b%20c")

    def send(method: str, content: bytes, secret: str = user.secret_key) -> requests.Response:
        request = http.HttpRequest(method, path, http.HttpHeaders([("Host", host)]))
        in_query = place == "QUERY_PARAMS"
        config = auth.AwsSigningConfig(
            algorithm=auth.AwsSigningAlgorithm[algorithm],
            signature_type=auth.AwsSignatureType[f"HTTP_REQUEST_{place}"],
            credentials_provider=auth.AwsCredentialsProvider.new_static(user.access_key, secret),
            region="us-east-1" if algorithm == "V4" else "us-*,eu-*", service="s3",
            use_double_uri_encode=False, should_normalize_uri_path=False,
            signed_body_value="UNSIGNED-PAYLOAD" if in_query else hashlib.sha256(content).hexdigest(),
            signed_body_header_type=auth.AwsSignedBodyHeaderType["NONE" if in_query else "X_AMZ_CONTENT_SHA_256"],
            expiration_in_seconds=60 if in_query else None)
        auth.aws_sign_request(request, config).result()
        prepared = requests.Request(method, transport.endpoint, headers=dict(request.headers), data=content).prepare()
        prepared.url = transport.endpoint + request.path  # as signed, not as requests would write it
        with requests.Session() as session:
            return session.send(prepared, verify=transport.authority or True, timeout=20)

    assert send("PUT", body).status_code == 200
    got = send("GET", b"")
    assert got.status_code == 200 and got.content == body, got.text
    refused = send("GET", b"", secret="x" * 40)
    assert refused.status_code == 403 and "<Code>SignatureDoesNotMatch</Code>" in refused.text
