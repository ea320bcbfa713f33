"""boto3: who may do what. Each row of AWS's evaluation order, for each kind of principal and session."""

import json

import pytest
from aws import refused
from principals import allow, bucket_arn, deny, lists, may, objects, policy, reads, refusal, to, unique, writes


@pytest.fixture
def bucket(home):
    """A bucket of the home account that holds the key k."""
    return home.bucket("k")


# --- Root, identity policies and explicit denials ---------------------------------------------------------------------

def test_root_may_do_everything_that_a_bucket_policy_does_not_deny(home, bucket):
    assert reads(home.root, bucket)
    home.set_policy(bucket, deny("s3:*", [bucket_arn(bucket), objects(bucket)], Principal="*"))
    assert not reads(home.root, bucket)
    assert not lists(home.root, bucket)
    home.root.s3.get_bucket_policy(Bucket=bucket)
    home.root.s3.delete_bucket_policy(Bucket=bucket)
    assert reads(home.root, bucket), "root can always mend the policy"


def test_without_policies_nothing_is_allowed(home, bucket):
    user = home.user()
    assert not reads(user, bucket)
    assert not may(user.s3.list_buckets)
    assert not may(user.iam.get_user)
    assert user.sts.get_caller_identity()["Arn"] == user.arn


@pytest.mark.parametrize("kind", ["inline", "managed", "group's inline", "group's managed"])
def test_any_identity_policy_may_allow(home, bucket, kind):
    user = home.user()
    document = policy(allow("s3:GetObject", objects(bucket)))
    iam = home.root.iam
    if kind == "inline":
        iam.put_user_policy(UserName=user.name, PolicyName="p", PolicyDocument=document)
    elif kind == "managed":
        iam.attach_user_policy(UserName=user.name, PolicyArn=home.managed(*json.loads(document)["Statement"]))
    else:
        group = unique("group")
        iam.create_group(GroupName=group)
        iam.add_user_to_group(GroupName=group, UserName=user.name)
        if kind == "group's inline":
            iam.put_group_policy(GroupName=group, PolicyName="p", PolicyDocument=document)
        else:
            iam.attach_group_policy(GroupName=group, PolicyArn=home.managed(*json.loads(document)["Statement"]))
    assert reads(user, bucket)
    assert not writes(user, bucket)


def test_an_explicit_deny_wins_wherever_it_stands(home, bucket):
    everything = allow("s3:*")
    denied = deny("s3:GetObject", objects(bucket))
    assert not reads(home.user(everything, denied), bucket)
    assert not reads(home.user(everything, boundary=deny("s3:GetObject")), bucket)
    session = home.user(allow("sts:AssumeRole")).assume(home.role(everything), everything, denied)
    assert not reads(session, bucket)
    user = home.user(everything)
    assert reads(user, bucket)
    home.set_policy(bucket, deny("s3:GetObject", objects(bucket), Principal=to(user.arn)),
                    allow("s3:*", objects(bucket), Principal=to(user.arn)))
    assert not reads(user, bucket)
    assert writes(user, bucket)


# --- Resource policies in the same account ----------------------------------------------------------------------------

def test_a_bucket_policy_that_names_the_user_is_enough_and_no_boundary_limits_it(home, bucket):
    plain, bounded = home.user(), home.user(boundary=allow("iam:*"))
    forbidden = home.user(boundary=deny("s3:GetObject"))
    home.set_policy(bucket, allow("s3:GetObject", objects(bucket), Principal=to(plain.arn, bounded.arn, forbidden.arn)))
    assert reads(plain, bucket)
    assert reads(bounded, bucket), "an implicit deny of the boundary does not count"
    assert not reads(forbidden, bucket), "an explicit one does"
    assert not writes(plain, bucket)


def test_a_bucket_policy_that_names_the_role_is_limited_by_boundary_and_session_policy(home, bucket):
    opener = home.user(allow("sts:AssumeRole"))
    plain, bounded = home.role(), home.role(boundary=allow("iam:*"))
    home.set_policy(bucket, allow("s3:GetObject", objects(bucket), Principal=to(plain, bounded)))
    assert reads(opener.assume(plain), bucket), "the role's own policies need not allow it"
    assert reads(opener.assume(plain, allow("s3:*")), bucket)
    message = refusal(opener.assume(plain, allow("iam:*")).s3.get_object, Bucket=bucket, Key="k")
    assert message.endswith("because no session policy allows the s3:GetObject action")
    message = refusal(opener.assume(bounded).s3.get_object, Bucket=bucket, Key="k")
    assert message.endswith("because no permissions boundary allows the s3:GetObject action")


def test_a_bucket_policy_that_names_the_session_is_limited_by_nothing(home, bucket):
    opener = home.user(allow("sts:AssumeRole"))
    role = home.role(boundary=allow("iam:*"))
    one = opener.assume(role, allow("iam:*"), name="one")
    home.set_policy(bucket, allow("s3:GetObject", objects(bucket), Principal=to(one.arn)))
    assert reads(one, bucket)
    assert not reads(opener.assume(role, name="two"), bucket), "another session of the role"


def test_the_account_in_a_bucket_policy_is_a_delegation_that_identity_policies_must_confirm(home, bucket):
    home.set_policy(bucket, allow("s3:GetObject", objects(bucket), Principal=to(home.id)))
    assert not reads(home.user(), bucket)
    assert reads(home.user(allow("s3:GetObject")), bucket)


def test_everybody_in_a_bucket_policy_means_the_accounts_own_users_too(home, bucket):
    home.open(bucket)
    home.set_policy(bucket, allow("s3:GetObject", objects(bucket), Principal="*"))
    assert reads(home.user(), bucket)
    assert reads(home.user(boundary=allow("iam:*")), bucket)


# --- Boundaries -------------------------------------------------------------------------------------------------------

def test_a_boundary_limits_and_never_grants(home, bucket):
    assert not reads(home.user(boundary=allow("s3:*")), bucket), "a boundary grants nothing"
    user = home.user(allow("s3:*"), boundary=allow("s3:Get*"))
    assert reads(user, bucket)
    message = refusal(user.s3.put_object, Bucket=bucket, Key="k", Body=b"v")
    assert message.endswith("because no permissions boundary allows the s3:PutObject action")
    session = home.user(allow("sts:AssumeRole")).assume(home.role(allow("s3:*"), boundary=allow("s3:Get*")))
    assert reads(session, bucket)
    assert not writes(session, bucket)


# --- Sessions ---------------------------------------------------------------------------------------------------------

def test_a_session_policy_cuts_what_the_role_may_do(home, bucket):
    opener, role = home.user(allow("sts:AssumeRole")), home.role(allow("s3:*Object"))
    whole, cut = opener.assume(role), opener.assume(role, allow(["s3:GetObject", "s3:ListBucket"]))
    assert reads(whole, bucket) and writes(whole, bucket)
    assert reads(cut, bucket) and not writes(cut, bucket)
    assert not lists(cut, bucket), "a session policy grants nothing"


def test_a_managed_session_policy_counts_like_an_inline_one(home, bucket):
    opener, role = home.user(allow("sts:AssumeRole")), home.role(allow("s3:*"))
    arn = home.managed(allow("s3:GetObject"))
    session = opener.assume(role, PolicyArns=[{"arn": arn}])
    assert reads(session, bucket) and not writes(session, bucket)


def test_a_federated_session_without_policy_may_only_do_what_resource_policies_grant_it(home, bucket):
    user = home.user(allow(["s3:*", "sts:GetFederationToken"]))
    session = user.federate()
    message = refusal(session.s3.get_object, Bucket=bucket, Key="k")
    assert message.endswith("because no session policy allows the s3:GetObject action")
    home.set_policy(bucket, allow("s3:GetObject", objects(bucket), Principal=to(session.arn)))
    assert reads(session, bucket)
    assert not writes(session, bucket)


def test_a_federated_session_has_what_both_user_and_session_policy_allow(home, bucket):
    user = home.user(allow(["s3:GetObject", "s3:ListBucket", "sts:GetFederationToken"]))
    session = user.federate(allow(["s3:GetObject", "s3:PutObject"]))
    assert reads(session, bucket)
    assert not writes(session, bucket), "the user may not"
    assert not lists(session, bucket), "the session may not"


def test_a_bucket_policy_that_names_the_user_reaches_its_federated_sessions_within_their_policy(home, bucket):
    user = home.user(allow("sts:GetFederationToken"))
    home.set_policy(bucket, allow("s3:*", objects(bucket), Principal=to(user.arn)))
    session = user.federate(allow("s3:GetObject"))
    assert reads(session, bucket)
    assert not writes(session, bucket)


def test_the_session_of_a_user_acts_as_the_user(home, bucket):
    user = home.user(allow("s3:GetObject"))
    session = user.session()
    assert reads(session, bucket) and not writes(session, bucket)
    home.set_policy(bucket, allow("s3:PutObject", objects(bucket), Principal=to(user.arn)))
    assert writes(session, bucket)


# --- Across accounts --------------------------------------------------------------------------------------------------

def test_across_accounts_both_sides_must_allow(home, other, bucket):
    willing, unwilling = other.user(allow("s3:*")), other.user()
    assert not reads(willing, bucket)
    home.set_policy(bucket, allow("s3:GetObject", objects(bucket), Principal=to(willing.arn, unwilling.arn)))
    assert reads(willing, bucket)
    assert not reads(unwilling, bucket)
    assert not writes(willing, bucket)
    home.set_policy(bucket, allow("s3:*", objects(bucket), Principal=to(other.id)))
    assert reads(willing, bucket) and writes(willing, bucket)
    assert reads(other.root, bucket)
    assert not reads(unwilling, bucket)
    assert not reads(other.user(allow("s3:*"), deny("s3:GetObject")), bucket)


def test_across_accounts_boundary_and_session_policy_limit_even_a_session_that_is_named(home, other, bucket):
    opener = other.user(allow("sts:AssumeRole"))
    plain, bounded = other.role(allow("s3:*")), other.role(allow("s3:*"), boundary=allow("iam:*"))
    whole, cut = opener.assume(plain, name="whole"), opener.assume(plain, allow("iam:*"), name="cut")
    capped, unwilling = opener.assume(bounded), opener.assume(other.role())
    home.set_policy(bucket, allow("s3:GetObject", objects(bucket),
                                  Principal=to(whole.arn, cut.arn, capped.arn, unwilling.arn)))
    assert reads(whole, bucket)
    assert not reads(cut, bucket)
    assert not reads(capped, bucket)
    assert not reads(unwilling, bucket)


def test_root_of_another_account_needs_the_bucket_policy(home, other, bucket):
    assert not reads(other.root, bucket)
    home.set_policy(bucket, allow("s3:GetObject", objects(bucket), Principal=to(other.id)))
    assert reads(other.root, bucket)
    assert not may(other.root.s3.get_bucket_policy, Bucket=bucket)


# --- Roles and chains -------------------------------------------------------------------------------------------------

def test_a_role_of_another_account_needs_trust_and_permission(home, other, bucket):
    willing, unwilling = other.user(allow("sts:AssumeRole")), other.user()
    role = home.role(allow("s3:GetObject"), trust=to(other.id))
    assert reads(willing.assume(role), bucket)
    with refused("AccessDenied", 403):
        unwilling.assume(role)
    with refused("AccessDenied", 403):
        home.user(allow("sts:AssumeRole")).assume(role)
    named = home.role(trust=to(unwilling.arn))
    with refused("AccessDenied", 403):
        unwilling.assume(named)
    same_account = home.user()
    assert same_account.assume(home.role(trust=to(same_account.arn))).arn, "trust by name is enough in one account"


def test_roles_chain_and_each_session_has_its_own_roles_rights(home, other, bucket):
    inner = home.role(allow("s3:GetObject"), trust=to(other.id))
    outer = other.role(allow("sts:AssumeRole"))
    first = other.user(allow("sts:AssumeRole")).assume(outer, name="first")
    assert not reads(first, bucket)
    second = first.assume(inner, name="second")
    assert second.arn.endswith("/second")
    assert reads(second, bucket) and not writes(second, bucket)
    with refused("ValidationError", 400):
        first.assume(inner, name="long", DurationSeconds=7200)


def test_a_trust_policy_that_names_a_role_means_its_sessions(home):
    outer = home.role(allow("sts:AssumeRole"))
    inner = home.role(trust=to(outer))
    opener = home.user(allow("sts:AssumeRole"))
    assert opener.assume(outer).assume(inner).arn
    with refused("AccessDenied", 403):
        opener.assume(inner)


# --- Kinds of principals ----------------------------------------------------------------------------------------------

def test_not_principal_denies_all_but_those_named(home, bucket):
    kept, others = home.user(allow("s3:*")), home.user(allow("s3:*"))
    statement = deny("s3:GetObject", objects(bucket))
    statement["NotPrincipal"] = to(kept.arn, home.id)
    home.set_policy(bucket, statement)
    assert reads(kept, bucket)
    assert not reads(others, bucket)


def test_a_service_principal_is_nobody_who_signs_here(home, other, bucket):
    service = {"Service": "logging.s3.amazonaws.com"}
    home.set_policy(bucket, allow("s3:PutObject", objects(bucket), Principal=service))
    assert not writes(home.user(), bucket)
    assert not writes(other.user(allow("s3:*")), bucket)


def test_a_canonical_user_is_the_account(home, other, bucket):
    home.set_policy(bucket, allow("s3:GetObject", objects(bucket), Principal={"CanonicalUser": other.canonical_id}))
    assert reads(other.root, bucket)
    assert reads(other.user(allow("s3:*")), bucket)
    assert not reads(other.user(), bucket)


def test_principal_arn_of_a_session_is_its_roles(home, bucket):
    role = home.role(allow("s3:*"))
    session = home.user(allow("sts:AssumeRole")).assume(role)
    condition = {"ArnNotEquals": {"aws:PrincipalArn": [role, home.root.arn]}}
    home.set_policy(bucket, deny("s3:GetObject", objects(bucket), Principal="*", Condition=condition))
    assert reads(session, bucket)
    condition["ArnNotEquals"]["aws:PrincipalArn"][0] = session.arn
    home.set_policy(bucket, deny("s3:GetObject", objects(bucket), Principal="*", Condition=condition))
    assert not reads(session, bucket)
