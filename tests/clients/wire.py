"""One HTTP request and response over a plain or TLS socket, every byte under the test's control. Standard library only."""

import socket
import ssl
import struct
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field


@dataclass
class Response:
    status: int = 0
    reason: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def code(self) -> str:
        """The AWS error code in the body; '' without one."""
        return self.error("Code")

    @property
    def message(self) -> str:
        return self.error("Message")

    def error(self, element: str) -> str:
        if not self.body.lstrip().startswith(b"<"):
            return ""
        for node in ElementTree.fromstring(self.body).iter():
            if node.tag.rpartition("}")[2] == element:
                return node.text or ""
        return ""

    def __str__(self) -> str:
        return f"{self.status} {self.reason} {self.headers} {self.body[:600]!r}"


class Closed(Exception):
    """The server closed the connection before a whole response had arrived."""


class Connection:
    """A socket and the bytes that have arrived on it; reads one response at a time."""

    def __init__(self, host: str, port: int, timeout: float = 10, tls: bool = False):
        self.socket = socket.create_connection((host, port), timeout)
        if tls:
            self.socket = ssl.create_default_context().wrap_socket(self.socket, server_hostname=host)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self) -> None:
        self.socket.close()

    def reset(self) -> None:
        """Closes with RST instead of FIN."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def send_until_refused(self, data: bytes) -> None:
        """Sends as much as the server takes: it may answer and close before it has read everything."""
        try:
            self.socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            pass

    def finish_sending(self) -> None:
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def _more(self) -> None:
        try:
            data = self.socket.recv(65536)
        except ConnectionResetError:
            data = b""
        if not data:
            raise Closed(repr(self.buffer[:300]))
        self.buffer += data

    def read_head(self) -> Response:
        while b"\r\n\r\n" not in self.buffer:
            self._more()
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        version, status, *reason = lines[0].split(" ", 2)
        assert version in ("HTTP/1.1", "HTTP/1.0"), f"not an HTTP response: {lines[0]!r}"
        response = Response(int(status), reason[0] if reason else "")
        for line in lines[1:]:
            name, _, value = line.partition(":")
            response.headers[name.lower()] = value.strip()
        return response

    def read(self, method: str = "GET") -> Response:
        """The next final response (100 Continue is skipped)."""
        response = self.read_head()
        while response.status == 100:
            response = self.read_head()
        if method == "HEAD" or response.status in (204, 304):
            return response
        if response.headers.get("transfer-encoding", "").lower() == "chunked":
            response.body = self._read_chunked()
        elif "content-length" in response.headers:
            length = int(response.headers["content-length"])
            while len(self.buffer) < length:
                self._more()
            response.body, self.buffer = self.buffer[:length], self.buffer[length:]
        else:
            try:
                while True:
                    self._more()
            except Closed:
                response.body, self.buffer = self.buffer, b""
        return response

    def _read_chunked(self) -> bytes:
        body = b""
        while True:
            while b"\r\n" not in self.buffer:
                self._more()
            size, _, self.buffer = self.buffer.partition(b"\r\n")
            length = int(size.split(b";")[0], 16)
            while len(self.buffer) < length + 2:
                self._more()
            body += self.buffer[:length]
            self.buffer = self.buffer[length + 2:]
            if length == 0:
                return body

    def closed_by_server(self, timeout: float = 5) -> bool:
        """Whether the server ends the connection (an end of file or a reset) within the time."""
        self.socket.settimeout(timeout)
        try:
            while True:
                data = self.socket.recv(65536)
                if not data:
                    return True
                self.buffer += data
        except ConnectionResetError:
            return True
        except (TimeoutError, socket.timeout):
            return False


def head(method: str, target: str, headers: list[tuple[str, str]] | dict[str, str]) -> bytes:
    """A request's head as bytes. Text is latin-1, so any octet can be written."""
    pairs = headers.items() if isinstance(headers, dict) else headers
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in pairs)]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
