"""Bad input by raw sockets. One server for all of it: after every test it must be alive, answer a signed PUT and GET
correctly on new connections, and hold no more threads than before."""

import pathlib
import secrets
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "clients"))

import keymill  # noqa: E402
import rawhttp  # noqa: E402


@pytest.fixture(scope="session")
def server():
    keymill.raise_fd_limit()
    running = keymill.Server(None, "--log-level", "warn")
    running.start()
    yield running
    assert running.alive(), f"the server died\n{running.tail()}"
    status = running.stop()
    assert status == 0, f"exit status {status} after SIGTERM\n{running.tail()}"
    running.cleanup()


@pytest.fixture(scope="session")
def signer(server):
    return rawhttp.Signer(server.access_key, server.secret_key, server.host, server.port)


@pytest.fixture(scope="session")
def bucket(signer):
    answer = signer.call("PUT", "/bad-input")
    assert answer.status == 200, answer
    return "bad-input"


@pytest.fixture
def connect(server):
    """Opens connections; closes what the test leaves open."""
    opened = []

    def make(timeout: float = 10) -> rawhttp.Connection:
        connection = rawhttp.Connection(server.host, server.port, timeout)
        opened.append(connection)
        return connection

    yield make
    for connection in opened:
        connection.close()


@pytest.fixture
def probe(server, signer, bucket):
    """Asserts that the server lives and answers correctly."""

    def check() -> None:
        assert server.alive(), f"the server died\n{server.tail()}"
        body = secrets.token_bytes(1000)
        put = signer.call("PUT", f"/{bucket}/alive", body)
        assert put.status == 200, put
        got = signer.call("GET", f"/{bucket}/alive")
        assert (got.status, got.body) == (200, body), got

    return check


@pytest.fixture(autouse=True)
def still_well(request, server, probe):
    threads = server.threads()
    yield
    if not server.alive():
        request.session.shouldstop = "the server died"
    probe()
    # RocksDB starts background threads once; more than a few new ones would be one per bad request.
    assert server.threads() <= threads + 8


