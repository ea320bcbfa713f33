"""Signed HTTP without an SDK's help: botocore's signer over a plain socket, so that a test controls every byte."""

import datetime
import hashlib

from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from wire import Closed, Connection, Response, head  # noqa: F401 (tests take them from here)

EMPTY_SHA256 = hashlib.sha256(b"").hexdigest()


class Signer:
    """Signs for one key. The path is given as it goes on the wire; botocore signs S3 paths as they are."""

    def __init__(self, access_key: str, secret_key: str, host: str, port: int, region: str = "us-east-1"):
        self.credentials = Credentials(access_key, secret_key)
        self.host, self.port, self.region = host, port, region

    def headers(self, method: str, target: str, body: bytes = b"", extra: dict[str, str] | None = None,
                service: str = "s3", host: str | None = None, payload_hash: str | None = None,
                at: datetime.datetime | None = None, region: str | None = None) -> dict[str, str]:
        """Every header of the signed request, Host included, Content-Length not."""
        host = host or f"{self.host}:{self.port}"
        extra = dict(extra or {})
        auth_class = S3SigV4Auth if service == "s3" else SigV4Auth
        signer = auth_class(self.credentials, service, region or self.region)
        request = AWSRequest(method, f"http://{host}{target}", data=body, headers=extra)
        if service == "s3":
            digest = payload_hash or (hashlib.sha256(body).hexdigest() if body else EMPTY_SHA256)
            request.headers["X-Amz-Content-SHA256"] = digest
            signer.payload = lambda _request: digest
        when = (at or datetime.datetime.now(datetime.timezone.utc)).strftime("%Y%m%dT%H%M%SZ")
        request.context["timestamp"] = when
        request.headers["X-Amz-Date"] = when
        canonical = signer.canonical_request(request)
        to_sign = signer.string_to_sign(request, canonical)
        signature = signer.signature(to_sign, request)
        signer._inject_signature_to_request(request, signature)
        return {"Host": host, **dict(request.headers.items())}

    def request(self, method: str, target: str, body: bytes = b"", extra: dict[str, str] | None = None,
                **options) -> bytes:
        """A whole signed request, ready to send."""
        headers = self.headers(method, target, body, extra, **options)
        if body or method in ("PUT", "POST"):
            headers["Content-Length"] = str(len(body))
        return head(method, target, headers) + body

    def call(self, method: str, target: str, body: bytes = b"", extra: dict[str, str] | None = None,
             connection: Connection | None = None, **options) -> Response:
        """Sends one signed request and returns the answer, on a connection of its own unless one is given."""
        own = connection is None
        connection = connection or Connection(self.host, self.port)
        try:
            connection.send(self.request(method, target, body, extra, **options))
            return connection.read(method)
        finally:
            if own:
                connection.close()

    def query(self, service: str, action: str, **parameters: str) -> Response:
        """One IAM or STS call."""
        import urllib.parse

        version = {"iam": "2010-05-08", "sts": "2011-06-15"}[service]
        body = urllib.parse.urlencode({"Action": action, "Version": version, **parameters}).encode()
        kind = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
        return self.call("POST", "/", body, kind, service=service)
