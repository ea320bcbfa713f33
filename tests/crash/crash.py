#!/usr/bin/env python3
"""Kills the server (SIGKILL) under load, again and again, and checks everything it had acknowledged.

Several threads write, overwrite, copy and delete objects of a few bytes to 8 MiB; one more creates and retires users,
access keys and buckets. Each thread owns its names, so that it knows what must be there: an acknowledged change exactly,
and of the one request that was under way when the server died either the state before or the state after, never
anything else. After each restart listings, bodies, ETags, metadata and keys are compared with that model.

    tests/crash/crash.py --kills 300          (needs the Python environment of tools/test: build/venv)
"""

import argparse
import base64
import hashlib
import pathlib
import random
import secrets
import shutil
import sys
import tempfile
import threading
import time
import urllib.parse
import xml.etree.ElementTree as ElementTree

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "clients"))

import keymill  # noqa: E402
from rawhttp import Closed, Connection, Response, Signer  # noqa: E402

KIB, MIB = 1024, 1024 * 1024
FILLER = random.Random(7).randbytes(9 * MIB)

ABSENT = None  # the state of an object that is not there; else (size, md5)


class Violation(Exception):
    """The server broke a promise."""


class Died(Exception):
    """The connection ended in the middle of a request: the server is gone (or is being killed)."""


class Client:
    """One keep-alive connection that signs with one pair."""

    def __init__(self, server: keymill.Server, access_key: str = "", secret_key: str = ""):
        self.signer = Signer(access_key or server.access_key, secret_key or server.secret_key, server.host, server.port)
        self.connection: Connection | None = None

    def call(self, method: str, target: str, body: bytes = b"", extra: dict | None = None, **options) -> Response:
        try:
            if self.connection is None:
                self.connection = Connection(self.signer.host, self.signer.port, 30)
            return self.signer.call(method, target, body, extra, connection=self.connection, **options)
        except (Closed, OSError) as error:
            self.close()
            raise Died(str(error)) from None

    def iam(self, action: str, **parameters: str) -> Response:
        body = urllib.parse.urlencode({"Action": action, "Version": "2010-05-08", **parameters}).encode()
        kind = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
        return self.call("POST", "/", body, kind, service="iam")

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None


def expect(answer: Response, *statuses: int) -> Response:
    if answer.status not in statuses:
        raise Violation(f"unexpected answer: {answer}")
    return answer


def elements(answer: Response, name: str) -> list[dict[str, str]]:
    """Each element of that name as a dictionary of its children."""
    found = []
    for node in ElementTree.fromstring(answer.body).iter():
        if node.tag.rpartition("}")[2] == name:
            found.append({child.tag.rpartition("}")[2]: child.text or "" for child in node})
    return found


class Counts:
    def __init__(self):
        self.acknowledged = self.large = self.bytes = self.unclear = self.keys = 0


class ObjectWorker:
    """Owns one bucket; writes, copies and deletes in it until the server dies."""

    SMALL, LARGE = 60, 5  # how many objects of each kind it keeps

    def __init__(self, number: int, seed: int):
        self.bucket, self.dice = f"crash-{number}", random.Random(seed)
        self.state: dict[str, tuple[int, str]] = {}  # what was acknowledged
        self.pending: dict[str, list] = {}  # key -> the states that it may have after the crash
        self.touched: set[str] = set()
        self.counts = Counts()

    # --- load

    def body(self, large: bool) -> bytes:
        if large:
            size = self.dice.randint(2 * MIB, 8 * MIB)
        else:  # around the border between bodies kept inline and bodies kept apart, and everything below
            size = self.dice.choice([0, 1, 100, 1000, 10 * KIB, 64 * KIB - 1, 64 * KIB, 64 * KIB + 1, 300 * KIB])
        at = self.dice.randrange(MIB)
        return (secrets.token_bytes(16) + FILLER[at:at + size])[:size]

    def run(self, client: Client) -> None:
        while True:
            self.step(client)

    def step(self, client: Client) -> None:
        what = self.dice.random()
        if what < 0.55 or not self.state:
            large = self.dice.random() < 0.15
            key = f"large-{self.dice.randrange(self.LARGE)}" if large else f"small-{self.dice.randrange(self.SMALL)}"
            body = self.body(large)
            digest = hashlib.md5(body).hexdigest()
            answer = self.change(client, {key: (len(body), digest)}, "PUT", key, body, {"x-amz-meta-md5": digest})
            if answer.headers.get("etag") != f'"{digest}"':
                raise Violation(f"PUT {self.bucket}/{key}: ETag {answer.headers.get('etag')} for {digest}")
            self.counts.large += large
            self.counts.bytes += len(body)
        elif what < 0.70:
            key = self.dice.choice(sorted(self.state))
            self.change(client, {key: ABSENT}, "DELETE", key)
        elif what < 0.80:
            target = f"copy-{self.dice.randrange(8)}"
            source = self.dice.choice(sorted(set(self.state) - {target}) or [""])
            if not source:
                return
            extra = {"x-amz-copy-source": f"/{self.bucket}/{source}"}
            self.change(client, {target: self.state[source]}, "PUT", target, b"", extra)
        elif what < 0.85:
            keys = self.dice.sample(sorted(self.state), min(5, len(self.state)))
            xml = "".join(f"<Object><Key>{key}</Key></Object>" for key in keys)
            xml = f"<Delete>{xml}</Delete>".encode()
            md5 = {"Content-MD5": base64.b64encode(hashlib.md5(xml).digest()).decode()}
            answer = self.change(client, dict.fromkeys(keys, ABSENT), "POST", "?delete=", xml, md5)
            if len(elements(answer, "Deleted")) != len(keys):
                raise Violation(f"DeleteObjects: {answer}")
        else:
            self.check(client, self.dice.choice(sorted(self.state)))

    def change(self, client: Client, becomes: dict, method: str, key: str, body: bytes = b"",
               extra: dict | None = None) -> Response:
        """Sends a request that turns the named keys into the given states."""
        self.pending = {name: [self.state.get(name), state] for name, state in becomes.items()}
        self.touched |= set(becomes)
        target = f"/{self.bucket}{key if key.startswith('?') else f'/{key}'}"
        answer = expect(client.call(method, target, body, extra), 200, 204)
        for name, state in becomes.items():
            self.settle(name, state)
        self.pending = {}
        self.counts.acknowledged += 1
        return answer

    def settle(self, key: str, state) -> None:
        if state is ABSENT:
            self.state.pop(key, None)
        else:
            self.state[key] = state

    # --- checks

    def check(self, client: Client, key: str) -> int:
        """Reads one object whole and compares it with the model. Returns its size."""
        answer = client.call("GET", f"/{self.bucket}/{key}")
        if answer.status == 404 and answer.code == "NoSuchKey":
            found = ABSENT
        else:
            expect(answer, 200)
            digest = hashlib.md5(answer.body).hexdigest()
            found = (len(answer.body), digest)
            if answer.headers.get("etag") != f'"{digest}"':
                raise Violation(f"{self.bucket}/{key}: the body's MD5 is {digest}, its ETag {answer.headers.get('etag')}")
            if answer.headers.get("x-amz-meta-md5") != digest:
                raise Violation(f"{self.bucket}/{key}: body and metadata are of two different writes: {answer.headers}")
        if found != self.state.get(key):
            raise Violation(f"{self.bucket}/{key} is {found}, but {self.state.get(key)} was acknowledged")
        return found[0] if found else 0

    def listing(self, client: Client) -> dict[str, tuple[int, str]]:
        found, token = {}, ""
        while True:
            more = f"&continuation-token={urllib.parse.quote(token, safe='')}" if token else ""
            answer = expect(client.call("GET", f"/{self.bucket}?list-type=2{more}"), 200)
            for entry in elements(answer, "Contents"):
                found[entry["Key"]] = (int(entry["Size"]), entry["ETag"].strip('"'))
            token = answer.error("NextContinuationToken")
            if not token:
                return found

    def verify(self, client: Client, everything: bool) -> None:
        listed = self.listing(client)
        for key, allowed in self.pending.items():  # the request that was under way: before or after
            self.counts.unclear += 1
            if listed.get(key) not in allowed:
                raise Violation(f"{self.bucket}/{key} is {listed.get(key)}; before the unfinished request it was "
                                f"{allowed[0]}, after it would be {allowed[1]}")
            self.settle(key, listed.get(key))
        self.pending = {}
        if listed != self.state:
            lost = {key: state for key, state in self.state.items() if listed.get(key) != state}
            extra = {key: state for key, state in listed.items() if self.state.get(key) != state}
            raise Violation(f"{self.bucket}: acknowledged but not listed so: {lost}; listed instead: {extra}")
        names = set(self.state) | self.touched
        if not everything:
            others = sorted(set(self.state) - self.touched)
            names = self.touched | set(self.dice.sample(others, min(8, len(others))))
        for key in sorted(names):
            self.check(client, key)
        self.touched = set()


class ControlWorker:
    """Owns users, their keys, and some buckets."""

    USERS, BUCKETS = 4, 3

    def __init__(self, seed: int):
        self.dice = random.Random(seed)
        self.users: dict[str, dict[str, str]] = {}  # user -> key id -> status
        self.secrets: dict[str, str] = {}
        self.gone: list[str] = []  # key ids that were deleted
        self.buckets: set[str] = set()
        self.pending: tuple | None = None
        self.counts = Counts()

    def run(self, client: Client) -> None:
        while True:
            self.step(client)

    def step(self, client: Client) -> None:
        user = f"crash-user-{self.dice.randrange(self.USERS)}"
        keys = self.users.get(user)
        what = self.dice.random()
        if what < 0.15:
            bucket = f"crash-spare-{self.dice.randrange(self.BUCKETS)}"
            self.pending = ("bucket", bucket)
            if bucket in self.buckets:
                expect(client.call("DELETE", f"/{bucket}"), 204)
                self.buckets.remove(bucket)
            else:
                expect(client.call("PUT", f"/{bucket}"), 200)
                self.buckets.add(bucket)
        elif keys is None:
            self.pending = ("user", user)
            expect(client.iam("CreateUser", UserName=user), 200)
            self.users[user] = {}
        elif len(keys) < 2 and what < 0.6:
            self.pending = ("create", user)
            made = elements(expect(client.iam("CreateAccessKey", UserName=user), 200), "AccessKey")[0]
            keys[made["AccessKeyId"]] = "Active"
            self.secrets[made["AccessKeyId"]] = made["SecretAccessKey"]
        elif keys and what < 0.85:
            key = self.dice.choice(sorted(keys))
            status = "Inactive" if keys[key] == "Active" else "Active"
            self.pending = ("update", user, key, status)
            expect(client.iam("UpdateAccessKey", UserName=user, AccessKeyId=key, Status=status), 200)
            keys[key] = status
        elif keys:
            key = self.dice.choice(sorted(keys))
            self.pending = ("delete", user, key)
            expect(client.iam("DeleteAccessKey", UserName=user, AccessKeyId=key), 200)
            del keys[key]
            self.gone.append(key)
        else:
            self.pending = ("user", user)
            expect(client.iam("DeleteUser", UserName=user), 200)
            del self.users[user]
        self.pending = None
        self.counts.acknowledged += 1
        self.counts.keys += 1

    def verify(self, client: Client, server: keymill.Server) -> None:
        kind, *details = self.pending or ("nothing",)
        self.pending = None
        listed = {user["UserName"] for user in elements(expect(client.iam("ListUsers"), 200), "member")}
        buckets = {entry["Name"] for entry in elements(expect(client.call("GET", "/"), 200), "Bucket")}
        buckets = {name for name in buckets if name.startswith("crash-spare-")}
        if kind == "user":
            (user,) = details
            self.counts.unclear += 1
            if user in listed:
                self.users.setdefault(user, {})
            else:
                self.users.pop(user, None)
        elif kind == "bucket":
            (bucket,) = details
            self.counts.unclear += 1
            (self.buckets.add if bucket in buckets else self.buckets.discard)(bucket)
        if listed != set(self.users):
            raise Violation(f"users are {sorted(listed)}, but {sorted(self.users)} were acknowledged")
        if buckets != self.buckets:
            raise Violation(f"buckets are {sorted(buckets)}, but {sorted(self.buckets)} were acknowledged")
        for user, keys in self.users.items():
            answer = expect(client.iam("ListAccessKeys", UserName=user), 200)
            found = {key["AccessKeyId"]: key["Status"] for key in elements(answer, "member")}
            if kind in ("create", "update", "delete") and details[0] == user:
                self.counts.unclear += 1
                if kind == "create":
                    for key in set(found) - set(keys):  # its secret was never told: nobody can use it
                        if len(set(found) - set(keys)) != 1:
                            raise Violation(f"{user}: keys {found}, but {keys} were acknowledged")
                        expect(client.iam("DeleteAccessKey", UserName=user, AccessKeyId=key), 200)
                        del found[key]
                elif kind == "update" and found.get(details[1]) == details[2]:
                    keys[details[1]] = details[2]
                elif kind == "delete" and details[1] not in found:
                    del keys[details[1]]
                    self.gone.append(details[1])
            if found != keys:
                raise Violation(f"{user}: keys are {found}, but {keys} were acknowledged")
        # What a key may do, by signed requests: listed as Active is not enough.
        live = {key: status for keys in self.users.values() for key, status in keys.items()}
        for key in [*live, *self.gone[-3:]]:
            if key not in self.secrets:
                continue
            probe = Client(server, key, self.secrets[key])
            answer = probe.call("GET", "/crash-0?location")
            probe.close()
            wanted = (200, "") if live.get(key) == "Active" else (403, "InvalidAccessKeyId")
            if (answer.status, answer.code if answer.status != 200 else "") != wanted:
                raise Violation(f"key {key} is {live.get(key, 'deleted')}, but a request signed with it got {answer}")


class CrashTest:
    def __init__(self, options: argparse.Namespace):
        self.options, self.dice = options, random.Random(options.seed)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="keymill-crash-", dir=options.dir))
        self.server = keymill.Server(self.folder / "data", "--log-level", "warn")
        self.workers = [ObjectWorker(number, self.dice.randrange(2**32)) for number in range(options.threads)]
        self.control = ControlWorker(self.dice.randrange(2**32))
        self.passed, self.slowest_start, self.largest = 0, 0.0, 0

    def start(self) -> None:
        self.server.start(timeout=self.options.start_limit)
        self.slowest_start = max(self.slowest_start, self.server.seconds_to_ready)

    def load_and_kill(self) -> None:
        """Starts all workers, kills the server at a random moment, collects what went wrong in a worker."""
        failures: list[BaseException] = []
        begun = threading.Barrier(len(self.workers) + 2)

        def work(worker) -> None:
            client = Client(self.server)
            try:
                begun.wait()
                worker.run(client)
            except Died:
                pass
            except BaseException as error:  # noqa: BLE001 (shown below)
                failures.append(error)
            finally:
                client.close()

        threads = [threading.Thread(target=work, args=(worker,)) for worker in [*self.workers, self.control]]
        for thread in threads:
            thread.start()
        begun.wait()
        time.sleep(self.dice.choice([self.dice.uniform(0.02, 0.3), self.dice.uniform(0.3, 1.0)]))
        died = not self.server.alive()
        self.server.kill()
        for thread in threads:
            thread.join()
        if failures:
            raise failures[0]
        if died:
            raise Violation(f"the server died by itself\n{self.server.tail()}")

    def verify(self, everything: bool = False) -> None:
        client = Client(self.server)
        try:
            self.control.verify(client, self.server)
            for worker in self.workers:
                worker.verify(client, everything)
        except Died as error:
            raise Violation(f"the server died while it was being checked: {error}\n{self.server.tail()}") from None
        finally:
            client.close()
        self.largest = max(self.largest, self.server.data_size())

    def live_bytes(self) -> int:
        return sum(size for worker in self.workers for size, _ in worker.state.values())

    def bounded(self, limit: int, what: str) -> None:
        """The data directory must come below the limit; compactions get some time."""
        end = time.monotonic() + self.options.compaction_time
        while (size := self.server.data_size()) > limit and time.monotonic() < end:
            time.sleep(0.25)
        print(f"crash: {what}: {size / MIB:.0f} MiB on disk, at most {limit / MIB:.0f} allowed", flush=True)
        if size > limit:
            raise Violation(f"{what}: {size / MIB:.0f} MiB on disk, more than {limit / MIB:.0f}: space leaks")
        self.passed += 1

    def run(self) -> None:
        self.start()
        client = Client(self.server)
        for worker in self.workers:
            expect(client.call("PUT", f"/{worker.bucket}"), 200)
        client.close()
        began = time.monotonic()
        for kill in range(1, self.options.kills + 1):
            self.load_and_kill()
            if self.dice.random() < 0.15:  # die again while starting
                self.server.launch()
                time.sleep(self.dice.uniform(0, 0.08))
                self.server.kill()
            self.start()
            self.verify()
            self.passed += 1
            if kill % 10 == 0 or kill == self.options.kills:
                self.report(kill, time.monotonic() - began)
        if (status := self.server.stop()) != 0:
            raise Violation(f"SIGTERM: exit status {status}")
        self.start()
        self.verify(everything=True)
        self.passed += 1
        live = self.live_bytes()
        self.bounded(2 * live + 128 * MIB, f"{live / MIB:.0f} MiB of objects")

        client = Client(self.server)
        for worker in self.workers:
            for key in list(worker.state):
                worker.change(client, {key: ABSENT}, "DELETE", key)
            expect(client.call("DELETE", f"/{worker.bucket}"), 204)
        client.close()
        self.server.stop()
        self.start()
        self.bounded(96 * MIB, "all objects deleted")
        if (status := self.server.stop()) != 0:
            raise Violation(f"SIGTERM: exit status {status}")

        counts = [worker.counts for worker in self.workers]
        if sum(c.acknowledged for c in counts) < 5 * self.options.kills:
            raise Violation("too few acknowledged writes for this to mean anything")
        if sum(c.large for c in counts) < self.options.kills / 2:
            raise Violation("too few large objects for this to mean anything")
        self.passed += 1

    def self_test(self) -> None:
        """Changes things behind the model's back, as a server that loses writes would: each must be found."""
        self.start()
        client, worker, control = Client(self.server), self.workers[0], self.control
        expect(client.call("PUT", f"/{worker.bucket}"), 200)
        self.workers = [worker]
        while len(worker.state) < 10 or not any(control.users.values()):
            worker.step(client)
            control.step(client)
        self.verify(everything=True)
        key, body = sorted(worker.state)[0], secrets.token_bytes(100)
        before = client.call("GET", f"/{worker.bucket}/{key}")
        tag = {"x-amz-meta-md5": before.headers["x-amz-meta-md5"]}
        user, keys = next((user, keys) for user, keys in control.users.items() if keys)
        access_key, status = next(iter(keys.items()))
        named = {"UserName": user, "AccessKeyId": access_key}
        sabotages = {
            "a lost write": lambda: client.call("DELETE", f"/{worker.bucket}/{key}"),
            "another body": lambda: client.call("PUT", f"/{worker.bucket}/{key}", body, {"x-amz-meta-md5": hashlib.md5(body).hexdigest()}),
            "a body of one write under the metadata of another": lambda: client.call("PUT", f"/{worker.bucket}/{key}", body, tag),
            "a lost delete": lambda: client.call("PUT", f"/{worker.bucket}/deleted-before", b""),
            "a lost key change": lambda: client.iam("UpdateAccessKey", Status={"Active": "Inactive"}.get(status, "Active"), **named),
            "a lost bucket": lambda: client.call("PUT", "/crash-spare-unknown"),
        }
        restore = {"a lost key change": lambda: client.iam("UpdateAccessKey", Status=status, **named)}
        for name, sabotage in sabotages.items():
            expect(sabotage(), 200, 204)
            try:
                self.verify(everything=True)
            except Violation:
                self.passed += 1
            else:
                raise Violation(f"self-test: {name} was not noticed")
            expect(client.call("PUT", f"/{worker.bucket}/{key}", before.body, tag), 200)
            expect(client.call("DELETE", f"/{worker.bucket}/deleted-before"), 204)
            if name in restore:
                restore[name]()
            if name != "a lost bucket":
                self.verify(everything=True)
        self.server.stop()

    def report(self, kill: int, seconds: float) -> None:
        counts = [worker.counts for worker in self.workers]
        print(
            f"crash: {kill}/{self.options.kills} kills in {seconds:.0f} s; acknowledged "
            f"{sum(c.acknowledged for c in counts)} object changes ({sum(c.large for c in counts)} of 2 to 8 MiB, "
            f"{sum(c.bytes for c in counts) / MIB:.0f} MiB), {self.control.counts.acknowledged} of users, keys and buckets; "
            f"{sum(c.unclear for c in counts) + self.control.counts.unclear} cut off half-way; slowest start "
            f"{self.slowest_start:.2f} s; disk {self.server.data_size() / MIB:.0f} MiB for {self.live_bytes() / MIB:.0f}",
            flush=True,
        )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=300, help="how often to kill the server (300)")
    parser.add_argument("--threads", type=int, default=4, help="writers at once (4)")
    parser.add_argument("--seed", type=int, default=None, help="repeats a run's choices, though not its timing")
    parser.add_argument("--self-test", action="store_true", help="check that broken promises are noticed; no kills")
    parser.add_argument("--dir", default=None, help="where to put the data directory")
    parser.add_argument("--start-limit", type=float, default=5, help="seconds a restart may take (5): no repair")
    parser.add_argument("--compaction-time", type=float, default=30, help="seconds for space to be given back (30)")
    options = parser.parse_args()
    options.seed = options.seed if options.seed is not None else random.randrange(2**32)
    what = "self-test" if options.self_test else f"{options.kills} kills"
    print(f"crash: {what}, seed {options.seed}, {keymill.binary()}", flush=True)
    test = CrashTest(options)
    failed = 0
    try:
        test.self_test() if options.self_test else test.run()
        shutil.rmtree(test.folder)
    except (Violation, TimeoutError, RuntimeError) as error:
        failed = 1
        print(f"crash: FAILED: {error}\n{test.server.tail()}\ncrash: the data are kept in {test.folder}", flush=True)
    finally:
        if test.server.alive():
            test.server.kill()
    print(f"{test.passed} passed, {failed} failed", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
