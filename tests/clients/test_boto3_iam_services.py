"""boto3: what ties IAM to services: service-specific credentials, service-linked roles, SAML providers, last access."""

import pytest
from aws import refused


@pytest.fixture
def iam(root):
    return root.iam


@pytest.fixture
def name(iam, unique):
    user_name = unique("user")
    iam.create_user(UserName=user_name)
    yield user_name
    iam.delete_user(UserName=user_name)


def message(error) -> str:
    return error[0].response["Error"]["Message"]


# --- service-specific credentials ------------------------------------------------------------------------------------

GIT = "codecommit.amazonaws.com"
BEDROCK = "bedrock.amazonaws.com"


def test_service_passwords_are_shown_once_and_reset(iam, name):
    made = iam.create_service_specific_credential(UserName=name, ServiceName=GIT)["ServiceSpecificCredential"]
    assert made["ServiceUserName"] == f"{name}-at-123456789012" and made["Status"] == "Active"
    assert made["ServiceSpecificCredentialId"].startswith("ACCA") and made["ServicePassword"]
    second = iam.create_service_specific_credential(UserName=name, ServiceName=GIT)["ServiceSpecificCredential"]
    assert second["ServiceUserName"] == f"{name}+1-at-123456789012"
    with refused("LimitExceeded", 409):
        iam.create_service_specific_credential(UserName=name, ServiceName=GIT)
    listed = iam.list_service_specific_credentials(UserName=name, ServiceName=GIT)["ServiceSpecificCredentials"]
    assert len(listed) == 2 and not any("ServicePassword" in entry for entry in listed)
    one = {"UserName": name, "ServiceSpecificCredentialId": made["ServiceSpecificCredentialId"]}
    reset = iam.reset_service_specific_credential(**one)["ServiceSpecificCredential"]
    assert reset["ServicePassword"] != made["ServicePassword"]
    iam.update_service_specific_credential(**one, Status="Inactive")
    states = {e["ServiceSpecificCredentialId"]: e["Status"]
              for e in iam.list_service_specific_credentials(UserName=name)["ServiceSpecificCredentials"]}
    assert states[made["ServiceSpecificCredentialId"]] == "Inactive"
    with refused("DeleteConflict", 409) as error:
        iam.delete_user(UserName=name)
    assert message(error) == "Cannot delete entity, must remove referenced objects first."
    for credential in (made, second):
        iam.delete_service_specific_credential(
            UserName=name, ServiceSpecificCredentialId=credential["ServiceSpecificCredentialId"])
    for call in (iam.delete_service_specific_credential, iam.reset_service_specific_credential):
        with refused("NoSuchEntity", 404):
            call(**one)


def test_api_keys_expire_and_passwords_do_not(iam, name):
    made = iam.create_service_specific_credential(UserName=name, ServiceName=BEDROCK, CredentialAgeDays=30)
    key = made["ServiceSpecificCredential"]
    assert (key["ExpirationDate"] - key["CreateDate"]).days == 30
    assert key["ServiceCredentialSecret"] and "ServicePassword" not in key
    with refused("InvalidInput", 400):
        iam.create_service_specific_credential(UserName=name, ServiceName=GIT, CredentialAgeDays=30)
    with refused("NotSupportedService", 404):
        iam.create_service_specific_credential(UserName=name, ServiceName="coffee.amazonaws.com")
    with refused("NoSuchEntity", 404):
        iam.create_service_specific_credential(UserName=name + "x", ServiceName=GIT)
    of_all = iam.list_service_specific_credentials(AllUsers=True)["ServiceSpecificCredentials"]
    assert key["ServiceSpecificCredentialId"] in [entry["ServiceSpecificCredentialId"] for entry in of_all]
    iam.delete_service_specific_credential(UserName=name,
                                           ServiceSpecificCredentialId=key["ServiceSpecificCredentialId"])


# --- service-linked roles --------------------------------------------------------------------------------------------


def test_a_service_linked_role_belongs_to_its_service(iam, unique):
    suffix = unique("s")
    role = iam.create_service_linked_role(AWSServiceName="autoscaling.amazonaws.com", CustomSuffix=suffix,
                                          Description="d")["Role"]
    assert role["RoleName"] == f"AWSServiceRoleForAutoScaling_{suffix}"
    assert role["Path"] == "/aws-service-role/autoscaling.amazonaws.com/"
    trust = role["AssumeRolePolicyDocument"]["Statement"][0]
    assert trust["Principal"] == {"Service": "autoscaling.amazonaws.com"} and trust["Action"] == "sts:AssumeRole"
    with refused("InvalidInput", 400):
        iam.create_service_linked_role(AWSServiceName="autoscaling.amazonaws.com", CustomSuffix=suffix)
    with refused("InvalidInput", 400):
        iam.create_service_linked_role(AWSServiceName="example.com")
    with refused("UnmodifiableEntity", 400):
        iam.delete_role(RoleName=role["RoleName"])
    task = iam.delete_service_linked_role(RoleName=role["RoleName"])["DeletionTaskId"]
    assert iam.get_service_linked_role_deletion_status(DeletionTaskId=task)["Status"] == "SUCCEEDED"
    for call in (iam.get_role, iam.delete_service_linked_role):
        with refused("NoSuchEntity", 404):
            call(RoleName=role["RoleName"])
    with refused("NoSuchEntity", 404):
        iam.get_service_linked_role_deletion_status(DeletionTaskId=task + "x")
