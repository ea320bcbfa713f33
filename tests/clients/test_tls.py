"""HTTPS beside HTTP, with the local authority and with certificates from files."""

import hashlib
import json
import os
import ssl
import socket
import subprocess

import boto3
import pytest
from botocore.config import Config

import keymill


@pytest.fixture(scope="module")
def secure(clean_process_environment):
    """(server, HTTPS endpoint, path of the authority to trust)"""
    running = keymill.Server(None, "--tls", "--tls-listen", "127.0.0.1:0", "--domain", "storage.test").start()
    fields = dict(word.split("=", 1) for word in running.out[-1].split() if "=" in word)
    yield running, fields["tls_endpoint"], fields["ca"]
    assert running.stop() == 0, running.tail()
    running.cleanup()


def client(secure, service="s3", **extra):
    server, endpoint, authority = secure
    return boto3.client(service, endpoint_url=endpoint, verify=authority, region_name=keymill.REGION,
                        aws_access_key_id=server.access_key, aws_secret_access_key=server.secret_key, **extra)


def certificate_names(secure, name):
    """Shakes hands for `name`; returns the subject alternative names that the server shows."""
    _, endpoint, authority = secure
    port = int(endpoint.rsplit(":", 1)[1])
    context = ssl.create_default_context(cafile=authority)
    with socket.create_connection(("127.0.0.1", port), 10) as plain:
        with context.wrap_socket(plain, server_hostname=name) as tls:
            return [value for _, value in tls.getpeercert()["subjectAltName"]], tls.version()


def test_boto3_streams_with_a_trailer_and_reads_back(secure):
    s3 = client(secure)
    sent = {}
    s3.meta.events.register("before-send.s3.PutObject", lambda request, **_: sent.update(request.headers))
    s3.create_bucket(Bucket="over-tls")
    for size in (0, 5, 3 << 20):
        body = os.urandom(size)
        s3.put_object(Bucket="over-tls", Key=f"k{size}", Body=body)
        assert s3.get_object(Bucket="over-tls", Key=f"k{size}")["Body"].read() == body
    wire = {name.lower(): value for name, value in sent.items()}
    shown = wire["x-amz-content-sha256"]
    assert (shown.decode() if isinstance(shown, bytes) else shown) == "STREAMING-UNSIGNED-PAYLOAD-TRAILER"


def test_boto3_multipart_and_ranges(secure):
    s3 = client(secure)
    s3.create_bucket(Bucket="parts-tls")
    first, second = os.urandom(5 << 20), os.urandom(70_000)
    upload = s3.create_multipart_upload(Bucket="parts-tls", Key="big")["UploadId"]
    parts = [
        {"PartNumber": number, "ETag": s3.upload_part(Bucket="parts-tls", Key="big", UploadId=upload,
                                                      PartNumber=number, Body=body)["ETag"]}
        for number, body in ((1, first), (2, second))
    ]
    s3.complete_multipart_upload(Bucket="parts-tls", Key="big", UploadId=upload, MultipartUpload={"Parts": parts})
    whole = s3.get_object(Bucket="parts-tls", Key="big")["Body"].read()
    assert hashlib.sha256(whole).digest() == hashlib.sha256(first + second).digest()
    middle = s3.get_object(Bucket="parts-tls", Key="big", Range="bytes=5242870-5242890")["Body"].read()
    assert middle == (first + second)[5242870:5242891]


def test_iam_and_sts_answer_over_tls(secure):
    assert client(secure, "sts").get_caller_identity()["Account"] == keymill.ACCOUNT
    assert client(secure, "iam").list_users()["Users"] == []


def test_aws_cli_trusts_the_authority_by_aws_ca_bundle(secure, tmp_path):
    server, endpoint, authority = secure
    environment = keymill.clean_environment(AWS_ACCESS_KEY_ID=server.access_key, AWS_REGION=keymill.REGION,
                                            AWS_SECRET_ACCESS_KEY=server.secret_key, AWS_CA_BUNDLE=authority)
    aws = str(keymill.ROOT / "build/venv/bin/aws")

    def run(*words):
        return subprocess.run([aws, "--endpoint-url", endpoint, *words], env=environment, capture_output=True,
                              text=True, timeout=60)

    (tmp_path / "file").write_bytes(os.urandom(100_000))
    assert run("s3", "mb", "s3://cli-tls").returncode == 0
    copied = run("s3", "cp", str(tmp_path / "file"), "s3://cli-tls/file")
    assert copied.returncode == 0, copied.stderr
    listed = run("s3api", "list-objects-v2", "--bucket", "cli-tls")
    assert [entry["Size"] for entry in json.loads(listed.stdout)["Contents"]] == [100_000]
    del environment["AWS_CA_BUNDLE"]
    refused = run("s3", "ls")
    assert refused.returncode != 0 and "SSL" in refused.stderr


def test_each_virtual_host_gets_its_own_certificate(secure):
    assert certificate_names(secure, "bucket.s3.localhost")[0] == ["bucket.s3.localhost"]
    assert certificate_names(secure, "a.b.storage.test")[0] == ["a.b.storage.test"]
    assert "localhost" in certificate_names(secure, "localhost")[0]
    with pytest.raises(ssl.SSLCertVerificationError):
        certificate_names(secure, "elsewhere.example")


def test_virtual_host_addressing_over_tls(secure, monkeypatch):
    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *rest, **named: real(
        "127.0.0.1" if str(host).endswith("localhost") else host, *rest, **named))
    server, endpoint, authority = secure
    port = endpoint.rsplit(":", 1)[1]
    s3 = boto3.client("s3", endpoint_url=f"https://localhost:{port}", verify=authority, region_name=keymill.REGION,
                      aws_access_key_id=server.access_key, aws_secret_access_key=server.secret_key,
                      config=Config(s3={"addressing_style": "virtual"}))
    s3.create_bucket(Bucket="virtual-tls")
    s3.put_object(Bucket="virtual-tls", Key="k", Body=b"named")
    assert s3.get_object(Bucket="virtual-tls", Key="k")["Body"].read() == b"named"


def test_policies_see_the_transport(secure):
    server, endpoint, authority = secure
    iam = client(secure, "iam")
    iam.create_user(UserName="careful")
    key = iam.create_access_key(UserName="careful")["AccessKey"]
    iam.put_user_policy(UserName="careful", PolicyName="tls", PolicyDocument=json.dumps({
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*", "Condition": {
            "Bool": {"aws:SecureTransport": "true"}, "NumericGreaterThanEquals": {"s3:TlsVersion": "1.2"}}}]}))
    named = dict(region_name=keymill.REGION, aws_access_key_id=key["AccessKeyId"],
                 aws_secret_access_key=key["SecretAccessKey"])
    boto3.client("s3", endpoint_url=endpoint, verify=authority, **named).list_buckets()
    plain = boto3.client("s3", endpoint_url=server.endpoint, **named)
    with pytest.raises(plain.exceptions.ClientError, match="AccessDenied"):
        plain.list_buckets()


def test_the_authority_survives_a_restart_and_its_key_is_private(tmp_path):
    arguments = (tmp_path / "data", "--tls-listen", "127.0.0.1:0")
    first = keymill.Server(*arguments).start()
    authority = (first.data / "tls/ca.pem").read_bytes()
    assert (first.data / "tls/ca-key.pem").stat().st_mode & 0o777 == 0o600
    assert first.stop() == 0
    second = keymill.Server(*arguments).start()
    assert (second.data / "tls/ca.pem").read_bytes() == authority
    assert second.stop() == 0


def test_a_certificate_from_files_and_a_wrong_one(tmp_path):
    def make(stem):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1",
                        "-keyout", tmp_path / f"{stem}.key", "-out", tmp_path / f"{stem}.pem"],
                       check=True, capture_output=True)
        return str(tmp_path / f"{stem}.pem"), str(tmp_path / f"{stem}.key")

    certificate, key = make("one")
    server = keymill.Server(None, "--tls-listen", "127.0.0.1:0", "--tls-cert", certificate, "--tls-key", key).start()
    endpoint = dict(word.split("=", 1) for word in server.out[-1].split() if "=" in word)["tls_endpoint"]
    assert client((server, endpoint, certificate)).list_buckets()["Buckets"] == []
    assert server.stop() == 0
    server.cleanup()
    _, other = make("two")
    wrong = keymill.Server(None, "--tls-listen", "127.0.0.1:0", "--tls-cert", certificate, "--tls-key", other)
    with pytest.raises(RuntimeError, match="--tls-key"):
        wrong.start()
    wrong.cleanup()
