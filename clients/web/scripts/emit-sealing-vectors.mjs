/**
 * Seals made by this language, for Python to confirm by opening: vectors of the operation
 * `open_sealed`, as a JSON array on standard output.
 *
 *     npm run --silent vectors:sealing > seals.json
 *
 * Everything comes from fixed bytes, the randomness of the encapsulation (eseed) too, so the output
 * is the same in every run.
 */

import { shake256 } from "@noble/hashes/sha3.js";

import { toHex } from "../build/src/crypto/bytes.js";
import { bound } from "../build/src/crypto/labels.js";
import { RoundKey } from "../build/src/crypto/messages/cards.js";
import { PageOne } from "../build/src/crypto/messages/pages.js";
import { ESEED_BYTES, SealingKey, _sealFromParts } from "../build/src/crypto/sealing.js";

const stream = (name, length) =>
  shake256(new TextEncoder().encode(`web seal ${name}`), { dkLen: length });

const messages = [
  {
    kind: RoundKey,
    label: "round key",
    message: { key: stream("round key", 32) },
    json: { key: { hex: toHex(stream("round key", 32)) } },
  },
  {
    kind: PageOne,
    label: "page 1",
    message: {
      share: stream("share", 32),
      blanks: [1, 2, 3, 4].map((n) => stream(`blank ${n}`, 32)),
      code: "КАВА-2026",
    },
    json: {
      share: { hex: toHex(stream("share", 32)) },
      blanks: [1, 2, 3, 4].map((n) => ({ hex: toHex(stream(`blank ${n}`, 32)) })),
      code: "КАВА-2026",
    },
  },
];

const vectors = messages.map(({ kind, label, message, json }) => {
  const name = `web_seal_${kind.name.toLowerCase()}`;
  const seed = stream(`${name} seed`, 32);
  const eseed = stream(`${name} eseed`, ESEED_BYTES);
  const circle = stream("circle", 32);
  const context = stream(`${name} context`, 5);
  const record = _sealFromParts(kind, message, {
    recipient: new SealingKey(seed).public,
    info: bound(label, circle, context),
    eseed,
  });
  return {
    name,
    expect: "success",
    comment: `a ${kind.name}, sealed by the web client with this eseed`,
    operation: "open_sealed",
    input: {
      kind: kind.name,
      seed: toHex(seed),
      eseed: toHex(eseed),
      label,
      circle: toHex(circle),
      context: toHex(context),
      record: toHex(record),
    },
    output: { message: json },
  };
});

console.log(JSON.stringify(vectors, null, 2));
