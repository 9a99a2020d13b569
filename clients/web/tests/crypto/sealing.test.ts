import assert from "node:assert/strict";
import test from "node:test";

import { randomBytes, sameBytes } from "../../src/crypto/bytes.ts";
import { CannotOpen, MalformedMessage, WrongLength } from "../../src/crypto/errors.ts";
import { RECORD_BYTES } from "../../src/crypto/labels.ts";
import { Out } from "../../src/crypto/messages/intake.ts";
import { closeRecord, openRecord, randomRecord } from "../../src/crypto/records.ts";
import { PUBLIC_KEY_BYTES, SealingKey, openSealed, seal } from "../../src/crypto/sealing.ts";

const message = { turn: 7, words: "дзякуй" };
const info = Uint8Array.of(1, 2, 3);

test("opening undoes sealing, and nothing is sealed twice alike", () => {
  const key = new SealingKey(randomBytes(32));
  const records = [1, 2].map(() => seal(Out, message, { recipient: key.public, info }));
  for (const record of records) {
    assert.equal(record.length, RECORD_BYTES);
    assert.deepEqual({ ...openSealed(Out, record, { key, info }) }, message);
  }
  assert.ok(!sameBytes(records[0] ?? info, records[1] ?? info));
});

test("another key, another purpose or one altered bit: all one refusal", () => {
  const key = new SealingKey(randomBytes(32));
  const record = seal(Out, message, { recipient: key.public, info });
  const other = new SealingKey(randomBytes(32));
  assert.throws(() => openSealed(Out, record, { key: other, info }), CannotOpen);
  assert.throws(() => openSealed(Out, record, { key, info: Uint8Array.of(1) }), CannotOpen);
  for (const at of [0, 1_087, 1_088, 1_119, 1_120, 4_095]) {
    const altered = record.slice();
    altered[at] = (altered[at] ?? 0) ^ 1;
    assert.throws(() => openSealed(Out, altered, { key, info }), CannotOpen, String(at));
  }
  assert.throws(() => openSealed(Out, randomRecord(), { key, info }), CannotOpen);
});

test("an encapsulation whose X25519 half is zero is refused like any other", () => {
  const key = new SealingKey(randomBytes(32));
  const record = seal(Out, message, { recipient: key.public, info });
  record.fill(0, 1_088, 1_120);
  assert.throws(() => openSealed(Out, record, { key, info }), CannotOpen);
});

test("records of another length are refused before anything is computed", () => {
  const key = new SealingKey(randomBytes(32));
  for (const length of [0, RECORD_BYTES - 1, RECORD_BYTES + 1]) {
    const record = new Uint8Array(length);
    assert.throws(() => openSealed(Out, record, { key, info }), WrongLength);
    assert.throws(() => openRecord(Out, record, { key: randomBytes(32), aad: info }), WrongLength);
  }
});

test("a public key too short, above the modulus or of small order is none", () => {
  const good = new SealingKey(randomBytes(32)).public;
  const above = good.slice().fill(0xff, 0, 2);
  const small = good.slice().fill(0, PUBLIC_KEY_BYTES - 32);
  const sealTo = (recipient: Uint8Array) => (): unknown => seal(Out, message, { recipient, info });
  assert.throws(sealTo(good.slice(1)), WrongLength);
  assert.throws(sealTo(above), MalformedMessage);
  assert.throws(sealTo(small), MalformedMessage);
});

test("a sealing key shows its secret to nobody who prints or copies it", () => {
  const seed = randomBytes(32);
  const key = new SealingKey(seed);
  assert.deepEqual(Object.keys(key), ["public"]);
  assert.throws(() => new SealingKey(seed.slice(1)), WrongLength);
});

test("opening undoes closing under a shared key", () => {
  const shared = { key: randomBytes(32), aad: info };
  const record = closeRecord(Out, message, shared);
  assert.equal(record.length, RECORD_BYTES);
  assert.deepEqual({ ...openRecord(Out, record, shared) }, message);
  assert.throws(() => openRecord(Out, randomRecord(), shared), CannotOpen);
});
