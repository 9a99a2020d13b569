import assert from "node:assert/strict";
import test from "node:test";

import { ml_kem768_x25519 as readyMade } from "@noble/post-quantum/hybrid.js";

import { randomBytes } from "../../src/crypto/bytes.ts";
import { decapsulate, encapsulate, publicKeyOf } from "../../src/crypto/xwing.ts";

test("it is what the library's own combination makes of the same seeds", () => {
  for (let turn = 0; turn < 8; turn++) {
    const [seed, eseed] = [randomBytes(32), randomBytes(64)];
    const key = publicKeyOf(seed);
    assert.deepEqual(key, readyMade.getPublicKey(seed));
    const { enc, shared } = encapsulate(key, eseed);
    const theirs = readyMade.encapsulate(key, eseed);
    assert.deepEqual([enc, shared], [theirs.cipherText, theirs.sharedSecret]);
    assert.deepEqual(decapsulate(enc, seed), shared);
    assert.deepEqual(readyMade.decapsulate(enc, seed), shared);
  }
});

test("a half that is no key, or of another size, is refused", () => {
  const seed = randomBytes(32);
  const key = publicKeyOf(seed);
  const { enc } = encapsulate(key, randomBytes(64));
  for (const wrong of [key.slice(1), key.slice().fill(0, 1_184), key.slice().fill(0xff, 0, 2)]) {
    assert.throws(() => encapsulate(wrong, randomBytes(64)));
  }
  for (const wrong of [enc.slice(1), enc.slice().fill(0, 1_088)]) {
    assert.throws(() => decapsulate(wrong, seed));
  }
});
