"""boto3: who used a service, as access advisor tells of the users and roles behind a policy or a group."""

import datetime

import keymill
import pytest
from aws import Clients, refused
from principals import allow, policy, unique


@pytest.fixture
def report(home):
    """report(arn, service="s3", **more): the entities, by way of a report of its own."""
    iam = home.root.iam

    def entities(arn: str, service: str = "s3", **more) -> list:
        job = iam.generate_service_last_accessed_details(Arn=arn)["JobId"]
        answer = iam.get_service_last_accessed_details_with_entities(JobId=job, ServiceNamespace=service, **more)
        assert answer["JobStatus"] == "COMPLETED" and answer["JobCompletionDate"] >= answer["JobCreationDate"]
        return answer["EntityDetailsList"]

    return entities


def test_a_policys_users_and_roles_are_listed_the_latest_first(home, report):
    iam = home.root.iam
    arn = home.managed(allow("s3:*"))
    group, path = unique("group"), "/team/"
    iam.create_group(GroupName=group)
    iam.attach_group_policy(GroupName=group, PolicyArn=arn)
    used, unused, member = home.user(), home.user(), home.user()
    for user in (used, unused):
        iam.attach_user_policy(UserName=user.name, PolicyArn=arn)
    iam.add_user_to_group(GroupName=group, UserName=member.name)
    role = unique("role")
    iam.create_role(RoleName=role, Path=path, AssumeRolePolicyDocument=policy(
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": home.id}}))
    iam.attach_role_policy(RoleName=role, PolicyArn=arn)
    used.s3.list_buckets()
    member.s3.list_buckets()
    entities = report(arn)
    by_name = {entity["EntityInfo"]["Name"]: entity for entity in entities}
    assert by_name.keys() == {used.name, unused.name, member.name, role}
    dated = [entity["EntityInfo"]["Name"] for entity in entities if "LastAuthenticated" in entity]
    assert set(dated) == {used.name, member.name} and dated == [e["EntityInfo"]["Name"] for e in entities[:2]]
    assert by_name[used.name]["EntityInfo"] == {
        "Arn": used.arn, "Name": used.name, "Type": "USER", "Id": used.id, "Path": "/"}
    assert by_name[role]["EntityInfo"]["Type"] == "ROLE" and by_name[role]["EntityInfo"]["Path"] == path
    assert [entity["EntityInfo"]["Name"] for entity in report(f"arn:aws:iam::{home.id}:group/{group}")] == [member.name]
    assert [entity["EntityInfo"]["Name"] for entity in report(used.arn.replace(used.name, unused.name))] == [unused.name]
    assert report(arn, "sts") == [], "the policy does not grant it"
    assert report(arn, "ec2") == [], "its use is not recorded"


def test_the_list_comes_in_pages_and_leaves_the_deleted_out(home):
    iam = home.root.iam
    arn = home.managed(allow("s3:*"))
    users = [home.user() for _ in range(5)]
    for user in users:
        iam.attach_user_policy(UserName=user.name, PolicyArn=arn)
    users[3].s3.list_buckets()
    job = iam.generate_service_last_accessed_details(Arn=arn)["JobId"]
    found, more = [], {}
    while True:
        page = iam.get_service_last_accessed_details_with_entities(JobId=job, ServiceNamespace="s3", MaxItems=2, **more)
        assert len(page["EntityDetailsList"]) <= 2
        found += [entity["EntityInfo"]["Arn"] for entity in page["EntityDetailsList"]]
        if not page["IsTruncated"]:
            break
        more = {"Marker": page["Marker"]}
    assert found[0] == users[3].arn and sorted(found) == sorted(user.arn for user in users)
    iam.detach_user_policy(UserName=users[0].name, PolicyArn=arn)
    iam.delete_access_key(UserName=users[0].name, AccessKeyId=users[0].clients.access_key)
    iam.delete_user(UserName=users[0].name)
    left = iam.get_service_last_accessed_details_with_entities(JobId=job, ServiceNamespace="s3")["EntityDetailsList"]
    assert users[0].arn not in [entity["EntityInfo"]["Arn"] for entity in left] and len(left) == 4


def test_an_unknown_job_is_refused(home, other):
    job = home.root.iam.generate_service_last_accessed_details(Arn="arn:aws:iam::aws:policy/AmazonS3FullAccess")["JobId"]
    for account, wanted in ((home, "0" * 36), (other, job)):
        with refused("NoSuchEntity", 404):
            account.root.iam.get_service_last_accessed_details_with_entities(JobId=wanted, ServiceNamespace="s3")


def test_a_role_knows_when_and_where_its_sessions_last_made_a_request(home, report):
    iam = home.root.iam
    arn = home.role(allow(["s3:*", "iam:*"]))
    name = arn.rsplit("/", 1)[1]

    def last_used() -> dict:
        (detail,) = [role for page in iam.get_paginator("get_account_authorization_details").paginate(Filter=["Role"])
                     for role in page["RoleDetailList"] if role["RoleName"] == name]
        used = iam.get_role(RoleName=name)["Role"]["RoleLastUsed"]
        assert detail["RoleLastUsed"] == used
        return used

    before = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
    session = home.user(allow("sts:AssumeRole")).assume(arn)
    assert last_used() == {}, "to assume a role is not yet to use it"
    session.s3.list_buckets()
    used = last_used()
    assert used["Region"] == "us-east-1"
    assert before <= used["LastUsedDate"] <= datetime.datetime.now(datetime.timezone.utc)
    (entity,) = report(arn)
    assert entity["EntityInfo"]["Name"] == name and entity["LastAuthenticated"] == used["LastUsedDate"]
    job = iam.generate_service_last_accessed_details(Arn=arn)["JobId"]
    services = iam.get_service_last_accessed_details(JobId=job)["ServicesLastAccessed"]
    (s3,) = [service for service in services if service["ServiceNamespace"] == "s3"]
    assert s3["LastAuthenticatedEntity"] == arn and s3["TotalAuthenticatedEntities"] == 1
    assert all("RoleLastUsed" not in role for role in iam.list_roles()["Roles"])
    assert "RoleLastUsed" not in iam.update_role_description(RoleName=name, Description="d")["Role"]
    assert last_used() == used, "a change of the role is no use of it"


def test_a_restart_remembers_when_a_role_was_used_but_not_its_namesake(tmp_path):
    trust = policy({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "123456789012"}})

    def start() -> tuple:
        server = keymill.Server(tmp_path / "data").start()
        return server, Clients(server.endpoint, server.access_key, server.secret_key)

    server, root = start()
    try:
        root.iam.create_user(UserName="u")
        root.iam.put_user_policy(UserName="u", PolicyName="p", PolicyDocument=policy(allow("sts:AssumeRole")))
        pair = root.iam.create_access_key(UserName="u")["AccessKey"]
        arn = root.iam.create_role(RoleName="r", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        made = root.with_key(pair["AccessKeyId"], pair["SecretAccessKey"]).sts.assume_role(
            RoleArn=arn, RoleSessionName="session")["Credentials"]
        root.with_key(made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"]).sts.get_caller_identity()
        used = root.iam.get_role(RoleName="r")["Role"]["RoleLastUsed"]
        assert used and server.stop() == 0
        server, root = start()
        assert root.iam.get_role(RoleName="r")["Role"]["RoleLastUsed"] == used
        root.iam.delete_role(RoleName="r")
        root.iam.create_role(RoleName="r", AssumeRolePolicyDocument=trust)
        assert root.iam.get_role(RoleName="r")["Role"]["RoleLastUsed"] == {}
    finally:
        server.cleanup()
