"""restic: backup, check and restore, and what it says when its key is retired under it."""

import commands
import pytest
import trees

RESTIC = commands.find("restic")


@pytest.fixture
def restic(transport, unique, tmp_path):
    """Makes a `restic` of one repository, in a bucket that `restic init` makes, that signs with the given pair."""
    assert RESTIC, "restic is not installed: tools/setup --tests"
    repository = f"s3:{transport.endpoint}/{unique('restic')}/repository"

    def make(user) -> commands.Program:
        trust = ["--cacert", transport.authority] if transport.secure else []
        return commands.Program([RESTIC, *trust, "--no-cache", "-r", repository], tmp_path, RESTIC_PASSWORD="not a secret",
                                AWS_ACCESS_KEY_ID=user.access_key, AWS_SECRET_ACCESS_KEY=user.secret_key,
                                AWS_DEFAULT_REGION="us-east-1")

    return make


def test_backup_check_and_restore_before_and_after_a_rotation(restic, root, user, tmp_path):
    source = trees.make(tmp_path / "source")
    old = restic(user)
    old("init")
    old("backup", source)
    old("check", "--read-data")
    old("restore", "latest", "--target", tmp_path / "first")
    assert trees.digests(tmp_path / "first" / source.relative_to("/")) == trees.digests(source)

    new = restic(user.with_key(root.iam.create_access_key(UserName=user.name)["AccessKey"]))
    root.iam.update_access_key(UserName=user.name, AccessKeyId=user.access_key, Status="Inactive")
    for command in (["snapshots"], ["backup", source], ["restore", "latest", "--target", tmp_path / "never"]):
        said = old.fails(*command).err  # restic's first request is a HEAD, whose refusal has no code
        assert "Access Denied" in said or "InvalidAccessKeyId" in said, said
    assert not trees.digests(tmp_path / "never")

    (source / "added").write_bytes(b"after the rotation")
    (source / "small.txt").unlink()
    new("backup", source)
    new("forget", "--keep-last", "1", "--prune")
    new("check", "--read-data")
    new("restore", "latest", "--target", tmp_path / "second")
    assert trees.digests(tmp_path / "second" / source.relative_to("/")) == trees.digests(source)
