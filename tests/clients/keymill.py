"""Starts and stops a real `keymill serve` for the tests: port 0, a data directory of its own, a clean environment.

Used by tests/clients, tests/badinput and tests/crash. KEYMILL_BINARY names the binary to test (default: the release
build's).
"""

import configparser
import os
import pathlib
import queue
import resource
import signal
import subprocess
import tempfile
import threading
import time
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[2]
REGION = "us-east-1"
ACCOUNT = "123456789012"


def binary() -> str:
    path = os.environ.get("KEYMILL_BINARY") or str(ROOT / "build/release/keymill")
    if not os.access(path, os.X_OK):
        raise FileNotFoundError(f"{path} is not there: build it (tools/test unit, or cmake --build --preset release)")
    return path


def sanitized() -> bool:
    """Whether the binary carries AddressSanitizer or ThreadSanitizer, whose memory use says nothing."""
    with open(binary(), "rb") as file:
        text = file.read()
    return b"__asan_init" in text or b"__tsan_init" in text


def clean_environment(**extra: str) -> dict[str, str]:
    """The caller's environment without anything that could change a client: AWS_*, proxies, KEYMILL_* options."""
    unwanted = ("AWS_", "KEYMILL_", "RCLONE_", "BOTO_")
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.upper().startswith(unwanted) and not name.lower().endswith("_proxy")
    }
    nowhere = "/nonexistent/keymill-test"
    kept |= {
        "AWS_CONFIG_FILE": nowhere,
        "AWS_SHARED_CREDENTIALS_FILE": nowhere,
        "AWS_EC2_METADATA_DISABLED": "true",
        "BOTO_DISABLE_CRT": "true",
        "NO_PROXY": "*",
    }
    return kept | extra


def raise_fd_limit() -> int:
    """Lifts this process's (and its children's) limit on open files as far as allowed; returns it."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


class Server:
    """One `keymill serve` process. start() returns once it is ready; kill() and stop() end it."""

    def __init__(self, data: str | os.PathLike | None = None, *arguments: str, env: dict[str, str] | None = None,
                 wrapper: list[str] | None = None):
        self._temporary = None if data else tempfile.TemporaryDirectory(prefix="keymill-test-")
        self.data = pathlib.Path(data or self._temporary.name) / ("" if data else "data")
        self.arguments = arguments
        self.env = env or {}
        self.wrapper = wrapper or []  # a command that runs the server, such as strace
        self.process: subprocess.Popen | None = None
        self.endpoint = ""
        self.tls_endpoint = ""  # "" without --tls or --tls-listen
        self.authority = ""  # the certificate that a client of tls_endpoint has to trust
        self.log: list[str] = []
        self.out: list[str] = []

    def launch(self) -> None:
        """Starts the process without waiting until it is ready."""
        self.data.parent.mkdir(parents=True, exist_ok=True)
        self._lines: queue.Queue = queue.Queue()
        self.process = subprocess.Popen(
            [*self.wrapper, binary(), "serve", "--listen", "127.0.0.1:0", "--data", str(self.data), *self.arguments],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace",
            env=clean_environment(**self.env), start_new_session=True,
        )
        self._readers = [
            threading.Thread(target=self._read, args=(self.process.stdout, self.out, True), daemon=True),
            threading.Thread(target=self._read, args=(self.process.stderr, self.log, False), daemon=True),
        ]
        for reader in self._readers:
            reader.start()

    def _read(self, stream, lines: list[str], is_stdout: bool) -> None:
        for line in stream:
            lines.append(line.rstrip("\n"))
            if is_stdout:
                self._lines.put(line.rstrip("\n"))
        stream.close()
        if is_stdout:
            self._lines.put(None)

    def start(self, timeout: float = 30) -> "Server":
        began = time.monotonic()
        self.launch()
        while True:
            try:
                line = self._lines.get(timeout=max(0.01, began + timeout - time.monotonic()))
            except queue.Empty:
                self.kill()
                raise TimeoutError(f"no readiness line within {timeout} s\n{self.tail()}") from None
            if line is None:
                status = self.process.wait()
                self._join()
                raise RuntimeError(f"keymill ended with status {status} before it was ready\n{self.tail()}")
            if line.startswith("keymill ready "):
                break
        self.seconds_to_ready = time.monotonic() - began
        fields = dict(word.split("=", 1) for word in line.split() if "=" in word)
        self.endpoint = fields["endpoint"]
        self.tls_endpoint, self.authority = fields.get("tls_endpoint", ""), fields.get("ca", "")
        url = urllib.parse.urlsplit(self.endpoint)
        self.host, self.port = url.hostname, url.port
        if not self.access_key:
            self._read_credentials()
        return self

    access_key = ""
    secret_key = ""

    def _read_credentials(self) -> None:
        if "KEYMILL_ROOT_ACCESS_KEY_ID" in self.env:
            self.access_key = self.env["KEYMILL_ROOT_ACCESS_KEY_ID"]
            self.secret_key = self.env["KEYMILL_ROOT_SECRET_ACCESS_KEY"]
            return
        parser = configparser.ConfigParser(interpolation=None)
        parser.read(self.data / "credentials")
        self.access_key = parser["keymill"]["aws_access_key_id"]
        self.secret_key = parser["keymill"]["aws_secret_access_key"]

    @property
    def pid(self) -> int:
        return self.process.pid

    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def kill(self) -> None:
        """SIGKILL: the process gets no chance to do anything more."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self._join()

    def stop(self, timeout: float = 30) -> int:
        """SIGTERM: the server drains. Returns its exit status."""
        if self.alive():
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout)
            except subprocess.TimeoutExpired:
                self.kill()
                raise TimeoutError(f"keymill did not stop within {timeout} s of SIGTERM\n{self.tail()}") from None
        self._join()
        return self.process.returncode

    def _join(self) -> None:
        for reader in self._readers:
            reader.join(5)

    def cleanup(self) -> None:
        if self.alive():
            self.kill()
        if self._temporary:
            self._temporary.cleanup()

    def tail(self, lines: int = 40) -> str:
        """The end of what the server printed, for failure messages."""
        return "\n".join(["--- server output ---", *self.out[-5:], *self.log[-lines:]])

    # --- what the process uses -------------------------------------------------------------------------------------

    def rss(self) -> int:
        """Resident memory in bytes."""
        with open(f"/proc/{self.pid}/status", encoding="ascii") as status:
            for line in status:
                if line.startswith("VmRSS:"):
                    return int(line.split()[1]) * 1024
        raise RuntimeError("no VmRSS")

    def open_files(self) -> int:
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def threads(self) -> int:
        return len(os.listdir(f"/proc/{self.pid}/task"))

    def data_size(self) -> int:
        """Bytes on disk under the data directory."""
        total = 0
        for folder, _, names in os.walk(self.data):
            for name in names:
                try:
                    total += os.lstat(os.path.join(folder, name)).st_blocks * 512
                except FileNotFoundError:
                    pass  # removed by a compaction meanwhile
        return total
