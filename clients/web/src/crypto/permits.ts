/**
 * What a card is posted with so that the visits of its pseudonym may add claims (section 7).
 *
 * A node keeps the hash and is shown the permit: whoever reads its disk can show none.
 */

import { hashed } from "./labels.ts";

declare const use: unique symbol;

// Distinct to the compiler, plain bytes to the machine: one passed for the other does not compile.
/** 32 bytes; `Pseudonym.claimPermit`. */
export type Permit = Uint8Array & { readonly [use]: "permit" };
/** 32 bytes: H("klunak permit", permit). */
export type PermitHash = Uint8Array & { readonly [use]: "permit hash" };

/** What a card brings and a node keeps of *permit*. */
export function permitHash(permit: Permit): PermitHash {
  return hashed("klunak permit", permit) as PermitHash;
}
