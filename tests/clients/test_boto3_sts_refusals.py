"""boto3: what STS refuses, in AWS's words. Where they stand nowhere in its documentation, a public report of them is
named."""

import pytest
from aws import message, refused
from principals import allow, may, policy, to

UNLOCK = {"arn": "arn:aws:iam::aws:policy/root-task/S3UnlockBucketPolicy"}


@pytest.fixture
def everything(home):
    return home.user(allow("sts:*"), allow("s3:*"), allow("iam:*"))


def test_a_session_without_mfa_is_no_token_for_iam(everything):
    """Without a period, unlike unknown keys (issues 15, 328 and 1056 of aws-vault)."""
    for session in (everything.session(), everything.federate(allow("*"))):
        with refused("InvalidClientTokenId", 403) as error:
            session.iam.list_users()
        assert message(error) == "The security token included in the request is invalid"


def test_sessions_make_no_sessions_of_users(home, everything):
    role = home.role(allow("sts:*"))
    for session in (everything.session(), everything.assume(role)):
        for operation, parameters in (("GetSessionToken", {}), ("GetFederationToken", {"Name": "guest"})):
            call = session.sts.get_session_token if not parameters else session.sts.get_federation_token
            with refused("AccessDenied", 403) as error:
                call(**parameters)
            assert message(error) == f"Cannot call {operation} with session credentials"


def test_permission_is_asked_for_before_it_matters_who_asks(home):
    """With the ARN of the user to be (issue 185 of next-s3-upload)."""
    session = home.user(allow("sts:AssumeRole")).assume(home.role(allow("s3:*")))
    with refused("AccessDenied", 403) as error:
        session.sts.get_federation_token(Name="guest")
    assert message(error).startswith(f"User: {session.arn} is not authorized to perform: sts:GetFederationToken on "
                                     f"resource: arn:aws:sts::{home.id}:federated-user/guest")


def test_an_action_without_resources_is_denied_without_one(home):
    """The sentence that many have pasted of decode-authorization-message."""
    user = home.user()
    with refused("AccessDenied", 403) as error:
        user.sts.decode_authorization_message(EncodedMessage="abc")
    assert message(error) == (f"User: {user.arn} is not authorized to perform: sts:DecodeAuthorizationMessage because "
                              "no identity-based policy allows the sts:DecodeAuthorizationMessage action")


def test_a_federated_user_with_tags_takes_permission_to_tag(home):
    """sts:TagSession belongs to GetFederationToken in the service authorization reference."""
    tags = [{"Key": "team", "Value": "blue"}]
    plain = home.user(allow("sts:GetFederationToken"))
    plain.federate()
    with refused("AccessDenied", 403) as error:
        plain.federate(Tags=tags)
    assert f"sts:TagSession on resource: arn:aws:sts::{home.id}:federated-user/fed" in message(error)
    tagging = home.user(allow("sts:GetFederationToken"),
                        allow("sts:TagSession", Condition={"StringEquals": {"aws:RequestTag/team": "blue"}}))
    tagging.federate(Tags=tags)
    assert not may(tagging.federate, Tags=[{"Key": "team", "Value": "red"}])
    home.root.federate(Tags=tags)


def test_session_tags_that_are_too_large_are_not_called_a_policy(home, everything):
    """Issue 1803 of configure-aws-credentials, issue 2413 of containers-roadmap."""
    role = home.role(allow("s3:*"))
    tags = [{"Key": f"key-{n}", "Value": "v" * 256} for n in range(50)]
    with refused("PackedPolicyTooLarge", 400) as error:
        everything.assume(role, Tags=tags)
    assert message(error).startswith("Packed size of session tags consumes ")
    assert message(error).endswith("% of allotted space.")
    with refused("PackedPolicyTooLarge", 400) as error:
        everything.assume(role, allow("s3:*"), Tags=tags)
    assert message(error).startswith("Packed policy consumes ")
    assert message(error).endswith("% of allotted space, please use smaller policy.")


@pytest.mark.parametrize("text, sentence", [
    ("not json", "The policy is not in the valid JSON format."),  # as in Hadoop's guide to S3A's assumed roles
    ("{", "The policy is not in the valid JSON format."),
    ("{}", "Syntax errors in policy."),
])
def test_a_session_policy_must_be_json_and_a_policy(home, everything, text, sentence):
    role = home.role(allow("s3:*"))
    for call in (lambda: everything.assume(role, Policy=text), lambda: everything.federate(Policy=text)):
        with refused("MalformedPolicyDocument", 400) as error:
            call()
        assert message(error) == sentence


def test_assume_role_says_no_more_of_what_is_no_role(everything):
    """Issue 2523 of selling-partner-api-models."""
    with refused("AccessDenied", 403) as error:
        everything.assume(everything.arn)
    assert message(error) == (f"User: {everything.arn} is not authorized to perform: sts:AssumeRole on resource: "
                              f"{everything.arn}")


def test_a_session_of_either_kind_chains_for_an_hour(home, everything):
    """GetSessionToken's too (issue 11 of aws-runas, issue 263 of aws-vault)."""
    role = home.role(allow("sts:*"))
    home.root.iam.update_role(RoleName=role.rpartition("/")[2], MaxSessionDuration=7200)
    everything.assume(role, DurationSeconds=7200)
    for session in (everything.session(), everything.assume(role)):
        session.assume(role, DurationSeconds=3600)
        with refused("ValidationError", 400) as error:
            session.assume(role, DurationSeconds=3601)
        assert message(error) == ("The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by "
                                  "role chaining.")


def test_root_users_enter_no_root_user(home, other):
    """"You cannot use root user credentials to make this call" (API reference)."""
    for account in (home, other):
        with refused("AccessDenied", 403):
            account.root.sts.assume_root(TargetPrincipal=other.id, TaskPolicyArn=UNLOCK)


def test_a_policy_chooses_whose_root_user(home, other):
    """The resource is the root user of the account (service authorization reference)."""
    root_of_other = f"arn:aws:iam::{other.id}:root"
    user = home.user(allow("sts:AssumeRoot", root_of_other))
    for target in (other.id, root_of_other):
        user.sts.assume_root(TargetPrincipal=target, TaskPolicyArn=UNLOCK)
    with refused("AccessDenied", 403) as error:
        user.sts.assume_root(TargetPrincipal=home.id, TaskPolicyArn=UNLOCK)
    assert f"sts:AssumeRoot on resource: arn:aws:iam::{home.id}:root" in message(error)


@pytest.mark.parametrize("prefix", ["aws", "iam"])
def test_policies_choose_roles_by_their_tags(home, prefix):
    """aws:ResourceTag and iam:ResourceTag of AssumeRole in the service authorization reference."""
    def tagged(team: str) -> dict:
        return {"StringEquals": {f"{prefix}:ResourceTag/team": team}}

    user = home.user(allow("sts:AssumeRole", Condition=tagged("blue")))
    assert may(user.assume, home.role(allow("s3:*"), tags={"team": "blue"}))
    assert not may(user.assume, home.role(allow("s3:*"), tags={"team": "red"}))
    assert not may(user.assume, home.role(allow("s3:*")))
    anybody = home.user(allow("sts:AssumeRole"))
    for team, expected in (("blue", True), ("red", False)):
        role = home.role(allow("s3:*"), tags={"team": team})
        trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": to(home.id), "Condition": tagged("blue")}
        home.root.iam.update_assume_role_policy(RoleName=role.rpartition("/")[2], PolicyDocument=policy(trust))
        assert may(anybody.assume, role) is expected
