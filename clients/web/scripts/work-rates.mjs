/**
 * What the page's proof of work costs in this engine: `node [--jitless] scripts/work-rates.mjs`.
 * Standard input: {"password", "challenge": hex, "memories": [KiB], "seconds"}; standard output: by
 * memory the tries a second and the first digest, and how many hashes a second without memory.
 */

import { readFileSync } from "node:fs";

import { argon2id } from "@noble/hashes/argon2.js";
import { blake2b } from "@noble/hashes/blake2.js";
import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";

const asked = JSON.parse(readFileSync(0, "utf8"));
const password = hexToBytes(asked.password);
const challenge = hexToBytes(asked.challenge);

function rateOf(act) {
  act(); // the first call is the engine's to warm up
  const began = performance.now();
  let done = 0;
  do {
    act();
    done++;
  } while (performance.now() - began < asked.seconds * 1_000);
  return (done * 1_000) / (performance.now() - began);
}

const found = { tries: {}, digests: {}, hashes: rateOf(() => blake2b(password, { dkLen: 32 })) };
for (const memory of asked.memories) {
  const attempt = () => argon2id(password, challenge, { m: memory, t: 1, p: 1, dkLen: 32 });
  found.digests[memory] = bytesToHex(attempt());
  found.tries[memory] = rateOf(attempt);
}
console.log(JSON.stringify(found));
