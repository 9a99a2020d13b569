/**
 * Blind signatures: RFC 9474, RSABSSA-SHA384-PSSZERO-Deterministic (protocol.md, section 5).
 *
 *     person       m = EMSA-PSS(message),  blinded = m·r^e mod n           r is derived, not drawn
 *     coordinator  blind signature = blinded^d mod n
 *     person       signature = blind signature · r^-1 mod n,  then verified
 *
 * The coordinator sees a value that is uniform whatever the message is, and can link it to nothing
 * it meets later. That holds for keys whose challenges are answered (certifying_keys.ts): blind
 * for no other. Nothing here proves that a coordinator signed for one person only once.
 *
 * The arithmetic is the browser's BigInt, which takes time by value; it runs on the person's own
 * device, and nothing of it is repeated for others to time. Signing is for coordinators, so it is
 * in Python and not here.
 */

import { fromInteger, toInteger } from "./bytes.ts";
import { _emsaPssEncode, verifySignature } from "./certificates.ts";
import {
  MODULUS_BYTES,
  PUBLIC_EXPONENT,
  bitLength,
  power,
  type CertifyingKey,
} from "./certifying_keys.ts";
import { InvalidCertificate, InvalidKey, WrongLength } from "./errors.ts";
import { BLINDING_BYTES } from "./keys.ts";

export { BLINDING_BYTES };

/** What the coordinator is given (256 bytes), and the secret inverse (an integer mod n). */
export interface BlindedValue {
  readonly blinded: Uint8Array;
  readonly inverse: bigint;
}

/**
 * *message* blinded for *key*, with the 272 derived bytes *blinding* (RFC 9474, section 4.2).
 *
 * The same arguments give the same value, so a fresh page continues where one was closed. Raises
 * WrongLength for other sizes, and InvalidKey when the blinding has no inverse mod n: with an
 * honest key nobody lives to see that.
 */
export function blind(key: CertifyingKey, message: Uint8Array, blinding: Uint8Array): BlindedValue {
  if (blinding.length !== BLINDING_BYTES || key.modulus.length !== MODULUS_BYTES) {
    throw new WrongLength("a blinding has 272 bytes, a modulus 256");
  }
  const n = toInteger(key.modulus);
  return _blindFromParts(n, PUBLIC_EXPONENT, message, toInteger(blinding) % n);
}

/**
 * The signature, 256 bytes, of *key* on *message*, verified (RFC 9474, section 4.4).
 *
 * Raises InvalidCertificate for an answer that is no signature on what was blinded.
 */
export function unblind(
  key: CertifyingKey,
  message: Uint8Array,
  blindSignature: Uint8Array,
  inverse: bigint,
): Uint8Array {
  if (blindSignature.length !== MODULUS_BYTES) throw new InvalidCertificate();
  const signature = _unblindFromParts(toInteger(key.modulus), blindSignature, inverse);
  verifySignature(key, message, signature);
  return signature;
}

/** Any size of modulus and any *r* prime to it: what the vectors of RFC 9474 drive. */
export function _blindFromParts(
  n: bigint,
  e: bigint,
  message: Uint8Array,
  r: bigint,
): BlindedValue {
  const inverse = inverseOf(r, n);
  if (inverse === null) throw new InvalidKey("a blinding without an inverse");
  const modulusBits = bitLength(n);
  const encoded = toInteger(_emsaPssEncode(message, modulusBits - 1));
  // A message that shares a factor with n has factored it. RFC 9474 asks to look.
  if (inverseOf(encoded, n) === null) throw new InvalidKey("a message without an inverse");
  const blinded = (encoded * power(r, e, n)) % n;
  return { blinded: fromInteger(blinded, Math.ceil(modulusBits / 8)), inverse };
}

export function _unblindFromParts(
  n: bigint,
  blindSignature: Uint8Array,
  inverse: bigint,
): Uint8Array {
  const unblinded = (toInteger(blindSignature) * inverse) % n;
  return fromInteger(unblinded, Math.ceil(bitLength(n) / 8));
}

/** The inverse of *value* mod n by Euclid's extended algorithm; null if they share a factor. */
function inverseOf(value: bigint, n: bigint): bigint | null {
  let [a, b] = [n, value % n];
  let [x, y] = [0n, 1n];
  while (b !== 0n) {
    const quotient = a / b;
    [a, b] = [b, a - quotient * b];
    [x, y] = [y, x - quotient * y];
  }
  if (a !== 1n) return null;
  return x < 0n ? x + n : x;
}
