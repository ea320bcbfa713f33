// AWS SDK for JavaScript v3: its own chain of credential providers reads a web identity token from a file.
import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import {
  CreateOpenIDConnectProviderCommand, CreateRoleCommand, PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { Server } from './keymill.mjs';

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
let server, issuer;

before(async () => {
  server = await Server.start();
  issuer = createServer((request, response) => {
    const keys = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k1', alg: 'RS256', use: 'sig' }] };
    const discovery = { issuer: issuer.url, jwks_uri: `${issuer.url}/keys` };
    response.end(JSON.stringify(request.url === '/keys' ? keys : discovery));
  });
  await new Promise((resolve) => issuer.listen(0, '127.0.0.1', resolve));
  issuer.url = `http://127.0.0.1:${issuer.address().port}`;
});
after(async () => {
  issuer?.close();
  await server?.stop();
});

function token(claims) {
  const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const text = `${encode({ alg: 'RS256', kid: 'k1' })}.${encode(claims)}`;
  return `${text}.${sign('sha256', Buffer.from(text), privateKey).toString('base64url')}`;
}

test('a token file becomes credentials', async () => {
  const { iam } = server.root;
  const provider = await iam.send(new CreateOpenIDConnectProviderCommand({ Url: issuer.url, ClientIDList: ['app'] }));
  const policy = (statement) => JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...statement }] });
  const role = await iam.send(new CreateRoleCommand({
    RoleName: 'web',
    AssumeRolePolicyDocument: policy({
      Principal: { Federated: provider.OpenIDConnectProviderArn }, Action: 'sts:AssumeRoleWithWebIdentity',
    }),
  }));
  await iam.send(new PutRolePolicyCommand({
    RoleName: 'web', PolicyName: 'p', PolicyDocument: policy({ Action: 's3:*', Resource: '*' }),
  }));
  const file = join(server.folder, 'token');
  const now = Math.floor(Date.now() / 1000);
  writeFileSync(file, token({ iss: issuer.url, sub: 'ann', aud: 'app', iat: now, exp: now + 600 }));
  Object.assign(process.env, {
    AWS_ROLE_ARN: role.Role.Arn, AWS_WEB_IDENTITY_TOKEN_FILE: file, AWS_ROLE_SESSION_NAME: 'pod',
    AWS_ENDPOINT_URL: server.endpoint, AWS_REGION: 'us-east-1',
  });
  const caller = await new STSClient({}).send(new GetCallerIdentityCommand({}));
  assert.equal(caller.Arn, 'arn:aws:sts::123456789012:assumed-role/web/pod');
  const listed = await new S3Client({ forcePathStyle: true }).send(new ListBucketsCommand({}));
  assert.deepEqual(listed.Buckets ?? [], []);
});
