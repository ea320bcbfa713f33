"""boto3: what must go before a user, group, role, policy or profile can be deleted, in IAM's words."""

import json

from aws import message, refused
from certificates import new_certificate
from mfa import two_codes

ALLOW = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})
TRUST = json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]})
AWS_POLICY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
# A number of 2048 bits in ssh-rsa's form: nothing signs with it.
SSH_KEY = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQD" + "v" * 341


def conflict(sentence: str, call, **arguments):
    with refused("DeleteConflict", 409) as error:
        call(**arguments)
    assert message(error) == sentence


def needs(what: str) -> str:
    return f"Cannot delete entity, must {what} first."


def gives_up_policies(iam, kind: str, **holder):
    def do(verb: str):
        return getattr(iam, f"{verb}_{kind}_policy")

    delete = getattr(iam, f"delete_{kind}")
    do("put")(**holder, PolicyName="p", PolicyDocument=ALLOW)
    conflict(needs("delete policies"), delete, **holder)
    do("delete")(**holder, PolicyName="p")
    do("attach")(**holder, PolicyArn=AWS_POLICY)
    conflict(needs("detach all policies"), delete, **holder)
    do("detach")(**holder, PolicyArn=AWS_POLICY)


def test_a_user_gives_up_everything_before_it_goes(iam, unique):
    user, group = {"UserName": unique("user")}, {"GroupName": unique("group")}
    iam.create_user(**user)
    iam.create_group(**group)
    delete = {"call": iam.delete_user, **user}

    key = iam.create_access_key(**user)["AccessKey"]["AccessKeyId"]
    iam.update_access_key(**user, AccessKeyId=key, Status="Inactive")
    conflict(needs("delete access keys"), **delete)
    iam.delete_access_key(**user, AccessKeyId=key)

    iam.add_user_to_group(**user, **group)
    conflict(needs("remove users from group"), **delete)
    conflict(needs("remove users from group"), iam.delete_group, **group)
    iam.remove_user_from_group(**user, **group)

    gives_up_policies(iam, "user", **user)

    iam.create_login_profile(**user, Password="Correct-horse-1")
    conflict(needs("delete login profile"), **delete)
    iam.delete_login_profile(**user)

    certificate = iam.upload_signing_certificate(**user, CertificateBody=new_certificate()[0])["Certificate"]
    conflict(needs("delete signing certificates"), **delete)
    iam.delete_signing_certificate(**user, CertificateId=certificate["CertificateId"])

    ssh = iam.upload_ssh_public_key(**user, SSHPublicKeyBody=SSH_KEY)["SSHPublicKey"]["SSHPublicKeyId"]
    conflict(needs("remove referenced objects"), **delete)
    iam.delete_ssh_public_key(**user, SSHPublicKeyId=ssh)

    device = iam.create_virtual_mfa_device(VirtualMFADeviceName=unique("phone"))["VirtualMFADevice"]
    serial = {"SerialNumber": device["SerialNumber"]}
    iam.enable_mfa_device(**user, **serial, **two_codes(device["Base32StringSeed"]))
    conflict(needs("delete MFA device"), **delete)
    iam.deactivate_mfa_device(**user, **serial)
    iam.delete_virtual_mfa_device(**serial)

    iam.delete_user(**user)
    iam.delete_group(**group)


def test_the_login_profile_goes_first_then_the_keys_then_the_mfa_device(iam, unique):
    """As a user of Terraform was asked for them, one after the other (hashicorp/terraform#8621)."""
    user = {"UserName": unique("user")}
    iam.create_user(**user)
    iam.create_login_profile(**user, Password="Correct-horse-1")
    key = iam.create_access_key(**user)["AccessKey"]["AccessKeyId"]
    device = iam.create_virtual_mfa_device(VirtualMFADeviceName=unique("phone"))["VirtualMFADevice"]
    serial = {"SerialNumber": device["SerialNumber"]}
    iam.enable_mfa_device(**user, **serial, **two_codes(device["Base32StringSeed"]))
    conflict(needs("delete login profile"), iam.delete_user, **user)
    iam.delete_login_profile(**user)
    conflict(needs("delete access keys"), iam.delete_user, **user)
    iam.delete_access_key(**user, AccessKeyId=key)
    conflict(needs("delete MFA device"), iam.delete_user, **user)
    iam.deactivate_mfa_device(**user, **serial)
    iam.delete_virtual_mfa_device(**serial)
    iam.delete_user(**user)


def test_a_group_gives_up_its_policies(iam, unique):
    group = {"GroupName": unique("group")}
    iam.create_group(**group)
    gives_up_policies(iam, "group", **group)
    iam.delete_group(**group)


def test_a_role_leaves_its_profiles_and_gives_up_its_policies(iam, unique):
    role, profile = {"RoleName": unique("role")}, {"InstanceProfileName": unique("profile")}
    iam.create_role(**role, AssumeRolePolicyDocument=TRUST)
    iam.create_instance_profile(**profile)
    iam.add_role_to_instance_profile(**profile, **role)
    for delete, arguments in ((iam.delete_role, role), (iam.delete_instance_profile, profile)):
        conflict(needs("remove roles from instance profile"), delete, **arguments)
    iam.remove_role_from_instance_profile(**profile, **role)
    iam.delete_instance_profile(**profile)
    gives_up_policies(iam, "role", **role)
    iam.delete_role(**role)


def test_a_policy_is_nobodys_and_has_one_version_when_it_goes(iam, unique):
    arn = iam.create_policy(PolicyName=unique("policy"), PolicyDocument=ALLOW)["Policy"]["Arn"]
    user = {"UserName": unique("user")}
    iam.create_user(**user)
    attached = "Cannot delete a policy attached to entities."
    iam.attach_user_policy(**user, PolicyArn=arn)
    conflict(attached, iam.delete_policy, PolicyArn=arn)
    iam.detach_user_policy(**user, PolicyArn=arn)
    iam.put_user_permissions_boundary(**user, PermissionsBoundary=arn)
    conflict(attached, iam.delete_policy, PolicyArn=arn)
    iam.delete_user_permissions_boundary(**user)
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=ALLOW)
    conflict("This policy has more than one version. Before you delete a policy, you must delete the policy's versions. "
             "The default version is deleted with the policy.", iam.delete_policy, PolicyArn=arn)
    conflict("Cannot delete the default version of a policy.", iam.delete_policy_version, PolicyArn=arn, VersionId="v1")
    iam.delete_policy_version(PolicyArn=arn, VersionId="v2")
    iam.delete_policy(PolicyArn=arn)
    iam.delete_user(**user)
