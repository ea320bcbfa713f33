"""What a case is, what it expects, and the world that it is sent into."""

import datetime
import re
import secrets
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import signing
from signing import Credentials, Request, Scope

ANY = re.compile(r".+", re.S)  # an element that must be there and must not be empty


@dataclass(frozen=True)
class Answer:
    """The answer of AWS. Texts may name {facts} of the request: see World.facts. A compiled pattern stands for texts that
    hold the server's time; None is not compared (a status of None is any 4xx: the sources differ)."""

    status: int | None
    code: str | None = None
    message: str | re.Pattern | None = None
    elements: dict[str, str | re.Pattern] = field(default_factory=dict)  # between Message and RequestId, in this order
    headers: dict[str, str] = field(default_factory=dict)
    empty: bool = False  # no body at all


def accepted(status: int = 200) -> Answer:
    return Answer(status)


@dataclass(frozen=True)
class Case:
    name: str
    why: str
    expected: Answer
    make: Callable[["World"], Request]
    group: str
    number: int = 0


class Unavailable(Exception):
    """The endpoint lacks what a case needs; the case is skipped, and says so."""


class Group:
    """Collects the cases of one file in the order in which they stand there."""

    def __init__(self, name: str):
        self.name = name
        self.cases: list[Case] = []

    def case(self, name: str, why: str, expected: Answer):
        def add(make: Callable[["World"], Request]):
            self.cases.append(Case(name, why, expected, make, self.name))
            return make

        return add


class World:
    """One endpoint, one key that may do everything, one bucket. Each case gets a key (or a user) of its own, so that
    whatever a refused request stored can be seen."""

    def __init__(self, hosts: dict[str, str], credentials: Credentials, region: str, bucket: str, session: Any = None):
        self.hosts, self.credentials, self.region, self.bucket = hosts, credentials, region, bucket
        self.session = session  # makes further keys when a case needs them: see run.py
        self.object = self.user = ""
        self.body = b"a body that must not be stored"
        self.unknown = "AKIA" + "".join(secrets.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") for _ in range(16))
        self.facts: dict[str, str] = {}

    def begin(self, case: Case) -> None:
        self.object = f"/{self.bucket}/case-{case.number}"
        self.user = f"keymill-negative-{case.number}-{secrets.token_hex(4)}"
        self.facts = {
            "key_id": self.credentials.access_key, "unknown": self.unknown, "region": self.region,
            "today": self.now().strftime("%Y%m%d"), "bucket": self.bucket,
        }

    @staticmethod
    def now() -> datetime.datetime:
        return datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)

    def scope(self, service: str = "s3", minutes: float = 0, **wrong) -> Scope:
        """The right scope, `minutes` from now, but for what `wrong` changes."""
        region = self.region if service != "iam" else "us-east-1"
        values = {"region": region, "service": service, "at": self.now() + datetime.timedelta(minutes=minutes)}
        return Scope(**(values | wrong))

    # --- S3 ----------------------------------------------------------------------------------------------------------

    def plain(self, method: str = "PUT", path: str | None = None, *headers: tuple[str, str]) -> Request:
        """An unsigned request for this case's object."""
        body = self.body if method == "PUT" else b""
        return Request(method, path or self.object, [], [("Host", self.hosts["s3"]), *headers], body)

    def put(self, *headers: tuple[str, str], scope: Scope | None = None, credentials: Credentials | None = None,
            payload: str | None = None, unsigned: tuple[str, ...] = (), body: bytes | None = None) -> Request:
        """A signed PutObject of this case's object: right, but for what the arguments make wrong."""
        request = self.plain("PUT", None, *headers)
        if body is not None:
            request.body = body
        return signing.sign(request, credentials or self.credentials, scope or self.scope(), payload, unsigned)

    def read(self, method: str = "GET", path: str | None = None, scope: Scope | None = None) -> Request:
        return signing.sign(self.plain(method, path), self.credentials, scope or self.scope())

    def presigned(self, *headers: tuple[str, str], method: str = "PUT", scope: Scope | None = None,
                  credentials: Credentials | None = None, expires: str | None = "300",
                  changes: dict[str, str | None] | None = None) -> Request:
        request = self.plain(method, None, *headers)
        return signing.presign(request, credentials or self.credentials, scope or self.scope(), expires, changes=changes)

    # --- IAM and STS -------------------------------------------------------------------------------------------------

    def form(self, service: str) -> Request:
        """An unsigned CreateUser of this case's user, or GetCallerIdentity."""
        parameters = {"Action": "CreateUser", "Version": "2010-05-08", "UserName": self.user} if service == "iam" else {
            "Action": "GetCallerIdentity", "Version": "2011-06-15"}
        kind = ("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
        return Request("POST", "/", [], [("Host", self.hosts[service]), kind], urllib.parse.urlencode(parameters).encode())

    def call(self, service: str, scope: Scope | None = None, credentials: Credentials | None = None,
             unsigned: tuple[str, ...] = ()) -> Request:
        return signing.sign(self.form(service), credentials or self.credentials, scope or self.scope(service), None,
                            unsigned)

    def query(self, service: str = "sts", scope: Scope | None = None, changes: dict[str, str | None] | None = None,
              credentials: Credentials | None = None) -> Request:
        """The same call as a presigned GET."""
        request = Request("GET", "/", urllib.parse.parse_qsl(self.form(service).body.decode()),
                          [("Host", self.hosts[service])])
        return signing.presign(request, credentials or self.credentials, scope or self.scope(service), "300",
                               signing.EMPTY, changes)
