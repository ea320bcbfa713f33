"""boto3 and PyJWT: an account as an issuer of tokens, from GetWebIdentityToken to a role of another account."""

import contextlib
import json
import time
import urllib.error
import urllib.request

import jwt
import pytest
from aws import Clients, message, refused
from boto3.session import Session
from botocore import UNSIGNED
from botocore.config import Config
from principals import allow, deny, may, policy, refusal

import keymill

AUDIENCE = "https://api.example.com"
STS = "https://sts.amazonaws.com/"


@pytest.fixture
def issuer(home):
    """The home account's issuer, enabled for the test."""
    url = home.root.iam.enable_outbound_web_identity_federation()["IssuerIdentifier"]
    yield url
    with contextlib.suppress(home.root.iam.exceptions.FeatureDisabledException):  # a test may have done it
        home.root.iam.disable_outbound_web_identity_federation()


def get_token(who, algorithm="ES384", audience=AUDIENCE, **more) -> str:
    audiences = audience if isinstance(audience, list) else [audience]
    return who.sts.get_web_identity_token(Audience=audiences, SigningAlgorithm=algorithm, **more)["WebIdentityToken"]


def published(strict, issuer: str, page: str, host: bool = False) -> dict:
    """A page of the issuer: at its host, which no resolver knows, or below the server's endpoint."""
    if host:
        request = urllib.request.Request(f"{strict.running.endpoint}/.well-known/{page}",
                                         headers={"Host": issuer.removeprefix("https://")})
    else:
        request = f"{strict.running.endpoint}/_keymill/v1/issuers/{issuer_id(issuer)}/.well-known/{page}"
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.headers["Content-Type"] == "application/json"
        return json.load(answer)


def issuer_id(issuer: str) -> str:
    return issuer.removeprefix("https://").removesuffix(".tokens.sts.global.api.aws")


def verify(strict, issuer: str, token: str, **options) -> dict:
    """As a service elsewhere does: discovery, the key that the token names, then the claims."""
    configuration = published(strict, issuer, "openid-configuration")
    key = jwt.PyJWKClient(configuration["jwks_uri"]).get_signing_key_from_jwt(token)
    return jwt.decode(token, key, algorithms=configuration["id_token_signing_alg_values_supported"],
                      issuer=configuration["issuer"], **{"audience": AUDIENCE, **options})


def federate(account, issuer: str, *statements, audience=AUDIENCE, subject="*") -> str:
    """A role of the account that believes the issuer."""
    iam = account.root.iam
    providers = iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]
    arn = f"arn:aws:iam::{account.id}:oidc-provider/{issuer.removeprefix('https://')}"
    if {"Arn": arn} not in providers:
        iam.create_open_id_connect_provider(Url=issuer, ClientIDList=[audience])
    host = issuer.removeprefix("https://")
    role = account.role(*(statements or [allow("s3:ListAllMyBuckets")]))
    trust = {"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity", "Principal": {"Federated": arn},
             "Condition": {"StringEquals": {f"{host}:aud": audience}, "StringLike": {f"{host}:sub": subject}}}
    iam.update_assume_role_policy(RoleName=role.rpartition("/")[2], PolicyDocument=policy(trust))
    return role


def assume(endpoint: str, role: str, token: str) -> Clients:
    sts = Session(region_name="us-east-1").client(
        "sts", endpoint_url=endpoint, config=Config(signature_version=UNSIGNED, retries={"total_max_attempts": 1}))
    given = sts.assume_role_with_web_identity(RoleArn=role, RoleSessionName="work", WebIdentityToken=token)["Credentials"]
    return Clients(endpoint, given["AccessKeyId"], given["SecretAccessKey"], token=given["SessionToken"])


def test_the_feature_is_enabled_once_and_disabled_once(strict):
    account = strict.account()
    iam = account.root.iam
    with refused("FeatureDisabled", 404):
        iam.get_outbound_web_identity_federation_info()
    with refused("FeatureDisabled", 404):
        iam.disable_outbound_web_identity_federation()
    url = iam.enable_outbound_web_identity_federation()["IssuerIdentifier"]
    assert url.startswith("https://") and url.endswith(".tokens.sts.global.api.aws")
    info = iam.get_outbound_web_identity_federation_info()
    assert (info["IssuerIdentifier"], info["JwtVendingEnabled"]) == (url, True)
    with pytest.raises(iam.exceptions.FeatureEnabledException):
        iam.enable_outbound_web_identity_federation()
    iam.disable_outbound_web_identity_federation()
    with pytest.raises(account.root.sts.exceptions.OutboundWebIdentityFederationDisabledException):
        get_token(account.root)
    assert iam.enable_outbound_web_identity_federation()["IssuerIdentifier"] == url, "relying parties know the issuer"


@pytest.mark.parametrize("algorithm", ["RS256", "ES384"])
def test_another_library_verifies_the_token(strict, home, issuer, algorithm):
    user = home.user(allow("sts:GetWebIdentityToken"), tags={"team": "data"})
    before = int(time.time())
    answer = user.sts.get_web_identity_token(Audience=[AUDIENCE], SigningAlgorithm=algorithm)
    claims = verify(strict, issuer, answer["WebIdentityToken"])
    assert jwt.get_unverified_header(answer["WebIdentityToken"])["alg"] == algorithm
    assert claims["iss"] == issuer and claims["sub"] == user.arn and claims["aud"] == AUDIENCE
    assert before <= claims["iat"] <= time.time() and claims["exp"] == claims["iat"] + 300
    assert answer["Expiration"].timestamp() == claims["exp"]
    principal = claims[STS]
    assert principal["aws_account"] == home.id and principal["source_region"] == "us-east-1"
    assert principal["principal_id"] == user.arn and principal["principal_tags"] == {"team": "data"}
    assert "request_tags" not in principal and "original_session_exp" not in principal
    again = verify(strict, issuer, get_token(user, algorithm))
    assert again["jti"] != claims["jti"]
    with pytest.raises(jwt.InvalidAudienceError):
        verify(strict, issuer, answer["WebIdentityToken"], audience="https://other.example.com")


def test_a_session_is_its_role_with_the_sessions_tags(strict, home, issuer):
    role = home.role(allow(["sts:GetWebIdentityToken", "sts:TagGetWebIdentityToken"]), tags={"team": "data", "cost": "7"})
    caller = home.user(allow(["sts:AssumeRole", "sts:TagSession"]))
    session = caller.assume(role, Tags=[{"Key": "team", "Value": "ops"}])
    token = get_token(session, Tags=[{"Key": "job-id", "Value": "job \u00e4"}], audience=["a", "b"])
    claims = verify(strict, issuer, token, audience="b")
    assert claims["sub"] == claims[STS]["principal_id"] == role and claims["aud"] == ["a", "b"]
    assert claims[STS]["principal_tags"] == {"team": "ops", "cost": "7"}
    assert claims[STS]["request_tags"] == {"job-id": "job \u00e4"}
    assert claims[STS]["original_session_exp"].endswith("Z")


def test_a_token_does_not_outlive_the_session_that_asks(home, issuer):
    role = home.role(allow("sts:GetWebIdentityToken"))
    session = home.user(allow("sts:AssumeRole")).assume(role, DurationSeconds=900)
    with refused("SessionDurationEscalationException", 403):
        get_token(session, DurationSeconds=3600)
    assert get_token(session, DurationSeconds=600)


def test_policies_choose_audience_duration_algorithm_and_tags(home, issuer):
    user = home.user(allow("sts:GetWebIdentityToken", Condition={
        "ForAllValues:StringEquals": {"sts:IdentityTokenAudience": [AUDIENCE]},
        "NumericLessThanEquals": {"sts:DurationSeconds": "300"},
        "StringEquals": {"sts:SigningAlgorithm": "ES384"}}),
        allow("sts:TagGetWebIdentityToken", Condition={"StringEquals": {"aws:RequestTag/team": "data"}}))

    def gets(**more) -> bool:
        return may(lambda: get_token(user, **more))

    assert gets() and gets(DurationSeconds=300)
    assert not gets(DurationSeconds=301)
    assert not gets(audience="https://other.example.com")
    assert not gets(audience=[AUDIENCE, "https://other.example.com"])
    assert not gets(algorithm="RS256")
    assert gets(Tags=[{"Key": "team", "Value": "data"}])
    assert not gets(Tags=[{"Key": "team", "Value": "ops"}])
    plain = home.user(allow("sts:GetWebIdentityToken"), deny("sts:TagGetWebIdentityToken"))
    assert refusal(lambda: get_token(plain, Tags=[{"Key": "a", "Value": "b"}])).startswith(
        f"User: {plain.arn} is not authorized to perform: sts:TagGetWebIdentityToken with an explicit")
    assert not may(lambda: get_token(home.user(allow("s3:*"))))


def test_parameters_are_checked(home, issuer):
    root = home.root
    with refused("ValidationError", 400):
        get_token(root, "RS512")
    with refused("ValidationError", 400):
        get_token(root, audience=[f"a{n}" for n in range(11)])
    with refused("ValidationError", 400) as error:
        get_token(root, DurationSeconds=3601)
    assert "durationSeconds" in message(error)
    with refused("InvalidParameterValue", 400):
        get_token(root, Tags=[{"Key": "a", "Value": "1"}, {"Key": "A", "Value": "2"}])
    with refused("JWTPayloadSizeExceededException", 400):
        get_token(root, Tags=[{"Key": f"{n}".rjust(128, "k"), "Value": "v" * 256} for n in range(50)])


def test_the_other_account_takes_the_token_for_a_role(strict, home, other, issuer):
    user = home.user(allow("sts:GetWebIdentityToken"))
    role = federate(other, issuer, subject=user.arn)
    endpoint = strict.running.endpoint
    for algorithm in ("RS256", "ES384"):
        session = assume(endpoint, role, get_token(user, algorithm))
        assert session.sts.get_caller_identity()["Account"] == other.id
        session.s3.list_buckets()
    token = get_token(user)
    with refused("InvalidIdentityToken", 400) as error:
        assume(endpoint, role, get_token(user, audience="https://other.example.com"))
    assert message(error) == "Incorrect token audience"
    with refused("InvalidIdentityToken", 400):
        assume(endpoint, role, get_token(user, audience=[AUDIENCE, "https://other.example.com"]))
    with refused("AccessDenied", 403):
        assume(endpoint, role, get_token(home.root))
    header, payload, signature = token.split(".")
    with refused("InvalidIdentityToken", 400):
        assume(endpoint, role, f"{header}.{payload}.{signature[:-8]}AAAAAAAA")
    # Disabling stops new tokens; those that are out stay good.
    home.root.iam.disable_outbound_web_identity_federation()
    with refused("OutboundWebIdentityFederationDisabledException", 403):
        get_token(user)
    assert assume(endpoint, role, token).sts.get_caller_identity()["Account"] == other.id
    assert verify(strict, issuer, token)["sub"] == user.arn


def test_another_accounts_issuer_is_not_believed(strict, home, other, issuer):
    role = federate(home, issuer)
    with_issuer = other.root.iam
    foreign = with_issuer.enable_outbound_web_identity_federation()["IssuerIdentifier"]
    try:
        assert foreign != issuer
        with refused("InvalidIdentityToken", 400) as error:
            assume(strict.running.endpoint, role, get_token(other.root))
        assert message(error) == f"No OpenIDConnect provider found in your account for {foreign}"
    finally:
        with_issuer.disable_outbound_web_identity_federation()


def test_what_the_issuer_publishes_is_public_and_nothing_else_is(strict, issuer):
    by_host = published(strict, issuer, "openid-configuration", host=True)
    assert by_host["issuer"] == issuer and by_host["jwks_uri"] == f"{issuer}/.well-known/jwks.json"
    keys = published(strict, issuer, "jwks.json")
    assert keys == published(strict, issuer, "jwks.json", host=True)
    assert {key["alg"] for key in keys["keys"]} == {"RS256", "ES384"}
    for key in keys["keys"]:
        assert key.keys() in ({"kty", "n", "e", "kid", "alg", "use"}, {"kty", "crv", "x", "y", "kid", "alg", "use"})
    for unknown in ("https://00000000-0000-0000-0000-000000000000.tokens.sts.global.api.aws",
                    "https://x.tokens.sts.global.api.aws"):
        with pytest.raises(urllib.error.HTTPError) as error:
            published(strict, unknown, "jwks.json")
        assert error.value.code == 404
    with pytest.raises(urllib.error.HTTPError) as error:
        published(strict, issuer, "accounts", host=True)
    assert error.value.code == 404


def test_the_issuer_and_its_keys_survive_a_restart_and_a_snapshot(clean_process_environment, tmp_path):
    server = keymill.Server(tmp_path, "--control", "open").start()
    try:
        root = Clients(server.endpoint, server.access_key, server.secret_key)
        issuer = root.iam.enable_outbound_web_identity_federation()["IssuerIdentifier"]
        token = get_token(root)
        assert server.stop() == 0
        assert b"PRIVATE KEY" not in b"".join(
            file.read_bytes() for file in server.data.rglob("*") if file.is_file() and file.suffix in (".log", ".sst"))
        server.start()
        root = Clients(server.endpoint, server.access_key, server.secret_key)
        url = f"{server.endpoint}/_keymill/v1/issuers/{issuer_id(issuer)}/.well-known/jwks.json"

        def control(path: str, body: bytes = b"{}") -> None:
            urllib.request.urlopen(urllib.request.Request(f"{server.endpoint}/_keymill/v1{path}", data=body,
                                                          method="POST"), timeout=30).close()

        def good() -> bool:
            key = jwt.PyJWKClient(url).get_signing_key_from_jwt(token)
            return jwt.decode(token, key, algorithms=["ES384"], audience=AUDIENCE)["iss"] == issuer

        assert good() and root.iam.get_outbound_web_identity_federation_info()["IssuerIdentifier"] == issuer
        control("/snapshots", b'{"name": "s"}')
        control("/reset")
        with pytest.raises(urllib.error.HTTPError):
            urllib.request.urlopen(url, timeout=10)
        control("/snapshots/s/restore")
        assert good() and get_token(root)
    finally:
        server.kill()
        server.cleanup()
