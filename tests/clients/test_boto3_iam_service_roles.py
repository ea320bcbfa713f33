"""boto3: service-linked roles: their names, their policies, and what only their services may change."""

import json

import pytest
from aws import message, refused

ALLOW = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]})
TRUST = json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]})
AWS_POLICY = "arn:aws:iam::aws:policy/ReadOnlyAccess"


@pytest.fixture
def make(iam):
    made = []

    def create(service: str, **arguments) -> dict:
        role = iam.create_service_linked_role(AWSServiceName=service, **arguments)["Role"]
        made.append(role["RoleName"])
        return role

    yield create
    for name in made:
        iam.delete_service_linked_role(RoleName=name)


@pytest.mark.parametrize(
    ("service", "name", "policy"),
    [
        ("autoscaling", "AutoScaling", "AutoScalingServiceRolePolicy"),
        ("ecs", "ECS", "AmazonECSServiceRolePolicy"),
        ("eks", "AmazonEKS", "AmazonEKSServiceRolePolicy"),
        ("elasticbeanstalk", "ElasticBeanstalk", "AWSElasticBeanstalkServiceRolePolicy"),
        ("elasticloadbalancing", "ElasticLoadBalancing", "AWSElasticLoadBalancingServiceRolePolicy"),
        ("es", "AmazonElasticsearchService", "AmazonElasticsearchServiceRolePolicy"),
        ("opensearchservice", "AmazonOpenSearchService", "AmazonOpenSearchServiceRolePolicy"),
        ("rds", "RDS", "AmazonRDSServiceRolePolicy"),
        ("spot", "EC2Spot", "AWSEC2SpotServiceRolePolicy"),
        ("dynamodb.application-autoscaling", "ApplicationAutoScaling_DynamoDBTable",
         "AWSApplicationAutoscalingDynamoDBTablePolicy"),
        ("replication.dynamodb", "DynamoDBReplication", "DynamoDBReplicationServiceRolePolicy"),
    ],
)
def test_roles_are_named_by_their_services_and_have_their_policies(iam, make, service, name, policy):
    principal = f"{service}.amazonaws.com"
    role = make(principal)
    assert role["RoleName"] == f"AWSServiceRoleFor{name}"
    assert role["Path"] == f"/aws-service-role/{principal}/"
    (attached,) = iam.list_attached_role_policies(RoleName=role["RoleName"])["AttachedPolicies"]
    assert attached["PolicyArn"] == f"arn:aws:iam::aws:policy/aws-service-role/{policy}"


def test_the_answer_to_the_making_of_a_role_is_brief(make):
    role = make("ecs.amazonaws.com")
    assert set(role) == {"Path", "RoleName", "RoleId", "Arn", "CreateDate", "AssumeRolePolicyDocument"}
    assert role["AssumeRolePolicyDocument"]["Statement"] == [
        {"Action": ["sts:AssumeRole"], "Principal": {"Service": ["ecs.amazonaws.com"]}, "Effect": "Allow"}]


def test_only_some_services_tell_roles_apart_by_suffixes(iam, make, unique):
    suffix = unique("s")
    assert make("autoscaling.amazonaws.com", CustomSuffix=suffix)["RoleName"].endswith(f"AutoScaling_{suffix}")
    with refused("InvalidInput", 400):
        iam.create_service_linked_role(AWSServiceName="es.amazonaws.com", CustomSuffix=suffix)


def test_only_its_service_changes_a_role(iam, make, unique):
    name = make("ecs.amazonaws.com")["RoleName"]
    profile = unique("profile")
    iam.create_instance_profile(InstanceProfileName=profile)
    for call, arguments in [
        (iam.attach_role_policy, {"PolicyArn": AWS_POLICY}),
        (iam.detach_role_policy, {"PolicyArn": AWS_POLICY}),
        (iam.put_role_policy, {"PolicyName": "p", "PolicyDocument": ALLOW}),
        (iam.delete_role_policy, {"PolicyName": "p"}),
        (iam.put_role_permissions_boundary, {"PermissionsBoundary": AWS_POLICY}),
        (iam.delete_role_permissions_boundary, {}),
        (iam.update_assume_role_policy, {"PolicyDocument": TRUST}),
        (iam.update_role, {"MaxSessionDuration": 7200}),
        (iam.add_role_to_instance_profile, {"InstanceProfileName": profile}),
        (iam.delete_role, {}),
    ]:
        with refused("UnmodifiableEntity", 400) as error:
            call(RoleName=name, **arguments)
        assert message(error) == (f"Cannot perform the operation on the protected role '{name}' - "
                                  "this role is only modifiable by AWS")
    iam.update_role_description(RoleName=name, Description="ours")
    iam.update_role(RoleName=name, Description="mine")
    assert iam.get_role(RoleName=name)["Role"]["Description"] == "mine"
    iam.delete_instance_profile(InstanceProfileName=profile)


def test_their_path_is_theirs(iam, unique):
    with refused("InvalidInput", 400) as error:
        iam.create_role(RoleName=unique("role"), Path="/aws-service-role/ecs.amazonaws.com/",
                        AssumeRolePolicyDocument=TRUST)
    assert message(error) == "Path prefix '/aws-service-role/' can only be used for AWS Service linked Roles"
