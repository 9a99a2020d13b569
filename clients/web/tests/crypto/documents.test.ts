import assert from "node:assert/strict";
import test from "node:test";

import { ed25519 } from "@noble/curves/ed25519.js";
import { sha512 } from "@noble/hashes/sha2.js";

import { concat, utf8 } from "../../src/crypto/bytes.ts";
import { verify } from "../../src/crypto/documents.ts";
import { InvalidSignature } from "../../src/crypto/errors.ts";

const { Point } = ed25519;
const message = utf8("almanac");
const seed = new Uint8Array(32).fill(5);
const publicKey = ed25519.getPublicKey(seed);
const signature = ed25519.sign(message, seed);

test("a signature counts for its key and its message", () => {
  verify(publicKey, message, signature);
  const other = ed25519.getPublicKey(new Uint8Array(32).fill(6));
  refused(other, message, signature);
  refused(publicKey, utf8("Almanac"), signature);
});

test("sizes other than 32 and 64 are no signature", () => {
  refused(publicKey.slice(1), message, signature);
  refused(publicKey, message, signature.slice(1));
});

test("the same signature with the order added is another one, and refused", () => {
  const s = little(signature.slice(32)) + Point.Fn.ORDER;
  const again = concat(signature.slice(0, 32), bytesOf(s));
  refused(publicKey, message, again);
});

test("points of small order sign nothing", () => {
  const identity = concat(Uint8Array.of(1), new Uint8Array(31));
  const all = concat(identity, new Uint8Array(32));
  refused(identity, message, all);
});

test("a signature that holds only up to the cofactor is refused, as libsodium does", () => {
  // R carries a point of order eight; noble's own verify would multiply it away.
  const torsion = Point.fromHex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a");
  const r = 12_345n;
  const R = Point.BASE.multiply(r).add(torsion).toBytes();
  const { scalar } = ed25519.utils.getExtendedPublicKey(seed);
  const k = little(sha512(concat(R, publicKey, message)));
  const forged = concat(R, bytesOf((r + k * scalar) % Point.Fn.ORDER));
  assert.ok(ed25519.verify(forged, message, publicKey, { zip215: false }));
  refused(publicKey, message, forged);
});

function refused(key: Uint8Array, signed: Uint8Array, by: Uint8Array): void {
  assert.throws(() => {
    verify(key, signed, by);
  }, InvalidSignature);
}

function little(data: Uint8Array): bigint {
  return data.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}

function bytesOf(number: bigint): Uint8Array {
  return Uint8Array.from({ length: 32 }, (_, at) => Number((number >> BigInt(8 * at)) & 0xffn));
}
