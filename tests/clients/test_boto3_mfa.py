"""boto3: MFA from the device to the bucket: STS asks for a code, sessions say that one was given, policies ask for it."""

import json
import time

import pytest
from aws import Clients, message, refused
from mfa import STEP, code, two_codes

INVALID_CODE = "MultiFactorAuthentication failed with invalid MFA one time pass code."
INVALID_DEVICE = ("MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number "
                  "is valid and associated with this user.")


class Device:
    """A device that is enabled for a user. Its clock agrees with the server's."""

    def __init__(self, iam, user_name: str, name: str):
        self.iam, self.user_name = iam, user_name
        made = iam.create_virtual_mfa_device(VirtualMFADeviceName=name)["VirtualMFADevice"]
        self.serial, self.seed = made["SerialNumber"], made["Base32StringSeed"]
        # With earlier codes than those of now, which are left for the tests; not on the brink of a step.
        if time.time() % STEP > STEP - 2:
            time.sleep(2)
        iam.enable_mfa_device(UserName=user_name, SerialNumber=self.serial, **two_codes(self.seed, ahead=-1))
        self.used = int(time.time()) // STEP - 1

    def next(self) -> dict:
        """SerialNumber and TokenCode with a code that was not used yet; waits for one if need be."""
        step = max(self.used + 1, int(time.time()) // STEP)
        while step > int(time.time()) // STEP + 1:
            time.sleep(0.2)
        self.used = step
        return {"SerialNumber": self.serial, "TokenCode": code(self.seed, step)}

    def wrong(self) -> dict:
        now = int(time.time()) // STEP
        good = {code(self.seed, step) for step in range(now - 3, now + 4)}
        return {"SerialNumber": self.serial,
                "TokenCode": next(text for text in ("000000", "111111", "222222", "333333") if text not in good)}

    def remove(self):
        self.iam.deactivate_mfa_device(UserName=self.user_name, SerialNumber=self.serial)
        self.iam.delete_virtual_mfa_device(SerialNumber=self.serial)


def document(*statements: dict) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **s} for s in statements]})


WITH_MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}


@pytest.fixture
def device(root, user, unique):
    enabled = Device(root.iam, user.name, unique("phone"))
    root.iam.put_user_policy(UserName=user.name, PolicyName="mfa", PolicyDocument=document(
        {"Action": "sts:*", "Resource": "*"},
        {"Action": "iam:GetUser", "Resource": "*", "Condition": WITH_MFA},
        {"Action": "s3:ListAllMyBuckets", "Resource": "*",
         "Condition": {"NumericLessThan": {"aws:MultiFactorAuthAge": "300"}}}))
    yield enabled
    root.iam.delete_user_policy(UserName=user.name, PolicyName="mfa")
    enabled.remove()


@pytest.fixture
def session(server):
    def clients(answer: dict) -> Clients:
        given = answer["Credentials"]
        return Clients(server.endpoint, given["AccessKeyId"], given["SecretAccessKey"], token=given["SessionToken"])
    return clients


def test_who_has_a_device_changes_its_own_only_in_a_session_with_one(root, user, device, session, unique):
    """As the AWS CLI answers since users can have several devices."""
    root.iam.put_user_policy(UserName=user.name, PolicyName="own", PolicyDocument=document(
        {"Action": "iam:*MFADevice*", "Resource": "*"}))
    mine = {"UserName": user.name, "SerialNumber": device.serial}
    with refused("AccessDenied", 403) as error:
        user.clients.iam.deactivate_mfa_device(**mine)
    assert message(error) == ("To complete this action, please ensure that you are authenticated with an MFA device that "
                              "is enabled for this user.")
    made = root.iam.create_virtual_mfa_device(VirtualMFADeviceName=unique("second"))["VirtualMFADevice"]
    second = {"UserName": user.name, "SerialNumber": made["SerialNumber"]}
    codes = two_codes(made["Base32StringSeed"])
    with refused("AccessDenied", 403):
        user.clients.iam.enable_mfa_device(**second, **codes)
    with_mfa = session(user.clients.sts.get_session_token(**device.next()))
    with_mfa.iam.enable_mfa_device(**second, **codes)
    with_mfa.iam.deactivate_mfa_device(**second)
    root.iam.delete_virtual_mfa_device(SerialNumber=made["SerialNumber"])
    root.iam.delete_user_policy(UserName=user.name, PolicyName="own")


def test_a_session_without_mfa_has_no_iam_and_one_with_it_does_what_policies_ask_mfa_for(user, device, session):
    plain = session(user.clients.sts.get_session_token())
    with refused("InvalidClientTokenId", 403):
        plain.iam.get_user()
    with refused("AccessDenied", 403):
        plain.s3.list_buckets()
    with refused("AccessDenied", 403):  # long-term keys never have a second factor
        user.clients.iam.get_user()

    strong = session(user.clients.sts.get_session_token(**device.next()))
    assert strong.iam.get_user()["User"]["UserName"] == user.name
    assert "Buckets" in strong.s3.list_buckets()
    assert strong.sts.get_caller_identity()["Arn"] == user.clients.sts.get_caller_identity()["Arn"]


def test_a_code_is_good_once(user, device):
    sts = user.clients.sts
    code_of_now = device.next()
    sts.get_session_token(**code_of_now)
    with refused("AccessDenied", 403) as error:
        sts.get_session_token(**code_of_now)
    assert message(error) == INVALID_CODE
    sts.get_session_token(**device.next())


@pytest.mark.parametrize("missing", ["SerialNumber", "TokenCode"])
def test_half_of_a_second_factor_is_none(user, device, missing):
    """AWS's words are in issue 9 of sgviz."""
    given = device.next()
    given.pop(missing)
    with refused("AccessDenied", 403) as error:
        user.clients.sts.get_session_token(**given)
    assert message(error) == (
        "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.")


def test_wrong_codes_and_other_peoples_devices_are_refused(root, user, device, unique):
    sts = user.clients.sts
    with refused("AccessDenied", 403) as error:
        sts.get_session_token(**device.wrong())
    assert message(error) == INVALID_CODE
    with refused("AccessDenied", 403) as error:
        sts.get_session_token(**{**device.next(), "SerialNumber": device.serial + "x"})
    assert message(error) == INVALID_DEVICE
    stranger = unique("stranger")
    root.iam.create_user(UserName=stranger)
    other = Device(root.iam, stranger, unique("phone"))
    with refused("AccessDenied", 403) as error:
        sts.get_session_token(**other.next())
    assert message(error) == INVALID_DEVICE
    other.remove()
    root.iam.delete_user(UserName=stranger)


def test_a_role_that_wants_mfa_is_assumed_with_a_code_or_from_a_session_that_gave_one(root, user, device, session,
                                                                                      unique):
    role = unique("role")
    caller = user.clients.sts.get_caller_identity()["Arn"]
    arn = root.iam.create_role(RoleName=role, AssumeRolePolicyDocument=document(
        {"Principal": {"AWS": caller}, "Action": "sts:AssumeRole", "Condition": WITH_MFA}))["Role"]["Arn"]
    root.iam.put_role_policy(RoleName=role, PolicyName="p", PolicyDocument=document(
        {"Action": "s3:ListAllMyBuckets", "Resource": "*"}))
    assume = {"RoleArn": arn, "RoleSessionName": "work"}
    sts = user.clients.sts
    for without in ({}, device.wrong()):
        with refused("AccessDenied", 403):
            sts.assume_role(**assume, **without)
    assert "Buckets" in session(sts.assume_role(**assume, **device.next())).s3.list_buckets()
    strong = session(sts.get_session_token(**device.next()))
    assert "Buckets" in session(strong.sts.assume_role(**assume)).s3.list_buckets()
    weak = session(sts.get_session_token())
    with refused("AccessDenied", 403):
        weak.sts.assume_role(**assume)
    root.iam.delete_role_policy(RoleName=role, PolicyName="p")
    root.iam.delete_role(RoleName=role)


def test_devices_are_tolerated_a_step_off_and_no_more(user, device):
    sts = user.clients.sts
    now = int(time.time()) // STEP
    with refused("AccessDenied", 403):
        sts.get_session_token(SerialNumber=device.serial, TokenCode=code(device.seed, now + 3))
    sts.get_session_token(SerialNumber=device.serial, TokenCode=code(device.seed, now + 1))
    device.used = now + 1
