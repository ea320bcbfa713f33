"""boto3: the accounts of a server as an organization, and preferences of an account."""

import re

import pytest
from aws import refused
from principals import allow, refusal

AUDIT = "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials"
UNLOCK = "arn:aws:iam::aws:policy/root-task/S3UnlockBucketPolicy"


def assume_root(who, account, task: str) -> None:
    who.sts.assume_root(TargetPrincipal=account.id, TaskPolicyArn={"arn": task})


@pytest.fixture
def organization(home):
    """IAM of the management account; at the end everything is enabled."""
    yield home.root.iam
    home.root.iam.enable_organizations_root_sessions()
    home.root.iam.enable_organizations_root_credentials_management()


def test_the_management_account_switches_central_root_access(organization, other):
    iam = organization
    listed = iam.disable_organizations_root_sessions()
    assert re.fullmatch(r"o-[a-z0-9]{10,32}", listed["OrganizationId"])
    iam.disable_organizations_root_credentials_management()
    assert iam.list_organizations_features()["EnabledFeatures"] == []
    assert iam.enable_organizations_root_sessions()["EnabledFeatures"] == ["RootSessions"]
    both = iam.enable_organizations_root_credentials_management()
    assert both["EnabledFeatures"] == ["RootCredentialsManagement", "RootSessions"]
    assert both["OrganizationId"] == listed["OrganizationId"]
    members = other.root.iam
    for operation in (members.list_organizations_features, members.enable_organizations_root_sessions,
                      members.disable_organizations_root_credentials_management):
        with pytest.raises(members.exceptions.AccountNotManagementOrDelegatedAdministratorException):
            operation()


def test_root_sessions_need_a_policy_of_their_own(home, organization):
    user = home.user(allow("iam:ListOrganizationsFeatures"))
    assert "OrganizationId" in user.iam.list_organizations_features()
    assert "iam:EnableOrganizationsRootSessions" in refusal(user.iam.enable_organizations_root_sessions)


def test_a_disabled_feature_takes_assume_root_away(home, other, organization):
    user = home.user(allow("sts:AssumeRoot"))
    assume_root(user, other, AUDIT)
    assume_root(user, other, UNLOCK)
    organization.disable_organizations_root_credentials_management()
    with refused("AccessDenied", 403):
        assume_root(user, other, AUDIT)
    assume_root(user, other, UNLOCK)
    organization.enable_organizations_root_credentials_management()
    organization.disable_organizations_root_sessions()
    for task in (AUDIT, UNLOCK):
        with refused("AccessDenied", 403):
            assume_root(user, other, task)
    assume_root(other.user(allow("sts:AssumeRoot")), other, AUDIT)
    organization.enable_organizations_root_sessions()
    assume_root(user, other, AUDIT)


def test_the_version_of_session_tokens_is_a_preference(home, other):
    def version(account) -> int:
        return account.root.iam.get_account_summary()["SummaryMap"]["GlobalEndpointTokenVersion"]

    assert version(home) == version(other) == 1
    home.root.iam.set_security_token_service_preferences(GlobalEndpointTokenVersion="v2Token")
    assert (version(home), version(other)) == (2, 1)
    home.root.iam.set_security_token_service_preferences(GlobalEndpointTokenVersion="v1Token")
    assert version(home) == 1
    with refused("ValidationError", 400):
        home.root.iam.set_security_token_service_preferences(GlobalEndpointTokenVersion="v3Token")
    user = home.user(allow("iam:GetAccountSummary"))
    assert "iam:SetSecurityTokenServicePreferences" in refusal(
        user.iam.set_security_token_service_preferences, GlobalEndpointTokenVersion="v2Token")
