"""boto3: the texts of AccessDenied, word for word."""

import pytest
from aws import refused
from principals import allow, bucket_arn, deny, objects, policy, refusal, to, unique


@pytest.fixture
def bucket(home):
    return home.bucket("k")


def text(who, action: str, resource: str | None = None, reason: str = "", quoted: bool = True) -> str:
    """`User: … is not authorized to perform: …` as S3 (quoted) or IAM and STS write it."""
    on = "" if resource is None else f' on resource: "{resource}"' if quoted else f" on resource: {resource}"
    return f"User: {who.arn} is not authorized to perform: {action}{on}{reason}"


def lacking(kind: str, action: str) -> str:
    return f" because no {kind} allows the {action} action"


def test_s3_names_the_action_and_the_resource_in_quotation_marks(home, bucket):
    user = home.user()
    no_policy = lacking("identity-based policy", "s3:PutObject")
    message = refusal(user.s3.put_object, Bucket=bucket, Key="a b", Body=b"")
    assert message == text(user, "s3:PutObject", f"arn:aws:s3:::{bucket}/a b", no_policy)
    message = refusal(user.s3.list_objects_v2, Bucket=bucket)
    assert message == text(user, "s3:ListBucket", bucket_arn(bucket), lacking("identity-based policy", "s3:ListBucket"))
    message = refusal(user.s3.list_buckets)
    assert message == text(user, "s3:ListAllMyBuckets", None, lacking("identity-based policy", "s3:ListAllMyBuckets"))
    message = refusal(user.s3.create_bucket, Bucket="never-made-by-this-test")
    assert message == text(user, "s3:CreateBucket", "arn:aws:s3:::never-made-by-this-test",
                           lacking("identity-based policy", "s3:CreateBucket"))


def test_iam_names_the_resource_without_quotation_marks(home):
    user = home.user()
    made = f"arn:aws:iam::{home.id}:user/x"
    message = refusal(user.iam.create_user, UserName="x")
    assert message == text(user, "iam:CreateUser", made, lacking("identity-based policy", "iam:CreateUser"), False)
    message = refusal(user.iam.list_users)
    assert message == text(user, "iam:ListUsers", f"arn:aws:iam::{home.id}:user/",
                           lacking("identity-based policy", "iam:ListUsers"), False)
    denied = home.user(allow("iam:*"), deny("iam:CreateUser"))
    message = refusal(denied.iam.create_user, UserName="x")
    assert message == text(denied, "iam:CreateUser", made, " with an explicit deny in an identity-based policy", False)


def test_iam_names_what_exists_by_its_kind(home):
    user, other, role = home.user(), home.user(), home.role()
    managed = home.managed(allow("s3:*"))
    name = role.rpartition("/")[2]
    for call, action, resource, parameters in (
            ("get_user", "GetUser", f"user {other.name}", {"UserName": other.name}),
            ("get_user", "GetUser", f"user {user.name}", {}),
            ("create_access_key", "CreateAccessKey", "user never-made", {"UserName": "never-made"}),
            ("get_role", "GetRole", f"role {name}", {"RoleName": name}),
            ("tag_role", "TagRole", role, {"RoleName": name, "Tags": [{"Key": "a", "Value": "b"}]}),
            ("delete_role_permissions_boundary", "DeleteRolePermissionsBoundary", role, {"RoleName": name}),
            ("put_group_policy", "PutGroupPolicy", "group g",
             {"GroupName": "g", "PolicyName": "p", "PolicyDocument": policy(allow("*"))}),
            ("get_instance_profile", "GetInstanceProfile", "instance profile i", {"InstanceProfileName": "i"}),
            ("delete_server_certificate", "DeleteServerCertificate", "server certificate c",
             {"ServerCertificateName": "c"}),
            ("get_policy", "GetPolicy", f"policy {managed}", {"PolicyArn": managed}),
            ("create_policy", "CreatePolicy", "policy p", {"PolicyName": "p", "PolicyDocument": policy(allow("*"))}),
            ("list_policies", "ListPolicies", "policy path /", {}),
            ("list_roles", "ListRoles", f"arn:aws:iam::{home.id}:role/", {}),
            ("list_virtual_mfa_devices", "ListVirtualMFADevices", f"arn:aws:iam::{home.id}:mfa/", {}),
            ("list_account_aliases", "ListAccountAliases", "*", {}),
            ("simulate_principal_policy", "SimulatePrincipalPolicy", role,
             {"PolicySourceArn": role, "ActionNames": ["s3:GetObject"]})):
        message = refusal(getattr(user.iam, call), **parameters)
        assert message == text(user, f"iam:{action}", resource, lacking("identity-based policy", f"iam:{action}"), False)
    message = refusal(user.sts.decode_authorization_message, EncodedMessage="x")
    assert message == text(user, "sts:DecodeAuthorizationMessage", None,
                           lacking("identity-based policy", "sts:DecodeAuthorizationMessage"), False)


def test_assume_role_gives_no_reason(home):
    user, role = home.user(), home.role()
    message = refusal(user.sts.assume_role, RoleArn=role, RoleSessionName="session")
    assert message == text(user, "sts:AssumeRole", role, "", False)
    gone = role + "-that-is-not-there"
    message = refusal(user.sts.assume_role, RoleArn=gone, RoleSessionName="session")
    assert message == text(user, "sts:AssumeRole", gone, "", False)


def test_the_policy_that_lacks_the_permission_is_named(home, bucket):
    resource = f"arn:aws:s3:::{bucket}/k"
    bounded = home.user(allow("s3:*"), boundary=allow("iam:*"))
    message = refusal(bounded.s3.get_object, Bucket=bucket, Key="k")
    assert message == text(bounded, "s3:GetObject", resource, lacking("permissions boundary", "s3:GetObject"))
    session = home.user(allow("sts:AssumeRole")).assume(home.role(allow("s3:*")), allow("iam:*"))
    assert ":assumed-role/" in session.arn and session.arn.endswith("/session")
    message = refusal(session.s3.get_object, Bucket=bucket, Key="k")
    assert message == text(session, "s3:GetObject", resource, lacking("session policy", "s3:GetObject"))
    unable = home.user(allow("sts:AssumeRole")).assume(home.role())
    message = refusal(unable.s3.get_object, Bucket=bucket, Key="k")
    assert message == text(unable, "s3:GetObject", resource, lacking("identity-based policy", "s3:GetObject"))


def test_the_policy_that_denies_is_named(home, bucket):
    resource = f"arn:aws:s3:::{bucket}/k"
    everything, denial = allow("s3:*"), deny("s3:GetObject")
    by_identity = home.user(everything, denial)
    by_boundary = home.user(everything, boundary=denial)
    by_session = home.user(allow("sts:AssumeRole")).assume(home.role(everything), everything, denial)
    by_resource = home.user(everything)
    home.set_policy(bucket, deny("s3:GetObject", objects(bucket), Principal=to(by_resource.arn)))
    boundary = home.root.iam.get_user(UserName=by_boundary.name)["User"]["PermissionsBoundary"]["PermissionsBoundaryArn"]
    managed = home.managed(denial)
    by_managed = home.user(everything)
    home.root.iam.attach_user_policy(UserName=by_managed.name, PolicyArn=managed)
    for who, policy_name in ((by_identity, "an identity-based policy"),
                             (by_managed, f"an identity-based policy: {managed}"),
                             (by_boundary, f"a permissions boundary: {boundary}"),
                             (by_session, "a session policy"), (by_resource, "a resource-based policy")):
        message = refusal(who.s3.get_object, Bucket=bucket, Key="k")
        assert message == text(who, "s3:GetObject", resource, f" with an explicit deny in {policy_name}")


def test_other_accounts_and_unsigned_requests_are_told_nothing(home, other, bucket):
    assert refusal(other.user(allow("s3:*")).s3.get_object, Bucket=bucket, Key="k") == "Access Denied"
    assert refusal(other.root.s3.get_object, Bucket=bucket, Key="k") == "Access Denied"
    assert refusal(home.root.clients.unsigned().get_object, Bucket=bucket, Key="k") == "Access Denied"


def test_object_lock_is_its_own_reason(home):
    bucket = home.bucket(ObjectLockEnabledForBucket=True)
    put = home.root.s3.put_object(Bucket=bucket, Key="k", Body=b"v", ObjectLockLegalHoldStatus="ON")
    message = refusal(home.root.s3.delete_object, Bucket=bucket, Key="k", VersionId=put["VersionId"])
    assert message == "Access Denied because object protected by object lock."


def test_public_access_blocks_name_themselves(home, bucket):
    message = refusal(home.root.s3.put_bucket_policy, Bucket=bucket,
                      Policy=policy(allow("s3:GetObject", objects(bucket), Principal="*")))
    assert message == text(home.root, "s3:PutBucketPolicy", bucket_arn(bucket),
                           " because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public "
                           "Access.")


def test_each_key_of_delete_objects_is_refused_by_itself(home, bucket):
    user = home.user(allow("s3:DeleteObject", f"arn:aws:s3:::{bucket}/mine/*"))
    answer = user.s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "mine/a"}, {"Key": "k"}]})
    assert [entry["Key"] for entry in answer["Deleted"]] == ["mine/a"]
    (error,) = answer["Errors"]
    assert (error["Key"], error["Code"]) == ("k", "AccessDenied")
    assert error["Message"] == text(user, "s3:DeleteObject", f"arn:aws:s3:::{bucket}/k",
                                    lacking("identity-based policy", "s3:DeleteObject"))


def test_versions_and_headers_need_permissions_of_their_own(home):
    bucket = home.bucket()
    home.root.s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    version = home.root.s3.put_object(Bucket=bucket, Key="k", Body=b"v")["VersionId"]
    user = home.user(allow(["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]))
    for action, call in (
            ("s3:GetObjectVersion", lambda: user.s3.get_object(Bucket=bucket, Key="k", VersionId=version)),
            ("s3:DeleteObjectVersion", lambda: user.s3.delete_object(Bucket=bucket, Key="k", VersionId=version)),
            ("s3:PutObjectTagging", lambda: user.s3.put_object(Bucket=bucket, Key="k", Tagging="a=b")),
            ("s3:PutObjectAcl", lambda: user.s3.put_object(Bucket=bucket, Key="k", ACL="bucket-owner-full-control"))):
        assert f"perform: {action} on resource" in refusal(call)


def test_a_missing_key_is_missing_only_for_those_who_may_list(home, bucket):
    reader = home.user(allow("s3:GetObject"))
    message = refusal(reader.s3.get_object, Bucket=bucket, Key="missing")
    assert message == text(reader, "s3:ListBucket", bucket_arn(bucket),
                           lacking("identity-based policy", "s3:ListBucket"))
    with refused("404", 404):
        home.user(allow(["s3:GetObject", "s3:ListBucket"])).s3.head_object(Bucket=bucket, Key="missing")
    with refused("403", 403):
        reader.s3.head_object(Bucket=bucket, Key="missing")


def test_denials_are_the_same_for_a_group_as_for_a_user(home, bucket):
    user, group = home.user(), unique("group")
    home.root.iam.create_group(GroupName=group)
    home.root.iam.put_group_policy(GroupName=group, PolicyName="p",
                                   PolicyDocument=policy(allow("s3:*"), deny("s3:Get*")))
    home.root.iam.add_user_to_group(GroupName=group, UserName=user.name)
    message = refusal(user.s3.get_object, Bucket=bucket, Key="k")
    assert message == text(user, "s3:GetObject", f"arn:aws:s3:::{bucket}/k",
                           " with an explicit deny in an identity-based policy")
