"""Keymill's verification against the signers of botocore and of the SDK for JavaScript; KEYMILL_SEED repeats a run."""

import os
import pathlib
import sys
import time

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import run as differential  # noqa: E402

REQUESTS = 4000


@pytest.fixture(scope="module")
def server():
    running = differential.start()
    yield running
    assert running.stop() == 0, running.tail()
    running.cleanup()


def silent(_text: str) -> None:
    pass


def test_what_they_sign_verifies_and_with_one_bit_changed_does_not(server):
    seed = int(os.environ.get("KEYMILL_SEED") or time.time_ns() % 10**9)
    print(f"seed {seed}", flush=True)
    outcome = differential.run(server, seed, REQUESTS)
    print(outcome.summary())
    assert outcome.wrong == [], f"seed {seed}: {len(outcome.wrong)} judged wrongly, the first: {outcome.wrong[0]}"
    assert len(outcome.sent) == len(set(differential.KINDS))  # every signer took part
    assert len(outcome.changed) >= 9  # and every kind of change


def test_a_request_that_does_not_verify_is_seen(server):
    outcome = differential.run(server, 1, 60, silent, secret_key="another secret")
    assert len([text for text in outcome.wrong if text.startswith("as signed")]) == 60


def test_a_changed_request_that_verifies_is_seen(server):
    class Nothing:
        def mutate(self, signed):
            return "nothing", signed

    outcome = differential.run(server, 1, 60, silent, mutator=Nothing())
    assert len([text for text in outcome.wrong if text.startswith("nothing")]) == 60
