// AWS SDK for JavaScript v3: the rotation, with the SDK's own error classes.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  CreateAccessKeyCommand, CreateUserCommand, DeleteAccessKeyCommand, DeleteConflictException, DeleteUserCommand,
  EntityAlreadyExistsException, GetAccessKeyLastUsedCommand, GetUserCommand, IAMServiceException,
  LimitExceededException, ListAccessKeysCommand, NoSuchEntityException, UpdateAccessKeyCommand,
} from '@aws-sdk/client-iam';
import {
  CreateBucketCommand, GetObjectCommand, ListBucketsCommand, PutObjectCommand, S3ServiceException,
} from '@aws-sdk/client-s3';
import { GetAccessKeyInfoCommand, GetCallerIdentityCommand, STSServiceException } from '@aws-sdk/client-sts';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { Server } from './keymill.mjs';

const Bucket = 'rotation';
let server;

before(async () => {
  server = await Server.start();
  await server.root.s3.send(new CreateBucketCommand({ Bucket }));
});
after(() => server?.stop());

async function works(pair, UserName) {
  const { s3, iam, sts } = server.clients(pair);
  await s3.send(new PutObjectCommand({ Bucket, Key: 'probe', Body: 'probe' }));
  const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'probe' }));
  assert.equal(await got.Body.transformToString(), 'probe');
  assert.equal((await sts.send(new GetCallerIdentityCommand({}))).Arn, `arn:aws:iam::123456789012:user/${UserName}`);
  assert.equal((await iam.send(new GetUserCommand({}))).User.UserName, UserName);
}

async function isRefused(pair) {
  const { s3, iam, sts } = server.clients(pair);
  const is = (type, name) => (error) => {
    assert.ok(error instanceof type, String(error));
    assert.deepEqual([error.name, error.$metadata.httpStatusCode], [name, 403]);
    return true;
  };
  const put = s3.send(new PutObjectCommand({ Bucket, Key: 'probe', Body: 'refused' }));
  await assert.rejects(put, is(S3ServiceException, 'InvalidAccessKeyId'));
  await assert.rejects(s3.send(new ListBucketsCommand({})), is(S3ServiceException, 'InvalidAccessKeyId'));
  await assert.rejects(iam.send(new GetUserCommand({})), is(IAMServiceException, 'InvalidClientTokenId'));
  await assert.rejects(sts.send(new GetCallerIdentityCommand({})), is(STSServiceException, 'InvalidClientTokenId'));
}

test('the whole rotation', async () => {
  const { iam, sts } = server.root;
  const UserName = 'rotating';
  await iam.send(new CreateUserCommand({ UserName }));
  await assert.rejects(iam.send(new CreateUserCommand({ UserName })), EntityAlreadyExistsException);
  const newKey = async () => (await iam.send(new CreateAccessKeyCommand({ UserName }))).AccessKey;
  const setStatus = (AccessKeyId, Status) => iam.send(new UpdateAccessKeyCommand({ UserName, AccessKeyId, Status }));

  const old = await newKey();
  await works(old, UserName);
  const fresh = await newKey();
  await works(old, UserName);
  await works(fresh, UserName);
  await assert.rejects(newKey(), (error) => {
    assert.ok(error instanceof LimitExceededException);
    assert.equal(error.message, 'Cannot exceed quota for AccessKeysPerUser: 2');
    return true;
  });

  await setStatus(old.AccessKeyId, 'Inactive');
  await isRefused(old);
  await works(fresh, UserName);
  await setStatus(old.AccessKeyId, 'Active');
  await works(old, UserName);
  await setStatus(old.AccessKeyId, 'Inactive');
  await iam.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId: old.AccessKeyId }));
  await isRefused(old);
  await works(fresh, UserName);

  const again = iam.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId: old.AccessKeyId }));
  await assert.rejects(again, NoSuchEntityException);
  await assert.rejects(setStatus(old.AccessKeyId, 'Active'), NoSuchEntityException);
  const listed = await iam.send(new ListAccessKeysCommand({ UserName }));
  assert.deepEqual(listed.AccessKeyMetadata.map((key) => [key.AccessKeyId, key.Status]), [[fresh.AccessKeyId, 'Active']]);
  const used = await iam.send(new GetAccessKeyLastUsedCommand({ AccessKeyId: fresh.AccessKeyId }));
  assert.equal(used.UserName, UserName);
  assert.ok(used.AccessKeyLastUsed.LastUsedDate instanceof Date);
  const info = await sts.send(new GetAccessKeyInfoCommand({ AccessKeyId: fresh.AccessKeyId }));
  assert.equal(info.Account, '123456789012');

  await assert.rejects(iam.send(new DeleteUserCommand({ UserName })), DeleteConflictException);
  await iam.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId: fresh.AccessKeyId }));
  await iam.send(new DeleteUserCommand({ UserName }));
  await isRefused(fresh);
  await assert.rejects(iam.send(new GetUserCommand({ UserName })), NoSuchEntityException);
});

test('the wrong secret', async () => {
  const { iam } = server.root;
  await iam.send(new CreateUserCommand({ UserName: 'forged' }));
  const pair = (await iam.send(new CreateAccessKeyCommand({ UserName: 'forged' }))).AccessKey;
  const forged = server.clients({ ...pair, SecretAccessKey: 'x'.repeat(40) });
  const name = 'SignatureDoesNotMatch';
  await assert.rejects(forged.s3.send(new ListBucketsCommand({})), { name });
  await assert.rejects(forged.iam.send(new GetUserCommand({})), { name });
  await assert.rejects(forged.sts.send(new GetCallerIdentityCommand({})), { name });
  await works(pair, 'forged');
});

test('a user changes its own keys and nobody else\'s', async () => {
  const { iam } = server.root;
  for (const UserName of ['self', 'else']) await iam.send(new CreateUserCommand({ UserName }));
  const pair = (await iam.send(new CreateAccessKeyCommand({ UserName: 'self' }))).AccessKey;
  const self = server.clients(pair).iam;
  const own = (await self.send(new CreateAccessKeyCommand({}))).AccessKey;
  assert.equal(own.UserName, 'self');
  await works(own, 'self');
  await assert.rejects(self.send(new CreateAccessKeyCommand({ UserName: 'else' })), { name: /^AccessDenied/ });
});

test('a presigned URL dies with its key', async () => {
  const { iam } = server.root;
  const UserName = 'presigning';
  await iam.send(new CreateUserCommand({ UserName }));
  const pair = (await iam.send(new CreateAccessKeyCommand({ UserName }))).AccessKey;
  const { s3 } = server.clients(pair);
  const named = { Bucket, Key: 'presigned ä+' };
  const put = await fetch(await getSignedUrl(s3, new PutObjectCommand(named)), { method: 'PUT', body: 'presigned' });
  assert.equal(put.status, 200, await put.text());
  const url = await getSignedUrl(s3, new GetObjectCommand(named), { expiresIn: 3600 });
  assert.equal(await (await fetch(url)).text(), 'presigned');
  await iam.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId: pair.AccessKeyId }));
  const refused = await fetch(url);
  assert.equal(refused.status, 403);
  assert.match(await refused.text(), /<Code>InvalidAccessKeyId<\/Code>/);
});
