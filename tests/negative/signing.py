"""AWS signatures by the standard library alone, with every part open to be made wrong.

A Request is what goes on the wire. The functions here add a *right* signature for the given scope; a case then spoils the
request, or asks for a wrong scope to begin with. Sources: AWS's "Signature Version 4" pages, "Transferring payload in
multiple chunks", and "Signing REST requests" for version 2.
"""

import base64
import binascii
import copy
import datetime
import hashlib
import hmac
import urllib.parse
from dataclasses import dataclass, field

UNRESERVED = "-._~"
ALGORITHM = "AWS4-HMAC-SHA256"
EMPTY = hashlib.sha256(b"").hexdigest()
STREAMING = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
STREAMING_TRAILER = STREAMING + "-TRAILER"
UNSIGNED_TRAILER = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"


@dataclass(frozen=True)
class Credentials:
    access_key: str
    secret_key: str
    token: str = ""


def encode(text: str | bytes, safe: str = "") -> str:
    return urllib.parse.quote(text, safe=UNRESERVED + safe)


def iso(when: datetime.datetime) -> str:
    return when.strftime("%Y%m%dT%H%M%SZ")


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def crc32(data: bytes) -> str:
    return base64.b64encode(binascii.crc32(data).to_bytes(4, "big")).decode()


@dataclass
class Request:
    """`path` is as on the wire; `query` holds decoded pairs, which are encoded when the request is written."""

    method: str = "GET"
    path: str = "/"
    query: list[tuple[str, str]] = field(default_factory=list)
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""
    # What signing leaves behind, for cases that spoil one part: Credential, SignedHeaders, Signature, Scope, StringToSign.
    parts: dict[str, str] = field(default_factory=dict)

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")

    def add(self, name: str, value: str) -> "Request":
        self.headers.append((name, value))
        return self

    def set(self, name: str, value: str) -> "Request":
        """Replaces a header in its place, or adds it."""
        at = next((i for i, (key, _) in enumerate(self.headers) if key.lower() == name.lower()), None)
        if at is None:
            return self.add(name, value)
        self.headers[at] = (name, value)
        return self

    def drop(self, name: str) -> "Request":
        self.headers = [pair for pair in self.headers if pair[0].lower() != name.lower()]
        self.query = [pair for pair in self.query if pair[0] != name]
        return self

    def set_query(self, name: str, value: str) -> "Request":
        """Replaces a parameter in its place, or adds it."""
        names = [key for key, _ in self.query]
        if name not in names:
            self.query.append((name, value))
        else:
            self.query[names.index(name)] = (name, value)
        return self

    def copy(self) -> "Request":
        return copy.deepcopy(self)

    def target(self) -> str:
        query = "&".join(f"{encode(name)}={encode(value)}" for name, value in self.query)
        return f"{self.path}?{query}" if query else self.path

    def wire(self) -> bytes:
        lines = [f"{self.method} {self.target()} HTTP/1.1", *(f"{name}: {value}" for name, value in self.headers)]
        if self.method in ("PUT", "POST") and not self.header("Content-Length"):
            lines.append(f"Content-Length: {len(self.body)}")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + self.body


@dataclass
class Scope:
    """What a signature says it is for. Every field may be wrong on purpose."""

    region: str
    service: str
    at: datetime.datetime
    date: str = ""  # of the scope; by default that of `at`
    terminator: str = "aws4_request"

    def __post_init__(self):
        self.date = self.date or self.at.strftime("%Y%m%d")

    def text(self) -> str:
        return f"{self.date}/{self.region}/{self.service}/{self.terminator}"


def signing_key(secret: str, scope: Scope) -> bytes:
    key = b"AWS4" + secret.encode()
    for part in (scope.date, scope.region, scope.service, scope.terminator):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


def canonical_path(path: str, service: str) -> str:
    if service == "s3":  # the octets of the key, encoded once
        return encode(urllib.parse.unquote_to_bytes(path), "/")
    return encode(path, "/")  # as on the wire, encoded once more


def canonical_request(request: Request, names: list[str], payload: str, service: str) -> str:
    pairs = sorted((encode(name), encode(value)) for name, value in request.query if name != "X-Amz-Signature")
    lines = [request.method, canonical_path(request.path, service), "&".join(f"{n}={v}" for n, v in pairs)]
    for name in names:
        values = [" ".join(value.split()) for key, value in request.headers if key.lower() == name]
        lines.append(f"{name}:{','.join(values)}")
    return "\n".join([*lines, "", ";".join(names), payload])


def string_to_sign(request: Request, names: list[str], payload: str, scope: Scope) -> str:
    canonical = canonical_request(request, names, payload, scope.service)
    return "\n".join([ALGORITHM, iso(scope.at), scope.text(), sha256(canonical.encode("latin-1"))])


def signature(secret: str, scope: Scope, text: str) -> str:
    return hmac.digest(signing_key(secret, scope), text.encode("latin-1"), "sha256").hex()


def authorization(parts: dict[str, str], algorithm: str = ALGORITHM) -> str:
    wanted = ("Credential", "SignedHeaders", "Signature")
    return algorithm + " " + ", ".join(f"{name}={parts[name]}" for name in wanted if name in parts)


def sign(request: Request, credentials: Credentials, scope: Scope, payload: str | None = None,
         unsigned: tuple[str, ...] = ()) -> Request:
    """Header authentication: adds X-Amz-Date, the payload's hash for S3, a token, Authorization; signs all headers there
    are but those named in `unsigned` (lower case)."""
    request = request.copy()
    if not request.header("X-Amz-Date") and not request.header("Date"):
        request.add("X-Amz-Date", iso(scope.at))
    digest = payload or sha256(request.body)
    if scope.service == "s3":
        request.add("x-amz-content-sha256", digest)
    if credentials.token:
        request.add("X-Amz-Security-Token", credentials.token)
    names = sorted({name.lower() for name, _ in request.headers} - set(unsigned) - {"authorization"})
    text = string_to_sign(request, names, digest, scope)
    request.parts = {
        "Credential": f"{credentials.access_key}/{scope.text()}",
        "SignedHeaders": ";".join(names),
        "Signature": signature(credentials.secret_key, scope, text),
        "Scope": scope.text(),
        "StringToSign": text,
    }
    return request.add("Authorization", authorization(request.parts))


def presign(request: Request, credentials: Credentials, scope: Scope, expires: str | None = "300",
            payload: str = "UNSIGNED-PAYLOAD", changes: dict[str, str | None] | None = None) -> Request:
    """Query authentication. `changes` replaces parameters (or leaves them out: None) *before* they are signed."""
    request = request.copy()
    names = sorted({name.lower() for name, _ in request.headers})
    parameters: dict[str, str | None] = {
        "X-Amz-Algorithm": ALGORITHM,
        "X-Amz-Credential": f"{credentials.access_key}/{scope.text()}",
        "X-Amz-Date": iso(scope.at),
        "X-Amz-Expires": expires,
        "X-Amz-Security-Token": credentials.token or None,
        "X-Amz-SignedHeaders": ";".join(names),
    } | (changes or {})
    request.query += [(name, value) for name, value in parameters.items() if value is not None]
    text = string_to_sign(request, names, payload, scope)
    request.parts = {"Signature": signature(credentials.secret_key, scope, text), "StringToSign": text}
    request.query.append(("X-Amz-Signature", request.parts["Signature"]))
    return request


# --- bodies in signed chunks -----------------------------------------------------------------------------------------


class Chunks:
    """Encodes aws-chunked bodies. Each chunk is kept apart, so that a case can spoil one."""

    def __init__(self, request: Request, credentials: Credentials, scope: Scope):
        self.key = signing_key(credentials.secret_key, scope)
        self.at, self.scope = iso(scope.at), request.parts["Scope"]
        self.previous = request.parts["Signature"]

    def _sign(self, kind: str, *hashes: str) -> str:
        text = "\n".join([f"{ALGORITHM}-{kind}", self.at, self.scope, self.previous, *hashes])
        self.previous = hmac.digest(self.key, text.encode(), "sha256").hex()
        return self.previous

    def chunk(self, data: bytes) -> bytes:
        """A whole chunk; the one of no data ends a body and lacks its last line end."""
        head = f"{len(data):x};chunk-signature={self._sign('PAYLOAD', EMPTY, sha256(data))}\r\n".encode()
        return head + data + b"\r\n" if data else head

    def trailer(self, name: str, value: str) -> bytes:
        signed = self._sign("TRAILER", sha256(f"{name}:{value}\n".encode()))
        return f"{name}:{value}\r\nx-amz-trailer-signature:{signed}\r\n\r\n".encode()


# --- version 2 -------------------------------------------------------------------------------------------------------


def _hmac_sha1(secret: str, text: str) -> str:
    return base64.b64encode(hmac.digest(secret.encode(), text.encode("latin-1"), "sha1")).decode()


def text_v2(request: Request, date: str) -> str:
    amz = sorted((name.lower(), value) for name, value in request.headers if name.lower().startswith("x-amz-"))
    lines = [request.method, request.header("Content-MD5"), request.header("Content-Type"), date]
    return "\n".join([*lines, *(f"{name}:{value}" for name, value in amz), request.path])


def sign_v2(request: Request, credentials: Credentials, at: datetime.datetime) -> Request:
    request = request.copy().add("Date", at.strftime("%a, %d %b %Y %H:%M:%S GMT"))
    signed = _hmac_sha1(credentials.secret_key, text_v2(request, request.header("Date")))
    request.parts = {"Signature": signed}
    return request.add("Authorization", f"AWS {credentials.access_key}:{signed}")


def presign_v2(request: Request, credentials: Credentials, expires_at: int) -> Request:
    request = request.copy()
    signed = _hmac_sha1(credentials.secret_key, text_v2(request, str(expires_at)))
    request.parts = {"Signature": signed}
    request.query += [("AWSAccessKeyId", credentials.access_key), ("Expires", str(expires_at)), ("Signature", signed)]
    return request
