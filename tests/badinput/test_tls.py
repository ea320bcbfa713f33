"""What is not TLS on the HTTPS port, and TLS that stops half-way."""

import secrets
import socket
import ssl
import time

import pytest

import keymill


@pytest.fixture(scope="module")
def port():
    running = keymill.Server(None, "--log-level", "warn", "--tls-listen", "127.0.0.1:0").start()
    fields = dict(word.split("=", 1) for word in running.out[-1].split() if "=" in word)
    number = int(fields["tls_endpoint"].rsplit(":", 1)[1])
    yield number
    assert running.alive(), f"the server died\n{running.tail()}"
    shake_hands(number)
    assert running.stop() == 0, running.tail()
    running.cleanup()


def connect(port):
    return socket.create_connection(("127.0.0.1", port), 40)


def careless():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def shake_hands(port, context=None):
    """A whole request over TLS: the proof that the server is well."""
    with (context or careless()).wrap_socket(connect(port)) as tls:
        tls.sendall(b"GET /_keymill/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        answer = b""
        while piece := tls.recv(4096):
            answer += piece
        assert answer.startswith(b"HTTP/1.1 200 OK\r\n") and b'"ok"' in answer
        return tls.selected_alpn_protocol()


def read_to_end(connection):
    answer = b""
    try:
        while piece := connection.recv(4096):
            answer += piece
    except ConnectionResetError:
        pass
    return answer


def test_plain_http_is_told_what_the_port_speaks(port):
    with connect(port) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        answer = read_to_end(connection)
    assert answer.startswith(b"HTTP/1.1 400 ") and b"HTTPS" in answer
    head, body = answer.split(b"\r\n\r\n", 1)
    assert f"Content-Length: {len(body)}".encode() in head
    shake_hands(port)


@pytest.mark.parametrize("garbage", [b"\0" * 100, b"\x16\x03\x01\xff\xff" + b"x" * 70000, b"\x80\x2e\x01\x00\x02" + b"y" * 50,
                                     secrets.token_bytes(3000)])
def test_garbage_ends_the_connection_only(port, garbage):
    with connect(port) as connection:
        try:
            connection.sendall(garbage)
            connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # refused before all of it was sent
        read_to_end(connection)
    shake_hands(port)


def test_old_tls_is_refused(port):
    context = careless()
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises((ssl.SSLError, ConnectionResetError)):
        context.wrap_socket(connect(port))
    shake_hands(port)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_new_tls_is_accepted(port, version):
    context = careless()
    context.minimum_version = context.maximum_version = version
    shake_hands(port, context)


def test_the_protocol_is_http_1_1_or_none(port):
    context = careless()
    context.set_alpn_protocols(["h2", "http/1.1"])
    assert shake_hands(port, context) == "http/1.1"
    context = careless()
    context.set_alpn_protocols(["h2"])
    with pytest.raises((ssl.SSLError, ConnectionResetError)):
        context.wrap_socket(connect(port))


def test_a_client_that_leaves_without_goodbye_hurts_nobody(port):
    for cut in (1, 5, 100):
        with connect(port) as connection:
            connection.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[:cut])
    for _ in range(20):
        tls = careless().wrap_socket(connect(port))
        tls.sendall(b"PUT /b/k HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\npart")
        socket.socket(fileno=tls.detach()).close()
    shake_hands(port)


def test_a_handshake_that_stalls_is_given_up(port):
    with connect(port) as connection:
        connection.sendall(b"\x16\x03\x01")
        began = time.monotonic()
        assert read_to_end(connection) == b""
        assert 15 < time.monotonic() - began < 35
