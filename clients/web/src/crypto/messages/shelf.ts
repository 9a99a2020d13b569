/** From a person to the same person later: the shelf, which makes the device stateless. */

import {
  U16,
  U32,
  U8,
  exactly,
  message,
  noneOr,
  octets,
  optional,
  part,
  several,
  text,
  uint,
  type MessageOf,
} from "../shapes.ts";
import { AGAIN_BYTES, MAX_AGAINS } from "./cards.ts";
import { LANGUAGE } from "./intake.ts";
import { PARTNER_MARK_BYTES } from "../keys.ts";
import { BLIND_COUNT } from "../labels.ts";
import { CODE_BYTES } from "./pages.ts";
import { SIGNATURE } from "./tokens.ts";

/** Slots a shelf can name; finished ones leave it, so a donor can earn on and on. */
export const MAX_SLOTS = 8;

/**
 * Slots with signatures, the only large thing on a shelf: 3,072 of its 4,054 bytes.
 *
 * Four fit because a slot that still holds its signatures has met nobody: `peerShare` and `code`
 * are empty. A slot with all of them at once would leave room for three, and so does a family's,
 * which holds its receipt from the beginning.
 */
export const MAX_UNSPENT = 4;

/** Exchanges in one period; their pseudonyms are 4,096 apart. */
export const MAX_ASKING = 15;

export const ASKED = 0;
export const CERTIFIED = 1;
export const DECLINED = 2;

export const UNSPENT = 0;
export const POSTED = 1;
export const DONE = 2;

/** What a family needs or a donor can give; regions, modes and needs are bit sets. */
export const Wish = message("Wish", {
  regions: U16,
  modes: uint(0b111),
  preset: U8,
  size: U8,
  needs: U8,
  urgency: U8,
});
export type Wish = MessageOf<typeof Wish>;

/**
 * One pseudonym's progress.
 *
 * A posted card carries its certificate itself, so the signatures leave the shelf once the card
 * is seen to stand; a family's receipt stays until it is spent. `earns` is the index that a
 * confirmation of this slot pays for; `met` the epoch and `partner` the mark of the match that
 * `peerShare` and `code` belong to (a donor's own voucher code, so that page 1 can be written
 * anew): an epoch has one partner.
 */
export const Slot = message("Slot", {
  index: U16,
  stage: uint(DONE),
  signatures: noneOr(2, SIGNATURE),
  stamp: optional(SIGNATURE),
  receipt: optional(SIGNATURE),
  posted: U32,
  counter: U32,
  earns: U16,
  chosen: optional(part(Wish)),
  met: U32,
  partner: optional(octets(PARTNER_MARK_BYTES)),
  peerShare: optional(octets(32)),
  code: text(CODE_BYTES),
});
export type Slot = MessageOf<typeof Slot>;

/**
 * Everything a person's client must find again. `answered` are the turns of the two threads that
 * were answered; `agains` wait for the next card; `got` is the highest earned index that lies
 * here safely. `asking` is the last asking of the period (0 the intake), which is what `stage`
 * speaks of; `exchanged` the index of the slot of the period before that it gives. `atOnce` is how
 * many of an intake's slots are posted by themselves once they are certified; the others wait to be
 * offered one by one.
 */
export const Shelf = message("Shelf", {
  role: uint(1),
  language: LANGUAGE,
  stage: uint(DECLINED),
  asked: U32,
  wish: part(Wish),
  answered: exactly(2, U16),
  slots: several(part(Slot), { atMost: MAX_SLOTS }),
  nextIndex: U16,
  got: U16,
  agains: several(octets(AGAIN_BYTES), { atMost: MAX_AGAINS }),
  asking: uint(MAX_ASKING),
  exchanged: optional(U16),
  atOnce: uint(BLIND_COUNT),
});
export type Shelf = MessageOf<typeof Shelf>;
