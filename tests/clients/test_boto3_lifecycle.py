"""Bucket lifecycle configurations: what is refused, what comes back, and what objects then say."""

import pytest
from botocore.exceptions import ClientError


def put(root, bucket, *rules, **more):
    return root.s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": list(rules)},
                                                      **more)


def refusal(root, bucket, **rule):
    with pytest.raises(ClientError) as caught:
        put(root, bucket, {"ID": "r", "Status": "Enabled", **rule})
    return caught.value.response["Error"]["Code"]


def test_a_bucket_has_none_until_it_is_given_one(root, bucket):
    with pytest.raises(ClientError) as caught:
        root.s3.get_bucket_lifecycle_configuration(Bucket=bucket)
    assert caught.value.response["Error"]["Code"] == "NoSuchLifecycleConfiguration"
    rule = {"ID": "logs", "Status": "Enabled", "Filter": {"Prefix": "logs/"}, "Expiration": {"Days": 3}}
    put(root, bucket, rule)
    shown = root.s3.get_bucket_lifecycle_configuration(Bucket=bucket)
    assert shown["Rules"] == [rule]
    assert shown["TransitionDefaultMinimumObjectSize"] == "all_storage_classes_128K"
    put(root, bucket, rule, TransitionDefaultMinimumObjectSize="varies_by_storage_class")
    shown = root.s3.get_bucket_lifecycle_configuration(Bucket=bucket)
    assert shown["TransitionDefaultMinimumObjectSize"] == "varies_by_storage_class"
    root.s3.delete_bucket_lifecycle(Bucket=bucket)
    with pytest.raises(ClientError):
        root.s3.get_bucket_lifecycle_configuration(Bucket=bucket)


def test_rules_that_contradict_themselves_are_refused(root, bucket):
    days = {"Expiration": {"Days": 1}}
    assert refusal(root, bucket, **days) == "MalformedXML", "neither Filter nor Prefix"
    assert refusal(root, bucket, Filter={"And": {"Prefix": "a"}}, **days) == "MalformedXML"
    assert refusal(root, bucket, Filter={}, Expiration={"Days": 1, "ExpiredObjectDeleteMarker": True}) == "MalformedXML"
    assert refusal(root, bucket, Filter={}, Expiration={"Date": "2030-01-01T10:00:00Z"}) == "InvalidArgument"
    assert refusal(root, bucket, Filter={}, Expiration={"Days": 0}) == "InvalidArgument"
    assert refusal(root, bucket, Filter={"Tag": {"Key": "a", "Value": "b"}},
                   AbortIncompleteMultipartUpload={"DaysAfterInitiation": 1}) == "InvalidRequest"


def test_current_versions_say_when_they_expire(root, bucket):
    assert "Expiration" not in root.s3.put_object(Bucket=bucket, Key="logs/before")
    put(root, bucket, {"ID": "old logs", "Status": "Enabled", "Prefix": "logs/",
                       "Expiration": {"Date": "2090-01-02T00:00:00Z"}})
    expected = 'expiry-date="Mon, 02 Jan 2090 00:00:00 GMT", rule-id="old%20logs"'
    assert root.s3.put_object(Bucket=bucket, Key="logs/a", Body=b"x")["Expiration"] == expected
    assert root.s3.head_object(Bucket=bucket, Key="logs/before")["Expiration"] == expected
    assert root.s3.get_object(Bucket=bucket, Key="logs/a")["Expiration"] == expected
    assert "Expiration" not in root.s3.put_object(Bucket=bucket, Key="other", Body=b"x")
    root.s3.delete_bucket_lifecycle(Bucket=bucket)
    assert "Expiration" not in root.s3.head_object(Bucket=bucket, Key="logs/a")


def transition(days, storage_class="GLACIER"):
    return {"Days": days, "StorageClass": storage_class}


def test_transitions_that_s3_cannot_do_are_refused(root, bucket):
    def refused_with(**rule):
        return refusal(root, bucket, Filter={}, **rule)

    assert refused_with(Transitions=[transition(29, "STANDARD_IA")]) == "InvalidArgument", "a month at least"
    assert refused_with(Transitions=[transition(30, "STANDARD_IA"), transition(30)]) == "InvalidArgument"
    assert refused_with(Transitions=[transition(1), transition(2)]) == "InvalidRequest", "one class twice"
    assert refused_with(Transitions=[transition(5)], Expiration={"Days": 5}) == "InvalidArgument"
    assert refused_with(Transitions=[transition(5)], Expiration={"Date": "2090-01-01T00:00:00Z"}) == "InvalidRequest"
    assert refused_with(Transitions=[transition(1, "STANDARD")]) == "MalformedXML"
    noncurrent = {"NoncurrentDays": 1, "StorageClass": "ONEZONE_IA"}
    assert refused_with(NoncurrentVersionTransitions=[noncurrent]) == "InvalidArgument"
    many = {"NoncurrentDays": 1, "StorageClass": "GLACIER", "NewerNoncurrentVersions": 101}
    assert refused_with(NoncurrentVersionTransitions=[many]) == "InvalidArgument"
    put(root, bucket, {"ID": "r", "Status": "Enabled", "Filter": {},
                       "Transitions": [transition(90), transition(30, "STANDARD_IA")], "Expiration": {"Days": 365}})
