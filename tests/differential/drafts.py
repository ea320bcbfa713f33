"""Random requests as a client may legally send them, before they are signed.

A Draft has two spellings of its target: `path` and `query` in the normal form, which SDKs sign, and what is written on the
wire, which S3 must read as the same: any octet may be percent-encoded there, in either case, and some need not be.
"""

import random
import string
import urllib.parse
from dataclasses import dataclass

BUCKET = "differential"
ALNUM = string.ascii_letters + string.digits
UNRESERVED = ALNUM + "-._~"
RAW_IN_PATH = UNRESERVED + "/!$&'()*+,;=:@"  # RFC 3986 pchar, and the slash
RAW_IN_QUERY = UNRESERVED + "/?!$'()*,;:@"  # without & = + (the last is read as a space by some)
TEXTS = [
    "", "a", "Z9", "report.parquet", "a b", "~-._", "%2F", "%", "100%", "a+b", "a/b", "//", "/", ".", "..", "../x", "./",
    "*", "'", "(x)", "!", "$&", "@:", "=", "a=b", "?", "#", "[0]", "{}", "|", "^", "`", '"', "<>", "\\", ";,", "é", "e\u0301",
    "日本語", "Ω≈ç√", "🔑", "\u2028", "İ", "ß", "ﬀ", "x" * 200, " lead", "trail ", "\u00a0",
]


@dataclass
class Draft:
    kind: str  # the signer: see signers.py
    service: str
    method: str
    host: str
    path: str  # normal form
    query: list[tuple[str, str]]  # decoded
    headers: list[tuple[str, str]]  # without Host
    body: bytes = b""
    unsigned_payload: bool = False
    wire_path: str = ""
    wire_query: str = ""
    folded: bool = False  # header values broken over two lines

    def describe(self) -> str:
        return (f"{self.kind} {self.method} {self.host} {self.wire_path}?{self.wire_query} {self.headers} "
                f"body={len(self.body)}")


def quote(text: str, safe: str = "") -> str:
    return urllib.parse.quote(text, safe="-._~" + safe)


def normal_query(pairs: list[tuple[str, str]]) -> str:
    """Version 2 signs a sub-resource without a value as its name alone, and clients send it so."""
    return "&".join(name if name == "uploads" else f"{quote(name)}={quote(value)}" for name, value in pairs)


class Maker:
    """Makes drafts from one random source: the same seed makes the same requests."""

    def __init__(self, seed: int, host: str):
        self.random = random.Random(seed)
        self.host = host

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def text(self, most: int = 3) -> str:
        """A key's segment, a value: whatever UTF-8 holds, but for control characters."""
        return "".join(self.random.choice([self.random.choice(TEXTS), self.word()])
                       for _ in range(self.random.randint(0, most)))

    def word(self) -> str:
        return "".join(self.random.choices(ALNUM, k=self.random.randint(1, 8)))

    def key(self) -> str:
        """At least one letter that a mutation may change, and never more than S3 allows."""
        return (self.text(4) + self.word() + self.text(2)).encode()[:800].decode(errors="ignore")

    def parameters(self, most: int, repeated: bool) -> list[tuple[str, str]]:
        pairs = [(f"p-{self.word()}{self.random.choice(['', '', self.random.choice(TEXTS)])}", self.text())
                 for _ in range(self.random.randint(0, most))]
        if not repeated:
            pairs = list(dict(pairs).items())
        elif pairs and self.chance(0.4):  # the same name again: the pairs sort by value
            name = self.random.choice(pairs)[0]
            pairs += [(name, self.text(1)) for _ in range(self.random.randint(1, 3))]
        self.random.shuffle(pairs)
        return pairs

    def header_value(self, plain: bool) -> str:
        if plain:
            return self.word()
        words = [self.random.choice([self.word(), '"a   b"', "a,b", "x=y;z", "é", "日本", "~!@#$%^&*()"])
                 for _ in range(self.random.randint(0, 4))]
        return (" " * self.random.randint(0, 3)).join([""] + words + [""]) if self.chance(0.4) else " ".join(words)

    def headers(self, plain: bool, repeated: bool) -> list[tuple[str, str]]:
        made = [(self.random.choice(["x-amz-meta-", "X-Amz-Meta-", "X-AMZ-META-"]) + self.word().lower(),
                 self.header_value(plain)) for _ in range(self.random.randint(0, 4))]
        if not repeated:
            made = list({name.lower(): (name, value) for name, value in made}.values())
        elif made and self.chance(0.4):
            name = self.random.choice(made)[0]
            made += [(self.random.choice([name, name.upper()]), self.header_value(plain)) for _ in range(2)]
        if self.chance(0.3):
            made.append(("Content-Type", self.random.choice(["text/plain", "application/json; charset=utf-8"])))
        self.random.shuffle(made)
        return made

    def respell(self, text: str, raw: str) -> str:
        """The same octets in another legal spelling of a percent-encoded text."""
        out = []
        for octet in urllib.parse.unquote_to_bytes(text):
            char = chr(octet)
            if char in raw and not (char not in UNRESERVED + "/" and self.chance(0.5)) and not self.chance(0.03):
                out.append(char)
            else:
                out.append(f"%{octet:02X}" if self.chance(0.5) else f"%{octet:02x}")
        return "".join(out)

    def spell(self, draft: Draft, freely: bool) -> Draft:
        draft.wire_path, draft.wire_query = draft.path, normal_query(draft.query)
        if freely and self.chance(0.5):
            # The slashes before the bucket and before the key stay: they divide the path before it is decoded.
            start = draft.path.index("/", 1) + 1 if draft.path.startswith(f"/{BUCKET}/") else 1
            draft.wire_path = draft.path[:start] + self.respell(draft.path[start:], RAW_IN_PATH)
            pairs = []
            for name, value in draft.query:
                equals = "=" if value or self.chance(0.5) else ""  # a name alone is signed as `name=`
                pairs.append(self.respell(quote(name), RAW_IN_QUERY) + equals + self.respell(quote(value), RAW_IN_QUERY))
            draft.wire_query = "&".join(pairs)
        return draft

    # --- one draft of each kind --------------------------------------------------------------------------------------

    def s3(self, kind: str) -> Draft:
        v2, presigned, js = kind.startswith("v2"), "presigned" in kind, kind.startswith("js")
        method = self.random.choice(["GET", "GET", "HEAD", "PUT", "PUT", "DELETE", "POST"])
        key = quote(self.key(), "/")
        virtual = self.chance(0.3)
        host, path = (f"{BUCKET}.localhost:{self.host.rpartition(':')[2]}", f"/{key}") if virtual else (
            self.host, f"/{BUCKET}/{key}")
        query = self.parameters(5, repeated=not presigned)
        if method == "POST":
            query.insert(0, ("uploads", ""))
        elif v2 and method == "GET":
            query += [(f"response-{name}", self.word()) for name in ("content-type", "cache-control") if self.chance(0.5)]
        headers = self.headers(plain=v2, repeated=not js and not presigned)
        body = self.random.randbytes(self.random.randint(1, 300)) if method == "PUT" and self.chance(0.8) else b""
        draft = Draft(kind, "s3", method, host, path, query, headers, body,
                      unsigned_payload=presigned or v2 or self.chance(0.3), folded=kind == "v4" and self.chance(0.2))
        return self.spell(draft, freely=not v2)

    def query_service(self, kind: str) -> Draft:
        service = self.random.choice(["iam", "sts"])
        parameters = [("Action", {"iam": "ListUsers", "sts": "GetCallerIdentity"}[service]),
                      ("Version", {"iam": "2010-05-08", "sts": "2011-06-15"}[service])]
        if "presigned" in kind:
            return self.spell(Draft(kind, service, "GET", self.host, "/", parameters + self.parameters(4, False), []), False)
        body = "&".join(f"{quote(n)}={quote(v)}" for n, v in [*parameters, *self.parameters(4, True), ("p-last", self.word())])
        # These services normalise the path: dots, doubled slashes. `..` above the root would be refused.
        parts = [self.random.choice(["", ".", quote(self.text(2)), self.word()]) for _ in range(self.random.randint(0, 5))]
        parts = ["." if part == ".." else part for part in parts]
        if len(parts) > 2 and self.chance(0.5):
            parts = [self.word(), self.word(), "..", *parts]
        path = "/" + "/".join(parts)
        kinds = ["application/x-www-form-urlencoded", "application/x-www-form-urlencoded; charset=utf-8"]
        draft = Draft(kind, service, "POST", self.host, path, [], [("Content-Type", self.random.choice(kinds))],
                      body.encode())
        draft.headers += [header for header in self.headers(False, False) if header[0] != "Content-Type"]
        return self.spell(draft, False)

    def make(self, kind: str) -> Draft:
        return self.query_service(kind) if kind.startswith("query") else self.s3(kind)
