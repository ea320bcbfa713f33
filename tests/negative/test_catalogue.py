"""The catalogue of wrong requests against a real keymill, and proof that the catalogue can fail."""

import dataclasses
import pathlib
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "clients")]

import keymill  # noqa: E402
from cases import Answer, World  # noqa: E402
from catalogue import CASES, Endpoint, Session, differences, run  # noqa: E402
from signing import Credentials  # noqa: E402
from wire import Response  # noqa: E402

BUCKET = "negative"


@pytest.fixture(scope="session")
def server():
    running = keymill.Server(None, "--in-memory", env={"KEYMILL_ROOT_ACCESS_KEY_ID": "AKIAKEYMILLNEGATIVE2",
                                                       "KEYMILL_ROOT_SECRET_ACCESS_KEY": "a/secret+of/forty+characters/for+tests12"})
    running.start()
    yield running
    assert running.stop() == 0, running.tail()
    running.cleanup()


@pytest.fixture(scope="session")
def world(server):
    endpoints = dict.fromkeys(("s3", "iam", "sts"), Endpoint(server.endpoint))
    key = Credentials(server.access_key, server.secret_key)
    session = Session(endpoints, key, keymill.REGION)
    assert session.s3("PUT", f"/{BUCKET}").status == 200
    yield World({name: endpoint.host for name, endpoint in endpoints.items()}, key, keymill.REGION, BUCKET, session)
    session.close()


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.number}-{case.group}-{case.name}")
def test_answers_as_aws(world, case):
    assert run(case, world, world.session.endpoints["s3"].send) == []


def test_names_are_unique_and_reasons_given():
    assert len({(case.group, case.name) for case in CASES}) == len(CASES)
    assert all(case.why for case in CASES)


def answer(status: int, body: str) -> Response:
    return Response(status, "", {}, body.encode())


RIGHT = "<Error><Code>C</Code><Message>M</Message><A>1</A><B>2</B><RequestId>R</RequestId><HostId>H</HostId></Error>"


@pytest.mark.parametrize(("status", "body", "said"), [
    (200, RIGHT, "status 200"),
    (403, RIGHT, "status 403"),
    (400, RIGHT.replace(">C<", ">D<"), "code D"),
    (400, RIGHT.replace(">M<", ">m<"), "message 'm'"),
    (400, RIGHT.replace("<A>1</A>", ""), "no element A"),
    (400, RIGHT.replace("<A>1</A>", "<A>3</A>"), "A '3'"),
    (400, RIGHT.replace("<A>1</A><B>2</B>", "<B>2</B><A>1</A>"), "order"),
    (400, RIGHT.replace("<A>", "<E>0</E><A>"), "further elements"),
    (400, "", "no XML"),
])
def test_every_difference_is_seen(status, body, said):
    expected = Answer(400, "C", "M", {"A": "{one}", "B": "2"})
    assert differences(expected, answer(400, RIGHT), {"one": "1"}, False) == []
    assert said in "; ".join(differences(expected, answer(status, body), {"one": "1"}, False))


def test_a_stored_object_is_seen(world):
    """A case that says `refused` while the request is right: the object that it left is found, and removed."""
    control = next(case for case in CASES if case.name == "control-header")
    lying = dataclasses.replace(control, expected=Answer(403, "SignatureDoesNotMatch"))
    found = run(lying, world, world.session.endpoints["s3"].send)
    assert any("it stored" in text for text in found), found
    assert world.session.keys_in(BUCKET) == []


def test_the_command_prints_a_table(server):
    """Without anything but the standard library: -S leaves site-packages out."""
    done = subprocess.run(
        [sys.executable, "-S", str(HERE / "run.py"), "--endpoint", server.endpoint, "--only", "two-authorizations",
         "--only", "sts-past"], capture_output=True, text=True, timeout=60,
        env=keymill.clean_environment(AWS_ACCESS_KEY_ID=server.access_key, AWS_SECRET_ACCESS_KEY=server.secret_key))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 as AWS, 0 different, 0 skipped" in done.stdout
