"""boto3: condition keys as real requests set them, each with a request that matches and one that does not.

A user without other rights is granted something under one condition: by the bucket's policy, or by its own.
"""

import datetime
import os
import urllib.error
import urllib.request

import pytest
from principals import (allow, bucket_arn, deny, lists, may, objects, policy, reads, to, unique,
                        wait_for_the_next_second, writes)


@pytest.fixture
def bucket(home):
    return home.bucket("k")


@pytest.fixture
def granted(home, bucket):
    """Grants a new user `action` on the bucket's policy, under a condition; returns the user."""

    def make(action, operator: str, key: str, value, user=None):
        user = user or home.user()
        resource = bucket_arn(bucket) if "List" in action else objects(bucket)
        home.set_policy(bucket, allow(action, resource, Principal=to(user.arn), Condition={operator: {key: value}}))
        return user

    return make


def signing(who, version: str):
    """The S3 client of a user that signs in this way; left alone, boto3 presigns with version 2."""
    return who.clients.with_key(who.clients.access_key, who.clients.secret_key, signature_version=version).s3


def iso(seconds_from_now: float) -> str:
    at = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds_from_now)
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


# --- Keys whose value is the same for every request of this test ------------------------------------------------------

@pytest.mark.parametrize("operator, key, matching, other", [
    ("IpAddress", "aws:SourceIp", "127.0.0.0/8", "192.0.2.0/24"),
    ("Bool", "aws:SecureTransport", "false", "true"),
    ("DateLessThan", "aws:CurrentTime", iso(3600), iso(-3600)),
    ("NumericGreaterThan", "aws:EpochTime", "1600000000", "32503680000"),
    ("StringEquals", "aws:PrincipalType", "User", "AssumedRole"),
    ("StringEquals", "aws:PrincipalAccount", "123456789012", "210987654321"),
    ("StringEquals", "aws:ResourceAccount", "123456789012", "210987654321"),
    ("StringEquals", "s3:ResourceAccount", "123456789012", "210987654321"),
    ("StringEquals", "aws:RequestedRegion", "us-east-1", "eu-west-1"),
    ("StringLike", "aws:UserAgent", "*Boto3*", "curl*"),
    ("Bool", "aws:PrincipalIsAWSService", "false", "true"),
    ("Bool", "aws:ViaAWSService", "false", "true"),
    ("Null", "aws:TokenIssueTime", "true", "false"),
    ("Null", "aws:MultiFactorAuthPresent", "true", "false"),
    ("Null", "aws:SourceVpc", "true", "false"),
    ("Null", "aws:Referer", "true", "false"),
    ("StringEquals", "s3:authType", "REST-HEADER", "REST-QUERY-STRING"),
    ("StringEquals", "s3:signatureversion", "AWS4-HMAC-SHA256", "AWS"),
    ("Null", "s3:signatureAge", "true", "false"),
    ("Null", "s3:TlsVersion", "true", "false"),
])
def test_a_key_of_every_request(home, bucket, granted, operator, key, matching, other):
    user = granted("s3:GetObject", operator, key, matching)
    assert reads(user, bucket)
    granted("s3:GetObject", operator, key, other, user)
    assert not reads(user, bucket)


def test_who_asks(home, bucket, granted):
    user = home.user()
    for key, value in (("aws:username", user.name), ("aws:userid", user.id), ("aws:PrincipalArn", user.arn)):
        granted("s3:GetObject", "StringEquals", key, value, user)
        assert reads(user, bucket), key
        granted("s3:GetObject", "StringEquals", key, "somebody", user)
        assert not reads(user, bucket), key


def test_user_id_and_name_of_sessions(home, bucket):
    session = home.user(allow("sts:AssumeRole")).assume(home.role())
    assert ":session" in session.id
    for condition, allowed in (({"StringEquals": {"aws:userid": session.id}}, True),
                               ({"StringEquals": {"aws:PrincipalType": "AssumedRole"}}, True),
                               ({"Null": {"aws:username": "true"}}, True),
                               ({"StringEquals": {"aws:userid": "AROANOBODY:session"}}, False)):
        home.set_policy(bucket, allow("s3:GetObject", objects(bucket), Principal=to(session.arn), Condition=condition))
        assert reads(session, bucket) is allowed, condition
    federated = home.user(allow("sts:GetFederationToken")).federate()
    for condition, allowed in (({"StringEquals": {"aws:userid": f"{home.id}:fed"}}, True),
                               ({"StringEquals": {"aws:PrincipalType": "FederatedUser"}}, True),
                               ({"StringEquals": {"aws:PrincipalArn": federated.arn}}, True),
                               ({"Null": {"aws:username": "false"}}, False)):
        home.set_policy(bucket, allow("s3:GetObject", objects(bucket), Principal=to(federated.arn),
                                      Condition=condition))
        assert reads(federated, bucket) is allowed, condition
    home.set_policy(bucket, deny("s3:GetObject", objects(bucket), Principal="*",
                                 Condition={"StringEquals": {"aws:userid": home.id}}))
    assert not reads(home.root, bucket), "root's user id is the account"


def test_resource_account_keeps_a_user_within_its_account(home, other, bucket):
    theirs = other.bucket("k")
    user = home.user(allow("s3:GetObject", Condition={"StringEquals": {"aws:ResourceAccount": home.id}}))
    other.set_policy(theirs, allow("s3:GetObject", objects(theirs), Principal=to(home.id)))
    assert reads(user, bucket)
    assert not reads(user, theirs)
    assert reads(home.user(allow("s3:GetObject")), theirs)


def test_principal_tags_of_users_roles_and_sessions(home, bucket):
    condition = {"StringEquals": {"aws:PrincipalTag/team": "red"}}
    home.set_policy(bucket, allow("s3:GetObject", objects(bucket), Principal=to(home.id), Condition=condition))
    may_all = allow("s3:*")
    assert reads(home.user(may_all, tags={"team": "red"}), bucket)
    assert not reads(home.user(tags={"team": "red"}), bucket), "the account is a delegation"
    fenced = home.user({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": condition},
                       tags={"Team": "red"})
    assert reads(fenced, bucket), "the names of tags are the same in any case"
    home.root.iam.tag_user(UserName=fenced.name, Tags=[{"Key": "team", "Value": "blue"}])
    assert not reads(fenced, bucket)
    opener = home.user(allow(["sts:AssumeRole", "sts:TagSession"]))
    role = home.role(allow("s3:*", Condition=condition), tags={"team": "blue"})
    assert not reads(opener.assume(role), bucket)
    assert reads(opener.assume(role, Tags=[{"Key": "team", "Value": "red"}]), bucket), "a session's tags win"


def test_revoking_older_sessions(home, bucket):
    opener, role = home.user(allow("sts:AssumeRole")), home.role(allow("s3:*"))
    older = opener.assume(role)
    assert reads(older, bucket)
    wait_for_the_next_second()
    revocation = deny("*", Condition={"DateLessThan": {"aws:TokenIssueTime": iso(0)}})
    home.root.iam.put_role_policy(RoleName=role.rsplit("/", 1)[1], PolicyName="AWSRevokeOlderSessions",
                                  PolicyDocument=policy(revocation))
    assert not reads(older, bucket)
    wait_for_the_next_second()
    assert reads(opener.assume(role), bucket)


# --- Listings ---------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("operator, key, value, matching, wrong", [
    ("StringEquals", "s3:prefix", "home/", {"Prefix": "home/"}, {"Prefix": "other/"}),
    ("StringEquals", "s3:prefix", ["", "home/"], {"Prefix": ""}, {"Prefix": "h"}),
    ("StringEquals", "s3:delimiter", "/", {"Delimiter": "/"}, {}),
    ("NumericLessThanEquals", "s3:max-keys", "10", {"MaxKeys": 10}, {"MaxKeys": 11}),
    ("Null", "s3:max-keys", "true", {}, {"MaxKeys": 1}),
])
def test_what_a_listing_asks_for(bucket, granted, operator, key, value, matching, wrong):
    user = granted("s3:ListBucket", operator, key, value)
    for call in (user.s3.list_objects_v2, user.s3.list_objects):
        assert may(call, Bucket=bucket, **matching)
        assert not may(call, Bucket=bucket, **wrong)


def test_a_users_home_by_a_variable(home, bucket):
    user = home.user(allow("s3:ListBucket", bucket_arn(bucket),
                           Condition={"StringLike": {"s3:prefix": "home/${aws:username}/*"}}),
                     allow("s3:*Object", f"arn:aws:s3:::{bucket}/home/${{aws:username}}/*"))
    assert writes(user, bucket, f"home/{user.name}/k") and lists(user, bucket, Prefix=f"home/{user.name}/")
    assert not writes(user, bucket, "home/other/k")
    assert not lists(user, bucket, Prefix="home/other/")


# --- Uploads ----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("operator, key, value, matching, wrong", [
    ("StringEquals", "s3:x-amz-storage-class", "STANDARD_IA", {"StorageClass": "STANDARD_IA"}, {}),
    ("StringEquals", "s3:x-amz-server-side-encryption", "aws:kms", {"ServerSideEncryption": "aws:kms"},
     {"ServerSideEncryption": "AES256"}),
    ("Null", "s3:x-amz-server-side-encryption", "false", {"ServerSideEncryption": "AES256"}, {}),
    ("StringEquals", "s3:x-amz-server-side-encryption-aws-kms-key-id", "alias/a",
     {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": "alias/a"},
     {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": "alias/b"}),
    ("StringEquals", "s3:x-amz-website-redirect-location", "/there", {"WebsiteRedirectLocation": "/there"}, {}),
    ("StringEquals", "s3:if-none-match", "*", {"IfNoneMatch": "*"}, {}),
    ("Null", "s3:if-match", "true", {}, {"IfMatch": '"0"'}),
    ("Bool", "s3:ObjectCreationOperation", "true", {}, None),
])
def test_what_an_upload_says(bucket, granted, operator, key, value, matching, wrong):
    user = granted("s3:PutObject", operator, key, value)
    assert writes(user, bucket, unique("key"), **matching)
    if wrong is None:
        assert not may(user.s3.create_multipart_upload, Bucket=bucket, Key="k")
    else:
        assert not writes(user, bucket, unique("key"), **wrong)


def test_the_payloads_hash(bucket, granted):
    user = granted("s3:PutObject", "StringEquals", "s3:x-amz-content-sha256", "UNSIGNED-PAYLOAD")
    url = signing(user, "s3v4").generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "n"})
    with urllib.request.urlopen(urllib.request.Request(url, data=b"v", method="PUT"), timeout=30) as answer:
        assert answer.status == 200
    assert not writes(user, bucket), "over HTTP the SDK signs the payload"


def test_tags_that_an_upload_gives(home, bucket):
    user = home.user(allow(["s3:PutObject", "s3:PutObjectTagging"]))
    home.set_policy(bucket, deny("s3:PutObject", objects(bucket), Principal="*",
                                 Condition={"StringNotEquals": {"s3:RequestObjectTag/team": "red"}}))
    assert writes(user, bucket, Tagging="team=red&x=y")
    assert not writes(user, bucket, Tagging="team=blue")
    assert not writes(user, bucket)
    home.set_policy(bucket, deny("s3:PutObject", objects(bucket), Principal="*",
                                 Condition={"ForAnyValue:StringNotEquals": {"s3:RequestObjectTagKeys": ["team"]}}))
    assert writes(user, bucket, Tagging="team=red")
    assert not writes(user, bucket, Tagging="team=red&x=y")


def test_tags_that_put_object_tagging_gives(home, bucket, granted):
    def tag(user, **tags):
        return may(user.s3.put_object_tagging, Bucket=bucket, Key="k",
                   Tagging={"TagSet": [{"Key": key, "Value": value} for key, value in tags.items()]})

    user = granted("s3:PutObjectTagging", "StringEquals", "s3:RequestObjectTag/team", "red")
    assert tag(user, team="red", x="y")
    assert not tag(user, team="blue")
    assert not tag(user, x="y")
    granted("s3:PutObjectTagging", "ForAllValues:StringLike", "s3:RequestObjectTagKeys", ["team", "cost*"], user)
    assert tag(user, team="blue", costs="1")
    assert not tag(user, team="blue", x="y")


def test_tags_that_an_object_has(home, bucket, granted):
    home.root.s3.put_object(Bucket=bucket, Key="red", Tagging="team=red")
    user = granted("s3:GetObject", "StringEquals", "s3:ExistingObjectTag/team", "red")
    assert reads(user, bucket, "red")
    assert not reads(user, bucket, "k")
    home.root.s3.delete_object_tagging(Bucket=bucket, Key="red")
    assert not reads(user, bucket, "red")


def test_acls_that_a_request_gives(home, bucket, granted):
    home.root.s3.put_bucket_ownership_controls(
        Bucket=bucket, OwnershipControls={"Rules": [{"ObjectOwnership": "ObjectWriter"}]})
    user = granted(["s3:PutObject", "s3:PutObjectAcl"], "StringEquals", "s3:x-amz-acl", "bucket-owner-full-control")
    assert writes(user, bucket, ACL="bucket-owner-full-control")
    assert not writes(user, bucket, ACL="private")
    assert not writes(user, bucket)
    grant = f'id="{home.canonical_id}"'
    granted(["s3:PutObject", "s3:PutObjectAcl"], "StringEquals", "s3:x-amz-grant-full-control", grant, user)
    assert writes(user, bucket, GrantFullControl=grant)
    assert not writes(user, bucket, GrantRead=grant)


def test_what_a_copy_says(home, bucket):
    user = home.user(allow("s3:GetObject"))
    source = {"Bucket": bucket, "Key": "k"}

    def copies(**more):
        return may(user.s3.copy_object, Bucket=bucket, Key="copy", CopySource=source, **more)

    def grant(operator, key, value):
        home.set_policy(bucket, allow("s3:PutObject", objects(bucket), Principal=to(user.arn),
                                      Condition={operator: {key: value}}))

    grant("StringLike", "s3:x-amz-copy-source", f"{bucket}/k")
    assert copies()
    grant("StringLike", "s3:x-amz-copy-source", f"{bucket}/public/*")
    assert not copies()
    assert not writes(user, bucket), "an upload has no source"
    grant("StringEquals", "s3:x-amz-metadata-directive", "COPY")
    assert copies(MetadataDirective="COPY")
    assert not copies(MetadataDirective="REPLACE")


# --- Versions, locks and buckets --------------------------------------------------------------------------------------

def test_the_version_that_is_asked_for(home, bucket, granted):
    home.root.s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    one, two = (home.root.s3.put_object(Bucket=bucket, Key="k", Body=b"v")["VersionId"] for _ in range(2))
    user = granted("s3:GetObjectVersion", "StringEquals", "s3:VersionId", one)
    assert may(user.s3.get_object, Bucket=bucket, Key="k", VersionId=one)
    assert not may(user.s3.get_object, Bucket=bucket, Key="k", VersionId=two)


def test_the_longest_retention(home):
    bucket = home.bucket("k", ObjectLockEnabledForBucket=True)
    user = home.user(allow("s3:PutObjectRetention", Condition={
        "NumericLessThan": {"s3:object-lock-remaining-retention-days": "10"},
        "StringEquals": {"s3:object-lock-mode": "GOVERNANCE"}}))

    def retains(days, mode="GOVERNANCE"):
        until = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days)
        return may(user.s3.put_object_retention, Bucket=bucket, Key="k",
                   Retention={"Mode": mode, "RetainUntilDate": until})

    assert not retains(20)
    assert not retains(5, "COMPLIANCE")
    assert retains(5)
    holder = home.user(allow("s3:PutObjectLegalHold", Condition={"StringEquals": {"s3:object-lock-legal-hold": "ON"}}))
    assert may(holder.s3.put_object_legal_hold, Bucket=bucket, Key="k", LegalHold={"Status": "ON"})
    assert not may(holder.s3.put_object_legal_hold, Bucket=bucket, Key="k", LegalHold={"Status": "OFF"})


def test_where_and_how_a_bucket_is_made(home):
    user = home.user(allow("s3:CreateBucket", Condition={"StringEquals": {"s3:LocationConstraint": "eu-west-1"}}))
    place = {"LocationConstraint": "eu-west-1"}
    assert may(user.s3.create_bucket, Bucket=unique("bucket"), CreateBucketConfiguration=place)
    place["LocationConstraint"] = "eu-west-2"
    assert not may(user.s3.create_bucket, Bucket=unique("bucket"), CreateBucketConfiguration=place)
    assert not may(user.s3.create_bucket, Bucket=unique("bucket"))


# --- Kinds of requests ------------------------------------------------------------------------------------------------

def fetch(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def test_presigned_requests(home, bucket, granted):
    user = granted("s3:GetObject", "StringEquals", "s3:authType", "REST-QUERY-STRING")
    params = {"Params": {"Bucket": bucket, "Key": "k"}, "ExpiresIn": 600}
    url = signing(user, "s3v4").generate_presigned_url("get_object", **params)
    assert fetch(url) == 200
    assert not reads(user, bucket)
    granted("s3:GetObject", "NumericLessThan", "s3:signatureAge", "600000", user)
    assert fetch(url) == 200
    granted("s3:GetObject", "NumericGreaterThan", "s3:signatureAge", "600000", user)
    assert fetch(url) == 403
    older = signing(user, "s3").generate_presigned_url("get_object", **params)
    assert "Signature=" in older and "X-Amz-" not in older
    granted("s3:GetObject", "StringEquals", "s3:signatureversion", "AWS", user)
    assert fetch(older) == 200
    assert fetch(url) == 403


def test_forms(home, bucket, granted):
    user = home.user()
    form = signing(user, "s3v4").generate_presigned_post(bucket, "form")

    def posts():
        lines = []
        for name, value in {**form["fields"], "file": "v"}.items():
            lines += ["--B", f'Content-Disposition: form-data; name="{name}"', "", value]
        request = urllib.request.Request(form["url"], data="\r\n".join([*lines, "--B--", ""]).encode(), method="POST",
                                         headers={"Content-Type": "multipart/form-data; boundary=B"})
        return fetch(request)

    granted("s3:PutObject", "StringEquals", "s3:authType", "POST", user)
    assert posts() == 204
    assert not writes(user, bucket)
    granted("s3:PutObject", "NumericLessThan", "s3:signatureAge", "600000", user)
    assert posts() == 204
    granted("s3:PutObject", "NumericGreaterThan", "s3:signatureAge", "600000", user)
    assert posts() == 403
    granted("s3:PutObject", "Null", "s3:ObjectCreationOperation", "true", user)
    assert posts() == 204


def test_tls(home, bucket, granted, strict):
    user = home.user()
    secure = strict.over_tls(user.clients).s3
    for operator, key, value in (("Bool", "aws:SecureTransport", "true"),
                                 ("NumericGreaterThanEquals", "s3:TlsVersion", "1.2")):
        granted("s3:GetObject", operator, key, value, user)
        assert may(secure.get_object, Bucket=bucket, Key="k"), key
        assert not reads(user, bucket), key
    granted("s3:GetObject", "NumericLessThan", "s3:TlsVersion", "1.2", user)
    assert not may(secure.get_object, Bucket=bucket, Key="k")
    customer = {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": os.urandom(32)}
    granted("s3:PutObject", "StringEquals", "s3:x-amz-server-side-encryption-customer-algorithm", "AES256", user)
    assert may(secure.put_object, Bucket=bucket, Key="c", Body=b"v", **customer)
    assert not may(secure.put_object, Bucket=bucket, Key="c", Body=b"v")
