// SHA-256 and its HMAC in the form that the SDK's signer (@smithy/signature-v4) is given them.
import { createHash, createHmac } from 'node:crypto';

export class Sha256 {
  constructor(secret) {
    this.hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret);
  }
  update(data) {
    this.hash.update(data);
  }
  async digest() {
    return new Uint8Array(this.hash.digest());
  }
}
