// AWS SDK for JavaScript v3: POST uploads by form, sent by fetch as a browser sends them.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { CreateAccessKeyCommand, CreateUserCommand, UpdateAccessKeyCommand } from '@aws-sdk/client-iam';
import { CreateBucketCommand, GetObjectCommand } from '@aws-sdk/client-s3';
import { createPresignedPost } from '@aws-sdk/s3-presigned-post';
import { Server } from './keymill.mjs';

const Bucket = 'javascript-forms';
let server, s3;

before(async () => {
  server = await Server.start();
  s3 = server.root.s3;
  await s3.send(new CreateBucketCommand({ Bucket }));
});
after(() => server?.stop());

async function post({ url, fields }, content = 'posted', name = 'f.txt') {
  const form = new FormData();
  for (const [field, value] of Object.entries(fields)) form.append(field, value);
  form.append('file', new Blob([content]), name);
  const answer = await fetch(url, { method: 'POST', body: form, redirect: 'manual' });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, text, code: /<Code>(.*)<\/Code>/.exec(text)?.[1] };
}

test('a form is an upload, with fields and the file\'s name', async () => {
  const form = await createPresignedPost(s3, {
    Bucket,
    Key: 'up/${filename}',
    Conditions: [['content-length-range', 1, 1000], ['starts-with', '$Content-Type', 'text/'], { 'x-amz-meta-a': 'b' }],
    Fields: { 'Content-Type': 'text/plain', 'x-amz-meta-a': 'b' },
  });
  assert.equal((await post(form, 'posted', 'ä.txt')).status, 204);
  const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'up/ä.txt' }));
  assert.equal(await got.Body.transformToString(), 'posted');
  assert.deepEqual([got.ContentType, got.Metadata], ['text/plain', { a: 'b' }]);
  assert.equal((await post(form, 'x'.repeat(1001))).code, 'EntityTooLarge');
  assert.equal((await post({ ...form, fields: { ...form.fields, 'Content-Type': 'image/png' } })).code, 'AccessDenied');
});

test('success_action_status 201 answers with a document', async () => {
  const Fields = { success_action_status: '201' };
  const form = await createPresignedPost(s3, { Bucket, Key: 'k', Fields, Conditions: [{ success_action_status: '201' }] });
  const answer = await post(form);
  assert.equal(answer.status, 201);
  assert.match(answer.text, /<PostResponse><Location>.*<\/Location><Bucket>javascript-forms<\/Bucket><Key>k<\/Key><ETag>/);
});

test('a form dies with its key', async () => {
  await server.root.iam.send(new CreateUserCommand({ UserName: 'poster' }));
  const { AccessKey } = await server.root.iam.send(new CreateAccessKeyCommand({ UserName: 'poster' }));
  const form = await createPresignedPost(server.clients(AccessKey).s3, { Bucket, Key: 'dies', Expires: 600 });
  assert.equal((await post(form)).status, 204);
  const { UserName, AccessKeyId } = AccessKey;
  await server.root.iam.send(new UpdateAccessKeyCommand({ UserName, AccessKeyId, Status: 'Inactive' }));
  assert.equal((await post(form)).code, 'InvalidAccessKeyId');
});
