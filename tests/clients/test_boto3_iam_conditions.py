"""boto3: condition keys of requests to IAM and STS."""

from contextlib import contextmanager

from aws import refused
from principals import allow, may, policy, refusal, unique


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


def test_making_something_with_tags_takes_the_permission_to_tag(home):
    maker, name = home.user(allow("iam:Create*")), unique("user")
    tags = [{"Key": "team", "Value": "red"}]
    assert refusal(maker.iam.create_user, UserName=name, Tags=tags).startswith(
        f"User: {maker.arn} is not authorized to perform: iam:TagUser on resource: arn:aws:iam::{home.id}:user/{name} ")
    assert may(maker.iam.create_user, UserName=name)
    assert " iam:TagPolicy on resource: policy p because" in refusal(
        maker.iam.create_policy, PolicyName="p", PolicyDocument=policy(allow("*")), Tags=tags)


@contextmanager
def beside(iam, **parameters):
    """Parameters that boto3 would not send: 'a__b' is 'a.b'."""
    def add(params, **_):
        params["body"].update({name.replace("__", "."): value for name, value in parameters.items()})
    iam.meta.events.register("before-call.iam", add)
    yield
    iam.meta.events.unregister("before-call.iam", add)


def test_what_only_looks_like_a_tag_neither_satisfies_a_policy_nor_escapes_it(home):
    maker, victim = home.user(allow("iam:CreateUser")), home.user()
    red = home.user(allow("iam:*", Condition={"StringEquals": {"aws:RequestTag/team": "red"}}))
    keys = home.user(allow("iam:*", Condition={"ForAnyValue:StringEquals": {"aws:TagKeys": "team"}}))
    with beside(maker.iam, Tags__member__7__Key="team", Tags__member__7__Value="red"):
        assert not may(maker.iam.create_user, UserName=unique("user"))
    with beside(red.iam, Tags__member__x__Key="team", Tags__member__x__Value="red"):
        assert not may(red.iam.create_user, UserName=unique("user"))
    with beside(red.iam, Tags__member__1__Key="team", Tags__member__1__Value="red"):
        assert may(red.iam.create_user, UserName=unique("user"))
        assert not may(red.iam.delete_user, UserName=victim.name)
    with beside(keys.iam, TagKeys__member__1="team"):
        assert not may(keys.iam.tag_user, UserName=victim.name, Tags=[{"Key": "other", "Value": ""}])
        assert may(keys.iam.untag_user, UserName=victim.name, TagKeys=["other", "team"])


def test_tags_of_users_and_roles(home):
    """The pattern of "Controlling access to and for IAM users and roles using tags"."""
    red, blue = home.user(tags={"Team": "red"}), home.user(tags={"Team": "blue"})
    for key in ("iam:ResourceTag/team", "aws:ResourceTag/Team"):
        admin = home.user(allow("iam:ListAccessKeys", Condition={"StringEquals": {key: "${aws:PrincipalTag/team}"}}),
                          tags={"team": "red"})
        assert may(admin.iam.list_access_keys, UserName=red.name)
        assert not may(admin.iam.list_access_keys, UserName=blue.name)
        assert not may(admin.iam.list_access_keys, UserName="never-made")
        user = home.user(allow("sts:AssumeRole", Condition={"StringEquals": {key: "red"}}))
        assert user.assume(home.role(tags={"team": "red"})).arn
        with refused("AccessDenied", 403):
            user.assume(home.role(tags={"team": "blue"}))


def test_users_within_a_boundary_may_be_left_to_others(home):
    """The pattern of "Delegating responsibility to others using permissions boundaries"."""
    bounded, free = home.user(boundary=allow("s3:*")), home.user()
    boundary = home.root.iam.get_user(UserName=bounded.name)["User"]["PermissionsBoundary"]["PermissionsBoundaryArn"]
    other, attached = home.managed(allow("*")), home.managed(allow("s3:GetObject"))
    admin = home.user(allow(["iam:PutUserPolicy", "iam:AttachUserPolicy", "iam:PutUserPermissionsBoundary"],
                            Condition={"StringEquals": {"iam:PermissionsBoundary": boundary}}))
    for user, expected in ((bounded, True), (free, False)):
        assert may(admin.iam.put_user_policy, UserName=user.name, PolicyName="q",
                   PolicyDocument=policy(allow("s3:*"))) == expected
        assert may(admin.iam.attach_user_policy, UserName=user.name, PolicyArn=attached) == expected
    put = admin.iam.put_user_permissions_boundary
    assert not may(put, UserName=bounded.name, PermissionsBoundary=other) and not may(
        admin.iam.delete_user_permissions_boundary, UserName=bounded.name)
    assert may(put, UserName=free.name, PermissionsBoundary=boundary)


def test_service_linked_roles_are_made_under_the_names_that_policies_give(home):
    """The statement that AWS's guides ask for: the role's ARN, and the service as a condition."""
    mine, other = f"{unique('svc')}.amazonaws.com", f"{unique('svc')}.amazonaws.com"
    maker = home.user(allow("iam:CreateServiceLinkedRole", f"arn:aws:iam::*:role/aws-service-role/{mine}/AWSServiceRoleFor*",
                            Condition={"StringLike": {"iam:AWSServiceName": mine}}),
                      allow(["iam:DeleteServiceLinkedRole", "iam:GetServiceLinkedRoleDeletionStatus"],
                            f"arn:aws:iam::{home.id}:role/aws-service-role/{mine}/*"))
    role = maker.iam.create_service_linked_role(AWSServiceName=mine)["Role"]
    denied = refusal(maker.iam.create_service_linked_role, AWSServiceName=other)
    name = role["RoleName"].replace(mine.split(".")[0].capitalize(), other.split(".")[0].capitalize())
    assert f"on resource: arn:aws:iam::{home.id}:role/aws-service-role/{other}/{name} because" in denied
    task = maker.iam.delete_service_linked_role(RoleName=role["RoleName"])["DeletionTaskId"]
    assert maker.iam.get_service_linked_role_deletion_status(DeletionTaskId=task)["Status"] == "SUCCEEDED"
    assert not may(maker.iam.get_service_linked_role_deletion_status, DeletionTaskId=task.replace(mine, other))


def test_providers_and_certificates_are_made_under_their_own_arns(home):
    nobody, account = home.user(allow("s3:*")), f"arn:aws:iam::{home.id}"
    for call, arguments, resource in (
            (nobody.iam.create_open_id_connect_provider, {"Url": "https://oidc.example.com/id/1"},
             "oidc-provider/oidc.example.com/id/1"),
            (nobody.iam.create_saml_provider, {"Name": "idp", "SAMLMetadataDocument": "x" * 1000}, "saml-provider/idp"),
            (nobody.iam.upload_server_certificate, {"ServerCertificateName": "c", "CertificateBody": "b",
                                                    "PrivateKey": "k", "Path": "/cloudfront/"},
             "server-certificate/cloudfront/c")):
        assert f"on resource: {account}:{resource} because" in refusal(call, **arguments)


def test_what_an_assume_role_states(home):
    role = home.role()
    for key, value, given, wrong in (
            ("sts:ExternalId", "42", {"ExternalId": "42"}, {"ExternalId": "43"}),
            ("sts:RoleSessionName", "session", {}, {"name": "another"})):
        user = home.user(allow("sts:AssumeRole", Condition={"StringEquals": {key: value}}))
        assert user.assume(role, **given).arn
        with refused("AccessDenied", 403):
            user.assume(role, **wrong)
