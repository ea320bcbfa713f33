#!/usr/bin/env python3
"""Thousands of random requests, signed by botocore and by the SDK for JavaScript, sent raw to a running Keymill: each must
verify, and each again with one bit changed must be refused as not authentic.

    build/venv/bin/python tests/differential/run.py --requests 20000 --seed 7

starts a server of its own (KEYMILL_BINARY); prints the seed, what was sent, and whatever was judged wrongly. Exit status 0
if nothing was.
"""

import argparse
import collections
import pathlib
import sys
import time
from dataclasses import dataclass, field

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "clients"))

import keymill  # noqa: E402
import rawhttp  # noqa: E402
from drafts import BUCKET, Maker  # noqa: E402
from mutations import Mutator  # noqa: E402
from signers import KINDS, Botocore, JavaScript, Signed  # noqa: E402
from wire import Closed, Connection, Response  # noqa: E402

REFUSED = {"SignatureDoesNotMatch", "InvalidAccessKeyId", "AccessDenied", "AuthorizationHeaderMalformed",
           "AuthorizationQueryParametersError", "RequestTimeTooSkewed", "XAmzContentSHA256Mismatch",
           "InvalidClientTokenId", "IncompleteSignature"}
BATCH = 500


@dataclass
class Outcome:
    seed: int
    sent: collections.Counter = field(default_factory=collections.Counter)
    changed: collections.Counter = field(default_factory=collections.Counter)
    refusals: collections.Counter = field(default_factory=collections.Counter)
    wrong: list[str] = field(default_factory=list)

    def summary(self) -> str:
        lines = [f"seed {self.seed}: {sum(self.sent.values())} requests as signed; "
                 f"{sum(self.changed.values())} with one bit changed; {len(self.wrong)} judged wrongly"]
        lines.append("signed:  " + ", ".join(f"{kind} {count}" for kind, count in sorted(self.sent.items())))
        lines.append("changed: " + ", ".join(f"{kind} {count}" for kind, count in sorted(self.changed.items())))
        lines.append("refused: " + ", ".join(f"{code} {count}" for code, count in self.refusals.most_common()))
        return "\n".join(lines)


class Wire:
    """One kept-alive connection, opened again when the server has closed it."""

    def __init__(self, host: str, port: int):
        self.address, self.connection = (host, port), None
        self.opened = 0

    def send(self, signed: Signed) -> Response:
        data = signed.wire()
        for attempt in (1, 2):
            if self.connection is None:
                self.connection, self.opened = Connection(*self.address), self.opened + 1
            try:
                self.connection.send(data)
                answer = self.connection.read(signed.method)
            except (Closed, BrokenPipeError):
                self.close()
                if attempt == 2:
                    raise
                continue
            if answer.headers.get("connection", "").lower() == "close":
                self.close()
            return answer
        raise AssertionError("not reached")

    def close(self) -> None:
        if self.connection:
            self.connection.close()
        self.connection = None


def authentic(method: str, answer: Response) -> bool:
    if method == "HEAD":
        return answer.status in (200, 404)
    return answer.status < 300 or answer.code == "NoSuchKey"


def refused(method: str, answer: Response) -> bool:
    return answer.status in (400, 403) if method == "HEAD" else answer.code in REFUSED


def run(server: "keymill.Server", seed: int, requests: int, log=print, secret_key: str = "", mutator=None) -> Outcome:
    """Sends `requests` of them and as many changed ones. A secret or mutator other than the right one proves that wrong
    judgements are seen."""
    outcome = Outcome(seed)
    maker, mutator = Maker(seed, f"{server.host}:{server.port}"), mutator or Mutator(seed)
    botocore, javascript = (signer(server.access_key, secret_key or server.secret_key)
                            for signer in (Botocore, JavaScript))
    wire = Wire(server.host, server.port)

    def judge(signed: Signed, change: str, good) -> None:
        answer = wire.send(signed)
        if change and signed.method != "HEAD":
            outcome.refusals[answer.code] += 1
        if not good(signed.method, answer):
            text = f"{change or 'as signed'}: {signed.draft.describe()}\n  sent {signed.wire()!r}\n  answer {answer}"
            outcome.wrong.append(text)
            if len(outcome.wrong) <= 5:
                log(text[:3000])

    made = 0
    while made < requests:
        drafts = [maker.make(maker.random.choice(KINDS)) for _ in range(min(BATCH, requests - made))]
        made += len(drafts)
        batch = [botocore.sign(draft) for draft in drafts if not draft.kind.startswith("js")]
        batch += javascript.sign([draft for draft in drafts if draft.kind.startswith("js")])
        for signed in batch:
            outcome.sent[signed.draft.kind] += 1
            judge(signed, "", authentic)
            if mutation := mutator.mutate(signed):
                outcome.changed[mutation[0]] += 1
                judge(mutation[1], mutation[0], refused)
    wire.close()
    return outcome


def start() -> "keymill.Server":
    server = keymill.Server(None, "--in-memory", "--log-level", "error",
                            env={"KEYMILL_ROOT_ACCESS_KEY_ID": "AKIADIFFERENTIALTEST",
                                 "KEYMILL_ROOT_SECRET_ACCESS_KEY": "a/secret+of/forty+characters/for+tests12"}).start()
    made = rawhttp.Signer(server.access_key, server.secret_key, server.host, server.port).call("PUT", f"/{BUCKET}")
    assert made.status == 200, made
    return server


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=8000)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 10**9)
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    server = start()
    began = time.monotonic()
    try:
        outcome = run(server, options.seed, options.requests)
    finally:
        server.stop()
        server.cleanup()
    print(outcome.summary())
    print(f"{time.monotonic() - began:.1f} s")
    return 1 if outcome.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
