/**
 * Seal a message to a key; open it (protocol.md, section 2; RFC 9180; X-Wing).
 *
 *     enc (1,120) ‖ ciphertext and tag (2,976)
 *
 * Promises that only the holder of the key reads the message, also against a quantum computer
 * later as long as ML-KEM or X25519 stands, and that it was sealed for this purpose, circle and
 * context. Does not promise who sealed it: base mode is deniable on purpose. Recognisable as a
 * seal, so it is used only where every record of the kind is one.
 */

import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { expand, extract } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";

import { concat, randomBytes, utf8 } from "./bytes.ts";
import { decode, encode } from "./encoding.ts";
import { CannotOpen, MalformedMessage, WrongLength } from "./errors.ts";
import { RECORD_BYTES, SECRET_BYTES, u16 } from "./labels.ts";
import type { MessageKind } from "./shapes.ts";
import { decapsulate, encapsulate, publicKeyOf } from "./xwing.ts";

declare const publicKey: unique symbol;

export type PublicKey = Uint8Array & { readonly [publicKey]: true };

export const PUBLIC_KEY_BYTES = 1_216;
export const ENC_BYTES = 1_120;
export const TAG_BYTES = 16;
export const SEALED_FRAME_BYTES = RECORD_BYTES - ENC_BYTES - TAG_BYTES;

/** The randomness of one encapsulation: 32 bytes for ML-KEM, 32 for X25519. */
export const ESEED_BYTES = 64;

/** An X-Wing key pair from a 32-byte seed; the secret half shows nowhere. */
export class SealingKey {
  readonly #seed: Uint8Array;
  readonly public: PublicKey;

  /** Expand *seed* as draft-connolly-cfrg-xwing-kem does. Raises WrongLength. */
  constructor(seed: Uint8Array) {
    if (seed.length !== SECRET_BYTES) throw new WrongLength("a sealing key's seed has 32 bytes");
    this.#seed = seed.slice();
    this.public = publicKeyOf(seed) as PublicKey;
  }

  _decrypt(record: Uint8Array, info: Uint8Array): Uint8Array {
    const shared = decapsulate(record.subarray(0, ENC_BYTES), this.#seed);
    const { key, nonce } = keySchedule(shared, info);
    return chacha20poly1305(key, nonce).decrypt(record.subarray(ENC_BYTES));
  }
}

/** To whom, and what the seal is bound to. */
export interface Recipient {
  readonly recipient: Uint8Array;
  readonly info: Uint8Array;
}

/**
 * A record that only the key pair of *recipient* (1,216 bytes) opens, with the same *info*.
 *
 * Raises WrongShape, WrongLength for a message that does not fit; MalformedMessage for a public
 * key that is none.
 */
export function seal<T>(
  kind: MessageKind<T>,
  message: T,
  { recipient, info }: Recipient,
): Uint8Array {
  return _sealFromParts(kind, message, { recipient, info, eseed: randomBytes(ESEED_BYTES) });
}

/** The deterministic core, for vectors only: an *eseed* used twice would give both texts away. */
export function _sealFromParts<T>(
  kind: MessageKind<T>,
  message: T,
  { recipient, info, eseed }: Recipient & { readonly eseed: Uint8Array },
): Uint8Array {
  const frame = encode(kind, message, SEALED_FRAME_BYTES);
  if (recipient.length !== PUBLIC_KEY_BYTES) throw new WrongLength("a public key has 1,216 bytes");
  const { enc, shared } = _encapsulate(recipient, eseed);
  const { key, nonce } = keySchedule(shared, info);
  return concat(enc, chacha20poly1305(key, nonce).encrypt(frame));
}

/**
 * Return if something can be sealed to *publicKey*. Raises WrongLength, MalformedMessage.
 *
 * Nobody who certifies a root has seen its key, so a certified one can be anything.
 */
export function checkPublicKey(publicKey: Uint8Array): void {
  if (publicKey.length !== PUBLIC_KEY_BYTES) throw new WrongLength("a public key has 1,216 bytes");
  _encapsulate(publicKey, randomBytes(ESEED_BYTES));
}

/** The message of a record sealed to *key*. Raises WrongLength, CannotOpen. */
export function openSealed<T>(
  kind: MessageKind<T>,
  record: Uint8Array,
  { key, info }: { readonly key: SealingKey; readonly info: Uint8Array },
): T {
  if (record.length !== RECORD_BYTES) throw new WrongLength("a record has 4,096 bytes");
  let frame: Uint8Array;
  try {
    frame = key._decrypt(record, info);
  } catch {
    // An X25519 point of small order, or the tag.
    throw new CannotOpen();
  }
  try {
    return decode(kind, frame);
  } catch (error) {
    throw error instanceof MalformedMessage ? new CannotOpen() : error;
  }
}

/** X-Wing's deterministic core (draft-connolly-cfrg-xwing-kem), for vectors only. */
export function _encapsulate(
  recipient: Uint8Array,
  eseed: Uint8Array,
): { readonly enc: Uint8Array; readonly shared: Uint8Array } {
  try {
    return encapsulate(recipient, eseed);
  } catch {
    // ML-KEM coefficients above the modulus, or an X25519 point of small order.
    throw new MalformedMessage("not a public key");
  }
}

// HPKE, base mode (RFC 9180, section 5.1), for one message: sequence number 0, so the nonce is the
// base nonce, and no PSK. MLKEM768-X25519 is KEM 0x647a, HKDF-SHA256 KDF 1, ChaCha20-Poly1305
// AEAD 3.
const SUITE_ID = concat(utf8("HPKE"), u16(0x647a), u16(0x0001), u16(0x0003));
const MODE_BASE = 0x00;
const NOTHING = new Uint8Array(0);

function keySchedule(
  shared: Uint8Array,
  info: Uint8Array,
): { readonly key: Uint8Array; readonly nonce: Uint8Array } {
  const context = concat(
    Uint8Array.of(MODE_BASE),
    labeledExtract(NOTHING, "psk_id_hash", NOTHING),
    labeledExtract(NOTHING, "info_hash", info),
  );
  const secret = labeledExtract(shared, "secret", NOTHING);
  return {
    key: labeledExpand(secret, "key", context, 32),
    nonce: labeledExpand(secret, "base_nonce", context, 12),
  };
}

function labeledExtract(salt: Uint8Array, label: string, ikm: Uint8Array): Uint8Array {
  return extract(sha256, concat(utf8("HPKE-v1"), SUITE_ID, utf8(label), ikm), salt);
}

function labeledExpand(
  prk: Uint8Array,
  label: string,
  info: Uint8Array,
  length: number,
): Uint8Array {
  const labeled = concat(u16(length), utf8("HPKE-v1"), SUITE_ID, utf8(label), info);
  return expand(sha256, prk, labeled, length);
}
