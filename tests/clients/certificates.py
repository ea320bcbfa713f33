"""Certificates and keys, made by openssl's command."""

import pathlib
import subprocess
import tempfile


def openssl(*arguments: str, text: str = "") -> str:
    return subprocess.run(["openssl", *arguments], input=text, capture_output=True, text=True, check=True).stdout


def new_certificate() -> tuple[str, str]:
    """A self-signed certificate and its private key."""
    key = openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")
    return openssl("req", "-x509", "-new", "-key", "/dev/stdin", "-subj", "/CN=example.com", "-days", "30", text=key), key


def issued_by(issuer: tuple[str, str], name: str = "issued.example.com") -> tuple[str, str]:
    """A certificate that the issuer's key signed, and its own private key."""
    key = openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")
    request = openssl("req", "-new", "-key", "/dev/stdin", "-subj", f"/CN={name}", text=key)
    with tempfile.TemporaryDirectory() as directory:
        files = [pathlib.Path(directory) / name for name in ("certificate", "key")]
        for file, text in zip(files, issuer):
            file.write_text(text)
        return openssl("x509", "-req", "-CA", str(files[0]), "-CAkey", str(files[1]), "-days", "30", text=request), key
