"""boto3: session tokens have a size, which answers tell and callers may ask for (STS since September 2026)."""

import pytest
from aws import message, refused
from principals import allow

LARGEST = 4096


@pytest.fixture
def issued(home):
    """Answers of the operations that make sessions, by parameters that all of them have."""
    user = home.user(allow("sts:*"), allow("s3:*"))
    role = home.role(allow("s3:*"))

    def issue(**more) -> dict[str, dict]:
        return {
            "AssumeRole": user.sts.assume_role(RoleArn=role, RoleSessionName="session", **more),
            "GetFederationToken": user.sts.get_federation_token(Name="guest", **more),
            "GetSessionToken": user.sts.get_session_token(**more),
            "AssumeRoot": user.sts.assume_root(TargetPrincipal=home.id, TaskPolicyArn={
                "arn": "arn:aws:iam::aws:policy/root-task/S3UnlockBucketPolicy"}, **more),
        }

    return issue


def test_answers_tell_the_size_of_the_token(issued):
    for operation, answer in issued().items():
        size = len(answer["Credentials"]["SessionToken"])
        assert answer["SessionTokenSize"] == size, operation
        assert answer["SessionTokenUtilization"] == -(-size * 100 // LARGEST), operation
        assert "PackedPolicySize" not in answer, operation


def test_the_size_of_policies_and_tags_is_that_of_the_token(home):
    user = home.user(allow("sts:*"))
    tags = [{"Key": "team", "Value": "blue"}]
    for answer in (user.sts.assume_role(RoleArn=home.role(allow("s3:*")), RoleSessionName="session", Tags=tags),
                   user.sts.get_federation_token(Name="guest", Tags=tags)):
        assert answer["PackedPolicySize"] == answer["SessionTokenUtilization"]


@pytest.mark.parametrize("least", [1, 1000, 4095, LARGEST])
def test_tokens_are_as_large_as_asked_for_and_work(home, issued, least):
    for operation, answer in issued(MinimumSessionTokenSize=least).items():
        assert least <= answer["SessionTokenSize"] <= LARGEST, operation
        made = answer["Credentials"]
        assert len(made["SessionToken"]) == answer["SessionTokenSize"]
        session = home.root.clients.with_key(made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"])
        assert session.sts.get_caller_identity()["Account"] == home.id
        if operation == "AssumeRole":
            session.s3.list_buckets()


def test_no_token_is_larger(home):
    user = home.user(allow("sts:*"))
    with refused("ValidationError", 400) as error:
        user.sts.get_session_token(MinimumSessionTokenSize=LARGEST + 1)
    assert message(error).endswith("Value '4097' at 'minimumSessionTokenSize' failed to satisfy constraint: Member must "
                                   "have value less than or equal to 4096")
    with refused("PackedPolicyTooLarge", 400):
        user.federate(Tags=[{"Key": f"key-{n}", "Value": "v" * 100} for n in range(40)])
