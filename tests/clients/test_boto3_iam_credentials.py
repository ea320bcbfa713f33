"""boto3: what users have beside access keys: passwords and MFA devices."""

from aws import message, refused
from mfa import two_codes

PASSWORD = "Correct-horse-1"


# --- passwords -------------------------------------------------------------------------------------------------------


def test_a_login_profile_lives_and_dies(iam, name):
    with refused("NoSuchEntity", 404) as error:
        iam.get_login_profile(UserName=name)
    assert message(error) == f"Login Profile for User {name} cannot be found."
    created = iam.create_login_profile(UserName=name, Password=PASSWORD, PasswordResetRequired=True)["LoginProfile"]
    assert created["UserName"] == name and created["PasswordResetRequired"] is True
    assert iam.get_login_profile(UserName=name)["LoginProfile"] == created
    with refused("EntityAlreadyExists", 409) as error:
        iam.create_login_profile(UserName=name, Password=PASSWORD)
    assert message(error) == f"Login Profile for user {name} already exists."
    iam.update_login_profile(UserName=name, PasswordResetRequired=False)
    assert iam.get_login_profile(UserName=name)["LoginProfile"]["PasswordResetRequired"] is False
    with refused("PasswordPolicyViolation", 400):
        iam.update_login_profile(UserName=name, Password="short")
    with refused("DeleteConflict", 409) as error:
        iam.delete_user(UserName=name)
    assert message(error) == "Cannot delete entity, must delete login profile first."
    iam.delete_login_profile(UserName=name)
    for call in (iam.delete_login_profile, iam.update_login_profile):
        with refused("NoSuchEntity", 404):
            call(UserName=name)


def test_users_change_their_own_passwords(root, user):
    root.iam.create_login_profile(UserName=user.name, Password=PASSWORD, PasswordResetRequired=True)
    own = user.clients.iam
    with refused("AccessDenied", 403) as error:
        own.change_password(OldPassword="Wrong-horse-1", NewPassword="Another-horse-2")
    assert message(error) == "The old password was incorrect."
    with refused("PasswordPolicyViolation", 400):
        own.change_password(OldPassword=PASSWORD, NewPassword="simple")
    own.change_password(OldPassword=PASSWORD, NewPassword="Another-horse-2")
    with refused("AccessDenied", 403):
        own.change_password(OldPassword=PASSWORD, NewPassword="Another-horse-3")
    assert own.get_login_profile()["LoginProfile"]["PasswordResetRequired"] is False
    with refused("InvalidUserType", 400):
        root.iam.change_password(OldPassword=PASSWORD, NewPassword=PASSWORD)
    root.iam.delete_login_profile(UserName=user.name)


def test_former_passwords_do_not_come_back_while_the_policy_remembers_them(root, user):
    root.iam.update_account_password_policy(PasswordReusePrevention=2)
    try:
        root.iam.create_login_profile(UserName=user.name, Password="first1")
        own = user.clients.iam
        with refused("PasswordPolicyViolation", 400):
            own.change_password(OldPassword="first1", NewPassword="first1")
        own.change_password(OldPassword="first1", NewPassword="second2")
        with refused("PasswordPolicyViolation", 400):
            own.change_password(OldPassword="second2", NewPassword="first1")
        own.change_password(OldPassword="second2", NewPassword="third3")
        own.change_password(OldPassword="third3", NewPassword="first1")  # two others since
    finally:
        root.iam.delete_account_password_policy()
        root.iam.delete_login_profile(UserName=user.name)


# --- MFA devices -----------------------------------------------------------------------------------------------------


def test_an_mfa_device_is_enabled_with_two_codes_in_a_row(iam, name, unique):
    device = unique("phone")
    created = iam.create_virtual_mfa_device(VirtualMFADeviceName=device, Path="/team/",
                                            Tags=[{"Key": "k", "Value": "v"}])["VirtualMFADevice"]
    serial, seed = created["SerialNumber"], created["Base32StringSeed"]
    assert serial == f"arn:aws:iam::123456789012:mfa/team/{device}" and len(seed) == 64
    assert created["QRCodePNG"].startswith(b"\x89PNG\r\n\x1a\n")
    with refused("EntityAlreadyExists", 409):
        iam.create_virtual_mfa_device(VirtualMFADeviceName=device, Path="/team/")
    listed = iam.list_virtual_mfa_devices(AssignmentStatus="Unassigned")["VirtualMFADevices"]
    assert serial in [d["SerialNumber"] for d in listed] and "Base32StringSeed" not in listed[0]
    with refused("NoSuchEntity", 404):
        iam.get_mfa_device(SerialNumber=serial)

    good = two_codes(seed)
    with refused("InvalidAuthenticationCode", 403) as error:
        iam.enable_mfa_device(UserName=name, SerialNumber=serial, AuthenticationCode1=good["AuthenticationCode2"],
                              AuthenticationCode2=good["AuthenticationCode1"])
    assert message(error) == "Authentication code for device is not valid."
    with refused("NoSuchEntity", 404):
        iam.enable_mfa_device(UserName=name, SerialNumber=serial + "x", **good)
    iam.enable_mfa_device(UserName=name, SerialNumber=serial, **good)
    with refused("EntityAlreadyExists", 409):
        iam.enable_mfa_device(UserName=name, SerialNumber=serial, **good)

    (mine,) = iam.list_mfa_devices(UserName=name)["MFADevices"]
    assert mine["SerialNumber"] == serial and mine["UserName"] == name
    assert iam.get_mfa_device(SerialNumber=serial, UserName=name)["EnableDate"] == mine["EnableDate"]
    assigned = iam.list_virtual_mfa_devices(AssignmentStatus="Assigned")["VirtualMFADevices"]
    (entry,) = [d for d in assigned if d["SerialNumber"] == serial]
    assert entry["User"]["UserName"] == name
    assert iam.get_account_summary()["SummaryMap"]["MFADevicesInUse"] == len(assigned)

    with refused("DeleteConflict", 409) as error:
        iam.delete_virtual_mfa_device(SerialNumber=serial)
    assert message(error) == "MFA VirtualDevice in use. Must deactivate first."
    with refused("DeleteConflict", 409):
        iam.delete_user(UserName=name)
    with refused("InvalidAuthenticationCode", 403):  # those codes are used up
        iam.resync_mfa_device(UserName=name, SerialNumber=serial, **good)
    iam.resync_mfa_device(UserName=name, SerialNumber=serial, **two_codes(seed, ahead=30))
    iam.deactivate_mfa_device(UserName=name, SerialNumber=serial)
    with refused("NoSuchEntity", 404):
        iam.deactivate_mfa_device(UserName=name, SerialNumber=serial)
    iam.delete_virtual_mfa_device(SerialNumber=serial)
    with refused("NoSuchEntity", 404) as error:
        iam.delete_virtual_mfa_device(SerialNumber=serial)
    assert message(error) == f"VirtualMFADevice with serial number {serial} doesn't exist."


def test_mfa_devices_have_tags_and_pages(iam, unique):
    serials = sorted(iam.create_virtual_mfa_device(VirtualMFADeviceName=unique("d"))["VirtualMFADevice"]["SerialNumber"]
                     for _ in range(3))
    pages = iam.get_paginator("list_virtual_mfa_devices").paginate(PaginationConfig={"PageSize": 2})
    found = [d["SerialNumber"] for page in pages for d in page["VirtualMFADevices"]]
    assert set(serials) <= set(found) and len(found) == len(set(found))
    iam.tag_mfa_device(SerialNumber=serials[0], Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    iam.untag_mfa_device(SerialNumber=serials[0], TagKeys=["a"])
    assert iam.list_mfa_device_tags(SerialNumber=serials[0])["Tags"] == [{"Key": "b", "Value": "2"}]
    with refused("InvalidInput", 400):
        iam.tag_mfa_device(SerialNumber=serials[0], Tags=[{"Key": "x", "Value": "1"}, {"Key": "X", "Value": "2"}])
    for serial in serials:
        iam.delete_virtual_mfa_device(SerialNumber=serial)
