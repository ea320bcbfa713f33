"""One bit changed in a signed request, somewhere that the signature covers, so that the request is still well formed:
a letter or digit that becomes another one. Otherwise the parser would refuse it, and nothing would be known of the signature."""

import copy
import random
import re
import string
from collections.abc import Iterator

from signers import Signed

ALNUM = (string.ascii_letters + string.digits).encode()
HEX = b"0123456789abcdef"


def places(text: bytes, start: int, end: int, allowed: bytes, case: bool = True) -> list[tuple[int, int]]:
    """Which (octet, bit) of text[start:end] turn one allowed octet into another. Not within a percent escape. Without
    `case` the change from a capital to its small letter does not count, where that means the same."""
    found = []
    for at in range(start, end):
        if text[at] not in allowed or b"%" in text[max(0, at - 2):at]:
            continue
        found += [(at, bit) for bit in range(8) if text[at] ^ (1 << bit) in allowed and (case or bit != 5)]
    return found


def flip(text: bytes, place: tuple[int, int]) -> bytes:
    at, bit = place
    return text[:at] + bytes([text[at] ^ (1 << bit)]) + text[at + 1:]


class Mutator:
    def __init__(self, seed: int):
        self.random = random.Random(seed)

    def mutate(self, signed: Signed) -> tuple[str, Signed] | None:
        """What was changed, and the request; None if nothing of the chosen kind can be."""
        options = list(self._options(signed))
        if not options:
            return None
        kinds = sorted({kind for kind, *_ in options})
        kind = self.random.choice(kinds)
        _, where, index, candidates = self.random.choice([option for option in options if option[0] == kind])
        place = self.random.choice(candidates)
        changed = copy.copy(signed)
        changed.headers = list(signed.headers)
        if where == "path":
            changed.path = flip(signed.path.encode(), place).decode()
        elif where == "query":
            changed.query = flip(signed.query.encode(), place).decode()
        elif where == "body":
            changed.body = flip(signed.body, place)
        else:
            name, value = signed.headers[index]
            changed.headers[index] = (name, flip(value.encode(), place).decode())
        return kind, changed

    def _options(self, signed: Signed) -> Iterator[tuple[str, str, int, list[tuple[int, int]]]]:
        draft = signed.draft
        v2, presigned = draft.kind.startswith("v2"), "presigned" in draft.kind
        path = signed.path.encode()
        if draft.service == "s3":  # elsewhere `x/..` vanishes, so that a change within means nothing
            yield from self._given("path", "path", 0, places(path, 1, len(path), ALNUM))
        if draft.kind == "query":  # the body's last value: not the action, which would be looked for first
            start = signed.body.rindex(b"p-last=") + len(b"p-last=")
            yield from self._given("body", "body", 0, places(signed.body, start, len(signed.body), ALNUM))
        elif draft.body and not draft.unsigned_payload:
            every = [(at, bit) for at in range(len(signed.body)) for bit in range(8)]
            yield from self._given("body", "body", 0, every)
        query = signed.query.encode()
        for match in re.finditer(rb"(?:^|&)([^=&]*)=([^&]*)", query):
            yield from self._parameter(v2, match, query)
        for index, (name, value) in enumerate(signed.headers):
            octets = value.encode()
            if name.lower().startswith("x-amz-meta-"):
                yield from self._given("header", "header", index, places(octets, 0, len(octets), ALNUM))
            elif name.lower() == "x-amz-content-sha256":
                allowed = HEX if draft.body and not draft.unsigned_payload else b""
                yield from self._given("payload hash", "header", index, places(octets, 0, len(octets), allowed))
            elif name.lower() in ("x-amz-date", "date") and not presigned:
                # Digits of the seconds and minutes: elsewhere the date is soon none.
                last = octets.rindex(b"Z" if name.lower() == "x-amz-date" else b" GMT")
                yield from self._given("date", "header", index, places(octets, last - 1, last, b"01234567"))
            elif name.lower() == "authorization":
                yield from self._authorization(v2, index, octets)

    def _parameter(self, v2: bool, match: re.Match, query: bytes):
        name, start, end = match[1].decode().lower(), match.start(2), match.end(2)
        if name == "x-amz-signature":
            yield from self._given("signature", "query", 0, places(query, start, end, HEX))
        elif name == "signature":
            # Base64: only what is not in the last quartet, whose unused bits mean nothing.
            yield from self._given("signature", "query", 0, places(query, start, max(start, end - 8), ALNUM))
        elif name in ("x-amz-date", "expires"):
            last = end - 1 if name == "x-amz-date" else end
            yield from self._given("date", "query", 0, places(query, last - 1, last, b"01234567"))
        elif name in ("x-amz-credential", "awsaccesskeyid"):
            yield from self._given("scope", "query", 0, places(query, start, end, ALNUM))
        elif name in ("x-amz-content-sha256", "x-amz-algorithm", "x-amz-expires", "x-amz-signedheaders"):
            return
        elif name.startswith("response-") or (not v2 and name.startswith(("p-", "x-amz-meta-"))):
            yield from self._given("query value", "query", 0, places(query, start, end, ALNUM))

    def _authorization(self, v2: bool, index: int, octets: bytes):
        if v2:
            colon = octets.rindex(b":")
            yield from self._given("signature", "header", index, places(octets, colon + 1, len(octets) - 4, ALNUM))
            yield from self._given("scope", "header", index, places(octets, octets.index(b"AWS ") + 4, colon, ALNUM))
            return
        start, end = octets.index(b"Credential=") + 11, octets.index(b",")
        yield from self._given("scope", "header", index, places(octets, start, end, ALNUM))
        names = octets.index(b"SignedHeaders=") + 14
        # In a list of names capitals mean the same as small letters.
        yield from self._given("signed headers", "header", index,
                               places(octets, names, octets.index(b",", names), ALNUM, case=False))
        start = octets.index(b"Signature=") + 10
        yield from self._given("signature", "header", index, places(octets, start, len(octets), HEX))

    @staticmethod
    def _given(kind, where, index, candidates):
        if candidates:
            yield kind, where, index, candidates
