"""boto3: the policy simulator."""

import json

import pytest
from aws import message, refused

BUCKET = "arn:aws:s3:::b"
DOCUMENTS = "arn:aws:s3:::b/documents/*"


def policy(*statements) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def statement(effect, action, resource="*", **more) -> dict:
    return {"Effect": effect, "Action": action, "Resource": resource, **more}


READ = policy(statement("Allow", "s3:Get*", DOCUMENTS))
DENY = policy(statement("Deny", "s3:*"))
NEEDS_MFA = policy(statement("Allow", "s3:*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}))


@pytest.fixture
def iam(root):
    return root.iam


def decisions(result) -> dict:
    return {(r["EvalActionName"], r["EvalResourceName"]): r["EvalDecision"] for r in result["EvaluationResults"]}


def test_each_action_is_decided_on_each_resource(iam):
    inside, outside = "arn:aws:s3:::b/documents/a", "arn:aws:s3:::b/other"
    result = iam.simulate_custom_policy(PolicyInputList=[READ], ActionNames=["s3:GetObject", "s3:PutObject"],
                                        ResourceArns=[inside, outside])
    get, put = result["EvaluationResults"]
    for summary in (get, put):  # which is no resource's own
        assert summary["EvalResourceName"] == "arn:aws:s3:::${BucketName}/${KeyName}"
        assert summary["EvalDecision"] == "implicitDeny" and summary["EvalDecisionDetails"] == {}
    of_each = {(r["EvalActionName"], s["EvalResourceName"]): s["EvalResourceDecision"]
               for r in (get, put) for s in r["ResourceSpecificResults"]}
    assert of_each == {("s3:GetObject", inside): "allowed", ("s3:GetObject", outside): "implicitDeny",
                       ("s3:PutObject", inside): "implicitDeny", ("s3:PutObject", outside): "implicitDeny"}
    (matched,) = get["ResourceSpecificResults"][0]["MatchedStatements"]
    assert matched["SourcePolicyId"] == "PolicyInputList.1" and matched["SourcePolicyType"] == "IAM Policy"
    start, end = matched["StartPosition"], matched["EndPosition"]
    assert start["Line"] == end["Line"] == 1
    assert READ[start["Column"] - 2] == "[" and READ[end["Column"] - 2] == "}"
    (alone,) = iam.simulate_custom_policy(PolicyInputList=[READ], ActionNames=["s3:GetObject"],
                                          ResourceArns=[inside])["EvaluationResults"]
    assert alone["EvalResourceName"] == inside and alone["EvalDecision"] == "allowed"
    assert alone["MatchedStatements"] == [matched] == alone["ResourceSpecificResults"][0]["MatchedStatements"]
    with refused("InvalidInput", 400) as error:
        iam.simulate_custom_policy(PolicyInputList=[READ], ActionNames=["s3:GetObject"], ResourceArns=["*", inside])
    assert message(error) == ("Invalid resource input list: you cannot include both * and individual resources in the "
                              "resource list for a simulation.")


def test_simulations_come_in_pages(iam):
    actions = [f"s3:Get{i}" for i in (0, 1, 0, 0, 2)]
    pages = list(iam.get_paginator("simulate_custom_policy").paginate(
        PolicyInputList=[policy(statement("Allow", "s3:*"))], ActionNames=actions, PaginationConfig={"PageSize": 2}))
    assert [[r["EvalActionName"] for r in p["EvaluationResults"]] for p in pages] == [actions[:2], actions[2:4],
                                                                                     actions[4:]]


def test_missing_context_is_named_and_given_context_is_used(iam):
    request = {"PolicyInputList": [NEEDS_MFA], "ActionNames": ["s3:GetObject"]}
    (without,) = iam.simulate_custom_policy(**request)["EvaluationResults"]
    assert without["EvalDecision"] == "implicitDeny"
    assert without["MissingContextValues"] == ["aws:MultiFactorAuthPresent"]
    entry = {"ContextKeyName": "aws:multifactorauthpresent", "ContextKeyValues": ["true"], "ContextKeyType": "boolean"}
    (given,) = iam.simulate_custom_policy(**request, ContextEntries=[entry])["EvaluationResults"]
    assert given["EvalDecision"] == "allowed" and given["MissingContextValues"] == []
    (on_one,) = iam.simulate_custom_policy(**request, ResourceArns=[BUCKET])["EvaluationResults"]
    assert on_one["MissingContextValues"] == ["aws:MultiFactorAuthPresent"]
    assert on_one["ResourceSpecificResults"][0]["MissingContextValues"] == ["aws:MultiFactorAuthPresent"]
    for kind, values in (("boolean", ["maybe"]), ("numeric", ["one"]), ("date", ["soon"]), ("string", ["a", "b"])):
        with refused("InvalidInput", 400):
            iam.simulate_custom_policy(**request, ContextEntries=[
                {"ContextKeyName": "aws:anything", "ContextKeyValues": values, "ContextKeyType": kind}])


def test_boundaries_and_resource_policies_take_part(iam):
    everything = policy(statement("Allow", "*"))
    (result,) = iam.simulate_custom_policy(PolicyInputList=[everything], ActionNames=["iam:CreateUser"],
                                           PermissionsBoundaryPolicyInputList=[READ])["EvaluationResults"]
    assert result["EvalDecision"] == "implicitDeny"
    assert result["PermissionsBoundaryDecisionDetail"] == {"AllowedByPermissionsBoundary": False}
    assert "EvalDecisionDetails" not in result and "ResourceSpecificResults" not in result
    caller = "arn:aws:iam::123456789012:user/someone"
    bucket_policy = json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": caller}, "Action": "s3:GetObject", "Resource": BUCKET + "/*"}]})
    request = {"PolicyInputList": [policy(statement("Allow", "iam:*"))], "ActionNames": ["s3:GetObject"],
               "ResourceArns": [BUCKET + "/k"], "ResourcePolicy": bucket_policy}
    (result,) = iam.simulate_custom_policy(**request, CallerArn=caller)["EvaluationResults"]
    assert result["EvalDecision"] == "allowed"
    assert result["MatchedStatements"][0]["SourcePolicyId"] == "ResourcePolicy"
    (result,) = iam.simulate_custom_policy(**request, CallerArn=caller + "2")["EvaluationResults"]
    assert result["EvalDecision"] == "implicitDeny" and result["MatchedStatements"] == []
    with refused("InvalidInput", 400):
        iam.simulate_custom_policy(**request)


def test_a_users_own_policies_and_those_of_its_groups_are_simulated(iam, unique):
    name, group = unique("user"), unique("group")
    arn = iam.create_user(UserName=name)["User"]["Arn"]
    iam.create_group(GroupName=group)
    iam.add_user_to_group(GroupName=group, UserName=name)
    iam.attach_group_policy(GroupName=group, PolicyArn="arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess")
    iam.put_user_policy(UserName=name, PolicyName="no", PolicyDocument=policy(statement("Deny", "s3:GetObject")))
    request = {"PolicySourceArn": arn, "ActionNames": ["s3:GetObject", "s3:ListBucket", "s3:PutObject"]}
    result = iam.simulate_principal_policy(**request)
    assert list(decisions(result).values()) == ["explicitDeny", "allowed", "implicitDeny"]
    ids = [m["SourcePolicyId"] for r in result["EvaluationResults"] for m in r["MatchedStatements"]]
    assert ids == [f"user_{name}_no", "AmazonS3ReadOnlyAccess"]
    more = iam.simulate_principal_policy(**request, PolicyInputList=[policy(statement("Allow", "s3:PutObject"))])
    assert list(decisions(more).values()) == ["explicitDeny", "allowed", "allowed"]
    assert decisions(iam.simulate_principal_policy(
        PolicySourceArn=arn.replace(f"user/{name}", f"group/{group}"), ActionNames=["s3:GetObject"])) == {
            ("s3:GetObject", "*"): "allowed"}
    with refused("NoSuchEntity", 404):
        iam.simulate_principal_policy(**{**request, "PolicySourceArn": arn + "x"})
    with refused("InvalidInput", 400):
        iam.simulate_principal_policy(**{**request, "PolicySourceArn": "arn:aws:s3:::bucket-that-is"})
    with refused("InvalidInput", 400) as error:
        iam.simulate_principal_policy(**{**request, "PolicySourceArn": "arn:aws:iam::111122223333:user/x"})
    assert message(error) == ("Invalid Policy Source Arn: caller's account 123456789012 does not have access to "
                              "policies in account 111122223333")
    iam.put_user_policy(UserName=name, PolicyName="no", PolicyDocument=policy(statement(
        "Allow", "s3:*", "arn:aws:s3:::b/${aws:username}/*", Condition={"DateLessThan": {"aws:CurrentTime": "2030-01-01"}})))
    keys = iam.get_context_keys_for_principal_policy(PolicySourceArn=arn)["ContextKeyNames"]
    assert keys == ["aws:username", "aws:CurrentTime"]
    iam.delete_user_policy(UserName=name, PolicyName="no")
    iam.remove_user_from_group(GroupName=group, UserName=name)
    iam.detach_group_policy(GroupName=group, PolicyArn="arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess")
    iam.delete_group(GroupName=group)
    iam.delete_user(UserName=name)


def test_trust_policies_are_read_and_not_obeyed(iam):
    caller, role = "arn:aws:iam::123456789012:user/someone", "arn:aws:iam::123456789012:role/r"
    trust = json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Deny", "Principal": {"AWS": "123456789012"}, "Action": "sts:AssumeRole"}]})
    (result,) = iam.simulate_custom_policy(
        PolicyInputList=[policy(statement("Allow", "sts:*"))], ActionNames=["sts:AssumeRole"], ResourceArns=[role],
        CallerArn=caller, ResourcePolicy=trust)["EvaluationResults"]
    assert result["EvalDecision"] == "allowed"


def test_context_keys_of_policies_are_named_as_written(iam):
    assert iam.get_context_keys_for_custom_policy(PolicyInputList=[NEEDS_MFA, READ])["ContextKeyNames"] == [
        "aws:MultiFactorAuthPresent"]


def test_what_is_no_policy_or_action_is_refused(iam):
    for request in ({"PolicyInputList": ["{}"], "ActionNames": ["s3:GetObject"]},
                    {"PolicyInputList": [READ], "ActionNames": ["GetObject"]}):
        with refused("InvalidInput", 400):
            iam.simulate_custom_policy(**request)
    with refused("InvalidInput", 400):
        iam.get_context_keys_for_custom_policy(PolicyInputList=["nonsense"])


def test_policies_of_aws_can_be_read_and_simulated(iam):
    pages = iam.get_paginator("list_policies").paginate(Scope="AWS", PaginationConfig={"PageSize": 500})
    policies = {p["PolicyName"]: p for page in pages for p in page["Policies"]}
    read = {}
    for name in ("ReadOnlyAccess", "AmazonS3ReadOnlyAccess", "ViewOnlyAccess", "IAMFullAccess", "AWSDenyAll"):
        listed = policies[name]
        (listed_version,) = iam.list_policy_versions(PolicyArn=listed["Arn"])["Versions"]
        version = iam.get_policy_version(PolicyArn=listed["Arn"], VersionId=listed["DefaultVersionId"])["PolicyVersion"]
        assert version["VersionId"] == listed_version["VersionId"] and version["IsDefaultVersion"]
        request = {"PolicyInputList": [json.dumps(version["Document"])], "ActionNames": ["s3:GetObject"]}
        read[name] = iam.simulate_custom_policy(**request)["EvaluationResults"][0]["EvalDecision"]
    assert read["ReadOnlyAccess"] == read["AmazonS3ReadOnlyAccess"] == "allowed"
    assert read["ViewOnlyAccess"] == read["IAMFullAccess"] == "implicitDeny" and read["AWSDenyAll"] == "explicitDeny"


@pytest.mark.parametrize(
    "arn",
    [
        "AmazonDynamoDBFullAccess",
        "AmazonEC2FullAccess",
        "AmazonEKSClusterPolicy",
        "AmazonSQSFullAccess",
        "AmazonSSMManagedInstanceCore",
        "AWSLambda_FullAccess",
        "AWSXRayDaemonWriteAccess",
        "CloudWatchFullAccessV2",
        "SecurityAudit",
        "job-function/Billing",
        "job-function/DatabaseAdministrator",
        "job-function/SystemAdministrator",
        "job-function/ViewOnlyAccess",
        "service-role/AmazonECSTaskExecutionRolePolicy",
        "service-role/AWSLambdaBasicExecutionRole",
        "service-role/AWSLambdaVPCAccessExecutionRole",
    ],
)
def test_policies_of_aws_have_its_paths(iam, arn):
    policy = iam.get_policy(PolicyArn=f"arn:aws:iam::aws:policy/{arn}")["Policy"]
    path, _, name = f"/{arn}".rpartition("/")
    assert (policy["Path"], policy["PolicyName"], policy["Tags"]) == (f"{path}/", name, [])
    assert policy["IsAttachable"] and policy["AttachmentCount"] == policy["PermissionsBoundaryUsageCount"] == 0


def test_more_than_can_be_simulated_is_refused_at_once(iam):
    with refused("InvalidInput", 400) as error:
        iam.simulate_custom_policy(PolicyInputList=[READ], ActionNames=[f"s3:Get{n}" for n in range(1000)],
                                   ResourceArns=[f"{BUCKET}/{n}" for n in range(1000)])
    assert "100000 pairs" in str(error[0])
    entries = [{"ContextKeyName": f"aws:PrincipalTag/{n}", "ContextKeyType": "string", "ContextKeyValues": ["v"]}
               for n in range(1001)]
    with refused("InvalidInput", 400) as error:
        iam.simulate_custom_policy(PolicyInputList=[READ], ActionNames=["s3:GetObject"], ContextEntries=entries)
    assert "1000 ContextEntries" in str(error[0])
    iam.simulate_custom_policy(PolicyInputList=[READ], ActionNames=["s3:GetObject"], ContextEntries=entries[:1000])
