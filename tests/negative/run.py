#!/usr/bin/env python3
"""Sends deliberately wrong requests to an endpoint of S3, IAM and STS and compares each answer with that of AWS.

    AWS_PROFILE=keymill python3 tests/negative/run.py --endpoint http://127.0.0.1:5396

Needs Python 3.10 and nothing else. The credentials (AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile) must be a
long-term key that may make buckets, objects, users and access keys: the run makes a bucket and users named
keymill-negative-… and removes them. Exit status: 0 if every answer is right, 1 if one is not, 2 for a usage error.
"""

import argparse
import configparser
import json
import os
import pathlib
import secrets
import sys

from catalogue import CASES, Endpoint, Session, run
from cases import Unavailable, World
from signing import Credentials


def credentials(profile: str | None) -> Credentials | None:
    env = os.environ
    if not profile and env.get("AWS_ACCESS_KEY_ID") and env.get("AWS_SECRET_ACCESS_KEY"):
        return Credentials(env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"], env.get("AWS_SESSION_TOKEN", ""))
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(env.get("AWS_SHARED_CREDENTIALS_FILE") or pathlib.Path.home() / ".aws/credentials")
    section = profile or env.get("AWS_PROFILE") or "default"
    if not parser.has_section(section) or not parser[section].get("aws_access_key_id"):
        return None
    values = parser[section]
    return Credentials(values["aws_access_key_id"], values["aws_secret_access_key"], values.get("aws_session_token", ""))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--endpoint", default=os.environ.get("AWS_ENDPOINT_URL"), help="URL of S3 [AWS_ENDPOINT_URL]")
    parser.add_argument("--iam-endpoint", help="URL of IAM, if it is another")
    parser.add_argument("--sts-endpoint", help="URL of STS, if it is another")
    parser.add_argument("--region", default=os.environ.get("AWS_REGION", "us-east-1"))
    parser.add_argument("--profile", help="take the credentials from this profile")
    parser.add_argument("--bucket", help="an empty bucket to use instead of making one")
    parser.add_argument("--group", action="append", help="only the cases of this group")
    parser.add_argument("--only", action="append", metavar="NAME", help="only this case: GROUP/NAME, NAME or its number")
    parser.add_argument("--json", action="store_true", help="one object a line instead of a table")
    parser.add_argument("--list", action="store_true", help="print the cases and send nothing")
    return parser.parse_args()


def chosen(options: argparse.Namespace) -> list:
    cases = [case for case in CASES if not options.group or case.group in options.group]
    if options.only:
        cases = [case for case in cases
                 if {case.name, f"{case.group}/{case.name}", str(case.number)} & set(options.only)]
    return cases


def report(as_json: bool, case, result: str, details: list[str]) -> None:
    if as_json:
        print(json.dumps({"number": case.number, "group": case.group, "name": case.name, "why": case.why,
                          "result": result, "details": details}), flush=True)
        return
    print(f"{case.number:4} {result:9} {case.group + '/' + case.name:45} {case.why}", flush=True)
    for detail in details:
        print(f"               {detail}")


def main() -> int:
    options = arguments()
    cases = chosen(options)
    if not cases:
        print("run.py: no such case; --list names them", file=sys.stderr)
        return 2
    if options.list:
        for case in cases:
            print(f"{case.number:4} {case.group + '/' + case.name:45} {case.why}")
        return 0
    key = credentials(options.profile)
    if not options.endpoint or not key or key.token:
        print("run.py: needs --endpoint and a long-term access key (no session token)", file=sys.stderr)
        return 2
    endpoints = {"s3": Endpoint(options.endpoint), "iam": Endpoint(options.iam_endpoint or options.endpoint),
                 "sts": Endpoint(options.sts_endpoint or options.endpoint)}
    session = Session(endpoints, key, options.region)
    bucket = options.bucket or f"keymill-negative-{secrets.token_hex(6)}"
    if not options.bucket:
        constraint = b"" if options.region == "us-east-1" else (
            f"<CreateBucketConfiguration><LocationConstraint>{options.region}</LocationConstraint>"
            "</CreateBucketConfiguration>").encode()
        made = session.s3("PUT", f"/{bucket}", body=constraint)
        if made.status != 200:
            print(f"run.py: no bucket could be made: {made}", file=sys.stderr)
            return 2
    if session.keys_in(bucket):
        print(f"run.py: the bucket {bucket} is not empty", file=sys.stderr)
        return 2
    world = World({name: endpoint.host for name, endpoint in endpoints.items()}, key, options.region, bucket, session)
    counts = {"ok": 0, "DIFFERENT": 0, "skipped": 0}
    try:
        for case in cases:
            try:
                details = run(case, world, endpoints["s3"].send)
                result = "DIFFERENT" if details else "ok"
            except Unavailable as reason:
                details, result = [str(reason)], "skipped"
            counts[result] += 1
            report(options.json, case, result, details)
    finally:
        session.close()
        if not options.bucket:
            session.empty(bucket)
            session.s3("DELETE", f"/{bucket}")
    if not options.json:
        print(f"\n{counts['ok']} as AWS, {counts['DIFFERENT']} different, {counts['skipped']} skipped")
    return 0 if counts["DIFFERENT"] == 0 and counts["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
