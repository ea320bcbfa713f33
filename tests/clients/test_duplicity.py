"""duplicity: full and incremental backups, verification and restore."""

import commands
import pytest
import trees

DUPLICITY = commands.find("duplicity")


@pytest.fixture
def duplicity(transport, tmp_path):
    """Makes a `duplicity` that signs with the given pair."""
    assert DUPLICITY, "duplicity is not installed: tools/setup --tests"

    def make(user) -> commands.Program:
        trust = {"AWS_CA_BUNDLE": transport.authority} if transport.secure else {}
        command = [DUPLICITY, "--no-encryption", "--s3-endpoint-url", transport.endpoint, "--num-retries", "1"]
        return commands.Program(command, tmp_path, AWS_ACCESS_KEY_ID=user.access_key, AWS_DEFAULT_REGION="us-east-1",
                                AWS_SECRET_ACCESS_KEY=user.secret_key, **trust)

    return make


def test_backup_verify_and_restore_before_and_after_a_rotation(duplicity, root, user, bucket, tmp_path):
    source, target = trees.make(tmp_path / "source"), f"boto3+s3://{bucket}/backup"
    old = duplicity(user)
    old(source, target)
    (source / "added").write_bytes(b"for the increment")

    new = duplicity(user.with_key(root.iam.create_access_key(UserName=user.name)["AccessKey"]))
    root.iam.delete_access_key(UserName=user.name, AccessKeyId=user.access_key)
    refused = old.fails(source, target)
    assert "403" in refused.err + refused.text or "InvalidAccessKeyId" in refused.err + refused.text, refused
    assert "DeltaEntries" in new("incremental", source, target).text
    new("verify", "--compare-data", target, source)
    new("restore", target, tmp_path / "back")
    assert trees.digests(tmp_path / "back") == trees.digests(source)
    (source / "added").write_bytes(b"changed")
    assert "1 difference" in new.fails("verify", "--compare-data", target, source).text
