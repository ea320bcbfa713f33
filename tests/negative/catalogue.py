"""All cases in order, and what it takes to send one and judge the answer."""

import dataclasses
import pathlib
import re
import secrets
import sys
import time
import urllib.parse
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "clients"))

import query_service  # noqa: E402
import s3_chunked  # noqa: E402
import s3_header  # noqa: E402
import s3_presigned  # noqa: E402
import s3_signed  # noqa: E402
import signing  # noqa: E402
from cases import Answer, Case, Unavailable, World  # noqa: E402
from wire import Closed, Connection, Response  # noqa: E402

GROUPS = (s3_header.group, s3_signed.group, s3_presigned.group, s3_chunked.group, query_service.group)
CASES = [dataclasses.replace(case, number=number)
         for number, case in enumerate((case for group in GROUPS for case in group.cases), 1)]


class Endpoint:
    """Sends requests, each on a connection of its own, as a refused upload may leave one unusable."""

    def __init__(self, url: str):
        parts = urllib.parse.urlsplit(url)
        self.tls = parts.scheme == "https"
        self.name, self.port = parts.hostname or "", parts.port or (443 if self.tls else 80)
        self.host = parts.netloc.rpartition("@")[2]

    def send(self, request: signing.Request) -> Response:
        connection = Connection(self.name, self.port, 20, self.tls)
        try:
            connection.send_until_refused(request.wire())
            return connection.read(request.method)
        finally:
            connection.close()


class Session:
    """Makes, with the caller's own key, what cases need and what tells whether a refused request did something."""

    def __init__(self, endpoints: dict[str, Endpoint], credentials: signing.Credentials, region: str):
        self.endpoints, self.credentials, self.region = endpoints, credentials, region
        self._retired: dict[str, signing.Credentials] = {}
        self._users: list[tuple[str, list[str]]] = []

    def s3(self, method: str, path: str, query: dict[str, str] | None = None, body: bytes = b"") -> Response:
        request = signing.Request(method, path, list((query or {}).items()), [("Host", self.endpoints["s3"].host)], body)
        scope = signing.Scope(self.region, "s3", World.now())
        return self.endpoints["s3"].send(signing.sign(request, self.credentials, scope))

    def call(self, service: str, action: str, credentials: signing.Credentials | None = None, **parameters) -> Response:
        version = {"iam": "2010-05-08", "sts": "2011-06-15"}[service]
        body = urllib.parse.urlencode({"Action": action, "Version": version, **parameters}).encode()
        request = signing.Request("POST", "/", [], [("Host", self.endpoints[service].host),
                                                    ("Content-Type", "application/x-www-form-urlencoded")], body)
        scope = signing.Scope("us-east-1" if service == "iam" else self.region, service, World.now())
        return self.endpoints[service].send(signing.sign(request, credentials or self.credentials, scope))

    def retired_key(self, status: str) -> signing.Credentials:
        """The key, Inactive or Deleted, of a user made for it; returns once STS refuses it."""
        if status in self._retired:
            return self._retired[status]
        user = f"keymill-negative-{status.lower()}-{secrets.token_hex(4)}"
        if (made := self.call("iam", "CreateUser", UserName=user)).status != 200:
            raise Unavailable(f"no user to retire a key of: {made}")
        made = self.call("iam", "CreateAccessKey", UserName=user)
        key = signing.Credentials(made.error("AccessKeyId"), made.error("SecretAccessKey"))
        self._users.append((user, [key.access_key]))
        if status == "Inactive":
            self.call("iam", "UpdateAccessKey", UserName=user, AccessKeyId=key.access_key, Status="Inactive")
        else:
            self.call("iam", "DeleteAccessKey", UserName=user, AccessKeyId=key.access_key)
        deadline = time.monotonic() + 60  # AWS is eventually consistent
        while self.call("sts", "GetCallerIdentity", key).status == 200:
            if time.monotonic() > deadline:
                raise Unavailable(f"the {status} key still works after a minute")
            time.sleep(1)
        self._retired[status] = key
        return key

    def keys_in(self, bucket: str) -> list[str]:
        answer = self.s3("GET", f"/{bucket}", {"encoding-type": "url", "list-type": "2"})
        assert answer.status == 200, f"the bucket cannot be listed: {answer}"
        return [urllib.parse.unquote(node.text or "") for node in ElementTree.fromstring(answer.body).iter()
                if node.tag.rpartition("}")[2] == "Key"]

    def empty(self, bucket: str) -> None:
        for key in self.keys_in(bucket):
            self.s3("DELETE", f"/{bucket}/{signing.encode(key, '/')}")

    def user_exists(self, user: str) -> bool:
        return self.call("iam", "GetUser", UserName=user).code != "NoSuchEntity"

    def close(self) -> None:
        for user, keys in self._users:
            for key in keys:
                self.call("iam", "DeleteAccessKey", UserName=user, AccessKeyId=key)
            self.call("iam", "DeleteUser", UserName=user)


def matches(expected: str | re.Pattern, actual: str, facts: dict[str, str]) -> bool:
    pattern = isinstance(expected, re.Pattern)
    text = expected.pattern if pattern else expected
    for name, value in facts.items():
        text = text.replace(f"{{{name}}}", re.escape(value) if pattern else value)
    return bool(re.fullmatch(text, actual, re.S)) if pattern else text == actual


def shown(expected: str | re.Pattern) -> str:
    return f"/{expected.pattern}/" if isinstance(expected, re.Pattern) else repr(expected)


def differences(expected: Answer, answer: Response, facts: dict[str, str], query_service: bool) -> list[str]:
    """What of the answer is not as AWS answers; nothing if all is."""
    found = []
    if expected.status is None:
        if not 400 <= answer.status < 500:
            found.append(f"status {answer.status}, not 4xx")
    elif answer.status != expected.status:
        found.append(f"status {answer.status}, not {expected.status}")
    for name, value in expected.headers.items():
        if not matches(value, answer.headers.get(name, ""), facts):
            found.append(f"header {name}: {answer.headers.get(name)!r}, not {value}")
    if expected.empty and answer.body:
        found.append(f"a body of {len(answer.body)} octets")
    if expected.code is None:
        return found + ([f"code {answer.code}"] if expected.status == 200 and answer.status != 200 else [])
    try:
        root = ElementTree.fromstring(answer.body)
    except ElementTree.ParseError:
        return [*found, f"no XML: {answer.body[:200]!r}"]
    error = root if not query_service else next((node for node in root if node.tag.endswith("}Error")), root)
    elements = [(node.tag.rpartition("}")[2], node.text or "") for node in error]
    values = dict(elements)
    if values.get("Code") != expected.code:
        found.append(f"code {values.get('Code')}, not {expected.code}")
    if expected.message is not None and not matches(expected.message, values.get("Message", ""), facts):
        found.append(f"message {values.get('Message')!r}, not {shown(expected.message)}")
    if query_service:
        return found + ([] if values.get("Type") == "Sender" else [f"type {values.get('Type')}, not Sender"])
    for name, value in expected.elements.items():
        if name not in values:
            found.append(f"no element {name}")
        elif not matches(value, values[name], facts):
            found.append(f"{name} {values[name]!r}, not {shown(value)}")
    order = [name for name, _ in elements if name in expected.elements]
    if order != list(expected.elements) and not any(text.startswith("no element") for text in found):
        found.append(f"elements in the order {order}")
    extra = [name for name in values if name not in ("Code", "Message", "RequestId", "HostId", *expected.elements)]
    if expected.elements and extra:
        found.append(f"further elements {extra}")
    return found


def run(case: Case, world: World, send: Callable[[signing.Request], Response]) -> list[str]:
    """Sends one case and compares; then looks for what a refused request must not have left, and cleans up. Raises
    Unavailable if the case cannot be made here."""
    world.begin(case)
    request = case.make(world)
    service = "s3" if case.group != "iam-sts" else case.name.partition("-")[0]
    try:
        answer = send(request) if service == "s3" else world.session.endpoints[service].send(request)
    except (Closed, OSError) as failure:
        return [f"no answer: {type(failure).__name__} {failure}"]
    found = differences(case.expected, answer, world.facts, service != "s3")
    refused = case.expected.status != 200
    if service == "s3":
        keys = world.session.keys_in(world.bucket)
        if refused and keys:
            found.append(f"it stored {keys}")
        if not refused and request.method == "PUT" and not keys:
            found.append("it stored nothing")
        if keys:
            world.session.empty(world.bucket)
    elif service == "iam":
        exists = world.session.user_exists(world.user)
        if refused and exists:
            found.append(f"it made the user {world.user}")
        if exists:
            world.session.call("iam", "DeleteUser", UserName=world.user)
    return found
