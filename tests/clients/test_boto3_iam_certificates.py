"""boto3: SSH public keys, signing certificates and server certificates. openssl makes them, this file computes what IAM
should make of them."""

import base64
import datetime
import hashlib
import struct

import pytest
from aws import message, refused
from certificates import issued_by, new_certificate, openssl


def field(octets: bytes) -> bytes:
    return struct.pack(">I", len(octets)) + octets


class SshKey:
    """An RSA key pair, and the public half as OpenSSH writes it (RFC 4253, section 6.6)."""

    def __init__(self, bits: int = 2048):
        private = openssl("genrsa", str(bits))
        self.pem = openssl("rsa", "-pubout", text=private)
        self.pkcs1 = openssl("rsa", "-RSAPublicKey_out", text=private)
        modulus = bytes.fromhex(openssl("rsa", "-noout", "-modulus", text=private).strip().split("=")[1])
        self.blob = field(b"ssh-rsa") + field(b"\x01\x00\x01") + field(b"\0" + modulus)
        self.line = "ssh-rsa " + base64.b64encode(self.blob).decode()
        self.fingerprint = ":".join(
            f"{octet:02x}" for octet in hashlib.md5(self.blob).digest())


# Valid in January 2020; openssl's command makes none of the past.
EXPIRED = """\
-----BEGIN CERTIFICATE-----
MIIBDDCBsgIBATAKBggqhkjOPQQDAjASMRAwDgYDVQQDDAdleHBpcmVkMB4XDTIw
MDEwMTAwMDAwMFoXDTIwMDIwMTAwMDAwMFowEjEQMA4GA1UEAwwHZXhwaXJlZDBZ
MBMGByqGSM49AgEGCCqGSM49AwEHA0IABPw1qsfiiWhzHzH6VSiyF6tpqz8Z3JQK
mMrgSwG9jE1DfiCSqMF1tq1Bh/tOh0EXXCAOUqllSqak9FGCZSDCzx4wCgYIKoZI
zj0EAwIDSQAwRgIhALXft4HVkV8aGe4d1wcU+sjZU1KC/j6bCewjV+hDcphHAiEA
+2gGQDlD46lh3ei5zOa+pws8vLUQxZUgOng5MXvRZUc=
-----END CERTIFICATE-----
"""


@pytest.fixture(scope="module")
def ssh_keys():
    return [SshKey() for _ in range(2)]


# --- SSH public keys -------------------------------------------------------------------------------------------------


def remove_keys(iam, name):
    for key in iam.list_ssh_public_keys(UserName=name)["SSHPublicKeys"]:
        iam.delete_ssh_public_key(UserName=name, SSHPublicKeyId=key["SSHPublicKeyId"])


def test_an_ssh_key_is_uploaded_and_comes_back_in_both_encodings(iam, user, ssh_keys):
    key = ssh_keys[0]
    uploaded = iam.upload_ssh_public_key(UserName=user.name, SSHPublicKeyBody=f"{key.line} me@example\n")["SSHPublicKey"]
    assert uploaded["SSHPublicKeyId"].startswith("APKA") and len(uploaded["SSHPublicKeyId"]) == 21
    assert uploaded["Fingerprint"] == key.fingerprint and uploaded["Status"] == "Active"
    assert uploaded["SSHPublicKeyBody"] == f"{key.line} me@example\n" and uploaded["UserName"] == user.name
    one = {"UserName": user.name, "SSHPublicKeyId": uploaded["SSHPublicKeyId"]}
    in_ssh = iam.get_ssh_public_key(**one, Encoding="SSH")["SSHPublicKey"]
    in_pem = iam.get_ssh_public_key(**one, Encoding="PEM")["SSHPublicKey"]
    assert in_ssh["SSHPublicKeyBody"] == key.line and in_pem["SSHPublicKeyBody"] == key.pem
    assert in_ssh["Fingerprint"] == in_pem["Fingerprint"] == key.fingerprint
    with refused("ValidationError", 400):
        iam.get_ssh_public_key(**one, Encoding="DER")
    iam.update_ssh_public_key(**one, Status="Inactive")
    listed, = user.clients.iam.list_ssh_public_keys()["SSHPublicKeys"]
    assert listed == {**one, "Status": "Inactive", "UploadDate": uploaded["UploadDate"]}
    with refused("DeleteConflict", 409) as error:
        iam.delete_user(UserName=user.name)
    assert "Cannot delete entity, must" in message(error)
    iam.delete_ssh_public_key(**one)
    for call, more in ((iam.delete_ssh_public_key, {}), (iam.update_ssh_public_key, {"Status": "Active"}),
                       (iam.get_ssh_public_key, {"Encoding": "SSH"})):
        with refused("NoSuchEntity", 404) as error:
            call(**one, **more)
        assert message(error) == f"The Public Key with id {one['SSHPublicKeyId']} cannot be found."


def test_an_ssh_key_may_come_as_pem_and_only_once(iam, user, ssh_keys):
    first, second = ssh_keys
    assert iam.upload_ssh_public_key(UserName=user.name, SSHPublicKeyBody=first.pem)["SSHPublicKey"][
        "Fingerprint"] == first.fingerprint
    assert iam.upload_ssh_public_key(UserName=user.name, SSHPublicKeyBody=second.pkcs1)["SSHPublicKey"][
        "Fingerprint"] == second.fingerprint
    for body in (first.line, first.pem, first.pkcs1):
        with refused("DuplicateSSHPublicKey", 400):
            iam.upload_ssh_public_key(UserName=user.name, SSHPublicKeyBody=body)
    remove_keys(iam, user.name)


def test_what_is_no_rsa_key_of_2048_bits_is_refused(iam, user, ssh_keys):
    line = ssh_keys[0].line
    broken = ["ssh-rsa", "ssh-rsa !!!", line[:-8], "ssh-rsa " + base64.b64encode(ssh_keys[0].blob + b"x").decode(),
              SshKey(1024).line, "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", new_certificate()[0]]
    for body in broken:
        with refused("InvalidPublicKey", 400):
            iam.upload_ssh_public_key(UserName=user.name, SSHPublicKeyBody=body)
    for body in ("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA== me", "hello"):
        with refused("UnrecognizedPublicKeyEncoding", 400) as error:
            iam.upload_ssh_public_key(UserName=user.name, SSHPublicKeyBody=body)
        assert message(error) == "Invalid public key uploaded."
    assert iam.list_ssh_public_keys(UserName=user.name)["SSHPublicKeys"] == []


def test_a_user_has_five_ssh_keys(iam, user, ssh_keys):
    # Numbers of the right size do: nothing signs with them.
    for number in range(6):
        modulus = hashlib.sha512(str(number).encode()).digest() * 4
        blob = field(b"ssh-rsa") + field(b"\x01\x00\x01") + field(b"\0\xff" + modulus)
        upload = {"UserName": user.name, "SSHPublicKeyBody": "ssh-rsa " + base64.b64encode(blob).decode()}
        if number < 5:
            iam.upload_ssh_public_key(**upload)
            continue
        with refused("LimitExceeded", 409) as error:
            iam.upload_ssh_public_key(**upload)
        assert message(error) == "Cannot exceed quota for SSHPublicKeysPerUser: 5"
    remove_keys(iam, user.name)


# --- signing certificates --------------------------------------------------------------------------------------------


def test_signing_certificates_live_and_die(iam, user):
    own = user.clients.iam
    body, _ = new_certificate()
    uploaded = own.upload_signing_certificate(CertificateBody=body)["Certificate"]
    assert uploaded["UserName"] == user.name and uploaded["CertificateBody"] == body
    assert uploaded["Status"] == "Active" and len(uploaded["CertificateId"]) >= 24
    with refused("DuplicateCertificate", 409):
        iam.upload_signing_certificate(CertificateBody=body)  # root's own, in the same account
    second = iam.upload_signing_certificate(UserName=user.name, CertificateBody=new_certificate()[0])["Certificate"]
    with refused("LimitExceeded", 409) as error:
        own.upload_signing_certificate(CertificateBody=new_certificate()[0])
    assert message(error) == "Cannot exceed quota for CertificatesPerUser: 2"
    own.update_signing_certificate(CertificateId=second["CertificateId"], Status="Inactive")
    states = {c["CertificateId"]: c["Status"] for c in own.list_signing_certificates()["Certificates"]}
    assert states == {uploaded["CertificateId"]: "Active", second["CertificateId"]: "Inactive"}
    for certificate in states:
        own.delete_signing_certificate(CertificateId=certificate)
    with refused("NoSuchEntity", 404) as error:
        own.delete_signing_certificate(CertificateId=uploaded["CertificateId"])
    assert message(error) == f"The Certificate with id {uploaded['CertificateId']} cannot be found."


def test_the_root_user_has_signing_certificates_of_its_own(iam):
    before = iam.get_account_summary()["SummaryMap"]["AccountSigningCertificatesPresent"]
    made = iam.upload_signing_certificate(CertificateBody=new_certificate()[0])["Certificate"]
    assert before == 0 and iam.get_account_summary()["SummaryMap"]["AccountSigningCertificatesPresent"] == 1
    assert [c["CertificateId"] for c in iam.list_signing_certificates()["Certificates"]] == [made["CertificateId"]]
    iam.delete_signing_certificate(CertificateId=made["CertificateId"])


def test_certificates_that_cannot_be_used_are_refused(iam, user):
    body, key = new_certificate()
    for malformed in ("hello", body[:200], body + body, key, body.replace("CERTIFICATE", "X"), EXPIRED):
        with refused("MalformedCertificate", 400):
            iam.upload_signing_certificate(UserName=user.name, CertificateBody=malformed)
    assert iam.list_signing_certificates(UserName=user.name)["Certificates"] == []


# --- server certificates ---------------------------------------------------------------------------------------------


def upload(iam, name, pair, **more):
    return iam.upload_server_certificate(ServerCertificateName=name, CertificateBody=pair[0], PrivateKey=pair[1], **more)


def test_server_certificates_live_under_paths_and_names(iam, unique):
    name, other = unique("tls"), unique("tls")
    authority = new_certificate()
    intermediate = issued_by(authority, "intermediate")
    pair = issued_by(intermediate)
    chain = intermediate[0] + authority[0]
    made = upload(iam, name, pair, Path="/cloudfront/test/", CertificateChain=chain,
                  Tags=[{"Key": "k", "Value": "v"}])
    metadata = made["ServerCertificateMetadata"]
    assert metadata["Arn"] == f"arn:aws:iam::123456789012:server-certificate/cloudfront/test/{name}"
    assert metadata["ServerCertificateId"].startswith("ASCA") and made["Tags"] == [{"Key": "k", "Value": "v"}]
    left = metadata["Expiration"] - datetime.datetime.now(datetime.timezone.utc)
    assert datetime.timedelta(days=29) < left < datetime.timedelta(days=31)
    got = iam.get_server_certificate(ServerCertificateName=name.upper())["ServerCertificate"]
    assert got["ServerCertificateMetadata"] == metadata and got["CertificateBody"] == pair[0]
    assert got["CertificateChain"] == chain
    with refused("EntityAlreadyExists", 409) as error:
        upload(iam, name.upper(), pair)
    assert message(error) == f"The Server Certificate with name {name.upper()} already exists."

    iam.update_server_certificate(ServerCertificateName=name, NewPath="/other/", NewServerCertificateName=other)
    for prefix, found in (("/other/", [other]), ("/cloudfront/", [])):
        listed = iam.list_server_certificates(PathPrefix=prefix)["ServerCertificateMetadataList"]
        assert [c["ServerCertificateName"] for c in listed] == found
    assert iam.get_account_summary()["SummaryMap"]["ServerCertificates"] == 1
    iam.tag_server_certificate(ServerCertificateName=other, Tags=[{"Key": "K", "Value": "2"}])
    assert iam.list_server_certificate_tags(ServerCertificateName=other)["Tags"] == [{"Key": "K", "Value": "2"}]
    iam.untag_server_certificate(ServerCertificateName=other, TagKeys=["k"])
    assert iam.list_server_certificate_tags(ServerCertificateName=other)["Tags"] == []
    iam.delete_server_certificate(ServerCertificateName=other)
    for call in (iam.delete_server_certificate, iam.get_server_certificate, iam.list_server_certificate_tags):
        with refused("NoSuchEntity", 404) as error:
            call(ServerCertificateName=other)
        assert message(error) == f"The Server Certificate with name {other} cannot be found."


def test_a_server_certificate_needs_its_own_key_and_a_readable_chain(iam, unique):
    name, pair = unique("tls"), new_certificate()
    with refused("KeyPairMismatch", 400):
        upload(iam, name, (pair[0], new_certificate()[1]))
    encrypted = openssl("pkcs8", "-topk8", "-passout", "pass:secret", text=pair[1])
    for broken in ((EXPIRED, pair[1]), ("hello", pair[1]), (pair[0], "hello"), (pair[0], encrypted), (pair[1], pair[0])):
        with refused("MalformedCertificate", 400):
            upload(iam, name, broken)
    with refused("MalformedCertificate", 400) as error:
        upload(iam, name, ("hello", pair[1]))
    assert message(error) == "Unable to parse certificate. Please ensure the certificate is in PEM format."
    for parameter, given in (("privateKey", (pair[0], "–" + pair[1])), ("certificateBody", ("\x01" + pair[0], pair[1]))):
        with refused("ValidationError", 400) as error:
            upload(iam, name, given)
        assert message(error) == (
            f"The specified value for {parameter} is invalid. It must contain only printable ASCII characters.")
    with refused("ValidationError", 400):
        upload(iam, name, pair, Path="no/slash")
    assert iam.list_server_certificates()["ServerCertificateMetadataList"] == []


def test_each_certificate_of_a_chain_vouches_for_the_one_before(iam, unique):
    """The sentence is what users of the AWS CLI report when an authority has changed its intermediates."""
    authority = new_certificate()
    first, second = (issued_by(authority, f"intermediate-{number}") for number in range(2))
    pair = issued_by(first)
    for chain, index in ((authority[0], -1), (second[0] + authority[0], -1), ("hello", -1),
                         (first[0] + second[0], 0), (first[0] + authority[0] + second[0], 1),
                         (authority[0] + first[0], -1)):
        with refused("MalformedCertificate", 400) as error:
            upload(iam, unique("tls"), pair, CertificateChain=chain)
        assert message(error) == (
            "Unable to validate certificate chain. The certificate chain must start with the immediate signing "
            "certificate, followed by any intermediaries in order. The index within the chain of the invalid "
            f"certificate is: {index}")
    name = unique("tls")
    upload(iam, name, pair, CertificateChain=first[0])  # AWS does not ask for the root
    iam.delete_server_certificate(ServerCertificateName=name)


def test_an_account_has_twenty_server_certificates(iam, unique):
    pair = new_certificate()
    names = [unique("tls") for _ in range(20)]
    for name in names:
        upload(iam, name, pair)
    with refused("LimitExceeded", 409) as error:
        upload(iam, unique("tls"), pair)
    assert message(error) == "Cannot exceed quota for ServerCertificatesPerAccount: 20"
    for name in names:
        iam.delete_server_certificate(ServerCertificateName=name)
