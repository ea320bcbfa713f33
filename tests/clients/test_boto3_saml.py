"""boto3 and the AWS CLI: AssumeRoleWithSAML with responses that another library has signed."""

import base64
import datetime
import json
import os
import uuid

import commands
import pytest
import signxml
from aws import REGION, Clients, refused
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from lxml import etree

ACCOUNT = "123456789012"
ENTITY = "https://idp.example.com/saml2"
AWS_URL = "https://signin.aws.amazon.com/saml"
ATTRIBUTES = "https://aws.amazon.com/SAML/Attributes/"
ALGORITHMS = {"rsa-sha256": rsa, "rsa-sha384": rsa, "rsa-sha512": rsa, "ecdsa-sha256": ec, "ecdsa-sha512": ec}


class Idp:
    """A SAML identity provider with one key."""

    def __init__(self, kind=rsa):
        self.key = (rsa.generate_private_key(public_exponent=65537, key_size=2048) if kind is rsa
                    else ec.generate_private_key(ec.SECP256R1()))
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "idp")])
        now = datetime.datetime.now(datetime.UTC)
        self.certificate = (
            x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(self.key.public_key())
            .serial_number(1).not_valid_before(now).not_valid_after(now + datetime.timedelta(days=1))
            .sign(self.key, hashes.SHA256()))

    def metadata(self) -> str:
        der = base64.encodebytes(self.certificate.public_bytes(serialization.Encoding.DER)).decode()
        return (f'<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{ENTITY}"><IDPSSODescriptor '
                'protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><KeyDescriptor use="signing"><KeyInfo '
                f'xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>{der}</X509Certificate></X509Data>'
                '</KeyInfo></KeyDescriptor></IDPSSODescriptor></EntityDescriptor>' + " " * 1000)

    def sign(self, element, algorithm: str, digest: str = "sha256"):
        signer = signxml.XMLSigner(signature_algorithm=algorithm, digest_algorithm=digest,
                                   c14n_algorithm="http://www.w3.org/2001/10/xml-exc-c14n#")
        return signer.sign(element, key=self.key, cert=[self.certificate], reference_uri=element.get("ID"),
                           id_attribute="ID")

    def respond(self, role: str, provider: str, *, whole=False, both=False, algorithm="rsa-sha256", digest="sha256",
                issued=0, subject="ann", encrypt=None, **attributes) -> str:
        """A SAMLResponse in base64. `issued`: seconds from now; `encrypt`: what makes an EncryptedAssertion of an assertion."""
        now = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=issued)
        at = lambda seconds: (now + datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")  # noqa: E731
        given = {f"{ATTRIBUTES}Role": [f"{role},{provider}"], f"{ATTRIBUTES}RoleSessionName": ["ann@example.com"]}
        given |= {ATTRIBUTES + name.replace("__", ":"): [value] for name, value in attributes.items()}
        listed = "".join(
            f'<saml:Attribute Name="{name}">' + "".join(f"<saml:AttributeValue>{v}</saml:AttributeValue>" for v in values)
            + "</saml:Attribute>" for name, values in given.items())
        place = '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Id="placeholder"/>'
        response = etree.fromstring(f"""
          <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"
              ID="_{uuid.uuid4().hex}" Version="2.0" IssueInstant="{at(0)}" Destination="{AWS_URL}">
            <saml:Issuer>{ENTITY}</saml:Issuer>{place if whole or both else ""}
            <samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
            <saml:Assertion ID="_{uuid.uuid4().hex}" Version="2.0" IssueInstant="{at(0)}">
              <saml:Issuer>{ENTITY}</saml:Issuer>{"" if whole else place}
              <saml:Subject>
                <saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:transient">{subject}</saml:NameID>
                <saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">
                  <saml:SubjectConfirmationData NotOnOrAfter="{at(600)}" Recipient="{AWS_URL}"/>
                </saml:SubjectConfirmation>
              </saml:Subject>
              <saml:Conditions NotBefore="{at(-5)}" NotOnOrAfter="{at(600)}">
                <saml:AudienceRestriction><saml:Audience>urn:amazon:webservices</saml:Audience></saml:AudienceRestriction>
              </saml:Conditions>
              <saml:AuthnStatement AuthnInstant="{at(0)}"/>
              <saml:AttributeStatement>{listed}</saml:AttributeStatement>
            </saml:Assertion>
          </samlp:Response>""".strip())
        if not whole:
            assertion = response.find("{*}Assertion")
            # As it stands in the response: signxml signs what it is given, and leaves the placeholder's text around alone.
            response.replace(assertion, self.sign(assertion, algorithm, digest))
        if encrypt:
            assertion = response.find("{*}Assertion")
            response.replace(assertion, encrypt(assertion))
        if whole or both:
            response = self.sign(response, algorithm, digest)
        return base64.b64encode(etree.tostring(response)).decode()


def encryptor(public_key, algorithm: str, beside=False):
    """Makes EncryptedAssertions for this key. `beside`: the content's key stands beside the content, else within."""
    def encrypt(assertion):
        plain, secret, start = etree.tostring(assertion, with_tail=False), os.urandom(32), os.urandom(12)
        if algorithm.endswith("gcm"):
            content = start + AESGCM(secret).encrypt(start, plain, None)
        else:
            start = os.urandom(16)
            fill = 16 - len(plain) % 16
            cipher = Cipher(algorithms.AES(secret), modes.CBC(start)).encryptor()
            content = start + cipher.update(plain + bytes(fill - 1) + bytes([fill])) + cipher.finalize()
        sha1 = hashes.SHA1()  # noqa: S303: OAEP's, as rsa-oaep-mgf1p has it
        wrapped = public_key.encrypt(secret, padding.OAEP(padding.MGF1(sha1), sha1, None))
        value = lambda octets: ("<x:CipherData><x:CipherValue>" + base64.b64encode(octets).decode()  # noqa: E731
                                + "</x:CipherValue></x:CipherData>")
        key = ('<x:EncryptedKey><x:EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p">'
               '<ds:DigestMethod Algorithm="http://www.w3.org/2000/09/xmldsig#sha1"/></x:EncryptionMethod>'
               + value(wrapped) + "</x:EncryptedKey>")
        return etree.fromstring(
            '<saml:EncryptedAssertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" '
            'xmlns:x="http://www.w3.org/2001/04/xmlenc#" xmlns:ds="http://www.w3.org/2000/09/xmldsig#">'
            f'<x:EncryptedData Type="http://www.w3.org/2001/04/xmlenc#Element"><x:EncryptionMethod Algorithm="{algorithm}"/>'
            + ("" if beside else f"<ds:KeyInfo>{key}</ds:KeyInfo>") + value(content) + "</x:EncryptedData>"
            + (key if beside else "") + "</saml:EncryptedAssertion>")
    return encrypt


CBC, GCM = "http://www.w3.org/2001/04/xmlenc#aes256-cbc", "http://www.w3.org/2009/xmlenc11#aes256-gcm"


def new_key():
    """A private key, in PEM and as itself."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key, key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                  serialization.NoEncryption()).decode()


@pytest.fixture(scope="module")
def idps():
    return {rsa: Idp(rsa), ec: Idp(ec)}


@pytest.fixture
def idp(idps):
    return idps[rsa]


@pytest.fixture
def make_provider(root, unique):
    made = []

    def make(idp: Idp) -> str:
        made.append(root.iam.create_saml_provider(Name=unique("idp"), SAMLMetadataDocument=idp.metadata())["SAMLProviderArn"])
        return made[-1]

    yield make
    for arn in made:
        root.iam.delete_saml_provider(SAMLProviderArn=arn)


@pytest.fixture
def make_role(federated_role):
    def make(provider: str) -> str:
        return federated_role({"Principal": {"Federated": provider},
                               "Action": ["sts:AssumeRoleWithSAML", "sts:TagSession", "sts:SetSourceIdentity"],
                               "Condition": {"StringEquals": {"SAML:aud": AWS_URL}}})
    return make


@pytest.fixture
def assume(root):
    """assume(role, provider, response): without credentials, as the SDK calls it."""
    sts = root.unsigned("sts")
    return lambda role, provider, response, **more: sts.assume_role_with_saml(
        RoleArn=role, PrincipalArn=provider, SAMLAssertion=response, **more)


@pytest.mark.parametrize("signed", [{}, {"whole": True}, {"both": True}], ids=["assertion", "response", "both"])
@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_responses_of_another_library_verify(idps, make_provider, make_role, assume, algorithm, signed):
    idp = idps[ALGORITHMS[algorithm]]
    provider = make_provider(idp)
    role = make_role(provider)
    answer = assume(role, provider, idp.respond(role, provider, algorithm=algorithm, digest=algorithm[-6:], **signed))
    assert (answer["Subject"], answer["SubjectType"], answer["Issuer"]) == ("ann", "transient", ENTITY)
    assert answer["Audience"] == AWS_URL and len(base64.b64decode(answer["NameQualifier"])) == 20
    assert answer["AssumedRoleUser"]["Arn"].endswith(f"assumed-role/{role.rpartition('/')[2]}/ann@example.com")


def test_the_session_works_and_carries_what_the_provider_said(server, bucket, idp, make_provider, make_role, assume):
    provider = make_provider(idp)
    role = make_role(provider)
    response = idp.respond(role, provider, PrincipalTag__Team="red", SourceIdentity="ann")
    answer = assume(role, provider, response, DurationSeconds=900)
    assert answer["SourceIdentity"] == "ann" and answer["PackedPolicySize"] > 0
    lasts = answer["Credentials"]["Expiration"] - datetime.datetime.now(datetime.UTC)
    assert 890 <= lasts.total_seconds() <= 901
    key = answer["Credentials"]
    session = Clients(server.endpoint, key["AccessKeyId"], key["SecretAccessKey"]).with_key(
        key["AccessKeyId"], key["SecretAccessKey"], key["SessionToken"])
    session.s3.put_object(Bucket=bucket, Key="k", Body=b"v")
    assert session.s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"v"
    policy = json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*"}]})
    key = assume(role, provider, response, Policy=policy)["Credentials"]
    narrow = session.with_key(key["AccessKeyId"], key["SecretAccessKey"], key["SessionToken"])
    with refused("AccessDenied", 403):
        narrow.s3.get_object(Bucket=bucket, Key="k")


def test_the_sdk_knows_the_refusals(idp, make_provider, make_role, assume):
    provider = make_provider(idp)
    role = make_role(provider)
    with refused("ExpiredTokenException", 400):
        assume(role, provider, idp.respond(role, provider, issued=-301))
    with refused("InvalidIdentityToken", 400):
        assume(role, provider, Idp().respond(role, provider))
    with refused("InvalidIdentityToken", 400):
        assume(role, provider, idp.respond(role, provider, RoleSessionName="John Doe"))
    with refused("InvalidIdentityToken", 400):
        assume(role, f"arn:aws:iam::{ACCOUNT}:saml-provider/nobody", idp.respond(role, provider))
    with refused("AccessDenied", 403):
        assume(role, provider, idp.respond(role + "s", provider))
    changed = base64.b64decode(idp.respond(role, provider)).replace(b">ann<", b">eve<")
    with refused("InvalidIdentityToken", 400):
        assume(role, provider, base64.b64encode(changed).decode())


@pytest.mark.parametrize("algorithm", [CBC, GCM], ids=["cbc", "gcm"])
@pytest.mark.parametrize("signed", [{}, {"whole": True}, {"both": True}], ids=["assertion", "response", "both"])
def test_encrypted_assertions_are_read_with_the_providers_key(root, idp, make_provider, make_role, assume, signed, algorithm):
    provider = make_provider(idp)
    role = make_role(provider)
    key, pem = new_key()
    response = idp.respond(role, provider, encrypt=encryptor(key.public_key(), algorithm, beside="whole" in signed), **signed)
    with refused("InvalidIdentityToken", 400):
        assume(role, provider, response)
    root.iam.update_saml_provider(SAMLProviderArn=provider, AddPrivateKey=new_key()[1])
    with refused("InvalidIdentityToken", 400):
        assume(role, provider, response)
    root.iam.update_saml_provider(SAMLProviderArn=provider, AddPrivateKey=pem, AssertionEncryptionMode="Required")
    assert assume(role, provider, response)["Subject"] == "ann"
    with refused("InvalidIdentityToken", 400):
        assume(role, provider, idp.respond(role, provider))
    # Whoever has the public key can encrypt, but not sign.
    forged = Idp().respond(role, provider, encrypt=encryptor(key.public_key(), algorithm), **signed)
    with refused("InvalidIdentityToken", 400):
        assume(role, provider, forged)
    root.iam.update_saml_provider(SAMLProviderArn=provider, AssertionEncryptionMode="Allowed")
    assert assume(role, provider, idp.respond(role, provider))["Subject"] == "ann"


def test_a_provider_keeps_two_private_keys(root, idp, unique, make_provider):
    provider, pem = make_provider(idp), new_key()[1]
    update = lambda **what: root.iam.update_saml_provider(SAMLProviderArn=provider, **what)  # noqa: E731
    with refused("InvalidInput", 400):
        update(AssertionEncryptionMode="Required")
    with refused("InvalidInput", 400):
        update(AddPrivateKey="-----BEGIN PRIVATE KEY-----")
    with refused("InvalidInput", 400):
        update()
    update(AddPrivateKey=pem, AssertionEncryptionMode="Required")
    update(AddPrivateKey=new_key()[1])
    with refused("LimitExceeded", 409):
        update(AddPrivateKey=pem)
    found = root.iam.get_saml_provider(SAMLProviderArn=provider)
    assert found["AssertionEncryptionMode"] == "Required" and "PRIVATE KEY" not in json.dumps(found, default=str)
    first, second = (key["KeyId"] for key in found["PrivateKeyList"])
    with refused("InvalidInput", 400):
        update(AddPrivateKey=pem, RemovePrivateKey=first)
    update(RemovePrivateKey=first)
    with refused("InvalidInput", 400):
        update(RemovePrivateKey=first)
    with refused("InvalidInput", 400):
        update(RemovePrivateKey=second)  # the last one, while encryption is required
    update(RemovePrivateKey=second, AssertionEncryptionMode="Allowed")
    assert root.iam.get_saml_provider(SAMLProviderArn=provider).get("PrivateKeyList", []) == []
    made = root.iam.create_saml_provider(Name=unique("idp"), SAMLMetadataDocument=idp.metadata(), AddPrivateKey=pem,
                                         AssertionEncryptionMode="Required")["SAMLProviderArn"]
    assert len(root.iam.get_saml_provider(SAMLProviderArn=made)["PrivateKeyList"]) == 1
    root.iam.delete_saml_provider(SAMLProviderArn=made)


def test_the_assertion_reaches_no_log(server, root, idp, make_provider, make_role, assume):
    provider = make_provider(idp)
    role = make_role(provider)
    response = idp.respond(role, provider)
    assume(role, provider, response)
    with refused("InvalidIdentityToken", 400):
        assume(role, provider, response[:-8])
    assert response[:40] not in server.tail() and response[100:140] not in server.tail()


@pytest.mark.parametrize("version", sorted(commands.aws_commands()))
def test_the_cli_needs_no_credentials(server, idp, make_provider, make_role, tmp_path, version):
    provider = make_provider(idp)
    role = make_role(provider)
    aws = commands.Program([*commands.aws_commands()[version], "--endpoint-url", server.endpoint, "--region", REGION],
                           tmp_path, AWS_PAGER="")
    (tmp_path / "response").write_text(idp.respond(role, provider))
    answer = json.loads(aws("sts", "assume-role-with-saml", "--role-arn", role, "--principal-arn", provider,
                            "--saml-assertion", "file://response", "--output", "json").text)
    assert answer["Credentials"]["AccessKeyId"].startswith("ASIA") and answer["Subject"] == "ann"
