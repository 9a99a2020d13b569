/**
 * What only operators do, written a second time for the vectors alone: nothing of this is in a
 * page.
 */

import { fromInteger, toInteger } from "../../src/crypto/bytes.ts";
import {
  MODULUS_BITS,
  MODULUS_BYTES,
  PUBLIC_EXPONENT,
  bitLength,
  power,
} from "../../src/crypto/certifying_keys.ts";
import type { Circle } from "../../src/crypto/circle.ts";
import { readSigned } from "../../src/crypto/documents.ts";
import { InvalidKey, WrongLength, WrongShape } from "../../src/crypto/errors.ts";
import { RECORD_BYTES } from "../../src/crypto/labels.ts";
import {
  U32,
  VERSION_FIELD,
  b64Field,
  hexField,
  integer,
  listed,
  model,
  type JsonDocument,
  type ModelOf,
} from "../../src/crypto/strict_json.ts";

const PRIME_BITS = 1_024;

/** The blind signature, by the textbook: blinded^d mod pq. */
export function blindSign(p: bigint, q: bigint, blinded: Uint8Array): Uint8Array {
  const n = p * q;
  if ([p, q].some((prime) => bitLength(prime) !== PRIME_BITS || prime % 2n === 0n)) {
    throw new InvalidKey();
  }
  if (bitLength(n) !== MODULUS_BITS || gcd(p, q) !== 1n) throw new InvalidKey();
  if (gcd(PUBLIC_EXPONENT, (p - 1n) * (q - 1n)) !== 1n) throw new InvalidKey();
  if (blinded.length !== MODULUS_BYTES) throw new WrongLength();
  const value = toInteger(blinded);
  if (value === 0n || value >= n) throw new WrongShape();
  return fromInteger(power(value, privateExponent(p, q), n), MODULUS_BYTES);
}

export function privateExponent(p: bigint, q: bigint): bigint {
  const order = (p - 1n) * (q - 1n);
  // e is prime, so its inverse is (1 + order·k)/e for the one k below e that makes it whole.
  for (let k = 1n; k < PUBLIC_EXPONENT; k++) {
    if ((1n + order * k) % PUBLIC_EXPONENT === 0n) return (1n + order * k) / PUBLIC_EXPONENT;
  }
  throw new Error("unreachable: e is prime to the order");
}

function gcd(a: bigint, b: bigint): bigint {
  return b === 0n ? a : gcd(b, a % b);
}

const Part = model({
  kind: integer(0, 2),
  rows: integer(1, 256),
  digest: hexField(32),
});

const CommitHeader = model(
  {
    version: VERSION_FIELD,
    circle: hexField(32),
    epoch: integer(1, 2 ** 32 - 1),
    roundKey: b64Field(RECORD_BYTES),
    cards: U32,
    notices: U32,
    parts: listed(Part.read, { atMost: 2 ** 32 }),
    matcher: hexField(32),
  },
  ({ cards, notices, parts }) => {
    const rows = (kind: number): number =>
      parts.reduce((sum, part) => sum + (part.kind === kind ? part.rows : 0), 0);
    return cards === notices && rows(0) === cards && rows(1) === notices;
  },
);

/** The header of a round's commit, verified to be signed by a matcher of *circle*. */
export function readCommitHeader(
  document: JsonDocument,
  circle: Circle,
): ModelOf<typeof CommitHeader> {
  return readSigned(CommitHeader, document, {
    name: "header",
    label: "commit",
    circle: circle.digest,
    signerField: "matcher",
    signers: circle.matchers,
  });
}
