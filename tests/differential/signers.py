"""Signs drafts with other people's code: botocore here, the SDK for JavaScript through sign.mjs."""

import datetime
import json
import pathlib
import subprocess
import urllib.parse

from botocore.auth import (EMPTY_SHA256_HASH, HmacV1Auth, HmacV1QueryAuth, S3SigV4Auth, S3SigV4QueryAuth, SigV4Auth,
                           SigV4QueryAuth)
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from drafts import Draft, normal_query

HERE = pathlib.Path(__file__).resolve().parent
REGION = "us-east-1"
KINDS = ("v4", "v4", "v4-presigned", "v2", "v2-presigned", "query", "query-presigned", "js", "js-presigned")


class Signed:
    """What goes on the wire, in pieces that a mutation can change one at a time."""

    def __init__(self, draft: Draft, target_path: str, query: str, headers: list[tuple[str, str]]):
        self.draft, self.method, self.path, self.query = draft, draft.method, target_path, query
        self.headers, self.body = headers, draft.body

    def wire(self) -> bytes:
        target = f"{self.path}?{self.query}" if self.query else self.path
        lines = [f"{self.method} {target} HTTP/1.1", *(f"{name}:{value}" for name, value in self.headers)]
        if self.method in ("PUT", "POST"):
            lines.append(f"Content-Length: {len(self.body)}")
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + self.body


def fold(value: str) -> str:
    """The value on two lines, if there is a space to break it at: means the same, in the old spelling of HTTP."""
    at = value.strip().find(" ") + len(value) - len(value.lstrip())
    return value[:at] + "\r\n " + value[at:] if " " in value.strip() else value


class Botocore:
    def __init__(self, access_key: str, secret_key: str):
        self.credentials = Credentials(access_key, secret_key)

    def sign(self, draft: Draft) -> Signed:
        url = f"http://{draft.host}{draft.path}"
        query = normal_query(draft.query)
        # botocore takes a presigned request's body for parameters.
        body = b"" if "presigned" in draft.kind else draft.body
        request = AWSRequest(draft.method, f"{url}?{query}" if query else url, data=body)
        for name, value in draft.headers:
            request.headers[name] = value  # appends: a name may come again
        self._signer(draft, request).add_auth(request)
        signed_query = urllib.parse.urlsplit(request.url).query
        sent_query = draft.wire_query
        if "presigned" in draft.kind:
            own = {name for name, _ in draft.query}
            added = [part for part in signed_query.split("&") if urllib.parse.unquote(part.split("=")[0]) not in own]
            sent_query = "&".join([*([draft.wire_query] if draft.wire_query else []), *added])
        if draft.kind == "v2-presigned":  # everything that is signed went into the URL, which is all that a caller is given
            return Signed(draft, draft.wire_path, sent_query, [("Host", " " + draft.host)])
        # The draft's own headers first, as they were; then what signing added. Host may stand anywhere.
        return Signed(draft, draft.wire_path, sent_query, [("Host", " " + draft.host), *(
            (name, " " + (fold(value) if draft.folded and name.lower().startswith("x-amz-meta-") else value))
            for name, value in request.headers.items() if name.lower() != "host")])

    def _signer(self, draft: Draft, request: AWSRequest):
        when = datetime.datetime.now(datetime.timezone.utc)
        if draft.kind == "v2":
            request.headers["Date"] = when.strftime("%a, %d %b %Y %H:%M:%S GMT")
        if draft.kind.startswith("v2"):
            bucket = draft.host.partition(".localhost")[0] if ".localhost" in draft.host else ""
            request.auth_path = f"/{bucket}{draft.path}" if bucket else None
            return HmacV1Auth(self.credentials) if draft.kind == "v2" else HmacV1QueryAuth(self.credentials, 300)
        if draft.kind == "query":
            return SigV4Auth(self.credentials, draft.service, "us-east-1")
        if draft.kind == "query-presigned":
            return SigV4QueryAuth(self.credentials, draft.service, "us-east-1", 300)
        if draft.kind == "v4-presigned":
            return S3SigV4QueryAuth(self.credentials, "s3", REGION, 300)
        signer = S3SigV4Auth(self.credentials, "s3", REGION)
        if draft.unsigned_payload:
            signer.payload = lambda _request: "UNSIGNED-PAYLOAD"
        elif not draft.body:
            signer.payload = lambda _request: EMPTY_SHA256_HASH
        return signer


class JavaScript:
    """One Node process that signs a batch: JSON lines in, JSON lines out."""

    def __init__(self, access_key: str, secret_key: str):
        self.key = {"accessKeyId": access_key, "secretAccessKey": secret_key}

    def sign(self, drafts: list[Draft]) -> list[Signed]:
        lines = [json.dumps({
            "credentials": self.key, "region": REGION, "presigned": "presigned" in draft.kind, "method": draft.method,
            "host": draft.host, "path": draft.path, "query": draft.query, "headers": draft.headers,
            "body": draft.body.hex(), "unsigned": draft.unsigned_payload}) for draft in drafts]
        done = subprocess.run(["node", str(HERE / "sign.mjs")], input="\n".join(lines), capture_output=True, text=True,
                              timeout=120)
        if done.returncode != 0:
            raise RuntimeError(f"sign.mjs failed: {done.stderr[-2000:]}")
        signed = []
        for draft, line in zip(drafts, done.stdout.rstrip("\n").split("\n"), strict=True):
            answer = json.loads(line)
            own = {name for name, _ in draft.query}
            added = [(name, value) for name, value in answer["query"] if name not in own]
            query = "&".join(part for part in (draft.wire_query, normal_query(added)) if part)
            names = {name.lower() for name, _ in draft.headers}
            headers = [("Host", " " + draft.host)]
            headers += [(name, " " + value) for name, value in answer["headers"] if name.lower() not in names | {"host"}]
            # The signer hoists x-amz-* headers of presigned requests into the query.
            kept = {name.lower() for name, _ in answer["headers"]}
            headers += [(name, " " + value) for name, value in draft.headers if name.lower() in kept]
            signed.append(Signed(draft, draft.wire_path, query, headers))
        return signed
