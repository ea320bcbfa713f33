"""Certificates and keys, made by openssl's command."""

import subprocess


def openssl(*arguments: str, text: str = "") -> str:
    return subprocess.run(["openssl", *arguments], input=text, capture_output=True, text=True, check=True).stdout


def new_certificate() -> tuple[str, str]:
    """A self-signed certificate and its private key."""
    key = openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")
    return openssl("req", "-x509", "-new", "-key", "/dev/stdin", "-subj", "/CN=example.com", "-days", "30", text=key), key
