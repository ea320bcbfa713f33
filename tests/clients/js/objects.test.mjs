// AWS SDK for JavaScript v3: buckets and objects.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { after, before, test } from 'node:test';
import {
  CopyObjectCommand, CreateBucketCommand, DeleteBucketCommand, DeleteObjectCommand, DeleteObjectsCommand,
  GetObjectCommand, HeadBucketCommand, HeadObjectCommand, ListBucketsCommand, ListObjectsV2Command, NoSuchBucket,
  NoSuchKey, NotFound, PutObjectCommand, S3ServiceException, paginateListObjectsV2,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { Server } from './keymill.mjs';

const MIB = 1024 * 1024;
const Bucket = 'javascript';
let server, s3;

before(async () => {
  server = await Server.start();
  s3 = server.root.s3;
  await s3.send(new CreateBucketCommand({ Bucket }));
});
after(() => server?.stop());

const md5 = (data) => `"${createHash('md5').update(data).digest('hex')}"`;
const bytes = async (answer) => Buffer.from(await answer.Body.transformToByteArray());
const get = async (Key, more = {}) => s3.send(new GetObjectCommand({ Bucket, Key, ...more }));
const put = async (Key, Body, more = {}) => s3.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));

async function keys(Prefix) {
  const found = [];
  for await (const page of paginateListObjectsV2({ client: s3, pageSize: 7 }, { Bucket, Prefix })) {
    found.push(...(page.Contents ?? []).map((entry) => entry.Key));
  }
  return found;
}

test('buckets come and go', async () => {
  const name = 'come-and-go';
  await s3.send(new CreateBucketCommand({ Bucket: name }));
  await s3.send(new HeadBucketCommand({ Bucket: name }));
  const listed = await s3.send(new ListBucketsCommand({}));
  assert.ok(listed.Buckets.some((bucket) => bucket.Name === name && bucket.CreationDate instanceof Date));
  await s3.send(new DeleteBucketCommand({ Bucket: name }));
  await assert.rejects(s3.send(new HeadBucketCommand({ Bucket: name })), NotFound);
  await assert.rejects(s3.send(new ListObjectsV2Command({ Bucket: name })), NoSuchBucket);
});

test('an object comes back as it was put', async () => {
  const body = randomBytes(100_000);
  const answer = await put('dir/object', body, { ContentType: 'text/x-test', Metadata: { owner: 'me' } });
  assert.equal(answer.ETag, md5(body));
  const got = await get('dir/object');
  assert.deepEqual(await bytes(got), body);
  assert.deepEqual([got.ContentType, got.Metadata, got.ETag], ['text/x-test', { owner: 'me' }, md5(body)]);
  const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'dir/object' }));
  assert.deepEqual([head.ContentLength, head.ETag], [100_000, md5(body)]);
});

test('a missing key raises the SDK\'s own class', async () => {
  await assert.rejects(get('missing'), (error) => {
    assert.ok(error instanceof NoSuchKey && error instanceof S3ServiceException);
    assert.equal(error.message, 'The specified key does not exist.');
    assert.equal(error.$metadata.httpStatusCode, 404);
    assert.ok(error.$metadata.requestId);
    return true;
  });
  await assert.rejects(s3.send(new HeadObjectCommand({ Bucket, Key: 'missing' })), NotFound);
});

test('ranges', async () => {
  const body = randomBytes(3 * MIB);
  await put('ranged', body);
  for (const [range, begin, end] of [
    ['bytes=0-9', 0, 10], [`bytes=${MIB - 5}-${MIB + 4}`, MIB - 5, MIB + 5], ['bytes=-7', 3 * MIB - 7, 3 * MIB],
  ]) {
    const got = await get('ranged', { Range: range });
    assert.equal(got.ContentRange, `bytes ${begin}-${end - 1}/${3 * MIB}`);
    assert.deepEqual(await bytes(got), body.subarray(begin, end));
  }
  await assert.rejects(get('ranged', { Range: `bytes=${3 * MIB}-` }), { name: 'InvalidRange' });
});

test('eight mebibytes, streamed up by lib-storage in one request and down again', async () => {
  const body = randomBytes(8 * MIB);
  await new Upload({ client: s3, partSize: 16 * MIB, params: { Bucket, Key: 'big', Body: Readable.from([body]) } }).done();
  const digest = createHash('md5');
  for await (const chunk of (await get('big')).Body) digest.update(chunk);
  assert.equal(`"${digest.digest('hex')}"`, md5(body));
});

test('copies', async () => {
  await put('source +ä', Buffer.from('copied'), { Metadata: { a: '1' } });
  const CopySource = encodeURIComponent(`${Bucket}/source +ä`);
  const answer = await s3.send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource }));
  assert.equal(answer.CopyObjectResult.ETag, md5('copied'));
  const got = await get('copy');
  assert.deepEqual([String(await bytes(got)), got.Metadata], ['copied', { a: '1' }]);
});

test('deletes, one and many', async () => {
  await Promise.all(Array.from({ length: 20 }, (_, number) => put(`many/${number}`, 'x')));
  assert.equal((await keys('many/')).length, 20);
  await s3.send(new DeleteObjectCommand({ Bucket, Key: 'many/0' }));
  const Objects = Array.from({ length: 19 }, (_, number) => ({ Key: `many/${number + 1}` }));
  const answer = await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
  assert.equal(answer.Deleted.length, 19);
  assert.deepEqual(await keys('many/'), []);
});

for (const key of [
  'with space', 'plus+plus', 'percent%41', 'unicode-äöü', '日本語', '🔑', '../up', 'a/../b', 'a/./b', 'a//b', '/leading',
  'trailing/', 'what?', 'hash#tag', 'a&b=c', '\'"<>&', 'back\\slash', 'tilde~!()*', 'return\rinside',
]) {
  test(`odd key ${JSON.stringify(key)}`, async () => {
    const full = `odd/${key}`;
    await put(full, Buffer.from(key));
    assert.equal(String(await bytes(await get(full))), key);
    const listed = [];
    for await (const page of paginateListObjectsV2({ client: s3 }, { Bucket, Prefix: full, EncodingType: 'url' })) {
      listed.push(...page.Contents.map((entry) => decodeURIComponent(entry.Key.replaceAll('+', ' '))));
    }
    assert.deepEqual(listed, [full]);
    await s3.send(new DeleteObjectCommand({ Bucket, Key: full }));
    await assert.rejects(get(full), NoSuchKey);
  });
}

test('a hundred requests at once each get their own answer', async () => {
  await Promise.all(Array.from({ length: 100 }, async (_, number) => {
    const body = Buffer.alloc(1000 + number, number);
    await put(`parallel/${number}`, body);
    assert.deepEqual(await bytes(await get(`parallel/${number}`)), body);
  }));
});
