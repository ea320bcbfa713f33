"""What is not HTTP, or not quite: every case ends in an AWS error or a closed connection, promptly."""

import secrets
import time

import pytest
from rawhttp import Closed, Connection, Response, head

ERRORS = range(400, 506)


def refusal(connection: Connection, method: str = "GET") -> Response | None:
    """The answer to something wrong: an error with a parseable body, or None for a close without an answer."""
    try:
        answer = connection.read(method)
    except Closed:
        return None
    assert answer.status in ERRORS and answer.status not in (500, 503), answer
    if answer.body and answer.headers.get("content-type", "").endswith("xml"):
        assert answer.code, answer
    return answer


def is_refused(connection: Connection, data: bytes) -> Response | None:
    connection.send_until_refused(data)
    connection.finish_sending()
    return refusal(connection)


# --- request lines ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("line", [
    b"GET", b"GET ", b"GET /", b"GET / ", b"GET / HTTP", b"GET / HTTP/", b"GET / HTTP/1", b"GET / HTTP/1.1.1",
    b"GET / HTTP/9.9", b"GET / http/1.1", b"GET  / HTTP/1.1", b"GET / x HTTP/1.1", b" GET / HTTP/1.1",
    b"GET /\x00 HTTP/1.1", b"GET /\x01 HTTP/1.1", b"GET /\x7f HTTP/1.1", b"GET /a\tb HTTP/1.1", b"G\x00T / HTTP/1.1",
    b"GET /a\rb HTTP/1.1", b"G(T / HTTP/1.1", b"/ GET HTTP/1.1", b"GET bucket/key HTTP/1.1", b"HTTP/1.1 200 OK",
    b"\xff\xfe\xfd", b"GET\t/\tHTTP/1.1", b"A" * 100_000, b"GET /" + b"a" * 100_000 + b" HTTP/1.1",
    b"GET /?" + b"a=b&" * 30_000 + b" HTTP/1.1", b"PRI * HTTP/2.0", b"GET * HTTP/1.1",
], ids=lambda line: ascii(line)[1:30])
def test_malformed_request_line(connect, line):
    connection = connect()
    is_refused(connection, line + b"\r\nHost: x\r\n\r\n")
    assert connection.closed_by_server()


@pytest.mark.parametrize("data", [
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\xaa" * 506,  # a TLS ClientHello
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00",  # HTTP/2 with prior knowledge
    b"\x00" * 65_536,
    b"\r\n" * 50_000,
    b"\n" * 100_000,
    b"EHLO mail.example.com\r\n",
    b"SSH-2.0-OpenSSH_9.2\r\n",
    secrets.token_bytes(100_000),
], ids=["tls", "http2", "nul", "crlf", "lf", "smtp", "ssh", "random"])
def test_another_protocol(connect, data):
    connection = connect()
    is_refused(connection, data)
    assert connection.closed_by_server()


@pytest.mark.parametrize("method", ["FOO", "get", "PATCH", "TRACE", "CONNECT", "PROPFIND", "X" * 200])
def test_unknown_methods(connect, method):
    answer = is_refused(connect(), f"{method} /bad-input/k HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    if answer is not None and answer.body:
        assert answer.status in (400, 403, 405, 501), answer


def test_http_1_0_is_answered_and_closed(connect, signer, bucket):
    headers = signer.headers("GET", f"/{bucket}?location")
    connection = connect()
    connection.send(head("GET", f"/{bucket}?location", headers).replace(b"HTTP/1.1", b"HTTP/1.0", 1))
    assert connection.read().status == 200
    assert connection.closed_by_server()


def test_a_connection_that_sends_nothing_and_closes(connect):
    for _ in range(200):
        connect().close()


def test_a_connection_that_is_reset(connect, signer, bucket):
    for number in range(200):
        connection = connect()
        if number % 3:
            connection.send(signer.request("GET", f"/{bucket}/alive")[: number])
        connection.reset()


# --- headers ---------------------------------------------------------------------------------------------------------


def with_header(signer, raw: bytes, target="/bad-input/k") -> bytes:
    """A correctly signed GET with a raw line added to its head."""
    return signer.request("GET", target)[:-2] + raw + b"\r\n\r\n"


@pytest.mark.parametrize("raw", [
    b"X-Big: " + b"a" * 100_000,
    b"X-" + b"n" * 100_000 + b": v",
    b"\r\n".join(b"X-H%d: %s" % (number, b"v" * 90) for number in range(1000)),
    b"\r\n".join(b"X-H%d:" % number for number in range(10_000)),
], ids=["value", "name", "many", "many-empty"])
def test_100_kb_of_headers(connect, signer, bucket, raw):
    answer = is_refused(connect(), with_header(signer, raw))
    if answer is not None:
        assert answer.status in (400, 413, 431), answer
        assert answer.code in ("RequestHeaderSectionTooLarge", ""), answer


def test_header_section_just_over_awss_limit(connect, signer, bucket):
    answer = is_refused(connect(), with_header(signer, b"X-Big: " + b"a" * 9000))
    assert answer is not None
    assert (answer.status, answer.code) == (400, "RequestHeaderSectionTooLarge"), answer
    assert answer.error("MaxSizeAllowed") == "8192"


@pytest.mark.parametrize("raw", [
    b"NoColon", b": no name", b"Sp ace: v", b"Trailing : v", b"X-Nul: a\x00b", b"X-Cr: a\rb", b"X-\x00: v", b"X-\xff: v",
    b"X-Ctl: a\x01b", b"(X): v",
], ids=lambda raw: ascii(raw)[1:20])
def test_malformed_header(connect, signer, bucket, raw):
    answer = is_refused(connect(), with_header(signer, raw))
    assert answer is None or answer.status == 400, answer


def test_header_values_of_raw_octets_do_not_disturb(connect, signer, bucket, probe):
    # Unsigned and not x-amz-*: S3 does not look at it.
    connection = connect()
    connection.send(with_header(signer, b"X-Raw: " + bytes(range(0x80, 0x100)), "/bad-input?location"))
    assert connection.read().status in (200, 400)


@pytest.mark.parametrize("name", ["Authorization", "Host", "X-Amz-Date", "X-Amz-Content-SHA256", "Content-Length"])
def test_duplicate_headers_with_different_values(connect, signer, bucket, name):
    body = b"hello"
    whole = signer.request("PUT", f"/{bucket}/duplicate", body)
    other = {"Authorization": "AWS4-HMAC-SHA256 Credential=x", "Host": "other.example.com", "Content-Length": "3",
             "X-Amz-Date": "20200101T000000Z", "X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD"}[name]
    request_head, _, _ = whole.partition(b"\r\n\r\n")
    answer = is_refused(connect(), request_head + f"\r\n{name}: {other}\r\n\r\n".encode() + body)
    if name == "Authorization":
        assert answer is not None and (answer.status, answer.code) == (501, "NotImplemented"), answer
        assert answer.error("Header") == "Authorization"
    got = signer.call("GET", f"/{bucket}/duplicate")
    assert (got.status, got.code) == (404, "NoSuchKey"), "a request with two values for one header took effect"


def test_a_header_repeated_with_the_same_value_is_signed_as_a_list(connect, signer, bucket):
    # Equal Content-Lengths may be taken as one (RFC 9110 8.6) or refused; never read as two bodies.
    whole = signer.request("PUT", f"/{bucket}/same-length", b"hello")
    request_head, _, body = whole.partition(b"\r\n\r\n")
    connection = connect()
    connection.send(request_head + b"\r\nContent-Length: 5\r\n\r\n" + body)
    assert connection.read("PUT").status in (200, 400)


# --- body length -----------------------------------------------------------------------------------------------------


def put_with(signer, key: str, framing: list[str], body: bytes, sent: bytes) -> bytes:
    headers = signer.headers("PUT", f"/bad-input/{key}", body)
    lines = head("PUT", f"/bad-input/{key}", headers)[:-2].decode("latin-1") + "".join(f"{line}\r\n" for line in framing)
    return lines.encode("latin-1") + b"\r\n" + sent


def is_absent(signer, key: str) -> None:
    got = signer.call("GET", f"/bad-input/{key}")
    assert (got.status, got.code) == (404, "NoSuchKey"), f"{key} became visible: {got}"


@pytest.mark.parametrize("value", ["-1", "abc", "", "5x", "0x5", "5 5", "5,6", "+5", "5.0", "99999999999999999999999999"])
def test_nonsensical_content_length(connect, signer, bucket, value):
    connection = connect()
    answer = is_refused(connection, put_with(signer, "length", [f"Content-Length: {value}"], b"hello", b"hello"))
    assert answer is None or answer.status == 400, answer
    assert connection.closed_by_server()
    is_absent(signer, "length")


def test_no_content_length(connect, signer, bucket):
    answer = is_refused(connect(), put_with(signer, "no-length", [], b"", b""))
    assert answer is not None and (answer.status, answer.code) == (411, "MissingContentLength"), answer
    is_absent(signer, "no-length")


def test_a_petabyte_is_refused_before_it_is_sent(connect, signer, bucket, server):
    before = server.rss()
    answer = is_refused(connect(), put_with(signer, "huge", ["Content-Length: 1125899906842624"], b"x", b"x"))
    assert answer is not None and answer.code in ("EntityTooLarge", "IncompleteBody"), answer
    assert server.rss() - before < 16 * 1024 * 1024
    is_absent(signer, "huge")


@pytest.mark.parametrize("size", [10, 1000, 70_000, 3_000_000])
@pytest.mark.parametrize("how", ["half-close", "close", "reset"])
def test_a_truncated_body_leaves_nothing(connect, signer, bucket, size, how):
    body = secrets.token_bytes(size)
    connection = connect()
    connection.send(put_with(signer, "truncated", [f"Content-Length: {size}"], body, body[: size // 2]))
    if how == "half-close":
        connection.finish_sending()
        answer = refusal(connection, "PUT")
        if answer is not None:
            assert (answer.status, answer.code) == (400, "IncompleteBody"), answer
        assert connection.closed_by_server()
    elif how == "close":
        connection.close()
    else:
        connection.reset()
    time.sleep(0.05)
    is_absent(signer, "truncated")


def test_a_truncated_overwrite_keeps_the_old_object(connect, signer, bucket):
    old, new = secrets.token_bytes(3_000_000), secrets.token_bytes(3_000_000)
    assert signer.call("PUT", f"/{bucket}/kept", old).status == 200
    for _ in range(5):
        connection = connect()
        connection.send(put_with(signer, "kept", [f"Content-Length: {len(new)}"], new, new[:-1]))
        connection.reset()
    time.sleep(0.05)
    assert signer.call("GET", f"/{bucket}/kept").body == old


def test_more_body_than_announced_is_not_part_of_it(connect, signer, bucket):
    connection = connect()
    connection.send(put_with(signer, "surplus", ["Content-Length: 5"], b"hello", b"hello and more\r\n\r\n"))
    assert connection.read("PUT").status == 200
    refusal(connection)  # the surplus is no request
    assert connection.closed_by_server()
    assert signer.call("GET", f"/{bucket}/surplus").body == b"hello"


@pytest.mark.parametrize("framing", [
    ["Content-Length: 5", "Transfer-Encoding: chunked"],
    ["Transfer-Encoding: chunked", "Content-Length: 5"],
    ["Transfer-Encoding: chunked", "Transfer-Encoding: identity", "Content-Length: 5"],
    ["Transfer-Encoding: xchunked", "Content-Length: 5"],
    ["Transfer-Encoding : chunked", "Content-Length: 5"],
    ["Transfer-Encoding: chunked, gzip", "Content-Length: 5"],
], ids=lambda framing: " ".join(framing))
def test_request_smuggling_gets_one_answer(connect, signer, bucket, framing):
    """Whatever the server makes of ambiguous framing, the hidden request must not be run."""
    key = f"smuggled-{secrets.token_hex(4)}"
    hidden = signer.request("PUT", f"/{bucket}/{key}", b"gotcha")
    connection = connect()
    connection.send_until_refused(put_with(signer, "outer", framing, b"hello", b"0\r\n\r\n" + hidden))
    connection.finish_sending()
    connection.closed_by_server()
    is_absent(signer, key)


@pytest.mark.parametrize("sent", [
    b"zz\r\nhello\r\n0\r\n\r\n", b"5\r\nhelloXX0\r\n\r\n", b"5\r\nhel", b"-5\r\nhello\r\n0\r\n\r\n", b"\r\n\r\n",
    b"ffffffffffffffffff\r\nhello", b"7fffffffffffffff\r\nhello", b"5\nhello\n0\n\n", b"5;" + b"x" * 100_000,
    b"5\r\nhello\r\n0\r\nno colon\r\n\r\n", b"5\r\nhello\r\n",
], ids=lambda sent: ascii(sent)[1:25])
def test_malformed_chunked_framing(connect, signer, bucket, sent):
    connection = connect()
    connection.send_until_refused(put_with(signer, "chunked", ["Transfer-Encoding: chunked"], b"hello", sent))
    connection.finish_sending()
    refusal(connection, "PUT")
    assert connection.closed_by_server()
    is_absent(signer, "chunked")


def test_chunked_framing_in_any_pieces_is_understood_or_refused(connect, signer, bucket):
    body = secrets.token_bytes(100_000)
    pieces, at = [], 0
    while at < len(body):
        size = min(1 + secrets.randbelow(9000), len(body) - at)
        pieces.append(b"%x\r\n%s\r\n" % (size, body[at:at + size]))
        at += size
    connection = connect()
    sent = b"".join(pieces) + b"0\r\n\r\n"
    connection.send_until_refused(put_with(signer, "pieces", ["Transfer-Encoding: chunked"], body, sent))
    answer = connection.read("PUT")
    if answer.status == 200:
        assert signer.call("GET", f"/{bucket}/pieces").body == body
        assert signer.call("DELETE", f"/{bucket}/pieces").status == 204
    else:
        assert (answer.status, answer.code) == (411, "MissingContentLength"), answer
        is_absent(signer, "pieces")


# --- Expect ----------------------------------------------------------------------------------------------------------


def test_expect_100_continue_is_answered_after_authorization_only(connect, signer, bucket):
    body = secrets.token_bytes(200_000)
    headers = signer.headers("PUT", f"/{bucket}/expected", body)
    framing = [("Content-Length", str(len(body))), ("Expect", "100-continue")]
    connection = connect()
    connection.send(head("PUT", f"/{bucket}/expected", [*headers.items(), *framing]))
    assert connection.read_head().status == 100
    connection.send(body)
    assert connection.read("PUT").status == 200

    headers["Authorization"] = headers["Authorization"][:-4] + "0000"
    connection = connect()
    connection.send(head("PUT", f"/{bucket}/expected", [*headers.items(), *framing]))
    answer = connection.read_head()
    assert answer.status == 403, "asked for the body of a forged request"


@pytest.mark.parametrize("how", ["right", "forged", "missing-bucket"])
def test_a_final_answer_without_100_continue_ends_the_connection(connect, signer, bucket, how):
    """botocore sends Expect with every PUT, also of nothing. On a kept connection, a final answer that came without a
    100 makes it take the next answer's status line for a header (awsrequest.py keeps the status it has seen)."""
    target = "/no-such-bucket-here/k" if how == "missing-bucket" else f"/{bucket}/expected-empty"
    headers = signer.headers("PUT", target) | {"Content-Length": "0", "Expect": "100-continue"}
    if how == "forged":
        headers["Authorization"] = headers["Authorization"][:-4] + "0000"
    connection = connect()
    connection.send(head("PUT", target, headers))
    answer = connection.read_head()
    if answer.status == 100:
        answer = connection.read("PUT")
    else:
        assert answer.headers.get("connection") == "close", answer
    assert answer.status == {"right": 200, "forged": 403, "missing-bucket": 404}[how]


def test_an_unknown_expectation_does_no_harm(connect, signer, bucket):
    connection = connect()
    request = signer.request("PUT", f"/{bucket}/expectation", b"hello")
    connection.send(request.replace(b"\r\n", b"\r\nExpect: 200-maybe\r\n", 1))
    assert connection.read("PUT").status in (200, 417)


# --- pipelining and other requests' data -----------------------------------------------------------------------------


def test_pipelined_requests_are_answered_in_order(connect, signer, bucket):
    bodies = [secrets.token_bytes(100 + number * 37) for number in range(50)]
    connection = connect()
    connection.send(b"".join(signer.request("PUT", f"/{bucket}/p{number}", body) for number, body in enumerate(bodies)))
    for _ in bodies:
        assert connection.read("PUT").status == 200
    connection.send(b"".join(signer.request("GET", f"/{bucket}/p{number}") for number in range(50)))
    assert [connection.read().body for _ in bodies] == bodies


def test_a_put_and_its_get_in_one_packet(connect, signer, bucket):
    connection = connect()
    for number in range(20):
        body = secrets.token_bytes(2000)
        target = f"/{bucket}/both{number}"
        connection.send(signer.request("PUT", target, body) + signer.request("GET", target)
                        + signer.request("DELETE", target) + signer.request("GET", target))
        assert connection.read("PUT").status == 200
        assert connection.read().body == body
        assert connection.read("DELETE").status == 204
        assert connection.read().code == "NoSuchKey"


def test_refusals_in_the_middle_of_a_pipeline_do_not_shift_it(connect, signer, bucket):
    """A refused PUT's unread body must never be taken for the next request."""
    good = signer.request("GET", f"/{bucket}/alive")
    signer.call("PUT", f"/{bucket}/alive", b"alive")
    hidden = signer.request("PUT", f"/{bucket}/hidden", b"x")
    refused = signer.request("PUT", f"/{bucket}/refused", hidden).replace(b"Signature=", b"Signature=0", 1)
    connection = connect()
    connection.send_until_refused(good + refused + good)
    assert connection.read().body == b"alive"
    assert connection.read("PUT").status in (400, 403)
    try:
        assert connection.read().body == b"alive"
    except Closed:
        pass  # closing after a refusal is as good
    is_absent(signer, "hidden")
    is_absent(signer, "refused")


def test_many_connections_never_see_each_others_bytes(server, signer, bucket):
    from concurrent.futures import ThreadPoolExecutor

    def work(number: int) -> None:
        with Connection(server.host, server.port) as connection:
            for turn in range(20):
                body = (b"%08d-%08d|" % (number, turn)) * (50 + 997 * (turn % 3))
                target = f"/{bucket}/own{number}"
                assert signer.call("PUT", target, body, connection=connection).status == 200
                got = signer.call("GET", target, connection=connection)
                assert got.body == body
                missing = signer.call("GET", f"/{bucket}/missing{number}", connection=connection)
                assert missing.error("Key") == f"missing{number}"

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(work, range(16)))


def test_head_answers_have_no_body(connect, signer, bucket):
    connection = connect()
    signer.call("PUT", f"/{bucket}/alive", b"alive")
    connection.send(signer.request("HEAD", f"/{bucket}/missing") + signer.request("GET", f"/{bucket}/alive"))
    assert connection.read("HEAD").status == 404
    assert connection.read().body == b"alive"


# --- hosts -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["evil.example.com", "127.0.0.1", "[::1]:80", "x:99999", "a b", "ex_ample", "host/path",
                                  "user@host", "." * 300, "h" * 5000, "%41", "\xff\xfe", "bucket..localhost", "-.localhost"])
def test_wrong_hosts(connect, signer, bucket, host):
    request = signer.request("GET", f"/{bucket}/alive")
    sent = request.replace(b"Host: 127.0.0.1:%d" % signer.port, b"Host: " + host.encode("latin-1"), 1)
    assert sent != request
    answer = is_refused(connect(), sent)
    assert answer is None or answer.status in (400, 403, 404), answer


def test_no_host_and_an_empty_host(connect, signer, bucket):
    request = signer.request("GET", f"/{bucket}/alive")
    line = b"Host: 127.0.0.1:%d\r\n" % signer.port
    for replacement in (b"", b"Host:\r\n", b"Host: \r\n"):
        answer = is_refused(connect(), request.replace(line, replacement, 1))
        assert answer is None or answer.status in (400, 403), answer


@pytest.mark.parametrize("suffix", ["localhost", "s3.localhost"])
def test_virtual_hosts(connect, signer, bucket, suffix):
    signer.call("PUT", f"/{bucket}/alive", b"alive")
    connection = connect()
    for host in (f"{bucket}.{suffix}", f"{bucket}.{suffix}:{signer.port}", f"{bucket}.{suffix}".upper().lower()):
        connection.send(signer.request("GET", "/alive", host=host))
        answer = connection.read()
        assert (answer.status, answer.body) == (200, b"alive"), answer
    connection.send(signer.request("GET", "/alive", host=f"no-such-bucket-here.{suffix}"))
    assert connection.read().code == "NoSuchBucket"


def test_an_absolute_request_target(connect, signer, bucket):
    signer.call("PUT", f"/{bucket}/alive", b"alive")
    request = signer.request("GET", f"/{bucket}/alive")
    connection = connect()
    connection.send(request.replace(b"GET /", b"GET http://127.0.0.1:%d/" % signer.port, 1))
    answer = connection.read()
    assert answer.status == 400 or answer.body == b"alive", answer
