/**
 * Certificates, stamps and receipts: verifying what was signed blindly (protocol.md, section 5).
 *
 *     certificate  bound("certificate", circle) ‖ root              both duty keys of class, period
 *     stamp        bound("stamp", circle, period u32) ‖ nonce 32    the stamp key of the period
 *     receipt      bound("receipt", circle, period u32) ‖ nonce 32  the receipt key of the period
 *
 * RSASSA-PSS with SHA-384, MGF1 with SHA-384 and an empty salt (RFC 8017, section 8.1.2), which is
 * what RFC 9474's RSABSSA-SHA384-PSSZERO-Deterministic leaves once unblinded.
 *
 * A valid certificate says that both duty coordinators vouched for *somebody*. It does not say for
 * whom, and nothing here can blind or sign.
 */

import { sha384 } from "@noble/hashes/sha2.js";

import { concat, sameBytes, fromInteger, toInteger } from "./bytes.ts";
import {
  MODULUS_BYTES,
  PUBLIC_EXPONENT,
  bitLength,
  power,
  type CardClass,
  type CertifyingKey,
} from "./certifying_keys.ts";
import { SEALING_KEY_BYTES, type Circle } from "./circle.ts";
import { InvalidCertificate, InvalidKey, WrongLength } from "./errors.ts";
import { HASH_BYTES, SECRET_BYTES, SIGNATURE_BYTES, bound, hashed, u32, u8 } from "./labels.ts";

// period u32 ‖ nonce 32 ‖ signature 256, of a stamp and of a receipt alike
export const STAMP_BYTES = 292;

/** A nonce (32 bytes) of a period and its signature (256 bytes). */
export class Token {
  constructor(
    readonly period: number,
    readonly nonce: Uint8Array,
    readonly signature: Uint8Array,
  ) {}

  /** The wire form, 292 bytes. */
  toBytes(): Uint8Array {
    return concat(u32(this.period), this.nonce, this.signature);
  }

  /** The unverified token that *data* is. Raises WrongLength unless it has 292 bytes. */
  static fromBytes<T extends Token>(
    this: new (period: number, nonce: Uint8Array, signature: Uint8Array) => T,
    data: Uint8Array,
  ): T {
    if (data.length !== STAMP_BYTES) throw new WrongLength("a stamp or receipt has 292 bytes");
    return new this(Number(toInteger(data.slice(0, 4))), data.slice(4, 36), data.slice(36));
  }
}

/** Admits the card of one root, or its exchange. Verified or not: `verifyStamp` tells. */
export class Stamp extends Token {
  declare private readonly isStamp: true;
}

/** Earns its donor the next slot. Verified or not: `verifyReceipt` tells. */
export class Receipt extends Token {
  declare private readonly isReceipt: true;
}

/** The part of a root that commits to a sealing key of 1,216 bytes: 32 bytes. */
export function keyPart(publicKey: Uint8Array): Uint8Array {
  return hashed("klunak root key", publicKey);
}

/** The part of a root that commits to a claim tag of 32 bytes: 32 bytes. */
export function tagPart(claimTag: Uint8Array): Uint8Array {
  return hashed("klunak root tag", claimTag);
}

/** The root, 32 bytes, for whoever was shown one opening and the other part. */
export function rootOfParts(
  circle: Uint8Array,
  cardClass: CardClass,
  period: number,
  keyPart: Uint8Array,
  tagPart: Uint8Array,
): Uint8Array {
  return hashed("klunak root", concat(u8(cardClass), u32(period), circle, keyPart, tagPart));
}

/**
 * The root, 32 bytes, of a pseudonym's *publicKey* (1,216) and *claimTag* (32).
 *
 * *circle* is the 32-byte digest. Raises WrongLength for other sizes of key or tag.
 */
export function rootOf(
  circle: Uint8Array,
  cardClass: CardClass,
  period: number,
  publicKey: Uint8Array,
  claimTag: Uint8Array,
): Uint8Array {
  if (publicKey.length !== SEALING_KEY_BYTES || claimTag.length !== SECRET_BYTES) {
    throw new WrongLength("a root commits to 1,216 and 32 bytes");
  }
  return rootOfParts(circle, cardClass, period, keyPart(publicKey), tagPart(claimTag));
}

/** The nonce, 32 bytes, of the one stamp that goes with *root* (32): a slot is spent once. */
export function stampNonce(root: Uint8Array): Uint8Array {
  return hashed("klunak nonce", root);
}

/** What both duty keys sign for *root* (32 bytes). */
export function certificateMessage(circle: Uint8Array, root: Uint8Array): Uint8Array {
  return concat(bound("certificate", circle), root);
}

/** What the stamp key signs for *nonce* (32 bytes). */
export function stampMessage(circle: Uint8Array, period: number, nonce: Uint8Array): Uint8Array {
  return concat(bound("stamp", circle, u32(period)), nonce);
}

/** What the receipt key signs for *nonce* (32 bytes). */
export function receiptMessage(circle: Uint8Array, period: number, nonce: Uint8Array): Uint8Array {
  return concat(bound("receipt", circle, u32(period)), nonce);
}

/**
 * The root, 32 bytes, that both duty coordinators of *cardClass* in *period* signed.
 *
 * *publicKey* (1,216) and *claimTag* (32) open the root; *signatures* are two of 256 bytes, in the
 * order of the duties. Raises InvalidCertificate for anything else.
 */
export function verifyCertificate(
  circle: Circle,
  cardClass: CardClass,
  period: number,
  publicKey: Uint8Array,
  claimTag: Uint8Array,
  signatures: readonly Uint8Array[],
): Uint8Array {
  let root: Uint8Array;
  try {
    root = rootOf(circle.digest, cardClass, period, publicKey, claimTag);
  } catch (error) {
    if (error instanceof WrongLength || error instanceof RangeError) throw new InvalidCertificate();
    throw error;
  }
  return verifyRoot(circle, cardClass, period, root, signatures);
}

/**
 * *root* itself, if both duty coordinators signed it; says nothing about what it opens to.
 *
 * Raises InvalidCertificate.
 */
export function verifyRoot(
  circle: Circle,
  cardClass: CardClass,
  period: number,
  root: Uint8Array,
  signatures: readonly Uint8Array[],
): Uint8Array {
  const keys = known(() => circle.certificateKeys(period, cardClass));
  if (root.length !== HASH_BYTES || signatures.length !== keys.length) {
    throw new InvalidCertificate();
  }
  const message = certificateMessage(circle.digest, root);
  keys.forEach((key, at) => {
    verifySignature(key, message, signatures[at] ?? new Uint8Array(0));
  });
  return root;
}

/**
 * The stamp, if the stamp key of its period signed it. Raises InvalidCertificate.
 *
 * Whether it was spent, and whether its period still counts, is for the node to say.
 */
export function verifyStamp(circle: Circle, unverifiedStamp: Stamp): Stamp {
  const { period } = unverifiedStamp;
  verifyToken(circle, unverifiedStamp, stampMessage, () => circle.stampKey(period));
  return unverifiedStamp;
}

/** The receipt, if the receipt key of its period signed it. Raises InvalidCertificate. */
export function verifyReceipt(circle: Circle, unverifiedReceipt: Receipt): Receipt {
  const { period } = unverifiedReceipt;
  verifyToken(circle, unverifiedReceipt, receiptMessage, () => circle.receiptKey(period));
  return unverifiedReceipt;
}

/** Return if *signature* (256 bytes) is *key*'s on *message*; else InvalidCertificate. */
export function verifySignature(
  key: CertifyingKey,
  message: Uint8Array,
  signature: Uint8Array,
): void {
  if (signature.length !== SIGNATURE_BYTES) throw new InvalidCertificate();
  const n = toInteger(key.modulus);
  const value = toInteger(signature);
  if (value >= n) throw new InvalidCertificate();
  // Without a salt a message has exactly one encoding, so RFC 8017's EMSA-PSS-VERIFY, which takes
  // the encoding apart, comes to making it again.
  const encoded = fromInteger(power(value, PUBLIC_EXPONENT, n), MODULUS_BYTES);
  const expected = _emsaPssEncode(message, bitLength(n) - 1);
  if (!sameBytes(encoded, expected)) throw new InvalidCertificate();
}

const DIGEST_BYTES = 48;

// maskedDB ‖ H ‖ 0xbc;  DB = zeros ‖ 0x01, masked by MGF1(H);  H = SHA-384(8 zeros ‖ mHash)
//
// The salt is empty: what is signed must be the same on every visit. The value is hidden by the
// blinding, not by the salt. Python has this in blinding.py and verifies with a library; here both
// ways need it, and blinding is the one that imports.

/**
 * EMSA-PSS-ENCODE with SHA-384, MGF1-SHA-384 and no salt (RFC 8017, section 9.1.1).
 *
 * *encodedBits* is one less than the modulus has: RSASSA-PSS-VERIFY undoes exactly that.
 */
export function _emsaPssEncode(message: Uint8Array, encodedBits: number): Uint8Array {
  const size = Math.ceil(encodedBits / 8);
  const digest = sha384(concat(new Uint8Array(8), sha384(message)));
  const masked = mgf1(digest, size - DIGEST_BYTES - 1);
  const last = masked.length - 1;
  masked[last] = (masked[last] ?? 0) ^ 0x01;
  masked[0] = (masked[0] ?? 0) & (0xff >> (8 * size - encodedBits));
  return concat(masked, digest, Uint8Array.of(0xbc));
}

/** MGF1 with SHA-384 (RFC 8017, appendix B.2.1). */
function mgf1(seed: Uint8Array, length: number): Uint8Array {
  const blocks = Array.from({ length: Math.ceil(length / DIGEST_BYTES) }, (_, number) =>
    sha384(concat(seed, u32(number))),
  );
  return concat(...blocks).slice(0, length);
}

function verifyToken(
  circle: Circle,
  token: Token,
  messageOf: (circle: Uint8Array, period: number, nonce: Uint8Array) => Uint8Array,
  keyOf: () => CertifyingKey,
): void {
  const key = known(keyOf);
  if (token.nonce.length !== SECRET_BYTES) throw new InvalidCertificate();
  verifySignature(key, messageOf(circle.digest, token.period, token.nonce), token.signature);
}

/** What the almanac has; a period or duty it has not, nobody can have certified. */
function known<T>(look: () => T): T {
  try {
    return look();
  } catch (error) {
    throw error instanceof InvalidKey ? new InvalidCertificate() : error;
  }
}
