"""One server for the whole run; each test has its own bucket and its own user."""

import itertools
import json
import os
import pathlib
import secrets
import sys

import pytest

# With awscrt installed botocore would sign by it; its own signer is what most people have. BOTO_DISABLE_CRT=false runs the
# same tests by the other (botocore decides when it is imported).
os.environ.setdefault("BOTO_DISABLE_CRT", "true")
sys.path.insert(0, str(pathlib.Path(__file__).parent))

import aws  # noqa: E402
import keymill  # noqa: E402
import principals  # noqa: E402


@pytest.fixture(scope="session", autouse=True)
def clean_process_environment():
    """In-process clients (boto3) must not see the developer's own AWS settings."""
    environment = keymill.clean_environment(KEYMILL_BINARY=keymill.binary())
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(environment)
    yield
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture(scope="session")
def server(clean_process_environment):
    running = keymill.Server(None, "--tls-listen", "127.0.0.1:0")
    running.start()
    yield running
    assert running.alive(), f"the server died during the tests\n{running.tail()}"
    status = running.stop()
    assert status == 0, f"SIGTERM: exit status {status}\n{running.tail()}"
    running.cleanup()


@pytest.fixture(scope="session")
def root(server):
    """The root user's clients: root.s3, root.iam, root.sts."""
    return aws.Clients(server.endpoint, server.access_key, server.secret_key)


@pytest.fixture(params=["http", "https"])
def transport(request, server):
    """The same server by HTTP and by HTTPS: a test that takes this runs once over each."""
    if request.param == "http":
        return aws.Transport(server.endpoint)
    return aws.Transport(server.tls_endpoint, server.authority)


@pytest.fixture(autouse=True)
def server_lives(request, server):
    """A dead server ends the run at the test that killed it, instead of failing every later one."""
    yield
    if not server.alive():
        request.session.shouldstop = "the server died"
        pytest.fail(f"the server died\n{server.tail()}")


@pytest.fixture(scope="session")
def strict(clean_process_environment):
    """A server whose users start without rights (principals.Server): for the tests of access decisions."""
    running = keymill.Server(None, "--default-rights", "none", "--control", "open", "--durability", "none", "--tls",
                             "--tls-listen", "127.0.0.1:0").start()
    yield principals.Server(running)
    assert running.stop() == 0, running.tail()
    running.cleanup()


@pytest.fixture(scope="session")
def home(strict):
    """The strict server's own account."""
    return strict.home


@pytest.fixture(scope="session")
def other(strict):
    """Another account of the strict server."""
    return strict.account()


_numbers = itertools.count(1)


@pytest.fixture
def unique():
    """A name nobody else uses, fit for buckets and users."""
    return lambda stem="t": f"{stem}-{next(_numbers)}-{secrets.token_hex(4)}"


@pytest.fixture
def user(server, root, unique):
    """A new IAM user with one access key; user.clients signs with it. Removed afterwards."""
    name = unique("user")
    root.iam.create_user(UserName=name)
    key = root.iam.create_access_key(UserName=name)["AccessKey"]
    yield aws.User(name, key["AccessKeyId"], key["SecretAccessKey"], server.endpoint)
    for left in root.iam.list_access_keys(UserName=name)["AccessKeyMetadata"]:
        root.iam.delete_access_key(UserName=name, AccessKeyId=left["AccessKeyId"])
    root.iam.delete_user(UserName=name)


@pytest.fixture
def iam(root):
    return root.iam


@pytest.fixture
def name(iam, unique):
    """A user that can be deleted at the end only if the test has taken everything away again."""
    user_name = unique("user")
    iam.create_user(UserName=user_name)
    yield user_name
    iam.delete_user(UserName=user_name)


@pytest.fixture
def federated_role(root, unique):
    """federated_role(statement): the ARN of a new role that this statement's principals may assume, and that may do all of S3."""
    made = []

    def make(statement: dict) -> str:
        name = unique("role")
        role = root.iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(
            {"Version": "2012-10-17", "Statement": [{"Effect": "Allow"} | statement]}))
        made.append(name)
        root.iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=json.dumps(
            {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}))
        return role["Role"]["Arn"]

    yield make
    for name in made:
        root.iam.delete_role_policy(RoleName=name, PolicyName="p")
        root.iam.delete_role(RoleName=name)


@pytest.fixture
def bucket(root, unique):
    """A new bucket, emptied and removed afterwards: that it can be is part of every test."""
    name = unique("bucket")
    root.s3.create_bucket(Bucket=name)
    yield name
    aws.empty_bucket(root.s3, name)
    root.s3.delete_bucket(Bucket=name)
