/**
 * Proof of work: what an intake without an invite pays (protocol.md, section 7).
 *
 *     Argon2id(nonce 8 ‖ H("klunak work", body from retry on), salt = challenge,
 *              1,024 KiB, t = 1, p = 1, 32 bytes)          begins with `bits` zero bits
 *
 * A try costs some milliseconds and a megabyte, a quarter of a second without a JIT. The expected
 * number of tries is 2^bits, and nobody knows beforehand when it ends, so progress tells tries,
 * not a percentage of something certain.
 */

import { argon2idAsync } from "@noble/hashes/argon2.js";

import { concat, fromInteger, randomBytes, toInteger } from "../crypto/bytes.ts";
import { HASH_BYTES, hashed } from "../crypto/labels.ts";
import { Breath } from "./pauses.ts";

export const NONCE_BYTES = 8;
export const MEMORY_KIB = 1_024;

/** Python tells every sixteen tries of a millisecond; here one can take a quarter of a second. */
export const TELL_EVERY = 1;

const NONCES = 1n << BigInt(8 * NONCE_BYTES);

/** Called with the tries made and the tries expected (2^bits). */
export type Progress = (tries: number, expected: number) => void;

/** What is watched and stopped while a phone works. */
export interface Watch {
  readonly progress?: Progress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * A nonce, 8 bytes, that pays for *body* (an intake from its retry token on).
 *
 * The page is let breathe in between. Raises Cancelled once *signal* is aborted.
 */
export async function workFor(
  body: Uint8Array,
  { challenge, bits, progress, signal }: Watch & {
    readonly challenge: Uint8Array;
    readonly bits: number;
  },
): Promise<Uint8Array> {
  const request = hashed("klunak work", body);
  // From a random start: two phones that ask at once should not spend the same nonce.
  const start = toInteger(randomBytes(NONCE_BYTES));
  const breath = new Breath();
  for (let tries = 0; ; tries++) {
    await breath.take(signal);
    const nonce = fromInteger((start + BigInt(tries)) % NONCES, NONCE_BYTES);
    if (leadingZeros(await argon2id(concat(nonce, request), challenge)) >= bits) return nonce;
    if ((tries + 1) % TELL_EVERY === 0) progress?.(tries + 1, 2 ** bits);
  }
}

/** One try, 32 bytes: *password* is nonce ‖ H("klunak work", body). */
export function argon2id(password: Uint8Array, challenge: Uint8Array): Promise<Uint8Array> {
  return argon2idAsync(password, challenge, { m: MEMORY_KIB, t: 1, p: 1, dkLen: HASH_BYTES });
}

function leadingZeros(digest: Uint8Array): number {
  const bits = toInteger(digest).toString(2);
  return 8 * digest.length - (bits === "0" ? 0 : bits.length);
}
