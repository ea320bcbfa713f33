"""Event notifications in the local queues and at a web hook, and access logs, of buckets that boto3 configures."""

import http.server
import json
import os
import queue
import threading
import time
import urllib.parse
import urllib.request

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import keymill
import pytest
from botocore.exceptions import ClientError
from commands import Program

QUEUE = "arn:aws:sqs:us-east-1:123456789012:"


@pytest.fixture
def command(server, tmp_path):
    return Program([os.path.abspath(keymill.binary())], tmp_path, AWS_ENDPOINT_URL=server.endpoint,
                   AWS_ACCESS_KEY_ID=server.access_key, AWS_SECRET_ACCESS_KEY=server.secret_key)


@pytest.fixture
def arn(unique):
    return QUEUE + unique("queue")


def configure(root, bucket, arn, events, **more):
    root.s3.put_bucket_notification_configuration(
        Bucket=bucket,
        NotificationConfiguration={"QueueConfigurations": [{"Id": "rule", "QueueArn": arn, "Events": events, **more}]})


def messages(command, arn):
    return [json.loads(line) for line in command("notifications", arn).text.splitlines()]


def test_a_queue_has_the_message_that_aws_documents(root, bucket, arn, command, server):
    configure(root, bucket, arn, ["s3:ObjectCreated:*"])
    put = root.s3.put_object(Bucket=bucket, Key="a b/ü.txt", Body=b"12345")
    test, message = messages(command, arn)
    assert test["Event"] == "s3:TestEvent" and test["Bucket"] == bucket
    (record,) = message["Records"]
    assert record["eventName"] == "ObjectCreated:Put" and record["eventSource"] == "aws:s3"
    assert record["s3"]["bucket"]["name"] == bucket and record["s3"]["configurationId"] == "rule"
    assert urllib.parse.unquote_plus(record["s3"]["object"]["key"]) == "a b/ü.txt"
    assert record["s3"]["object"]["size"] == 5
    assert f'"{record["s3"]["object"]["eTag"]}"' == put["ETag"]
    assert record["responseElements"]["x-amz-request-id"] == put["ResponseMetadata"]["RequestId"]
    assert record["responseElements"]["x-amz-id-2"] == put["ResponseMetadata"]["HostId"]
    assert record["requestParameters"]["sourceIPAddress"] == "127.0.0.1"
    assert arn in command("notifications").text


def test_the_configuration_comes_back_with_ids_and_what_is_wrong_is_refused(root, bucket, arn):
    given = {"QueueArn": arn, "Events": ["s3:ObjectCreated:Put"],
             "Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": "a/"}]}}}
    root.s3.put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration={"QueueConfigurations": [given], "EventBridgeConfiguration": {}})
    shown = root.s3.get_bucket_notification_configuration(Bucket=bucket)
    (rule,) = shown["QueueConfigurations"]
    assert rule["Id"] and rule["QueueArn"] == arn and rule["Events"] == given["Events"]
    assert rule["Filter"]["Key"]["FilterRules"] == [{"Name": "Prefix", "Value": "a/"}]
    assert shown["EventBridgeConfiguration"] == {}
    with pytest.raises(ClientError, match="overlap"):
        root.s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={
            "QueueConfigurations": [{"QueueArn": arn, "Events": ["s3:ObjectCreated:*"]},
                                    {"QueueArn": arn + "2", "Events": ["s3:ObjectCreated:Put"]}]})
    assert root.s3.get_bucket_notification_configuration(Bucket=bucket)["QueueConfigurations"] == [rule]


class Hook:
    """An HTTP server that keeps what is posted to it, after refusing the first `refusals`."""

    def __init__(self, refusals=0):
        self.posts = posts = queue.Queue()

        class Handler(http.server.BaseHTTPRequestHandler):
            left = refusals

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                refuse = Handler.left > 0
                Handler.left -= refuse
                self.send_response(503 if refuse else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()
                if not refuse:
                    posts.put((self.headers["X-Keymill-Destination"], json.loads(body)))

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/events"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def control(server):
    """Signed requests to the control API."""
    credentials = botocore.credentials.Credentials(server.access_key, server.secret_key)

    def send(method, path, body=None):
        data = json.dumps(body).encode() if body is not None else b""
        request = botocore.awsrequest.AWSRequest(method, f"{server.endpoint}/_keymill/v1{path}", data=data)
        botocore.auth.SigV4Auth(credentials, "keymill", "us-east-1").add_auth(request)
        prepared = urllib.request.Request(request.url, data or None, dict(request.headers), method=method)
        with urllib.request.urlopen(prepared, timeout=30) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    return send


def test_a_web_hook_gets_every_message_though_it_refuses_some_at_first(root, bucket, arn, control):
    hook = Hook(refusals=2)
    try:
        control("PUT", "/notifications/webhooks", {"arn": arn, "url": hook.url})
        configure(root, bucket, arn, ["s3:ObjectRemoved:*", "s3:ObjectCreated:*"])
        for number in range(3):
            root.s3.put_object(Bucket=bucket, Key=str(number))
        root.s3.delete_object(Bucket=bucket, Key="0")
        names = []
        while len(names) < 5:
            destination, message = hook.posts.get(timeout=20)
            assert destination == arn
            record = message.get("Records", [{}])[0]
            names.append(record.get("eventName", message.get("Event")))
        assert names == ["s3:TestEvent"] + ["ObjectCreated:Put"] * 3 + ["ObjectRemoved:Delete"]
        for _ in range(100):
            (told,) = [each for each in control("GET", "/notifications/webhooks")["webhooks"] if each["arn"] == arn]
            if told["delivered"] == 5:
                break
            time.sleep(0.05)
        assert told["delivered"] == 5 and told["failed"] == 0
    finally:
        control("DELETE", "/notifications/webhooks?arn=" + urllib.parse.quote(arn, safe=""))
        hook.close()


def test_an_access_log_arrives_in_the_target_bucket(root, bucket, control, user):
    root.s3.put_bucket_logging(Bucket=bucket, BucketLoggingStatus={"LoggingEnabled": {
        "TargetBucket": bucket, "TargetPrefix": "logs/",
        "TargetObjectKeyFormat": {"PartitionedPrefix": {"PartitionDateSource": "EventTime"}}}})
    shown = root.s3.get_bucket_logging(Bucket=bucket)["LoggingEnabled"]
    assert shown["TargetObjectKeyFormat"] == {"PartitionedPrefix": {"PartitionDateSource": "EventTime"}}
    root.s3.put_object(Bucket=bucket, Key="k", Body=b"body")
    user.clients.s3.get_object(Bucket=bucket, Key="k")["Body"].read()
    control("POST", "/logging/flush")
    listed = root.s3.list_objects_v2(Bucket=bucket, Prefix=f"logs/123456789012/us-east-1/{bucket}/")["Contents"]
    lines = "".join(root.s3.get_object(Bucket=bucket, Key=each["Key"])["Body"].read().decode() for each in listed)
    (line,) = [line for line in lines.splitlines() if "REST.GET.OBJECT k " in line]
    assert f":user/{user.name} " in line and f'"GET /{bucket}/k HTTP/1.1" 200 - 4 4 ' in line
    assert " SigV4 - AuthHeader 127.0.0.1:" in line and "Boto3" in line
