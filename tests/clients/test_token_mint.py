"""`keymill token mint`: tokens as CI systems and clusters sign them, taken by boto3's own provider chain."""

import json
import stat
import subprocess
import time

import jwt
import pytest
from aws import REGION, refused
from boto3.session import Session
from botocore import UNSIGNED
from botocore.config import Config

import keymill

ACCOUNT = "123456789012"
GITHUB = ["--issuer", "https://token.actions.githubusercontent.com", "--subject", "repo:octo/app:ref:refs/heads/main"]


@pytest.fixture
def mint(server, tmp_path):
    """mint(*arguments): what the command printed, by the root user unless `env` says otherwise."""

    def run(*arguments: str, status: int = 0, env: dict | None = None) -> subprocess.CompletedProcess:
        environment = keymill.clean_environment(AWS_ENDPOINT_URL=server.endpoint,
                                                AWS_ACCESS_KEY_ID=server.access_key,
                                                AWS_SECRET_ACCESS_KEY=server.secret_key)
        if "--key-file" not in arguments:
            arguments = ("--key-file", str(tmp_path / "key.pem"), *arguments)
        done = subprocess.run([keymill.binary(), "token", "mint", *arguments], capture_output=True, text=True,
                              timeout=60, env=environment | (env or {}))
        assert done.returncode == status, done.stdout + done.stderr
        return done

    return run


@pytest.fixture
def make_role(root, unique):
    made = []

    def make(host: str, subject: str) -> str:
        name = unique("role")
        made.append(name)
        trust = {"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
                 "Principal": {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{host}"},
                 "Condition": {"StringEquals": {f"{host}:aud": "sts.amazonaws.com"},
                               "StringLike": {f"{host}:sub": subject}}}
        document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        return root.iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]["Arn"]

    yield make
    for name in made:
        root.iam.delete_role(RoleName=name)
    for provider in root.iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]:
        root.iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=provider["Arn"])


@pytest.mark.parametrize(("issuer", "subject", "pattern"), [
    ("https://token.actions.githubusercontent.com", "repo:octo/app:ref:refs/heads/main", "repo:octo/app:*"),
    ("https://oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF", "system:serviceaccount:default:app",
     "system:serviceaccount:default:*"),
])
def test_the_sdks_own_chain_takes_the_token(server, mint, make_role, monkeypatch, tmp_path, issuer, subject, pattern):
    file = tmp_path / "token"
    file.write_text(mint("--issuer", issuer, "--subject", subject, "--create-provider").stdout)
    role = make_role(issuer.removeprefix("https://"), pattern)
    for name, value in {"AWS_ROLE_ARN": role, "AWS_WEB_IDENTITY_TOKEN_FILE": str(file),
                        "AWS_ROLE_SESSION_NAME": "job", "AWS_ENDPOINT_URL": server.endpoint}.items():
        monkeypatch.setenv(name, value)
    arn = Session(region_name=REGION).client("sts").get_caller_identity()["Arn"]
    assert arn == f"arn:aws:sts::{ACCOUNT}:assumed-role/{role.rpartition('/')[2]}/job"


def test_a_key_is_kept_and_works_for_every_token_of_its_issuer(server, mint, make_role, tmp_path):
    first = mint(*GITHUB, "--create-provider").stdout.strip()
    key = tmp_path / "key.pem"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600 and list(tmp_path.iterdir()) == [key]
    text = key.read_text()
    second = mint(*GITHUB).stdout.strip()  # the provider is there
    third = mint(*GITHUB, "--algorithm", "PS512", "--offline").stdout.strip()  # its key was registered
    assert key.read_text() == text and first != third
    role = make_role("token.actions.githubusercontent.com", "repo:octo/app:*")
    sts = Session(region_name=REGION).client("sts", endpoint_url=server.endpoint,
                                             config=Config(signature_version=UNSIGNED))

    def assume(token: str):
        return sts.assume_role_with_web_identity(RoleArn=role, RoleSessionName="work", WebIdentityToken=token)

    for token in (first, second, third):
        assert assume(token)["SubjectFromWebIdentityToken"] == "repo:octo/app:ref:refs/heads/main"
    with refused("ExpiredTokenException", 400):
        assume(mint(*GITHUB, "--expires-in=-1").stdout.strip())
    with refused("InvalidIdentityToken", 400):
        assume(mint(*GITHUB, "--audience", "https://github.com/octo").stdout.strip())
    with refused("InvalidIdentityToken", 400):
        assume(mint(*GITHUB, "--offline", "--key-file", str(tmp_path / "other.pem")).stdout.strip())


def test_claims_are_as_given(mint):
    now = int(time.time())
    done = mint(*GITHUB, "--offline", "--json", "--algorithm", "ES256", "--audience", "a", "--audience", "b",
                "--claim", "ref=refs/heads/main", "--claim-json", 'https://aws.amazon.com/tags={"principal_tags":{}}',
                "--claim-json", "run_attempt=2", "--expires-in", "60", env={"AWS_ACCESS_KEY_ID": ""})
    answer = json.loads(done.stdout)
    key = jwt.PyJWK(answer["jwks"]["keys"][0], algorithm="ES256")
    claims = jwt.decode(answer["token"], key, algorithms=["ES256"], audience="b")
    assert claims == answer["claims"] and claims["aud"] == ["a", "b"] and claims["ref"] == "refs/heads/main"
    assert claims["run_attempt"] == 2 and claims["https://aws.amazon.com/tags"] == {"principal_tags": {}}
    assert now <= claims["iat"] <= now + 5 and claims["exp"] == claims["iat"] + 60
    assert "provider" not in answer and "PRIVATE" not in done.stdout


@pytest.mark.parametrize(("arguments", "status", "complaint"), [
    (["--subject", "a", "--offline"], 2, "--issuer is required"),
    (["--issuer", "login.example", "--subject", "a", "--offline"], 2, "is not an http:// or https:// URL"),
    ([*GITHUB, "--offline", "--claim", "x"], 2, "a claim has the form NAME=VALUE"),
    ([*GITHUB, "--offline", "--claim-json", "x={"], 2, "the value of the claim x is not JSON"),
    ([*GITHUB, "--offline", "--algorithm", "HS256"], 2, "--algorithm"),
    ([*GITHUB, "--offline", "--create-provider"], 2, "--create-provider excludes --offline"),
    ([*GITHUB, "--offline", "--key-file", "/nonexistent/key.pem"], 1, "/nonexistent/key.pem cannot be created"),
    ([*GITHUB], 1, "--create-provider makes the provider"),
    ([*GITHUB, "--endpoint-url", "http://127.0.0.1:1"], 1, "no answer from http://127.0.0.1:1"),
    ([*GITHUB, "--access-key", "AKIAOFNOBODYATALL000", "--secret", "wrong"], 1, "403 InvalidClientTokenId"),
])
def test_errors_say_what_is_wrong_and_print_no_token(mint, arguments, status, complaint):
    done = mint(*arguments, status=status)
    assert complaint in done.stderr and done.stdout == ""


def test_a_key_of_another_kind_is_refused(mint, tmp_path):
    mint(*GITHUB, "--offline", "--algorithm", "ES256")
    assert "holds no private key that RS256 signs with" in mint(*GITHUB, "--offline", status=1).stderr
    (tmp_path / "key.pem").write_text("nothing")
    assert "holds no private key" in mint(*GITHUB, "--offline", "--algorithm", "ES256", status=1).stderr


def test_help_names_every_flag(mint):
    text = mint("--help").stdout
    for flag in ("--issuer", "--subject", "--audience", "--claim", "--claim-json", "--expires-in", "--key-file",
                 "--algorithm", "--create-provider", "--offline", "--endpoint-url", "--json", "--profile"):
        assert flag in text
