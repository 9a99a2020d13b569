/**
 * Signed documents: a text, and a signature bound to what it is for (protocol.md, section 4).
 *
 *     signature = Ed25519(bound(label, circle) ‖ text)                            (RFC 8032)
 *
 * The text is signed as the exact bytes that travel. A reader never signs, hashes or compares a
 * document it has written anew. What a text says counts once its signature does: until then it is
 * called *unverified*. A browser signs nothing, so writing is in Python only.
 */

import { Point } from "@noble/ed25519";
import { sha512 } from "@noble/hashes/sha2.js";

import { concat, fromHex, sameBytes, utf8 } from "./bytes.ts";
import { InvalidSignature, WrongShape } from "./errors.ts";
import { bound } from "./labels.ts";
import { readModel, readObject, type JsonDocument, type Model } from "./strict_json.ts";

export const PUBLIC_KEY_BYTES = 32;
export const DOCUMENT_SIGNATURE_BYTES = 64;

const ORDER = Point.CURVE().n;

/** Return if *signature* is *publicKey*'s on *message*; raises InvalidSignature if not. */
export function verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): void {
  if (publicKey.length !== PUBLIC_KEY_BYTES || signature.length !== DOCUMENT_SIGNATURE_BYTES) {
    throw new InvalidSignature();
  }
  if (!isSigned(publicKey, message, signature)) throw new InvalidSignature();
}

// The equation without the cofactor, canonical points and none of small order: what libsodium
// checks, and so what Python's reader takes. noble's own `verify` multiplies by the cofactor, and a
// signer could make a signature that only one of the two readers accepts.
function isSigned(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const half = signature.subarray(0, 32);
  try {
    const a = Point.fromBytes(publicKey);
    const r = Point.fromBytes(half);
    if (a.isSmallOrder() || r.isSmallOrder()) return false;
    const s = littleEndian(signature.subarray(32));
    if (s >= ORDER) return false;
    const k = littleEndian(sha512(concat(half, publicKey, message))) % ORDER;
    return Point.BASE.multiplyUnsafe(s).equals(r.add(a.multiplyUnsafe(k)));
  } catch {
    return false;
  }
}

function littleEndian(data: Uint8Array): bigint {
  return data.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}

/**
 * The unverified text called *name* and the bytes of its signature.
 *
 * Raises WrongShape unless *document* has exactly *name* and `signature`, both text, the second
 * 128 characters of lower-case hex.
 */
export function readSignedText(
  document: JsonDocument,
  name: string,
): readonly [string, Uint8Array] {
  const value = readObject(document);
  const text = value[name];
  const signature = value["signature"];
  if (
    Object.keys(value).length !== 2 ||
    typeof text !== "string" ||
    typeof signature !== "string"
  ) {
    throw new WrongShape("not a signed document");
  }
  return [text, signatureFromHex(signature)];
}

/**
 * The verified content of *document*, whose field *signerField* names one of *signers*.
 *
 * Raises UnknownVersion or WrongShape for a text that is no *model*, and InvalidSignature for
 * another circle, a stranger's key or a signature that is not that key's.
 */
export function readSigned<
  Field extends string,
  T extends { readonly circle: Uint8Array } & Readonly<Record<Field, Uint8Array>>,
>(
  model: Model<T>,
  document: JsonDocument,
  expected: {
    readonly name: string;
    readonly label: string;
    readonly circle: Uint8Array;
    readonly signerField: Field;
    readonly signers: readonly Uint8Array[];
  },
): T {
  const [text, signature] = readSignedText(document, expected.name);
  const unverified = readModel(model, text);
  const signer = unverified[expected.signerField];
  if (!sameBytes(unverified.circle, expected.circle)) {
    throw new InvalidSignature("made for another circle");
  }
  if (!expected.signers.some((known) => sameBytes(known, signer))) {
    throw new InvalidSignature("not signed by one who may");
  }
  verify(signer, concat(bound(expected.label, expected.circle), utf8(text)), signature);
  return unverified;
}

/** The 64 bytes of a document's signature. Raises WrongShape for anything but lower-case hex. */
export function signatureFromHex(text: string): Uint8Array {
  const signature = fromHex(text);
  if (signature.length !== DOCUMENT_SIGNATURE_BYTES) {
    throw new WrongShape("a signature is 64 bytes of lower-case hex");
  }
  return signature;
}
