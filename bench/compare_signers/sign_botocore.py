"""How long botocore takes to sign a boto3 GetObject; prints a line of JSON. It derives the key each time."""

import json
import sys
import time

import botocore
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

URL = "http://localhost:5396/my-bucket/reports/2015/august.parquet"
signer = S3SigV4Auth(Credentials("AKIAQKEYMILL0EXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"), "s3", "us-east-1")


def sign(rounds: int) -> float:
    began = time.perf_counter()
    for _ in range(rounds):
        request = AWSRequest("GET", URL, headers={"x-amz-checksum-mode": "ENABLED"})
        signer.add_auth(request)
    return (time.perf_counter() - began) / rounds


seconds = float(sys.argv[1])
turns = 5
rounds = max(1, int(seconds / turns / sign(200)))
best = min(sign(rounds) for _ in range(turns))
print(json.dumps({"name": "botocore signs", "version": botocore.__version__, "key": "derived", "ns": best * 1e9}))
