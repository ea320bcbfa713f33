// How long the SDK for JavaScript's signer takes to sign a boto3 GetObject; prints a line of JSON. It caches the key.
import { readFileSync } from "node:fs";
import { SignatureV4 } from "@smithy/signature-v4";
import { Sha256 } from "./sha256.mjs"; // of tests/clients/js; `run` copies it here

const signer = new SignatureV4({
  credentials: { accessKeyId: "AKIAQKEYMILL0EXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" },
  region: "us-east-1", service: "s3", sha256: Sha256, uriEscapePath: false, applyChecksum: true,
});

async function sign(rounds) {
  const began = process.hrtime.bigint();
  for (let i = 0; i < rounds; i++) {
    await signer.sign({
      method: "GET", protocol: "http:", hostname: "localhost", port: 5396, path: "/my-bucket/reports/2015/august.parquet",
      query: {}, headers: { host: "localhost:5396", "x-amz-checksum-mode": "ENABLED" },
    });
  }
  return Number(process.hrtime.bigint() - began) / rounds;
}

const turns = 5;
await sign(2000);
const rounds = Math.max(1, Math.floor((Number(process.argv[2]) * 1e9) / turns / (await sign(1000))));
let best = Infinity;
for (let turn = 0; turn < turns; turn++) best = Math.min(best, await sign(rounds));
const { version } = JSON.parse(readFileSync(new URL("node_modules/@smithy/signature-v4/package.json", import.meta.url)));
console.log(JSON.stringify({ name: "@smithy/signature-v4 signs", version, key: "cached", ns: best }));
