"""Command-line clients as the tests run them: a home of their own, nothing of the developer's."""

import os
import pathlib
import shutil
import subprocess
import sys
from dataclasses import dataclass

import keymill
import pytest


@dataclass
class Finished:
    status: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        return self.out.decode()

    def __str__(self) -> str:
        return f"status {self.status}\nstdout: {self.out[:2000]!r}\nstderr: {self.err[-2000:]}"


class Program:
    """A command with its environment; calling it runs it."""

    def __init__(self, command: list[str], home: pathlib.Path, **env: str):
        self.command, self.home = command, home
        self.env = keymill.clean_environment(HOME=str(home), LC_ALL="C.UTF-8", LANG="C.UTF-8", PYTHONWARNINGS="ignore", **env)

    def run(self, *arguments: str, input: bytes = b"") -> Finished:
        done = subprocess.run(
            [*self.command, *map(str, arguments)], input=input, capture_output=True, env=self.env, cwd=self.home,
            timeout=120, check=False,
        )
        return Finished(done.returncode, done.stdout, done.stderr.decode(errors="replace"))

    def __call__(self, *arguments: str, input: bytes = b"") -> Finished:
        """Runs it; it has to succeed."""
        done = self.run(*arguments, input=input)
        assert done.status == 0, f"{self.command[-1]} {' '.join(map(str, arguments))}: {done}"
        return done

    def fails(self, *arguments: str) -> Finished:
        """Runs it; it has to fail."""
        done = self.run(*arguments)
        assert done.status != 0, f"{self.command[-1]} {' '.join(map(str, arguments))} should have failed: {done}"
        return done


def find(name: str) -> str | None:
    return shutil.which(name, path=os.environ.get("PATH", "/usr/bin"))


def aws_commands() -> dict[str, list[str]]:
    """Every AWS CLI there is: v1 from the test environment, v2 from the system where the system has it."""
    found = {}
    ours = pathlib.Path(sys.executable).parent / "aws"
    if ours.exists():
        found["v1"] = [sys.executable, str(ours)]
    for candidate in ("/usr/bin/aws", "/usr/local/bin/aws"):
        if os.access(candidate, os.X_OK):
            version = subprocess.run([candidate, "--version"], capture_output=True, text=True, check=False)
            if (version.stdout + version.stderr).startswith("aws-cli/2"):
                found["v2"] = [candidate]
                break
    return found


def need(there: object, what: str, why: str) -> None:
    """Skips the test, and says why, on a machine that cannot have `what`. CI's can: there it is a failure."""
    if there:
        return
    (pytest.fail if os.environ.get("CI") else pytest.skip)(f"no {what}: {why}")
