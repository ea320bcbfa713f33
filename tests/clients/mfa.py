"""A virtual MFA device as an authenticator app has it: RFC 6238 by hand."""

import base64
import hashlib
import hmac
import struct
import time

STEP = 30  # seconds


def code(seed: bytes | str, step: int) -> str:
    """Six digits; `seed` is Base32StringSeed, `step` a number of half minutes since 1970."""
    digest = hmac.new(base64.b32decode(seed), struct.pack(">Q", step), hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at:at + 4])[0] & 0x7fffffff) % 1000000:06}"


def two_codes(seed: bytes | str, ahead: int = 0) -> dict:
    """What enables a device: the codes of the step before and of this one, or `ahead` steps later."""
    now = int(time.time()) // STEP + ahead
    return {"AuthenticationCode1": code(seed, now - 1), "AuthenticationCode2": code(seed, now)}
