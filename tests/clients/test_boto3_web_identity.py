"""boto3: the SDK's own provider chain with AWS_ROLE_ARN and AWS_WEB_IDENTITY_TOKEN_FILE, and an issuer of our own."""

import base64
import hmac
import http.server
import json
import threading
import time

import jwt
import pytest
from aws import REGION, refused
from boto3.session import Session
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from cryptography.hazmat.primitives.asymmetric import ec, rsa

ACCOUNT = "123456789012"
KEYS = {
    "RS256": rsa.generate_private_key(public_exponent=65537, key_size=2048),
    "ES384": ec.generate_private_key(ec.SECP384R1()),
}
KEYS["PS512"] = KEYS["RS256"]


def key_set() -> dict:
    rsa_key = jwt.algorithms.RSAAlgorithm.to_jwk(KEYS["RS256"].public_key(), as_dict=True)
    ec_key = jwt.algorithms.ECAlgorithm.to_jwk(KEYS["ES384"].public_key(), as_dict=True)
    return {"keys": [rsa_key | {"kid": "RS256"}, rsa_key | {"kid": "PS512"}, ec_key | {"kid": "ES384", "use": "sig"}]}


def token(issuer: str, algorithm: str = "RS256", key=None, **claims) -> str:
    now = int(time.time())
    given = {"iss": issuer, "sub": "repo:octo/app", "aud": "sts.amazonaws.com", "iat": now, "exp": now + 600} | claims
    return jwt.encode(given, key or KEYS[algorithm], algorithm, {"kid": algorithm})


def encode(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


@pytest.fixture(scope="module")
def issuer():
    """The URL of an OpenID Connect issuer on this machine that publishes the keys."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            base = f"http://127.0.0.1:{self.server.server_port}"
            pages = {"/.well-known/openid-configuration": {"issuer": base, "jwks_uri": f"{base}/jwks"},
                     "/jwks": key_set()}
            body = json.dumps(pages.get(self.path, {})).encode()
            self.send_response(200 if self.path in pages else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def make_provider(root):
    made = []

    def make(url: str) -> str:
        arn = root.iam.create_open_id_connect_provider(Url=url, ClientIDList=["sts.amazonaws.com"])
        made.append(arn["OpenIDConnectProviderArn"])
        return made[-1]

    yield make
    for arn in made:
        root.iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=arn)


@pytest.fixture
def make_role(federated_role):
    def make(provider: str, subject: str = "repo:octo/*") -> str:
        path = provider.partition("oidc-provider/")[2]
        return federated_role({"Principal": {"Federated": provider}, "Action": "sts:AssumeRoleWithWebIdentity",
                               "Condition": {"StringEquals": {f"{path}:aud": "sts.amazonaws.com"},
                                             "StringLike": {f"{path}:sub": subject}}})
    return make


@pytest.fixture
def assume(root):
    """assume(role, token): without credentials, as the SDK calls it."""
    sts = root.unsigned("sts")
    return lambda role, web_token, **more: sts.assume_role_with_web_identity(
        RoleArn=role, RoleSessionName="work", WebIdentityToken=web_token, **more)


def test_the_sdks_own_chain_reads_the_token_file(server, bucket, issuer, make_provider, make_role, monkeypatch,
                                                 tmp_path):
    role = make_role(make_provider(issuer))
    file = tmp_path / "token"
    file.write_text(token(issuer))
    for name, value in {"AWS_ROLE_ARN": role, "AWS_WEB_IDENTITY_TOKEN_FILE": str(file),
                        "AWS_ROLE_SESSION_NAME": "pod", "AWS_ENDPOINT_URL": server.endpoint}.items():
        monkeypatch.setenv(name, value)
    session = Session(region_name=REGION)
    name = role.rpartition("/")[2]
    assert session.client("sts").get_caller_identity()["Arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/{name}/pod"
    s3 = session.client("s3", config=Config(s3={"addressing_style": "path"}))
    s3.put_object(Bucket=bucket, Key="k", Body=b"v")
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"v"


@pytest.mark.parametrize("algorithm", KEYS)
def test_tokens_of_other_libraries_verify(issuer, make_provider, make_role, assume, algorithm):
    provider = make_provider(issuer)
    answer = assume(make_role(provider), token(issuer, algorithm))
    assert answer["SubjectFromWebIdentityToken"] == "repo:octo/app" and answer["Provider"] == provider
    assert answer["Audience"] == "sts.amazonaws.com" and answer["Credentials"]["AccessKeyId"].startswith("ASIA")


def test_the_sdk_knows_the_refusals(issuer, make_provider, make_role, assume):
    role = make_role(make_provider(issuer))
    now = int(time.time())
    with refused("ExpiredTokenException", 400):
        assume(role, token(issuer, exp=now - 1))
    with refused("InvalidIdentityToken", 400):
        assume(role, token(issuer, aud="somebody else"))
    with refused("InvalidIdentityToken", 400):
        assume(role, token(issuer, key=rsa.generate_private_key(public_exponent=65537, key_size=2048)))
    with refused("AccessDenied", 403):
        assume(role, token(issuer, sub="repo:evil/app"))
    _, payload, _ = token(issuer).split(".")  # what everybody can read must not do as a secret
    header = encode(b'{"alg":"HS256","kid":"RS256"}')
    secret = json.dumps(key_set()["keys"][0]).encode()
    forged = f"{header}.{payload}.{encode(hmac.digest(secret, f'{header}.{payload}'.encode(), 'sha256'))}"
    with refused("InvalidIdentityToken", 400):
        assume(role, forged)
    assert assume(role, token(issuer))["AssumedRoleUser"]


@pytest.mark.parametrize("key", ["aws:ResourceTag/team", "iam:ResourceTag/Team"])
def test_trust_policies_may_ask_for_the_roles_own_tags(root, issuer, make_provider, federated_role, assume, key):
    role = federated_role({"Principal": {"Federated": make_provider(issuer)}, "Action": "sts:AssumeRoleWithWebIdentity",
                           "Condition": {"StringEquals": {key: "red"}}})
    for team, fits in ((None, False), ("blue", False), ("red", True)):
        if team:
            root.iam.tag_role(RoleName=role.rpartition("/")[2], Tags=[{"Key": "team", "Value": team}])
        if fits:
            assert assume(role, token(issuer))["AssumedRoleUser"]
            continue
        with refused("AccessDenied", 403):
            assume(role, token(issuer))


def test_keys_can_be_registered_where_no_issuer_runs(server, make_provider, make_role, assume, unique):
    import requests

    url = f"https://login.invalid/{unique('tenant')}"
    provider = make_provider(url)
    role = make_role(provider)
    body = json.dumps({"provider": provider, "jwks": key_set()})
    request = AWSRequest("PUT", f"{server.endpoint}/_keymill/v1/oidc/jwks", data=body)
    SigV4Auth(Credentials(server.access_key, server.secret_key), "keymill", REGION).add_auth(request)
    answer = requests.put(request.url, data=body, headers=dict(request.headers), timeout=10)
    assert answer.status_code == 200 and answer.json() == {"provider": provider, "registered": True}, answer.text
    assert assume(role, token(url, "ES384"))["Provider"] == provider
