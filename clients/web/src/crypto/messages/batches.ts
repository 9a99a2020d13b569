/** Between the matcher and the duty coordinators' clerks: slots earned by receipts. */

import {
  U16,
  U32,
  U8,
  message,
  octets,
  optional,
  part,
  several,
  type MessageOf,
} from "../shapes.ts";
import { SIGNATURE, SpentReceipt } from "./tokens.ts";

/** A receipt and two blinded values take about 860 bytes; a sealed record holds 2,958. */
export const ENTRIES_A_BATCH = 3;

/**
 * One receipt and the values it is spent on. The ticket names the offer to the matcher only.
 */
export const Entry = message("Entry", {
  ticket: octets(32),
  receipt: part(SpentReceipt),
  index: U16,
  period: U32,
  blindedRoot: SIGNATURE,
  blindedStamp: optional(SIGNATURE),
});
export type Entry = MessageOf<typeof Entry>;

/** To one coordinator; an empty one looks the same from outside. */
export const Batch = message("Batch", {
  entries: several(part(Entry), { atMost: ENTRIES_A_BATCH }),
});
export type Batch = MessageOf<typeof Batch>;

/** What a clerk made of an entry; null where it refused. */
export const SignedEntry = message("SignedEntry", {
  ticket: octets(32),
  index: U16,
  signedRoot: optional(SIGNATURE),
  signedStamp: optional(SIGNATURE),
});
export type SignedEntry = MessageOf<typeof SignedEntry>;

/** From one coordinator, by its number in the circle. */
export const Answers = message("Answers", {
  coordinator: U8,
  entries: several(part(SignedEntry), { atMost: ENTRIES_A_BATCH }),
});
export type Answers = MessageOf<typeof Answers>;
