/**
 * Sizes, hashes and labels (protocol.md, sections 1 and 2).
 *
 * Every key, seal, record and signature is bound to what it is for through a label that begins
 * with the protocol's version; nothing that is stored has to carry one.
 */

import { blake2b } from "@noble/hashes/blake2.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";

import { concat, utf8 } from "./bytes.ts";

export const VERSION = "klunak/1/";

export const RECORD_BYTES = 4_096;
export const SECRET_BYTES = 32;
export const HASH_BYTES = 32;
export const SIGNATURE_BYTES = 256;

/** How many roots, stamps and receipts a client always asks for. */
export const BLIND_COUNT = 3;

/** How many pages a card has. */
export const PAGES = 4;

const PERSON_BYTES = 16;
const NOTHING = new Uint8Array(0);

/** BLAKE2b-256 (RFC 7693) of *data*, personalised by *person*, at most 16 ASCII characters. */
export function hashed(person: string, data: Uint8Array): Uint8Array {
  const personalization = new Uint8Array(PERSON_BYTES);
  personalization.set(utf8(person));
  return blake2b(data, { dkLen: HASH_BYTES, personalization });
}

/** HKDF-SHA256 (RFC 5869) with an empty salt: 32 bytes for *label* and *context*. */
export function derive(
  secret: Uint8Array,
  label: string,
  ...context: readonly Uint8Array[]
): Uint8Array {
  return deriveLong(SECRET_BYTES, secret, label, ...context);
}

/** `derive` for another *length*: Python's keyword argument, which a rest parameter cannot have. */
export function deriveLong(
  length: number,
  secret: Uint8Array,
  label: string,
  ...context: readonly Uint8Array[]
): Uint8Array {
  return hkdf(sha256, secret, NOTHING, concat(utf8(`${VERSION}${label}\0`), ...context), length);
}

/** What a seal, a record or a signature is bound to: purpose, circle digest, context. */
export function bound(
  label: string,
  circle: Uint8Array,
  ...context: readonly Uint8Array[]
): Uint8Array {
  return concat(utf8(`${VERSION}${label}\0`), circle, ...context);
}

/** One byte. Raises RangeError outside 0..255. */
export function u8(number: number): Uint8Array {
  return unsigned(number, 1);
}

/** Two bytes, big-endian. */
export function u16(number: number): Uint8Array {
  return unsigned(number, 2);
}

/** Four bytes, big-endian. */
export function u32(number: number): Uint8Array {
  return unsigned(number, 4);
}

function unsigned(number: number, length: number): Uint8Array {
  if (!Number.isInteger(number) || number < 0 || number >= 2 ** (8 * length)) {
    throw new RangeError(`not an unsigned number of ${String(8 * length)} bits`);
  }
  return Uint8Array.from({ length }, (_, at) => (number / 2 ** (8 * (length - 1 - at))) & 0xff);
}
