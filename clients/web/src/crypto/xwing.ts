/**
 * X-Wing: ML-KEM-768 and X25519 in one key encapsulation (draft-connolly-cfrg-xwing-kem, section 5).
 *
 *     public key      ML-KEM 1,184 ‖ X25519 32
 *     encapsulation   ML-KEM 1,088 ‖ X25519 32
 *     shared secret   SHA3-256(ML-KEM's ‖ X25519's ‖ encapsulation's X25519 half ‖ key's ‖ label)
 *
 * Put together here from noble's parts, because its ready-made combination brings every other
 * hybrid's curves along, twice as much as all of this. `vectors/` say that it is the same.
 */

import { pow } from "@noble/curves/abstract/modular.js";
import { montgomery } from "@noble/curves/abstract/montgomery.js";
import { sha3_256, shake256 } from "@noble/hashes/sha3.js";
import { ml_kem768 } from "@noble/post-quantum/ml-kem.js";

import { concat, utf8 } from "./bytes.ts";

const MLKEM_PUBLIC_BYTES = 1_184;
const MLKEM_ENC_BYTES = 1_088;
const HALF_BYTES = 32;
const LABEL = utf8("\\.//^\\");

const P = 2n ** 255n - 19n;

const x25519 = montgomery({
  P,
  type: "x25519",
  powPminus2: (x) => pow(x, P - 2n, P),
  // Clamping (RFC 7748, section 5), on a copy that the library made.
  adjustScalarBytes: (scalar: Uint8Array) => {
    const [first = 0, last = 0] = [scalar[0], scalar[31]];
    scalar[0] = first & 248;
    scalar[31] = (last & 127) | 64;
    return scalar;
  },
});

interface Halves {
  readonly mlkem: { readonly publicKey: Uint8Array; readonly secretKey: Uint8Array };
  readonly scalar: Uint8Array;
  readonly point: Uint8Array;
}

function expand(seed: Uint8Array): Halves {
  const stream = shake256(seed, { dkLen: 96 });
  const scalar = stream.subarray(64);
  const mlkem = ml_kem768.keygen(stream.subarray(0, 64));
  return { mlkem, scalar, point: x25519.getPublicKey(scalar) };
}

function combine(...parts: readonly Uint8Array[]): Uint8Array {
  return sha3_256(concat(...parts, LABEL));
}

/** The public key (1,216 bytes) of a *seed* of 32. */
export function publicKeyOf(seed: Uint8Array): Uint8Array {
  const { mlkem, point } = expand(seed);
  return concat(mlkem.publicKey, point);
}

/** An encapsulation (1,120 bytes) to *publicKey*, and its shared secret (32); *eseed* has 64. */
export function encapsulate(
  publicKey: Uint8Array,
  eseed: Uint8Array,
): { readonly enc: Uint8Array; readonly shared: Uint8Array } {
  const [key, point] = halved(publicKey, MLKEM_PUBLIC_BYTES);
  const [mlkemSeed, scalar] = halved(eseed, HALF_BYTES);
  const { cipherText, sharedSecret } = ml_kem768.encapsulate(key, mlkemSeed);
  const ownPoint = x25519.getPublicKey(scalar);
  const ecdh = x25519.getSharedSecret(scalar, point);
  return { enc: concat(cipherText, ownPoint), shared: combine(sharedSecret, ecdh, ownPoint, point) };
}

/** The shared secret (32 bytes) of *enc* for the key pair of *seed*. Throws if a half is no key. */
export function decapsulate(enc: Uint8Array, seed: Uint8Array): Uint8Array {
  const { mlkem, scalar, point } = expand(seed);
  const [cipherText, theirPoint] = halved(enc, MLKEM_ENC_BYTES);
  const sharedSecret = ml_kem768.decapsulate(cipherText, mlkem.secretKey);
  return combine(sharedSecret, x25519.getSharedSecret(scalar, theirPoint), theirPoint, point);
}

function halved(bytes: Uint8Array, at: number): readonly [Uint8Array, Uint8Array] {
  return [bytes.subarray(0, at), bytes.subarray(at)];
}
