"""Every operation of IAM, STS and S3 with random parameters, the wrong ones too: no request may make the server fail.

Parameters are made from botocore's own models: mostly of the right kind, drawn from few names so that requests meet, and
now and then something that no client would send. RANDOM_OPERATIONS_SEED repeats a run."""

import collections
import datetime
import json
import os
import random

import botocore.exceptions
import botocore.parsers
import pytest

import aws
import keymill

REQUESTS = int(os.environ.get("RANDOM_OPERATIONS", "1000"))
NAMES = ["alice", "bob", "reader", "writer"]
ODD = ["", "\x00", "a" * 129, "a" * 5000, "é😀", "../x", "*", "%", "<&>", "${aws:username}", "null", "-1", "9" * 20, "a b", "\n",
       "{", "[" * 2000, '{"Statement":' * 300]
TRUST = {"Version": "2012-10-17",
         "Statement": {"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "sts:AssumeRole"}}
ARNS = [f"arn:aws:iam::123456789012:{kind}/{name}" for kind in ("user", "role", "policy", "group") for name in NAMES]
ARNS += ["arn:aws:iam::aws:policy/ReadOnlyAccess", "arn:aws:s3:::bucket-one"]
KEYS = ["k", "d/k", "é", "a//b", "../.."]
CONDITIONS = [{"StringEquals": {"aws:username": "bob"}}, {"NumericLessThan": {"s3:max-keys": ["x", 1, "10"]}},
              {"IpAddress": {"aws:SourceIp": ["1.2.3.4/33", "::1", "127.0.0.1/8"]}}, {"ForAllValues:StringLike": {"aws:TagKeys": ["*"]}},
              {"DateGreaterThan": {"aws:CurrentTime": "2020-01-01"}}, {"Bool": {"aws:SecureTransport": False}},
              {"BinaryEquals": {"x": "!!"}}, {"Unknown": {"a": "b"}}, {"StringEquals": []}, {"StringEquals": {"a:b": {}}}, [], "x", {}]
LEFT_OUT = {"SelectObjectContent", "WriteGetObjectResponse"}  # botocore cannot send or read them with odd parameters


class Maker:
    """Makes parameters; remembers what answers held, so that later requests name what is there."""

    def __init__(self, seed: int):
        self.random = random.Random(seed)
        self.seen: dict[str, collections.deque] = collections.defaultdict(lambda: collections.deque(maxlen=60))

    def remember(self, answer, name: str = "") -> None:
        if isinstance(answer, dict):
            for member, value in answer.items():
                self.remember(value, member)
        elif isinstance(answer, list):
            for value in answer:
                self.remember(value, name)
        elif isinstance(answer, str) and len(answer) < 500:
            self.seen["arn" if name.lower().endswith("arn") else name.lower()].append(answer)

    def policy(self) -> str:
        choose = self.random.choice

        def around(value):
            return choose([value, value, value, [value], [value, value], None, {}, 1, True, [[value]], {"AWS": value}])

        statement = {"Effect": choose(["Allow", "Deny", "Deny", "allow", 1, None, []])}
        if self.random.random() < 0.8:
            statement["Action"] = around(choose(["s3:*", "*", "iam:GetUser", "sts:AssumeRole", "x", "s3:", "a:b:c"]))
        if self.random.random() < 0.7:
            statement["Resource"] = around(choose(["*", "arn:aws:s3:::bucket-one/*", "x", "arn:aws:s3:::${x"]))
        if self.random.random() < 0.4:
            statement["Principal"] = around(choose(["*", "123456789012", choose(ARNS)]))
        if self.random.random() < 0.4:
            statement["Condition"] = choose(CONDITIONS)
        return json.dumps({"Version": choose(["2012-10-17", "2008-10-17", "x", 1]),
                           "Statement": choose([statement, [statement], [statement, statement], [], None])})

    def text(self, shape, name: str) -> str:
        choose = self.random.choice
        low = name.lower()
        if self.random.random() < 0.03:
            return choose(ODD)
        if low == "policy" or "policydocument" in low or "policyinput" in low:
            return choose([json.dumps(TRUST), self.policy()])
        if shape.enum:
            return choose(shape.enum)
        known = self.seen["arn" if low.endswith("arn") else low]
        if known and self.random.random() < 0.7:
            return choose(known)
        if low.endswith("arn"):
            return choose(ARNS)
        if low == "bucket":
            return choose(["bucket-one", "bucket-two"])
        if low == "key":
            return choose(KEYS)
        if "path" in low:
            return choose(["/", "/x/", "/a/b/", "x"])
        return "Abcdef123!" if "password" in low else choose(NAMES)

    def value(self, shape, name: str = "", depth: int = 0):
        choose = self.random.choice
        if shape.type_name == "structure":
            members = {}
            for member, inner in shape.members.items():
                chance = 0.97 if member in shape.required_members else 0.25 if depth == 0 else 0.5
                if depth < 6 and self.random.random() < chance:
                    members[member] = self.value(inner, member, depth + 1)
            return members
        if shape.type_name == "list":
            return [self.value(shape.member, name, depth + 1) for _ in range(choose([0, 1, 1, 2, 3] if depth < 3 else [0, 1]))]
        if shape.type_name == "map":
            return {self.text(shape.key, name): self.value(shape.value, name, depth + 1) for _ in range(choose([0, 1, 2]))}
        if shape.type_name in ("integer", "long"):
            return choose([0, 1, 2, 5, 100, 1000, 3600, -1, 2**31, 10**12])
        if shape.type_name in ("double", "float"):
            return choose([0.0, 1.5, -1.0])
        if shape.type_name == "boolean":
            return choose([True, False])
        if shape.type_name == "timestamp":
            return choose([datetime.datetime(2020, 1, 1), datetime.datetime(2030, 1, 1), datetime.datetime(1970, 1, 1)])
        if shape.type_name == "blob":
            return choose([b"", b"hello", b"x" * 70000])
        return self.text(shape, name)


@pytest.fixture
def clients():
    """Of a server of their own, since they change its accounts and buckets, which the other tests use."""
    running = keymill.Server(None, "--durability", "none").start()
    made = aws.Clients(running.endpoint, running.access_key, running.secret_key, parameter_validation=False,
                       s3={"addressing_style": "path"})
    yield [made.iam, made.sts, made.s3]
    assert running.alive(), f"the server died\n{running.tail()}"
    assert running.stop() == 0, running.tail()
    running.cleanup()


def test_no_operation_fails_whatever_its_parameters(clients):
    seed = int(os.environ.get("RANDOM_OPERATIONS_SEED", random.randrange(1 << 32)))
    print(f"RANDOM_OPERATIONS_SEED={seed}")
    maker = Maker(seed)
    operations = [(client, name) for client in clients for name in client.meta.service_model.operation_names
                  if name not in LEFT_OUT]
    weights = [3 if name.startswith(("Create", "Put", "Attach", "Add", "Upload", "Assume")) else 1 for _, name in operations]
    answered = collections.Counter()
    for client, name in maker.random.choices(operations, weights, k=REQUESTS):
        shape = client.meta.service_model.operation_model(name).input_shape
        parameters = maker.value(shape) if shape else {}
        what = f"{client.meta.service_model.service_name} {name} {parameters!r:.2000}"
        try:
            answer = client._make_api_call(name, parameters)
            if hasattr(answer.get("Body"), "read"):
                answer.pop("Body").read()
            maker.remember(answer)
            answered[200] += 1
        except botocore.exceptions.ClientError as refusal:
            status = refusal.response["ResponseMetadata"]["HTTPStatusCode"]
            assert status < 500 or status == 501, f"{what}: {refusal.response['Error']}"
            assert refusal.response["Error"]["Code"] != "", what
            answered[status] += 1
        except (botocore.exceptions.EndpointConnectionError, botocore.exceptions.ConnectionClosedError,
                botocore.exceptions.ReadTimeoutError, botocore.parsers.ResponseParserError) as broken:
            raise AssertionError(f"{what}: {broken!r}") from broken
        except Exception:  # botocore itself would not send it
            answered["not sent"] += 1
    print(dict(answered))
    assert answered[200] > REQUESTS / 20 and answered["not sent"] < REQUESTS / 5, answered
