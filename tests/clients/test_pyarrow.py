"""pyarrow: the AWS SDK for C++ below Arrow's file system, and a partitioned Parquet data set on it."""

import os

import pyarrow
import pyarrow.dataset
import pyarrow.fs
import pyarrow.parquet
import pytest

MIB = 1024 * 1024


@pytest.fixture
def filesystem(transport):
    """Makes an S3FileSystem that signs with the given pair."""

    def make(user, **options) -> pyarrow.fs.S3FileSystem:
        scheme, address = transport.endpoint.split("://")
        trust = {"tls_ca_file_path": transport.authority} if transport.secure else {}
        return pyarrow.fs.S3FileSystem(
            access_key=user.access_key, secret_key=user.secret_key, region="us-east-1", scheme=scheme,
            endpoint_override=address, retry_strategy=pyarrow.fs.AwsStandardS3RetryStrategy(max_attempts=1), **trust, **options)

    return make


def test_files(filesystem, root, user, bucket):
    files = filesystem(user)
    big = os.urandom(23 * MIB + 9)  # parts of 10 MiB, written in the background
    with files.open_output_stream(f"{bucket}/dir ä+/big", metadata={"Content-Type": "text/x-test"}) as stream:
        for start in range(0, len(big), MIB):
            stream.write(big[start:start + MIB])
    with files.open_input_stream(f"{bucket}/dir ä+/big") as stream:
        assert stream.read() == big
    with files.open_input_file(f"{bucket}/dir ä+/big") as file:  # ranges
        file.seek(10 * MIB - 5)
        assert file.read(10) == big[10 * MIB - 5:10 * MIB + 5]
    assert root.s3.head_object(Bucket=bucket, Key="dir ä+/big")["ContentType"] == "text/x-test"
    files.copy_file(f"{bucket}/dir ä+/big", f"{bucket}/copy")
    files.move(f"{bucket}/copy", f"{bucket}/moved")
    names = {info.path: info.size for info in files.get_file_info(pyarrow.fs.FileSelector(bucket, recursive=True)) if info.is_file}
    assert names == {f"{bucket}/dir ä+/big": len(big), f"{bucket}/moved": len(big)}
    files.delete_dir_contents(bucket)
    assert files.get_file_info(pyarrow.fs.FileSelector(bucket)) == []


def test_a_partitioned_data_set(filesystem, user, bucket):
    files = filesystem(user)
    table = pyarrow.table({"day": [f"2026-01-{number % 9 + 1:02}" for number in range(9000)], "value": list(range(9000))})
    pyarrow.parquet.write_to_dataset(table, f"{bucket}/set", filesystem=files, partition_cols=["day"])
    read = pyarrow.dataset.dataset(f"{bucket}/set", filesystem=files, partitioning="hive")
    assert len(read.files) == 9
    one = read.to_table(filter=pyarrow.dataset.field("day") == "2026-01-03").column("value").to_pylist()
    assert sorted(one) == list(range(2, 9000, 9))
    assert sorted(read.to_table().column("value").to_pylist()) == list(range(9000))


def test_rotation(filesystem, root, user, bucket):
    old = filesystem(user)
    with old.open_output_stream(f"{bucket}/k") as stream:
        stream.write(b"v")
    new = filesystem(user.with_key(root.iam.create_access_key(UserName=user.name)["AccessKey"]))
    root.iam.delete_access_key(UserName=user.name, AccessKeyId=user.access_key)
    with pytest.raises(OSError, match="InvalidAccessKeyId|INVALID_ACCESS_KEY_ID|ACCESS_DENIED"):
        old.get_file_info(pyarrow.fs.FileSelector(bucket))
    with pytest.raises(OSError), old.open_output_stream(f"{bucket}/refused") as stream:
        stream.write(b"refused")
    with new.open_input_stream(f"{bucket}/k") as stream:
        assert stream.read() == b"v"
    assert [info.base_name for info in new.get_file_info(pyarrow.fs.FileSelector(bucket))] == ["k"]
