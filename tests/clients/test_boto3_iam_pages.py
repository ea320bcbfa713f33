"""boto3: every listing of IAM that has pages can be walked an entry at a time, and takes no Marker that it did not give."""

import json

import botocore.session
import pytest
from aws import Clients, message, refused
from certificates import new_certificate
from mfa import two_codes

import keymill
from test_boto3_iam_conflicts import ALLOW, AWS_POLICY, SSH_KEY, TRUST

OTHER_SSH_KEY = SSH_KEY.replace("v", "w")
TAGS = [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}, {"Key": "c", "Value": "3"}]
ISSUER = "issuer.example.com"
METADATA = ('<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp.example.com">'
            '<IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"/>'
            "<!--" + "x" * 1000 + "--></EntityDescriptor>")
ACCOUNT = "arn:aws:iam::123456789012"
USER, GROUP, ROLE, PROFILE = {"UserName": "u1"}, {"GroupName": "g1"}, {"RoleName": "r1"}, {"InstanceProfileName": "i1"}
POLICY = {"PolicyArn": f"{ACCOUNT}:policy/p1"}
CERTIFICATE = {"ServerCertificateName": "c1"}
SIMULATED = {"ActionNames": ["s3:GetObject", "s3:PutObject"]}


def last_access(iam) -> dict:
    job = iam.generate_service_last_accessed_details(Arn=POLICY["PolicyArn"])
    return {"JobId": job["JobId"], "ServiceNamespace": "s3"}


# Operation -> what it is asked, or what makes that, and where in the answer the entries are.
LISTINGS = {
    "GetAccountAuthorizationDetails": ({}, "UserDetailList GroupDetailList RoleDetailList Policies"),
    "GetGroup": (GROUP, "Users"),
    "GetServiceLastAccessedDetailsWithEntities": (last_access, "EntityDetailsList"),
    "ListAccessKeys": (USER, "AccessKeyMetadata"),
    "ListAttachedGroupPolicies": (GROUP, "AttachedPolicies"),
    "ListAttachedRolePolicies": (ROLE, "AttachedPolicies"),
    "ListAttachedUserPolicies": (USER, "AttachedPolicies"),
    "ListEntitiesForPolicy": (POLICY, "PolicyGroups PolicyUsers PolicyRoles"),
    "ListGroupPolicies": (GROUP, "PolicyNames"),
    "ListGroups": ({}, "Groups"),
    "ListGroupsForUser": (USER, "Groups"),
    "ListInstanceProfileTags": (PROFILE, "Tags"),
    "ListInstanceProfiles": ({}, "InstanceProfiles"),
    "ListInstanceProfilesForRole": (ROLE, "InstanceProfiles"),
    "ListMFADeviceTags": ({"SerialNumber": f"{ACCOUNT}:mfa/m1"}, "Tags"),
    "ListMFADevices": (USER, "MFADevices"),
    "ListOpenIDConnectProviderTags": ({"OpenIDConnectProviderArn": f"{ACCOUNT}:oidc-provider/{ISSUER}"}, "Tags"),
    "ListPolicies": ({"Scope": "Local"}, "Policies"),
    "ListPolicyTags": (POLICY, "Tags"),
    "ListPolicyVersions": (POLICY, "Versions"),
    "ListRolePolicies": (ROLE, "PolicyNames"),
    "ListRoleTags": (ROLE, "Tags"),
    "ListRoles": ({}, "Roles"),
    "ListSAMLProviderTags": ({"SAMLProviderArn": f"{ACCOUNT}:saml-provider/s1"}, "Tags"),
    "ListSSHPublicKeys": (USER, "SSHPublicKeys"),
    "ListServerCertificateTags": (CERTIFICATE, "Tags"),
    "ListServerCertificates": ({}, "ServerCertificateMetadataList"),
    "ListServiceSpecificCredentials": (USER, "ServiceSpecificCredentials"),
    "ListSigningCertificates": (USER, "Certificates"),
    "ListUserPolicies": (USER, "PolicyNames"),
    "ListUserTags": (USER, "Tags"),
    "ListUsers": ({}, "Users"),
    "ListVirtualMFADevices": ({}, "VirtualMFADevices"),
    "SimulateCustomPolicy": ({**SIMULATED, "PolicyInputList": [ALLOW]}, "EvaluationResults"),
    "SimulatePrincipalPolicy": ({**SIMULATED, "PolicySourceArn": f"{ACCOUNT}:user/u1"}, "EvaluationResults"),
}
# An account has one alias at most, and a report on last access a line per service (test_boto3_iam_services.py).
SINGLE = {"ListAccountAliases", "GetServiceLastAccessedDetails"}


@pytest.fixture(scope="module")
def iam(clean_process_environment):
    """A server of its own, whose account has two or more of everything."""
    server = keymill.Server().start()
    iam = Clients(server.endpoint, server.access_key, server.secret_key, parameter_validation=False).iam
    for number in ("1", "2"):
        iam.create_user(UserName="u" + number, Tags=TAGS)
        iam.create_group(GroupName="g" + number)
        iam.create_role(RoleName="r" + number, AssumeRolePolicyDocument=TRUST, Tags=TAGS)
        iam.create_policy(PolicyName="p" + number, PolicyDocument=ALLOW, Tags=TAGS)
        iam.create_instance_profile(InstanceProfileName="i" + number, Tags=TAGS)
        iam.add_role_to_instance_profile(InstanceProfileName="i" + number, RoleName="r1")
        iam.add_user_to_group(GroupName="g1", UserName="u" + number)
        iam.create_access_key(**USER)
        iam.create_service_specific_credential(**USER, ServiceName="codecommit.amazonaws.com")
        iam.upload_signing_certificate(**USER, CertificateBody=new_certificate()[0])
        body, key = new_certificate()
        iam.upload_server_certificate(ServerCertificateName="c" + number, CertificateBody=body, PrivateKey=key, Tags=TAGS)
        device = iam.create_virtual_mfa_device(VirtualMFADeviceName="m" + number, Tags=TAGS)["VirtualMFADevice"]
        iam.enable_mfa_device(**USER, SerialNumber=device["SerialNumber"], **two_codes(device["Base32StringSeed"]))
        for holder, put in ((USER, iam.put_user_policy), (GROUP, iam.put_group_policy), (ROLE, iam.put_role_policy)):
            put(**holder, PolicyName="inline" + number, PolicyDocument=ALLOW)
    iam.add_user_to_group(GroupName="g2", UserName="u1")
    for key in (SSH_KEY, OTHER_SSH_KEY):
        iam.upload_ssh_public_key(**USER, SSHPublicKeyBody=key)
    for arn in (POLICY["PolicyArn"], AWS_POLICY):
        iam.attach_user_policy(**USER, PolicyArn=arn)
        iam.attach_group_policy(**GROUP, PolicyArn=arn)
        iam.attach_role_policy(**ROLE, PolicyArn=arn)
    iam.create_policy_version(**POLICY, PolicyDocument=ALLOW)
    iam.create_saml_provider(Name="s1", SAMLMetadataDocument=METADATA, Tags=TAGS)
    iam.create_open_id_connect_provider(Url=f"https://{ISSUER}", ThumbprintList=["a" * 40], Tags=TAGS)
    yield iam
    assert server.stop() == 0
    server.cleanup()


def test_every_listing_with_pages_is_here():
    model = botocore.session.get_session().get_service_model("iam")
    paged = {name for name in model.operation_names
             if {"Marker", "MaxItems"} <= set(getattr(model.operation_model(name).input_shape, "members", ()))}
    text = (keymill.ROOT / "server/OPERATIONS.md").read_text()
    works = {name for name in paged if f"| {name} | works |" in text}
    assert works - SINGLE == set(LISTINGS)


def entries(answer: dict, where: str) -> list[str]:
    return [json.dumps(entry, default=str) for key in where.split() for entry in answer.get(key, [])]


@pytest.mark.parametrize("operation", LISTINGS)
def test_pages_of_one_entry_make_the_whole_list(iam, operation):
    arguments, where = LISTINGS[operation]
    if callable(arguments):
        arguments = arguments(iam)
    whole = iam._make_api_call(operation, arguments)
    assert whole["IsTruncated"] is False and "Marker" not in whole
    wanted = entries(whole, where)
    assert len(wanted) >= 2
    walked, marker = [], {}
    for _ in wanted:
        page = iam._make_api_call(operation, {**arguments, "MaxItems": 1, **marker})
        assert len(entries(page, where)) == 1
        walked += entries(page, where)
        marker = {"Marker": page["Marker"]} if page["IsTruncated"] else {}
    assert not marker and sorted(walked) == sorted(wanted)
    with refused("ValidationError", 400) as error:
        iam._make_api_call(operation, {**arguments, "Marker": "garbage"})
    assert message(error) == "Invalid Marker."
    for size in (0, 1001):
        with refused("ValidationError", 400):
            iam._make_api_call(operation, {**arguments, "MaxItems": size})
