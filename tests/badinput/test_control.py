"""The control API knows whose a body is before it takes it in."""

import hashlib
import json

import pytest
from rawhttp import head

SEED = "/_keymill/v1/seed"
LARGE = 16 << 20
LIMIT = 256 << 10  # of bodies that are not announced by their hash


def code(answer) -> tuple[int, str]:
    return answer.status, json.loads(answer.body)["error"]["code"]


def answer_to_head(connect, target: str, headers: dict[str, str], length: int, method: str = "PUT"):
    """Sends no body: an answer proves that the server asked for none."""
    connection = connect(timeout=5)
    connection.send(head(method, target, headers | {"Content-Length": str(length)}))
    return code(connection.read(method))


@pytest.fixture
def signed(signer):
    def headers(announced: str | None = None, target: str = SEED, key: str | None = None, body: bytes = b"{}"):
        extra = {"X-Amz-Content-SHA256": announced} if announced else {}
        if key is None:
            return signer.headers("PUT", target, body, extra, service="keymill")
        other = type(signer)(key, "wrong", signer.host, signer.port)
        return other.headers("PUT", target, body, extra, service="keymill")

    return headers


def test_nobody_sends_a_body(connect, server):
    host = {"Host": f"{server.host}:{server.port}"}
    assert answer_to_head(connect, SEED, host, LARGE) == (403, "MissingAuthenticationToken")
    assert answer_to_head(connect, "/_keymill/v1/accounts", host, 10, "POST") == (403, "MissingAuthenticationToken")
    connection = connect(timeout=5)
    connection.send(head("PUT", SEED, host | {"Transfer-Encoding": "chunked"}))
    assert code(connection.read("PUT")) == (403, "MissingAuthenticationToken")


def test_an_unknown_key_is_refused_without_its_body(connect, signed):
    assert answer_to_head(connect, SEED, signed(key="AKIANOBODYNOBODYNOBO"), 100) == (403, "InvalidClientTokenId")


def test_a_wrong_signature_over_an_announced_hash_is_refused_without_the_body(connect, signed, server):
    digest = hashlib.sha256(b"anything").hexdigest()
    headers = signed(announced=digest, key=server.access_key)
    assert answer_to_head(connect, SEED, headers, LARGE) == (403, "SignatureDoesNotMatch")


def test_a_large_body_needs_its_hash(connect, signed, signer):
    assert answer_to_head(connect, SEED, signed(), LIMIT + 1) == (413, "RequestEntityTooLarge")
    connection = connect()
    connection.send(head("PUT", SEED, signed() | {"Transfer-Encoding": "chunked"}))
    connection.send_until_refused(b"10000\r\n" + b" " * 65536 + b"\r\n" + b"40000\r\n" + b" " * 262144 + b"\r\n")
    assert code(connection.read("PUT")) == (413, "RequestEntityTooLarge")
    body = json.dumps({"accounts": [{"name": "n" * LIMIT}]}).encode()
    announced = {"X-Amz-Content-SHA256": hashlib.sha256(body).hexdigest()}
    assert signer.call("PUT", SEED, body, announced, service="keymill").status == 200
    assert signer.call("PUT", SEED, b'{"accounts": []}', service="keymill").status == 200


def test_an_announced_hash_is_held_to(connect, signed):
    digest = hashlib.sha256(b"{} ").hexdigest()
    connection = connect()
    headers = signed(announced=digest, body=b"{} ")
    connection.send(head("PUT", SEED, headers | {"Content-Length": "3"}) + b"{}!")
    assert code(connection.read("PUT")) == (400, "XAmzContentSHA256Mismatch")


def test_each_operation_has_its_own_limit(connect, signer):
    target = "/_keymill/v1/snapshots"
    extra = {"X-Amz-Content-SHA256": hashlib.sha256(b"x").hexdigest()}
    headers = signer.headers("POST", target, b"x", extra, service="keymill")
    assert answer_to_head(connect, target, headers, LIMIT + 1, "POST") == (413, "RequestEntityTooLarge")
    headers = signer.headers("PUT", SEED, b"x", extra, service="keymill")
    assert answer_to_head(connect, SEED, headers, LARGE + 1) == (413, "RequestEntityTooLarge")
