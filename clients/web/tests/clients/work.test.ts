/** The price of an intake without an invite. */

import assert from "node:assert/strict";
import test from "node:test";

import { argon2id } from "@noble/hashes/argon2.js";

import { concat, utf8 } from "../../src/crypto/bytes.ts";
import { hashed } from "../../src/crypto/labels.ts";
import { Cancelled } from "../../src/clients/errors.ts";
import { workFor } from "../../src/clients/work.ts";

const challenge = new Uint8Array(16).fill(1);
const body = utf8("body");

test("what was worked for has the bits that were asked for", async () => {
  const nonce = await workFor(body, { challenge, bits: 4 });
  const password = concat(nonce, hashed("klunak work", body));
  const digest = argon2id(password, challenge, { m: 1_024, t: 1, p: 1, dkLen: 32 });
  assert.equal(nonce.length, 8);
  assert.ok((digest[0] ?? 255) < 16);
});

test("work of no bits is the first try, and is not told of", async () => {
  const progress = (): void => {
    assert.fail("told");
  };
  assert.equal((await workFor(body, { challenge, bits: 0, progress })).length, 8);
});

test("progress is told in tries, and work that is not wanted any more ends", async () => {
  const stop = new AbortController();
  const told: (readonly [number, number])[] = [];
  const progress = (...now: readonly [number, number]): void => {
    told.push(now);
    if (now[0] === 2) stop.abort();
  };
  const working = workFor(body, { challenge, bits: 32, progress, signal: stop.signal });
  await assert.rejects(working, Cancelled);
  assert.deepEqual(told, [
    [1, 2 ** 32],
    [2, 2 ** 32],
  ]);
});

test("others get their turn while a phone works", async () => {
  const stop = new AbortController();
  let turns = 0;
  const timer = setInterval(() => {
    if (++turns === 3) stop.abort();
  }, 1);
  await assert.rejects(workFor(body, { challenge, bits: 32, signal: stop.signal }), Cancelled);
  clearInterval(timer);
  assert.equal(turns, 3);
});
