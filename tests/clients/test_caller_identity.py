"""GetCallerIdentity as programs use it that check somebody else's identity: EKS (aws-iam-authenticator) GETs a presigned
URL whose cluster is in a signed header and wants JSON, Vault and Google's workload identity replay a signed POST."""

import base64
import datetime
import re

import pytest
import requests
from aws import REGION
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

import keymill

FORM = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
CALL = "Action=GetCallerIdentity&Version=2011-06-15"
JSON = {"Accept": "application/json"}
CLUSTER = {"x-k8s-aws-id": "cluster-1"}
UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


@pytest.fixture
def arn(user):
    return f"arn:aws:iam::{keymill.ACCOUNT}:user/{user.name}"


def credentials(clients) -> Credentials:
    return Credentials(clients.access_key, clients.secret_key, clients.token)


def presigned(clients, headers: dict, action: str = CALL) -> str:
    request = AWSRequest("GET", f"{clients.endpoint}/?{action}", headers=headers)
    SigV4QueryAuth(credentials(clients), "sts", REGION, expires=60).add_auth(request)
    return request.url


def post(clients, form: str, headers: dict, secret: str | None = None) -> requests.Response:
    request = AWSRequest("POST", clients.endpoint + "/", data=form, headers=FORM | headers)
    signer = credentials(clients)
    signer.secret_key = secret or signer.secret_key
    SigV4Auth(signer, "sts", REGION).add_auth(request)
    return requests.post(request.url, data=form, headers=dict(request.headers), timeout=10)


def identity(answer: requests.Response) -> dict:
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "application/json"
    return answer.json()["GetCallerIdentityResponse"]["GetCallerIdentityResult"]


def test_a_presigned_url_tells_a_cluster_who_made_it(user, arn):
    url = presigned(user.clients, CLUSTER)
    answer = requests.get(url, headers=CLUSTER | JSON, timeout=10)
    assert identity(answer)["Arn"] == arn
    whole = answer.json()
    assert list(whole) == ["GetCallerIdentityResponse"]
    assert list(whole["GetCallerIdentityResponse"]["GetCallerIdentityResult"]) == ["Account", "Arn", "UserId"]
    request_id = whole["GetCallerIdentityResponse"]["ResponseMetadata"]["RequestId"]
    assert request_id == answer.headers["x-amzn-RequestId"] and re.fullmatch(UUID, request_id)


def test_a_presigned_url_is_good_for_its_own_cluster_only(user):
    url = presigned(user.clients, CLUSTER)
    for headers in ({}, {"x-k8s-aws-id": "cluster-2"}):
        answer = requests.get(url, headers=headers | JSON, timeout=10)
        assert answer.status_code == 403
        # As aws-iam-authenticator reads it.
        assert answer.json()["Error"]["Code"] == "SignatureDoesNotMatch"


def test_a_signed_post_can_be_replayed_by_another(user, arn):
    answer = post(user.clients, CALL, {"X-Vault-AWS-IAM-Server-ID": "vault.example"})
    assert answer.headers["Content-Type"] == "text/xml"
    assert f"<Arn>{arn}</Arn>" in answer.text


def test_sessions_tell_who_they_are_too(user, arn):
    made = user.clients.sts.get_session_token()["Credentials"]
    session = user.clients.with_key(made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"])
    assert identity(requests.get(presigned(session, CLUSTER), headers=CLUSTER | JSON, timeout=10))["Arn"] == arn


@pytest.mark.parametrize("accept, is_json", [
    ("application/json", True),
    ("Application/JSON;q=0.9", True),
    ("text/html, application/json", True),
    ("*/*", False),
    ("text/xml", False),
    ("application/jsonlines", False),
    ("", False),
])
def test_json_is_for_those_who_ask(user, accept, is_json):
    answer = post(user.clients, CALL, {"Accept": accept})
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == ("application/json" if is_json else "text/xml")


def test_refusals_come_in_json(user):
    answer = post(user.clients, CALL, JSON, secret="wrong")
    assert answer.status_code == 403 and answer.headers["Content-Type"] == "application/json"
    error = answer.json()
    assert list(error) == ["Error", "RequestId"]
    assert list(error["Error"]) == ["Code", "Message", "Type"]
    assert error["Error"]["Code"] == "SignatureDoesNotMatch" and error["Error"]["Type"] == "Sender"
    assert error["RequestId"] == answer.headers["x-amzn-RequestId"]
    assert post(user.clients, "Action=Nothing&Version=2011-06-15", JSON).json()["Error"]["Code"] == "InvalidAction"


def test_a_refusal_that_repeats_what_was_sent_is_still_json(root):
    answer = post(root, "Action=GetAccessKeyInfo&Version=2011-06-15&AccessKeyId=%ff%c3%a4%f0%9f", JSON)
    assert "Value '\ufffdä\ufffd\ufffd' at 'accessKeyId'" in answer.json()["Error"]["Message"]


def test_times_are_numbers_in_json(user):
    """Envoy reads Expiration so, in the scientific notation that AWS's Java writes."""
    answer = post(user.clients, "Action=GetSessionToken&Version=2011-06-15&DurationSeconds=900", JSON)
    made = answer.json()["GetSessionTokenResponse"]["GetSessionTokenResult"]["Credentials"]
    assert sorted(made) == ["AccessKeyId", "Expiration", "SecretAccessKey", "SessionToken"]
    left = made["Expiration"] - datetime.datetime.now(datetime.timezone.utc).timestamp()
    assert isinstance(made["Expiration"], float) and 800 < left <= 900
    assert re.search(r'"Expiration":1\.[0-9]+E9', answer.text)
    session = user.clients.with_key(made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"])
    assert session.sts.get_caller_identity()["Account"] == keymill.ACCOUNT


def test_sts_has_a_second_request_id(root):
    """What AWS's say, once decoded."""
    for call in (CALL, "Action=Nothing&Version=2011-06-15"):
        text = base64.b64decode(post(root, call, {}).headers["x-amz-sts-extended-request-id"], validate=True).decode()
        assert re.fullmatch(r"1:us-east-1:S:\d{13}:R:[0-9A-Za-z]{8}", text)


def test_iam_speaks_xml_only(root):
    request = AWSRequest("POST", root.endpoint + "/", data="Action=ListUsers&Version=2010-05-08", headers=FORM | JSON)
    SigV4Auth(credentials(root), "iam", REGION).add_auth(request)
    answer = requests.post(request.url, data=request.data, headers=dict(request.headers), timeout=10)
    assert answer.headers["Content-Type"] == "text/xml"
