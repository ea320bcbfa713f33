"""Static websites: configured with boto3, visited with curl as a browser would."""

import json
import subprocess

import pytest
from botocore.exceptions import ClientError


def visit(server, host, path, *options):
    """The status, the Location and the body of one page."""
    url = f"http://{host}:{server.endpoint.rsplit(':', 1)[1]}{path}"
    ran = subprocess.run(["curl", "-sS", "--max-time", "20", "--connect-to", "::127.0.0.1:", *options,
                          "-w", "\n%{http_code} %header{location}", url], capture_output=True, text=True, check=True)
    body, _, last = ran.stdout.rpartition("\n")
    status, _, location = last.partition(" ")
    return int(status), location, body


@pytest.fixture
def site(root, bucket):
    root.s3.delete_public_access_block(Bucket=bucket)
    root.s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/*"},
        {"Effect": "Allow", "Principal": "*", "Action": "s3:ListBucket", "Resource": f"arn:aws:s3:::{bucket}"}]}))
    root.s3.put_object(Bucket=bucket, Key="index.html", Body=b"welcome", ContentType="text/html")
    root.s3.put_object(Bucket=bucket, Key="docs/index.html", Body=b"docs", ContentType="text/html")
    root.s3.put_bucket_website(Bucket=bucket, WebsiteConfiguration={
        "IndexDocument": {"Suffix": "index.html"}, "ErrorDocument": {"Key": "404.html"},
        "RoutingRules": [{"Condition": {"KeyPrefixEquals": "old/"}, "Redirect": {"ReplaceKeyPrefixWith": "docs/"}}]})
    return bucket


def test_a_browser_reads_the_site(server, root, site):
    host = f"{site}.s3-website.localhost"
    port = server.endpoint.rsplit(":", 1)[1]
    assert visit(server, host, "/") == (200, "", "welcome")
    assert visit(server, host, "/docs")[:2] == (302, "/docs/")
    assert visit(server, host, "/docs/") == (200, "", "docs")
    assert visit(server, host, "/old/")[:2] == (301, f"http://{host}:{port}/docs/")
    assert visit(server, host, "/old/", "--location")[2] == "docs"
    status, _, page = visit(server, host, "/<b>")
    assert status == 404 and "<li>Key: &lt;b&gt;</li>" in page and "<li>Key: 404.html</li>" in page
    root.s3.put_object(Bucket=site, Key="404.html", Body=b"lost?", ContentType="text/html")
    assert visit(server, host, "/<b>") == (404, "", "lost?")
    assert visit(server, f"{site}.s3-website-us-east-1.localhost", "/")[2] == "welcome"


def test_boto3_reads_the_configuration_back(root, site):
    shown = root.s3.get_bucket_website(Bucket=site)
    assert shown["IndexDocument"] == {"Suffix": "index.html"}
    assert shown["RoutingRules"][0]["Redirect"] == {"ReplaceKeyPrefixWith": "docs/"}
    assert "RedirectAllRequestsTo" not in shown
    root.s3.delete_bucket_website(Bucket=site)
    with pytest.raises(ClientError) as caught:
        root.s3.get_bucket_website(Bucket=site)
    assert caught.value.response["Error"]["Code"] == "NoSuchWebsiteConfiguration"
