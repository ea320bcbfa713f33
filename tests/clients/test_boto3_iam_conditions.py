"""boto3: condition keys of requests to IAM and STS."""

from aws import refused
from principals import allow, may, unique


def test_tags_that_an_iam_request_gives(home):
    maker = home.user(
        allow("iam:CreateUser", Condition={"StringEquals": {"aws:RequestTag/team": "red"}}),
        allow("iam:TagUser", Condition={"ForAllValues:StringEquals": {"aws:TagKeys": ["team", "cost"]}}))
    name = unique("user")
    red, blue, other = ({"Key": key, "Value": value} for key, value in (("team", "red"), ("team", "blue"), ("x", "y")))
    assert not may(maker.iam.create_user, UserName=name)
    assert not may(maker.iam.create_user, UserName=name, Tags=[blue])
    assert may(maker.iam.create_user, UserName=name, Tags=[red])
    assert may(maker.iam.tag_user, UserName=name, Tags=[blue])
    assert not may(maker.iam.tag_user, UserName=name, Tags=[blue, other])


def test_policies_and_boundaries_that_an_iam_request_names(home):
    fine, bad = home.managed(allow("s3:*")), home.managed(allow("*"))
    target = home.user()
    maker = home.user(allow("iam:AttachUserPolicy", Condition={"ArnEquals": {"iam:PolicyARN": fine}}),
                      allow("iam:CreateUser", Condition={"ArnEquals": {"iam:PermissionsBoundary": fine}}))
    assert may(maker.iam.attach_user_policy, UserName=target.name, PolicyArn=fine)
    assert not may(maker.iam.attach_user_policy, UserName=target.name, PolicyArn=bad)
    assert may(maker.iam.create_user, UserName=unique("user"), PermissionsBoundary=fine)
    assert not may(maker.iam.create_user, UserName=unique("user"), PermissionsBoundary=bad)
    assert not may(maker.iam.create_user, UserName=unique("user"))


def test_what_an_assume_role_states(home):
    role = home.role()
    for key, value, given, wrong in (
            ("sts:ExternalId", "42", {"ExternalId": "42"}, {"ExternalId": "43"}),
            ("sts:RoleSessionName", "session", {}, {"name": "another"})):
        user = home.user(allow("sts:AssumeRole", Condition={"StringEquals": {key: value}}))
        assert user.assume(role, **given).arn
        with refused("AccessDenied", 403):
            user.assume(role, **wrong)
