/**
 * Certifying keys: the public half of what coordinators sign blindly with (protocol.md,
 * section 4).
 *
 * RSA, 2,048 bit, e = 65537. A key counts only with its eight challenges answered: e-th roots of
 * values that hash out of the key itself. Somebody who could prepare a key under which raising to
 * e is no permutation could tag the people it certifies; such a key has roots for at most one
 * value in 65,537, so the chance that all eight have one is below 2^-128.
 *
 * This says nothing about who holds the private half or whether it is shared.
 */

import { concat, toInteger, utf8 } from "./bytes.ts";
import { InvalidKey } from "./errors.ts";
import { deriveLong, hashed, u32, u8 } from "./labels.ts";

export const MODULUS_BITS = 2_048;
export const MODULUS_BYTES = 256;
export const PUBLIC_EXPONENT = 65_537n;
export const CHALLENGE_COUNT = 8;

// 16 bytes more than the modulus: the remainder mod n is uniform up to 2^-128.
const CHALLENGE_BYTES = 272;

/** What a certifying key signs, and the word for it in the almanac. */
export const Use = {
  REQUEST: "request",
  OFFER: "offer",
  STAMP: "stamp",
  RECEIPT: "receipt",
} as const;
export type Use = (typeof Use)[keyof typeof Use];

/** The two classes of cards, by the number that stands in roots and cards. */
export const CardClass = { REQUEST: 0, OFFER: 1 } as const;
export type CardClass = (typeof CardClass)[keyof typeof CardClass];

/** The use of the keys that certify *cardClass*. */
export function useOf(cardClass: CardClass): Use {
  return cardClass === CardClass.REQUEST ? Use.REQUEST : Use.OFFER;
}

/**
 * One coordinator's public key for one use in one period.
 *
 * `coordinator` is its number in the charter, `modulus` 256 bytes, `challenges` eight roots of
 * 256 bytes each. Nothing is checked here: `admitKey` is the door.
 */
export interface CertifyingKey {
  readonly coordinator: number;
  readonly use: Use;
  readonly period: number;
  readonly modulus: Uint8Array;
  readonly challenges: readonly Uint8Array[];
}

/** H("klunak key id", modulus), 32 bytes: the name of a key by its *modulus* of 256 bytes. */
export function keyId(modulus: Uint8Array): Uint8Array {
  return hashed("klunak key id", modulus);
}

/** HKDF of the modulus, bound to circle, period, use and number, reduced mod n. */
export function challengeValue(
  modulus: Uint8Array,
  circle: Uint8Array,
  period: number,
  use: Use,
  number: number,
): bigint {
  const context = concat(circle, u32(period), utf8(`${use}\0`), u8(number));
  const wide = deriveLong(CHALLENGE_BYTES, modulus, "key challenge", context);
  return toInteger(wide) % toInteger(modulus);
}

/**
 * *key* itself, if it may be used in *circle* (the 32-byte digest).
 *
 * Raises InvalidKey when the modulus has not exactly 2,048 bits or is even, or when a challenge
 * has no root among `key.challenges`, in order.
 */
export function admitKey(key: CertifyingKey, circle: Uint8Array): CertifyingKey {
  const n = toInteger(key.modulus);
  if (key.modulus.length !== MODULUS_BYTES || bitLength(n) !== MODULUS_BITS || n % 2n === 0n) {
    throw new InvalidKey("the modulus is no odd number of 2,048 bits");
  }
  if (key.challenges.length !== CHALLENGE_COUNT) throw new InvalidKey("not eight challenges");
  key.challenges.forEach((root, number) => {
    const rootValue = toInteger(root);
    // A root at or above n would be a second way to write the same answer.
    if (root.length !== MODULUS_BYTES || rootValue === 0n || rootValue >= n) {
      throw new InvalidKey("a challenge is out of range");
    }
    const answered = power(rootValue, PUBLIC_EXPONENT, n);
    if (answered !== challengeValue(key.modulus, circle, key.period, key.use, number)) {
      throw new InvalidKey("a challenge is not answered");
    }
  });
  return key;
}

/** base^exponent mod n. Takes time by value: for public exponents only. */
export function power(base: bigint, exponent: bigint, n: bigint): bigint {
  let result = 1n;
  let square = base % n;
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = (result * square) % n;
    square = (square * square) % n;
  }
  return result;
}

/** How many bits *number* has, which is not negative. */
export function bitLength(number: bigint): number {
  return number === 0n ? 0 : number.toString(2).length;
}
