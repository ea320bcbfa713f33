"""boto3: the account as a whole: its alias, its password policy, its reports."""

import csv
import io
import json
import re
import time

import pytest
from aws import Clients, message, refused
from certificates import new_certificate

ALLOW_ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
TRUST = {"Version": "2012-10-17",
         "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]}


@pytest.fixture
def unchecked(server):
    """IAM for requests that botocore itself would refuse."""
    return Clients(server.endpoint, server.access_key, server.secret_key, parameter_validation=False).iam


# --- alias and summary -----------------------------------------------------------------------------------------------


def test_an_account_has_one_alias_at_most(iam, unique):
    first, second = unique("alias"), unique("alias")
    assert iam.list_account_aliases()["AccountAliases"] == []
    iam.create_account_alias(AccountAlias=first)
    with refused("EntityAlreadyExists", 409) as error:
        iam.create_account_alias(AccountAlias=first)
    assert message(error) == f"The account alias {first} already exists."
    iam.create_account_alias(AccountAlias=second)
    listed = iam.list_account_aliases()
    assert listed["AccountAliases"] == [second] and listed["IsTruncated"] is False
    with refused("NoSuchEntity", 404) as error:
        iam.delete_account_alias(AccountAlias=first)
    assert message(error) == f"The Account Alias {first} cannot be found."
    iam.delete_account_alias(AccountAlias=second)
    assert iam.list_account_aliases()["AccountAliases"] == []


@pytest.mark.parametrize("alias", ["-ab", "ab-", "a--b", "Abc", "a_b"])
def test_malformed_aliases_are_refused_without_echo(iam, alias):
    with refused("ValidationError", 400) as error:
        iam.create_account_alias(AccountAlias=alias)
    assert message(error) == ("1 validation error detected: Value at 'accountAlias' failed to satisfy constraint: Member "
                              "must satisfy regular expression pattern: ^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$")


def test_the_summary_counts_what_there_is(iam, unique, name):
    before = iam.get_account_summary()["SummaryMap"]
    assert len(before) == 34
    group, role, policy = unique("group"), unique("role"), unique("policy")
    iam.create_group(GroupName=group)
    iam.create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps(TRUST))
    arn = iam.create_policy(PolicyName=policy, PolicyDocument=json.dumps(ALLOW_ALL))["Policy"]["Arn"]
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=json.dumps(ALLOW_ALL))
    after = iam.get_account_summary()["SummaryMap"]
    changed = {key: after[key] - before[key] for key in after if after[key] != before[key]}
    assert changed == {"Groups": 1, "Roles": 1, "Policies": 1, "PolicyVersionsInUse": 2}
    assert after["AccessKeysPerUserQuota"] == 2 and after["UsersQuota"] == 5000
    assert after["AccountAccessKeysPresent"] == 1 and after["AccountMFAEnabled"] == 0
    iam.delete_policy_version(PolicyArn=arn, VersionId="v2")
    iam.delete_policy(PolicyArn=arn)
    iam.delete_role(RoleName=role)
    iam.delete_group(GroupName=group)


# --- password policy -------------------------------------------------------------------------------------------------


def test_the_password_policy_is_replaced_as_a_whole(iam, server):
    with refused("NoSuchEntity", 404) as error:
        iam.get_account_password_policy()
    assert message(error) == "The Password Policy with domain name 123456789012 cannot be found."
    iam.update_account_password_policy(MinimumPasswordLength=12, RequireSymbols=True, MaxPasswordAge=90,
                                       PasswordReusePrevention=5, AllowUsersToChangePassword=True)
    assert iam.get_account_password_policy()["PasswordPolicy"] == {
        "MinimumPasswordLength": 12, "RequireSymbols": True, "RequireNumbers": False,
        "RequireUppercaseCharacters": False, "RequireLowercaseCharacters": False,
        "AllowUsersToChangePassword": True, "ExpirePasswords": True, "MaxPasswordAge": 90,
        "PasswordReusePrevention": 5, "HardExpiry": False}
    iam.update_account_password_policy(RequireNumbers=True)
    policy = iam.get_account_password_policy()["PasswordPolicy"]
    assert policy["MinimumPasswordLength"] == 6 and policy["RequireNumbers"] and not policy["RequireSymbols"]
    assert not policy["ExpirePasswords"] and "MaxPasswordAge" not in policy
    iam.delete_account_password_policy()
    with refused("NoSuchEntity", 404):
        iam.delete_account_password_policy()


def test_all_violated_constraints_of_a_password_policy_are_named_at_once(unchecked):
    with refused("ValidationError", 400) as error:
        unchecked.update_account_password_policy(MinimumPasswordLength=5, MaxPasswordAge=1096)
    assert message(error).startswith("2 validation errors detected: Value at 'minimumPasswordLength' failed")
    assert "'maxPasswordAge' failed to satisfy constraint: Member must have value less than or equal to 1095" in message(
        error)


# --- everything about everybody --------------------------------------------------------------------------------------


def test_authorization_details_hold_what_users_groups_and_roles_have(iam, unique, name):
    group, role, policy = unique("group"), unique("role"), unique("policy")
    read_only = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
    iam.create_group(GroupName=group)
    iam.add_user_to_group(GroupName=group, UserName=name)
    iam.put_group_policy(GroupName=group, PolicyName="in", PolicyDocument=json.dumps(ALLOW_ALL))
    iam.create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps(TRUST), Tags=[{"Key": "k", "Value": "v"}])
    iam.create_instance_profile(InstanceProfileName=role)
    iam.add_role_to_instance_profile(InstanceProfileName=role, RoleName=role)
    arn = iam.create_policy(PolicyName=policy, PolicyDocument=json.dumps(ALLOW_ALL))["Policy"]["Arn"]
    iam.attach_role_policy(RoleName=role, PolicyArn=arn)
    iam.attach_user_policy(UserName=name, PolicyArn=read_only)

    found = {"UserDetailList": [], "GroupDetailList": [], "RoleDetailList": [], "Policies": []}
    pages = 0
    for page in iam.get_paginator("get_account_authorization_details").paginate(PaginationConfig={"PageSize": 2}):
        pages += 1
        assert sum(len(page[part]) for part in found) <= 2
        for part in found:
            found[part] += page[part]
    assert pages > 1
    user = next(u for u in found["UserDetailList"] if u["UserName"] == name)
    assert user["GroupList"] == [group] and user["AttachedManagedPolicies"][0]["PolicyArn"] == read_only
    (in_group,) = [g for g in found["GroupDetailList"] if g["GroupName"] == group]
    assert in_group["GroupPolicyList"] == [{"PolicyName": "in", "PolicyDocument": ALLOW_ALL}]
    (in_role,) = [r for r in found["RoleDetailList"] if r["RoleName"] == role]
    assert in_role["AssumeRolePolicyDocument"] == TRUST and in_role["Tags"] == [{"Key": "k", "Value": "v"}]
    assert in_role["InstanceProfileList"][0]["Roles"][0]["RoleName"] == role
    policies = {p["Arn"]: p for p in found["Policies"]}
    assert policies[arn]["AttachmentCount"] == 1
    assert policies[arn]["PolicyVersionList"][0]["Document"] == ALLOW_ALL
    assert read_only in policies and "arn:aws:iam::aws:policy/IAMFullAccess" not in policies

    only = iam.get_account_authorization_details(Filter=["Role"])
    assert not only["UserDetailList"] and not only["Policies"] and only["RoleDetailList"]
    with refused("ValidationError", 400) as error:
        iam.get_account_authorization_details(Filter=["Robot"])
    assert "Robot" not in message(error)

    iam.detach_user_policy(UserName=name, PolicyArn=read_only)
    iam.detach_role_policy(RoleName=role, PolicyArn=arn)
    iam.delete_policy(PolicyArn=arn)
    iam.remove_role_from_instance_profile(InstanceProfileName=role, RoleName=role)
    iam.delete_instance_profile(InstanceProfileName=role)
    iam.delete_role(RoleName=role)
    iam.delete_group_policy(GroupName=group, PolicyName="in")
    iam.remove_user_from_group(GroupName=group, UserName=name)
    iam.delete_group(GroupName=group)


# --- tags ------------------------------------------------------------------------------------------------------------


def test_listed_tags_are_sorted_by_key_page_by_page(iam, name):
    keys = ["b", "a", "Z", "c", "10", "9"]
    iam.tag_user(UserName=name, Tags=[{"Key": key, "Value": "v"} for key in keys])
    found, more = [], {}
    while True:
        page = iam.list_user_tags(UserName=name, MaxItems=2, **more)
        found += [tag["Key"] for tag in page["Tags"]]
        if not page["IsTruncated"]:
            break
        iam.untag_user(UserName=name, TagKeys=[found[-1]])  # the next page begins behind it all the same
        more = {"Marker": page["Marker"]}
    assert found == sorted(keys)


# --- credential report -----------------------------------------------------------------------------------------------

COLUMNS = (
    "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,"
    "mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,"
    "access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,"
    "access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,cert_1_last_rotated,cert_2_active,"
    "cert_2_last_rotated")
DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00")


def test_a_credential_report_is_started_and_then_complete(root, user):
    iam = root.iam
    with refused("ReportNotPresent", 410) as error:
        iam.get_credential_report()
    assert "Message" not in error[0].response["Error"]  # the AWS CLI says "Unknown"
    user.clients.sts.get_caller_identity()
    for status in ("Inactive", "Active"):
        certificate = iam.upload_signing_certificate(UserName=user.name, CertificateBody=new_certificate()[0])
        one = {"UserName": user.name, "CertificateId": certificate["Certificate"]["CertificateId"]}
        iam.update_signing_certificate(**one, Status=status)
    assert iam.generate_credential_report()["State"] == "STARTED"
    with refused("ReportInProgress", 404):
        iam.get_credential_report()
    states = []
    while not states or states[-1] != "COMPLETE":
        assert len(states) < 100, states
        states.append(iam.generate_credential_report()["State"])
        time.sleep(0.05)
    assert states[0] == "INPROGRESS" and set(states) == {"INPROGRESS", "COMPLETE"}
    report = iam.get_credential_report()
    assert report["ReportFormat"] == "text/csv"
    text = report["Content"].decode()
    assert text.split("\n")[0] == COLUMNS and "\r" not in text
    rows = list(csv.DictReader(io.StringIO(text)))
    assert rows[0]["user"] == "<root_account>" and rows[0]["arn"] == "arn:aws:iam::123456789012:root"
    assert rows[0]["password_enabled"] == "not_supported" and rows[0]["access_key_1_active"] == "true"
    (mine,) = [row for row in rows if row["user"] == user.name]
    assert mine["password_enabled"] == "false" and mine["password_last_used"] == "N/A"
    assert mine["mfa_active"] == "false" and mine["access_key_1_active"] == "true"
    assert mine["access_key_1_last_used_service"] == "sts" and mine["access_key_1_last_used_region"] == "us-east-1"
    assert mine["access_key_2_active"] == "false" and mine["access_key_2_last_rotated"] == "N/A"
    assert (mine["cert_1_active"], mine["cert_2_active"]) == ("false", "true")
    for column in ("user_creation_time", "access_key_1_last_rotated", "access_key_1_last_used_date",
                   "cert_1_last_rotated", "cert_2_last_rotated"):
        assert DATE.fullmatch(mine[column]), (column, mine[column])
    again = iam.get_credential_report()
    assert again["Content"] == report["Content"] and again["GeneratedTime"] == report["GeneratedTime"]
    for certificate in iam.list_signing_certificates(UserName=user.name)["Certificates"]:
        iam.delete_signing_certificate(UserName=user.name, CertificateId=certificate["CertificateId"])
