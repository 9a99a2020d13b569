/**
 * Records under a shared key (protocol.md, section 2).
 *
 *     nonce (24, random) ‖ XChaCha20-Poly1305 ciphertext and tag (4,072)
 *
 * Such a record is indistinguishable from 4,096 random bytes: neither a version nor a recipient
 * nor a kind is written, all of them are bound through key and AAD. That is why a node can answer
 * for an empty drop with random bytes, and a thief cannot count what is written.
 */

import { xchacha20poly1305 } from "@noble/ciphers/chacha.js";

import { concat, randomBytes } from "./bytes.ts";
import { decode, encode } from "./encoding.ts";
import { CannotOpen, MalformedMessage, WrongLength } from "./errors.ts";
import { RECORD_BYTES } from "./labels.ts";
import type { MessageKind } from "./shapes.ts";

export const NONCE_BYTES = 24;
export const TAG_BYTES = 16;
export const SHARED_FRAME_BYTES = RECORD_BYTES - NONCE_BYTES - TAG_BYTES;

/** A key of 32 bytes and what the record is bound to. */
export interface SharedKey {
  readonly key: Uint8Array;
  readonly aad: Uint8Array;
}

/** What an empty drop reads as: 4,096 random bytes. */
export function randomRecord(): Uint8Array {
  return randomBytes(RECORD_BYTES);
}

/**
 * A record under *key*. The nonce is drawn afresh for every write.
 *
 * Raises WrongShape, WrongLength for a message that does not fit.
 */
export function closeRecord<T>(
  kind: MessageKind<T>,
  message: T,
  { key, aad }: SharedKey,
): Uint8Array {
  return _closeFromParts(kind, message, { key, aad, nonce: randomBytes(NONCE_BYTES) });
}

/** The deterministic core, for vectors only: a nonce used twice would give both texts away. */
export function _closeFromParts<T>(
  kind: MessageKind<T>,
  message: T,
  { key, aad, nonce }: SharedKey & { readonly nonce: Uint8Array },
): Uint8Array {
  const frame = encode(kind, message, SHARED_FRAME_BYTES);
  return concat(nonce, xchacha20poly1305(key, nonce, aad).encrypt(frame));
}

/** The message of a record under *key*. Raises WrongLength, CannotOpen. */
export function openRecord<T>(
  kind: MessageKind<T>,
  record: Uint8Array,
  { key, aad }: SharedKey,
): T {
  if (record.length !== RECORD_BYTES) throw new WrongLength("a record has 4,096 bytes");
  const cipher = xchacha20poly1305(key, record.subarray(0, NONCE_BYTES), aad);
  let frame: Uint8Array;
  try {
    frame = cipher.decrypt(record.subarray(NONCE_BYTES));
  } catch {
    // The library raises for a tag and for nothing else: key and nonce have been looked at above.
    throw new CannotOpen();
  }
  try {
    return decode(kind, frame);
  } catch (error) {
    throw error instanceof MalformedMessage ? new CannotOpen() : error;
  }
}
