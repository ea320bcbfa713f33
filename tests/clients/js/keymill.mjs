// One real `keymill serve` for a test file, and SDK clients that sign for a given pair. KEYMILL_BINARY names the binary
// (default: the release build's). With KEYMILL_TLS_CERT and KEYMILL_TLS_KEY, two files, all is done by HTTPS instead of HTTP;
// Node has to trust the certificate from its start, by NODE_EXTRA_CA_CERTS.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { IAMClient } from '@aws-sdk/client-iam';
import { S3Client } from '@aws-sdk/client-s3';
import { STSClient } from '@aws-sdk/client-sts';

const binary = process.env.KEYMILL_BINARY ?? new URL('../../../build/release/keymill', import.meta.url).pathname;

const { KEYMILL_TLS_CERT: certificate, KEYMILL_TLS_KEY: key } = process.env;
const tls = certificate ? ['--tls-listen', '127.0.0.1:0', '--tls-cert', certificate, '--tls-key', key] : [];

// Nothing of the developer's own AWS settings may reach the clients.
for (const name of Object.keys(process.env)) {
  if (/^(AWS_|KEYMILL_(?!BINARY$))/.test(name) || /_proxy$/i.test(name)) delete process.env[name];
}
process.env.AWS_CONFIG_FILE = process.env.AWS_SHARED_CREDENTIALS_FILE = '/nonexistent/keymill-test';
process.env.AWS_EC2_METADATA_DISABLED = 'true';

export class Server {
  static async start() {
    const server = new Server();
    server.folder = mkdtempSync(join(tmpdir(), 'keymill-js-'));
    const data = join(server.folder, 'data');
    server.process = spawn(binary, ['serve', '--listen', '127.0.0.1:0', '--data', data, ...tls], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    server.log = '';
    server.process.stderr.on('data', (text) => { server.log += text; });
    server.exited = new Promise((resolve) => {
      server.process.once('exit', (code, signal) => resolve(code ?? signal));
      server.process.once('error', resolve); // it could not be started at all
    });
    const failed = server.exited.then((status) => { throw new Error(`keymill ended: ${status}\n${server.log}`); });
    failed.catch(() => {});
    const lines = createInterface({ input: server.process.stdout });
    const ready = new Promise((resolve) => {
      lines.on('line', (line) => {
        const match = (certificate ? /^keymill ready .* tls_endpoint=(\S+)/ : /^keymill ready .*?endpoint=(\S+)/).exec(line);
        if (match) resolve(match[1]);
      });
    });
    server.endpoint = await Promise.race([ready, failed]);
    const credentials = readFileSync(join(data, 'credentials'), 'utf8');
    server.root = server.clients({
      AccessKeyId: /aws_access_key_id\s*=\s*(\S+)/.exec(credentials)[1],
      SecretAccessKey: /aws_secret_access_key\s*=\s*(\S+)/.exec(credentials)[1],
    });
    return server;
  }

  // { s3, iam, sts } signing with one pair, as CreateAccessKey returns it. Retries are off: a test wants the first answer.
  clients({ AccessKeyId, SecretAccessKey }) {
    const options = {
      endpoint: this.endpoint,
      region: 'us-east-1',
      maxAttempts: 1,
      credentials: { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey },
    };
    return {
      s3: new S3Client({ ...options, forcePathStyle: true }),
      iam: new IAMClient(options),
      sts: new STSClient(options),
    };
  }

  async stop() {
    this.process.kill('SIGTERM');
    const status = await this.exited;
    rmSync(this.folder, { recursive: true, force: true });
    if (status !== 0) throw new Error(`keymill ended with ${status} on SIGTERM\n${this.log}`);
  }
}
