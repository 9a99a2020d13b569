/**
 * What the matcher and a node say about themselves for a while (protocol.md, section 4).
 *
 * An *epoch descriptor* names the key that cards of one epoch are sealed to; only a matcher of the
 * circle may publish one. A *node descriptor* tells how a node admits intake today. Both bind the
 * circle, so that neither can be shown to people of another.
 */

import { SEALING_KEY_BYTES, type Circle } from "./circle.ts";
import { readSigned } from "./documents.ts";
import {
  FLAG,
  U32,
  VERSION_FIELD,
  b64Field,
  hexField,
  integer,
  model,
  type JsonDocument,
  type ModelOf,
} from "./strict_json.ts";

export const POW_CHALLENGE_BYTES = 16;

// 2^32 Argon2 calls are years of work for a phone: above it a number only shuts people out.
const MOST_POW_BITS = 32;

/**
 * One epoch: its number from 1, its sealing key (1,216 bytes), and when it is open.
 *
 * `opens` and `closes` are unix minutes. They inform: what closes an epoch is the next one.
 */
export const EpochDescriptor = model(
  {
    version: VERSION_FIELD,
    circle: hexField(32),
    epoch: integer(1, 2 ** 32 - 1),
    key: b64Field(SEALING_KEY_BYTES),
    opens: U32,
    closes: U32,
    matcher: hexField(32),
  },
  ({ opens, closes }) => opens <= closes,
);
export type EpochDescriptor = ModelOf<typeof EpochDescriptor>;

/** How `node` admits intake on `day`: work of `powBits` over `powChallenge` (16 bytes). */
export const NodeDescriptor = model({
  version: VERSION_FIELD,
  circle: hexField(32),
  node: hexField(32),
  day: U32,
  powBits: integer(0, MOST_POW_BITS),
  powChallenge: hexField(POW_CHALLENGE_BYTES),
  intakeOpen: FLAG,
});
export type NodeDescriptor = ModelOf<typeof NodeDescriptor>;

/**
 * The epoch descriptor, verified to be signed by a matcher of *circle*.
 *
 * Raises UnknownVersion, WrongShape or InvalidSignature.
 */
export function readEpochDescriptor(document: JsonDocument, circle: Circle): EpochDescriptor {
  return readSigned(EpochDescriptor, document, {
    name: "descriptor",
    label: "epoch",
    circle: circle.digest,
    signerField: "matcher",
    signers: circle.matchers,
  });
}

/**
 * The node descriptor, verified to be signed by a node of *circle*.
 *
 * Raises UnknownVersion, WrongShape or InvalidSignature.
 */
export function readNodeDescriptor(document: JsonDocument, circle: Circle): NodeDescriptor {
  return readSigned(NodeDescriptor, document, {
    name: "descriptor",
    label: "node",
    circle: circle.digest,
    signerField: "node",
    signers: circle.nodes.map((node) => node.key),
  });
}
