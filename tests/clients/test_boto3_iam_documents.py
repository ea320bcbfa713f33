"""boto3: what IAM demands of the texts that it is given beside the grammar of policies, and of tags."""

import json

import pytest
from aws import message, refused

STATEMENT = [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]
ALLOW = json.dumps({"Version": "2012-10-17", "Statement": STATEMENT})
TRUST = json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]})


@pytest.fixture
def role(iam, unique):
    name = unique("role")
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)
    yield name
    iam.delete_role(RoleName=name)


def test_policies_do_not_begin_with_spaces(iam, role, unique):
    """The sentences are those of Terraform's pull request 12267 and of Velero's issue 1494."""
    spaces = "JSON strings must not have leading spaces"
    for call, arguments, sentence in [
        (iam.create_role, {"RoleName": unique("role"), "AssumeRolePolicyDocument": f"  {TRUST}"}, spaces),
        (iam.update_assume_role_policy, {"RoleName": role, "PolicyDocument": f" {TRUST}"}, spaces),
        (iam.put_role_policy, {"RoleName": role, "PolicyName": "p", "PolicyDocument": f" {ALLOW}"},
         "The policy failed legacy parsing"),
        (iam.create_policy, {"PolicyName": unique("policy"), "PolicyDocument": f" {ALLOW}"}, spaces),
    ]:
        with refused("MalformedPolicyDocument", 400) as error:
            call(**arguments)
        assert message(error) == sentence


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (json.dumps({"Statement": STATEMENT[0], "Version": "2012-10-17"}), "The policy failed legacy parsing"),
        (ALLOW.replace("Allow", "allow"), "The policy failed legacy parsing"),
        (ALLOW.replace('"*"', '"arn:aws:iam::ACCOUNT_ID:role/r"'), "The policy failed legacy parsing"),
        (ALLOW.replace('"Effect"', '"Effect": "Deny", "Effect"'), "Syntax errors in policy."),
    ],
)
def test_what_the_older_parser_of_policies_refuses(iam, role, unique, text, sentence):
    for call, arguments in ((iam.create_policy, {"PolicyName": unique("policy")}),
                            (iam.put_role_policy, {"RoleName": role, "PolicyName": "p"})):
        with refused("MalformedPolicyDocument", 400) as error:
            call(PolicyDocument=text, **arguments)
        assert message(error) == sentence


@pytest.mark.parametrize("version", [None, "2008-10-17"])
def test_managed_policies_name_the_present_version_of_the_language(iam, role, unique, version):
    document = json.dumps(({"Version": version} if version else {}) | {"Statement": STATEMENT})
    iam.put_role_policy(RoleName=role, PolicyName="p", PolicyDocument=document)  # inline ones need not
    iam.delete_role_policy(RoleName=role, PolicyName="p")
    arn = iam.create_policy(PolicyName=unique("policy"), PolicyDocument=ALLOW)["Policy"]["Arn"]
    for call, arguments in [
        (iam.create_policy, {"PolicyName": unique("policy")}),
        (iam.create_policy_version, {"PolicyArn": arn}),
    ]:
        with refused("MalformedPolicyDocument", 400) as error:
            call(PolicyDocument=document, **arguments)
        assert message(error) == "Policy document must be version 2012-10-17 or greater."
    iam.delete_policy(PolicyArn=arn)


@pytest.mark.parametrize("key", ["aws:cloudformation:stack-name", "AWS:x"])
def test_tags_of_aws_are_not_for_others(iam, role, unique, key):
    tags = [{"Key": "team", "Value": "a"}, {"Key": key, "Value": "b"}]
    with refused("InvalidInput", 400):
        iam.tag_role(RoleName=role, Tags=tags)
    assert iam.list_role_tags(RoleName=role)["Tags"] == []
    with refused("InvalidInput", 400):
        iam.create_user(UserName=unique("user"), Tags=tags)
