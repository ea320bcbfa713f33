"""What the service model says about string parameters is what IAM and STS say when one breaks it.

For each operation that works and each string member with a length or a pattern: one value that is too long, one that is
too short and one that breaks the pattern, beside good values for all that is required. The expected text is made from
the model that botocore brings along. IAM leaves the value out, STS shows it (aws-facts B3)."""

import re

import botocore.session
import pytest
from aws import Clients

import keymill

NAME = "It must contain only alphanumeric characters and/or the following: +=,.@_-"
PATH = "It must begin and end with / and contain only alphanumeric characters and/or / characters."
PREFIX = "It must begin with / and contain only alphanumeric characters and/or / characters."
TEXT = "It must contain only printable ASCII characters."
# IAM has sentences of its own for names, paths and texts, whatever the model's expression.
NAMES = r"[\w+=,.@-]+"
PATHS = {r"(\u002F)|(\u002F[\u0021-\u007E]+\u002F)", r"\u002F[\u0021-\u007F]*", r"((/[A-Za-z0-9\.,\+@=_-]+)*)/"}
TEXTS = r"[\u0009\u000A\u000D\u0020-\u00FF]+"
GOOD = ["a", "/", "v1", "123456", "arn:aws:iam::123456789012:user/a", "0"]
BAD = ["\u4e00", "!", " ", "?", "x"]
LONGEST = 3_000_000  # more than that is near the limit of a request's body

MODELS = {name: botocore.session.get_session().get_service_model(name) for name in ("iam", "sts")}
# What an operation needs although the model does not say so.
NEEDED = {"CreateLoginProfile": {"Password": "Correct-horse-1"}}


def sentence(name: str, pattern: str | None) -> str | None:
    """IAM's own words on a member that breaks this pattern."""
    if pattern == NAMES:
        return NAME
    if pattern == TEXTS:
        return TEXT
    return (PREFIX if name == "PathPrefix" else PATH) if pattern in PATHS else None


def matches(pattern: str, text: str) -> bool:
    pattern = pattern.replace(r"\p{L}\p{Z}\p{N}", r"\w\s")
    return re.fullmatch(pattern, text) is not None


def sample(shape) -> str:
    """A value that the shape allows."""
    if shape.enum:
        return shape.enum[0]
    least = shape.metadata.get("min", 0)
    pattern = shape.metadata.get("pattern")
    for start in GOOD:
        text = start if len(start) >= least else (start * least)[:least]
        if not pattern or matches(pattern, text):
            return text
    raise AssertionError(f"no sample of {pattern}")


def value_of(shape):
    if shape.type_name == "string":
        return sample(shape)
    if shape.type_name == "list":
        return [value_of(shape.member)]
    if shape.type_name == "structure":
        return {name: value_of(member) for name, member in shape.members.items()}
    return {"boolean": True, "integer": shape.metadata.get("min", 1)}[shape.type_name]


def breaking(service, name, shape):
    """(value, what it breaks) for one member: clauses of the model, or IAM's own sentence."""
    least, most, pattern = (shape.metadata.get(key) for key in ("min", "max", "pattern"))
    good = sample(shape)
    own = sentence(name, pattern) if service == "iam" else None
    if most and most < LONGEST:
        long = (good * (most + 1))[:most + 1] if not good.startswith("/") else "/" + "a" * (most - 1) + "/"
        clauses = [f"Member must have length less than or equal to {most}"]
        if pattern and not matches(pattern, long) and not own:
            clauses.insert(0, f"Member must satisfy regular expression pattern: {pattern}")
        yield long, clauses
    if least and least > 1:
        short = good[:least - 1]
        clauses = [f"Member must have length greater than or equal to {least}"]
        if pattern and not matches(pattern, short) and not own:
            clauses.insert(0, f"Member must satisfy regular expression pattern: {pattern}")
        yield short, clauses
    if pattern:
        for start in BAD:
            bad = start * max(least or 1, 1)
            if not matches(pattern, bad):
                yield bad, [own or f"Member must satisfy regular expression pattern: {pattern}"]
                return


def expected(service: str, name: str, value: str, clauses: list[str]) -> str:
    member = name[0].lower() + name[1:]
    if clauses[0] in (NAME, PATH, PREFIX, TEXT):
        return f"The specified value for {member} is invalid. {clauses[0]}"
    shown = f"'{value}' " if service == "sts" else ""
    parts = [f"Value {shown}at '{member}' failed to satisfy constraint: {clause}" for clause in clauses]
    count = f"{len(parts)} validation error{'s' if len(parts) > 1 else ''} detected: "
    return count + "; ".join(parts)


def works(service: str) -> list[str]:
    """The operations that the list of operations says work; test_operations.py proves the list."""
    section = (keymill.ROOT / "server/OPERATIONS.md").read_text().split(f"## {service.upper()}\n")[1].split("\n## ")[0]
    return re.findall(r"^\| (\w+) \| works \|$", section, re.MULTILINE)


def cases():
    found = []
    for service, model in MODELS.items():
        for operation in works(service):
            shape = model.operation_model(operation).input_shape
            if shape and any(member.type_name == "string" and not member.enum for member in shape.members.values()):
                found.append(pytest.param(service, operation, id=f"{service}-{operation}"))
    return found


@pytest.mark.parametrize("service, operation", cases())
def test_constraints_are_the_models(server, service, operation):
    clients = Clients(server.endpoint, server.access_key, server.secret_key, parameter_validation=False)
    client = getattr(clients, service)
    shape = MODELS[service].operation_model(operation).input_shape
    required = {name: value_of(shape.members[name]) for name in shape.required_members} | NEEDED.get(operation, {})
    wrong = []
    for name, member in shape.members.items():
        if member.type_name != "string" or member.enum:
            continue
        for value, clauses in breaking(service, name, member):
            want = expected(service, name, value, clauses)
            try:
                client._make_api_call(operation, {**required, name: value})
                got = "no error"
            except client.exceptions.ClientError as error:
                got = error.response["Error"].get("Message", error.response["Error"]["Code"])
            if got != want:
                wrong.append(f"{name}={value[:40]!r} ({len(value)}):\n  want {want[:300]}\n  got  {got[:300]}")
    assert not wrong, "\n".join(wrong)
