/**
 * Drops: who may write, blank, read and store a box for one record (protocol.md, section 3).
 *
 *     w ──H──▶ B ──H──▶ R ──H──▶ A        w writes, B blanks, R reads, a node stores A
 *
 * Each step loses a right and none can be walked back. A node that is seized holds only addresses.
 */

import { hashed } from "./labels.ts";

declare const right: unique symbol;

// Distinct to the compiler, plain bytes to the machine: one passed for another does not compile.
export type WriteSecret = Uint8Array & { readonly [right]: "w" };
export type BlankSecret = Uint8Array & { readonly [right]: "B" };
export type ReadSecret = Uint8Array & { readonly [right]: "R" };
export type DropAddress = Uint8Array & { readonly [right]: "A" };

/** B of a drop, 32 bytes: fills it with random bytes, writes nothing else. */
export function blankSecret(writeSecret: WriteSecret): BlankSecret {
  return hashed("klunak blank", writeSecret) as BlankSecret;
}

/** R of a drop, 32 bytes. */
export function readSecret(blankSecret: BlankSecret): ReadSecret {
  return hashed("klunak read", blankSecret) as ReadSecret;
}

/** A of a drop, 32 bytes: the only thing a node keeps beside the record. */
export function dropAddress(readSecret: ReadSecret): DropAddress {
  return hashed("klunak address", readSecret) as DropAddress;
}

/** R straight from w. */
export function readerOf(writeSecret: WriteSecret): ReadSecret {
  return readSecret(blankSecret(writeSecret));
}

/** A straight from w. */
export function addressOf(writeSecret: WriteSecret): DropAddress {
  return dropAddress(readerOf(writeSecret));
}

/** The name, 32 bytes, by which a write says which record it replaces. */
export function recordHash(record: Uint8Array): Uint8Array {
  return hashed("klunak record", record);
}
