/** The card, as its owner posts it and as the matcher carries it from epoch to epoch. */

import { PAGES } from "../labels.ts";
import { PUBLIC_KEY_BYTES } from "../sealing.ts";
import {
  U16,
  U32,
  U8,
  exactly,
  message,
  octets,
  optional,
  part,
  several,
  uint,
  type MessageOf,
} from "../shapes.ts";
import { Earned, SIGNATURE, SpentReceipt } from "./tokens.ts";

export const AGAIN_BYTES = 16;
export const MAX_AGAINS = 3;

export const WAITING = 0;
export const HELD = 1;
export const AGREED = 2;
export const IDLE = 3;
export const FINISHED = 4;

export const MARKS = 0b1111;

/** A request or an offer. Both have all fields, so outside and inside they are one size. */
export const Card = message("Card", {
  cardClass: uint(1),
  period: U32,
  publicKey: octets(PUBLIC_KEY_BYTES),
  claimTag: octets(32),
  signatures: exactly(2, SIGNATURE),
  regions: U16,
  modes: uint(0b111),
  preset: U8,
  size: U8,
  needs: U8,
  urgency: U8,
  agains: several(octets(AGAIN_BYTES), { atMost: MAX_AGAINS }),
  noticeSecret: octets(32),
  outboxRead: octets(32),
  pagesRead: exactly(PAGES, octets(32)),
});
export type Card = MessageOf<typeof Card>;

/**
 * What the matcher must know of a card in the next epoch; it remembers nothing itself.
 *
 * `peer` is the root of the partner, matched or decoy. Epochs are zero where nothing happened.
 * `marks` is a bit set of what was seen of the match (1 shown, 2 sent, 4 failed, 8 rests) and
 * `marked` the epoch in which its clock began. `receipt` is one that an offer was confirmed with
 * and has not been paid for yet; `earned` is what has come of the payment so far.
 */
export const State = message("State", {
  posted: U32,
  phase: uint(FINISHED),
  since: U32,
  waited: U16,
  counter: U32,
  peer: optional(octets(32)),
  rendezvous: octets(32),
  matched: U32,
  mode: uint(2),
  store: U16,
  marks: uint(MARKS),
  marked: U32,
  receipt: optional(part(SpentReceipt)),
  earned: optional(part(Earned)),
});
export type State = MessageOf<typeof State>;

/** A card under the round key; both null for one that could not be opened (void). */
export const CarriedCard = message("CarriedCard", {
  card: optional(part(Card)),
  state: optional(part(State)),
});
export type CarriedCard = MessageOf<typeof CarriedCard>;

/** The key of all cards carried into one epoch, sealed once to that epoch's key. */
export const RoundKey = message("RoundKey", {
  key: octets(32),
});
export type RoundKey = MessageOf<typeof RoundKey>;
