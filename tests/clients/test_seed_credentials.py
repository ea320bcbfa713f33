"""Passwords, MFA devices and identity providers of a seed, used by boto3; and a rich state that comes back whole."""

import json
import time

import boto3
import jwt
import mfa
import pytest
from aws import Clients, refused
from botocore import UNSIGNED
from botocore.config import Config
from cryptography.hazmat.primitives.asymmetric import rsa
from test_seed import ROOT, command, start  # noqa: F401  (fixtures)

SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
ISSUER = "https://issuer.example.com/tenant"
KEY = "AKIASEEDEDKEYOFALICE", "alices-secret"
METADATA = ('<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp.example.com">'
            '<IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">'
            f'</IDPSSODescriptor><!--{"x" * 1000}--></EntityDescriptor>')


def policy(*actions: str) -> dict:
    return {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": list(actions), "Resource": "*"}}


SIGNER = rsa.generate_private_key(public_exponent=65537, key_size=2048)
KEYS = {"keys": [jwt.algorithms.RSAAlgorithm.to_jwk(SIGNER.public_key(), as_dict=True) | {"kid": "k1"}]}


def seed_of() -> dict:
    return {"accounts": [{
        "password_policy": {"minimum_length": 10, "require_numbers": True, "reuse_prevention": 3},
        "oidc_providers": [{"url": ISSUER, "client_ids": ["app"], "tags": {"t": "v"}, "jwks": KEYS}],
        "saml_providers": [{"name": "idp", "metadata": METADATA}],
        "users": [{"name": "alice", "login_profile": {"password": "first-password-1", "reset_required": True},
                   "inline_policies": {"all": policy("iam:*", "sts:*")},
                   "access_keys": [{"access_key_id": KEY[0], "secret_access_key": KEY[1]}]}],
        "mfa_devices": [{"name": "phone", "path": "/devices/", "seed": SEED, "user": "alice"},
                        {"name": "spare", "seed": SEED.lower()}, {"name": "safe", "seed": SEED, "root": True}],
        "roles": [{"name": "web", "trust_policy": {"Version": "2012-10-17", "Statement": {
            "Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
            "Principal": {"Federated": "arn:aws:iam::123456789012:oidc-provider/issuer.example.com/tenant"}}}}]}]}


@pytest.fixture
def apply(tmp_path):
    """Writes a seed and returns its name."""

    def write(seed: dict) -> str:
        file = tmp_path / "seed.json"
        file.write_text(json.dumps(seed))
        return str(file)

    return write


def test_a_web_identity_works_at_once_with_the_seeds_key_set(start, apply):  # noqa: F811
    server = start("--seed", apply(seed_of()))
    now = int(time.time())
    token = jwt.encode({"iss": ISSUER, "sub": "s", "aud": "app", "iat": now, "exp": now + 600}, SIGNER, "RS256",
                       {"kid": "k1"})
    sts = boto3.client("sts", endpoint_url=server.endpoint, region_name="us-east-1",
                       config=Config(signature_version=UNSIGNED))
    session = sts.assume_role_with_web_identity(RoleArn="arn:aws:iam::123456789012:role/web", RoleSessionName="ci",
                                                WebIdentityToken=token)
    assert session["Audience"] == "app"


def test_codes_of_a_seeded_device_are_known_beforehand(start, apply):  # noqa: F811
    server = start("--seed", apply(seed_of()))
    alice = Clients(server.endpoint, *KEY)
    serial = "arn:aws:iam::123456789012:mfa/devices/phone"
    assert [each["SerialNumber"] for each in alice.iam.list_mfa_devices()["MFADevices"]] == [serial]
    with refused("AccessDenied", 403):
        alice.sts.get_session_token(SerialNumber=serial, TokenCode="000000")
    code = mfa.code(SEED, int(time.time()) // mfa.STEP)
    assert alice.sts.get_session_token(SerialNumber=serial, TokenCode=code)["Credentials"]
    assert alice.iam.get_account_summary()["SummaryMap"]["AccountMFAEnabled"] == 1


def test_the_root_users_device_shows_whose_it_is(start, apply):  # noqa: F811
    root = Clients(start("--seed", apply(seed_of())).endpoint, *ROOT)
    owners = {device["SerialNumber"].rsplit("/", 1)[1]: device.get("User", {}).get("Arn")
              for device in root.iam.list_virtual_mfa_devices()["VirtualMFADevices"]}
    assert owners == {"phone": "arn:aws:iam::123456789012:user/alice", "spare": None,
                      "safe": "arn:aws:iam::123456789012:root"}
    (safe,) = [device for device in root.iam.list_virtual_mfa_devices(AssignmentStatus="Assigned")["VirtualMFADevices"]
               if device["SerialNumber"].endswith("/safe")]
    assert safe["User"] == root.iam.get_user()["User"] and safe["EnableDate"]


def test_a_seeded_password_can_be_changed_as_the_policy_wants(start, apply):  # noqa: F811
    alice = Clients(start("--seed", apply(seed_of())).endpoint, *KEY)
    assert alice.iam.get_login_profile(UserName="alice")["LoginProfile"]["PasswordResetRequired"]
    with refused("PasswordPolicyViolation", 400):
        alice.iam.change_password(OldPassword="first-password-1", NewPassword="short1")
    alice.iam.change_password(OldPassword="first-password-1", NewPassword="second-password-2")
    with refused("PasswordPolicyViolation", 400):
        alice.iam.change_password(OldPassword="second-password-2", NewPassword="first-password-1")


def test_seeding_twice_changes_nothing(start, command, apply):  # noqa: F811
    run = command(start())
    file = apply(seed_of())
    assert run("seed", file).text == "created 8, changed 1, unchanged 0\n"
    assert run("seed", file).text == "created 0, changed 0, unchanged 9\n"


@pytest.mark.parametrize("change, complaint", [
    (lambda a: a["mfa_devices"][0].update(seed="not base32!"), "mfa_devices[0].seed: must be 10 to 128 octets in base32"),
    (lambda a: a["mfa_devices"][0].update(user="nobody"), "mfa_devices[0].user: NoSuchEntity"),
    (lambda a: a["mfa_devices"][1].pop("seed"), "mfa_devices[1]: there is no such MFA device yet, so seed must be given"),
    (lambda a: a["oidc_providers"][0].update(url="ftp://issuer"), "oidc_providers[0]: InvalidInput"),
    (lambda a: a["oidc_providers"][0].update(jwks={"keys": 7}), "oidc_providers[0].jwks: "),
    (lambda a: a["saml_providers"][0].update(metadata="x" * 1000), "saml_providers[0]: InvalidInput"),
    (lambda a: a["users"][0].update(login_profile={"password": "short"}),
     "users[0].login_profile: Password should have a minimum length of 10"),
    (lambda a: a["users"][0].update(login_profile={"password_hash": "AAAA"}),
     "users[0].login_profile.password_hash: must be a hash that an export has given"),
    (lambda a: a["password_policy"].update(minimum_length=3), "password_policy: ValidationError"),
])
def test_what_iam_would_refuse_is_refused(start, command, apply, change, complaint):  # noqa: F811
    seed = seed_of()
    change(seed["accounts"][0])
    server = start()
    refusal = command(server).fails("seed", apply(seed))
    assert complaint in refusal.err, refusal.err
    assert Clients(server.endpoint, *ROOT).iam.list_users()["Users"] == []


@pytest.mark.parametrize("octets, complaint", [
    (b'{"accounts": [{"users": [{"name": "\xff\xfe"}]}]}', "line 1: not valid JSON"),
    (b'{"accounts": [{"users": [{"name": "a b"}]}]}', "users[0]: ValidationError"),
    (b'{"accounts": [{"users": [{"name": "' + b"u" * 65 + b'"}]}]}', "users[0]: ValidationError"),
    (b'{"accounts": [{"users": [{"name": ""}]}]}', "users[0].name: must be given"),
    (b'{"accounts": [{"users": [{"name": "u",\n"attached_policies": ["none"]}]}]}',
     "line 2, column 23: $.accounts[0].users[0].attached_policies[0]: "),
    (b'{"accounts": [{"users": [{"name": "u",\n"permissions_boundary": "none"}]}]}',
     "line 2, column 25: $.accounts[0].users[0].permissions_boundary: "),
    (b'{"accounts": [{"users": [{"name": "u", "access_keys": [{"access_key_id": "AKIASEEDEDKEYOFALICE"}]}]}]}',
     "secret_access_key must be given"),
    (b'{"accounts": [{"users": [{"name": "u", "access_keys": [{"access_key_id": "AKIASEEDEDKEYOFALICE", '
     b'"secret_access_key": ""}]}]}]}', "secret_access_key: must not be empty"),
    (b'{"accounts": [{"instance_profiles": [{"name": "p", "role": "none"}]}]}', "instance_profiles[0].role: NoSuchEntity"),
    (b'{"accounts": [{"account_id": "12"}]}', "account_id: must be 12 digits"),
    (b'{"accounts": []} x', "line 1: not valid JSON"),
    (b"[" * 100, "line 1: not valid JSON: too deep"),
    (b"[]", "$: must be an object"),
    (b"", "not valid JSON"),
])
def test_nonsense_is_named_with_its_place(start, command, tmp_path, octets, complaint):  # noqa: F811
    (tmp_path / "wrong.json").write_bytes(octets)
    refusal = command(start()).fails("seed", str(tmp_path / "wrong.json"))
    assert complaint in refusal.err


def test_a_rich_state_made_by_boto3_comes_back_whole(start, command, apply, tmp_path):  # noqa: F811
    first = start("--seed", apply(seed_of()))
    root = Clients(first.endpoint, *ROOT)
    root.iam.create_user(UserName="bob", Path="/people/", Tags=[{"Key": "k", "Value": "ü"}])
    key = root.iam.create_access_key(UserName="bob")["AccessKey"]
    root.iam.put_user_policy(UserName="bob", PolicyName="s3", PolicyDocument=json.dumps(policy("s3:*")))
    root.iam.create_login_profile(UserName="bob", Password="bobs-password-1")
    device = root.iam.create_virtual_mfa_device(VirtualMFADeviceName="bobs")["VirtualMFADevice"]
    root.iam.enable_mfa_device(UserName="bob", SerialNumber=device["SerialNumber"],
                               **mfa.two_codes(device["Base32StringSeed"]))
    root.s3.create_bucket(Bucket="rich", ObjectLockEnabledForBucket=True)
    root.s3.put_bucket_policy(Bucket="rich", Policy=json.dumps({"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:user/people/bob"}, "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::rich/*"}}))
    root.s3.put_object(Bucket="rich", Key="k", Body=b"\xff\x00", StorageClass="STANDARD_IA", ChecksumAlgorithm="SHA1")
    old = root.s3.put_object(Bucket="rich", Key="k", Body=b"held", ObjectLockLegalHoldStatus="ON",
                             ServerSideEncryption="aws:kms", Tagging="a=b")["VersionId"]
    root.s3.delete_object(Bucket="rich", Key="k")
    exported = command(first)("export", "--with-secrets", "--with-objects").text
    (tmp_path / "export.json").write_text(exported)

    second = start("--seed", str(tmp_path / "export.json"))
    assert command(second)("export", "--with-secrets", "--with-objects").text == exported
    bob = Clients(second.endpoint, key["AccessKeyId"], key["SecretAccessKey"])
    assert bob.s3.get_object(Bucket="rich", Key="k", VersionId=old)["Body"].read() == b"held"
    with refused("NoSuchKey", 404):
        bob.s3.get_object(Bucket="rich", Key="k")
    code = mfa.code(device["Base32StringSeed"], int(time.time()) // mfa.STEP)
    assert bob.sts.get_session_token(SerialNumber=device["SerialNumber"], TokenCode=code)["Credentials"]
    assert command(second)("seed", str(tmp_path / "export.json")).text.startswith("created 0, changed 0,")
    plain = command(second)("export").text
    assert "password_hash" not in plain and "mfa_devices" not in plain and key["SecretAccessKey"] not in plain
