// Signs requests with the SDK for JavaScript's signer: a JSON object a line on standard input, one a line on standard output.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { Sha256 } from "../clients/js/sha256.mjs";

// The packages are those of tests/clients/js.
const { SignatureV4 } = createRequire(new URL("../clients/js/package.json", import.meta.url))("@smithy/signature-v4");

async function sign(line) {
  const draft = JSON.parse(line);
  const signer = new SignatureV4({
    credentials: draft.credentials, region: draft.region, service: "s3", sha256: Sha256, uriEscapePath: false,
    applyChecksum: true,
  });
  const query = {};
  for (const [name, value] of draft.query) {
    query[name] = name in query ? [].concat(query[name], value) : value;
  }
  const [hostname, port] = draft.host.split(":");
  const headers = { host: draft.host, ...Object.fromEntries(draft.headers) };
  if (draft.unsigned) headers["x-amz-content-sha256"] = "UNSIGNED-PAYLOAD";
  const request = {
    method: draft.method, protocol: "http:", hostname, port: Number(port), path: draft.path, query, headers,
    body: Buffer.from(draft.body, "hex"),
  };
  const signed = draft.presigned ? await signer.presign(request, { expiresIn: 300 }) : await signer.sign(request);
  const pairs = Object.entries(signed.query ?? {}).flatMap(([name, value]) => [].concat(value).map((one) => [name, one]));
  return JSON.stringify({ headers: Object.entries(signed.headers), query: pairs });
}

for await (const line of createInterface({ input: process.stdin })) {
  if (line) process.stdout.write(`${await sign(line)}\n`);
}
