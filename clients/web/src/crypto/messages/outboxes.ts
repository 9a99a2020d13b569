/** From a card's owner to the matcher: the outbox. */

import { FLAG, U16, U32, message, optional, part, type MessageOf } from "../shapes.ts";
import { NextSlot, SpentReceipt } from "./tokens.ts";

/**
 * Everything a card's owner has to say, said anew each time.
 *
 * A number names the epoch of the match it speaks of; zero says nothing. The counter rises with
 * every change of meaning and the carried card remembers the last one, so that a node can neither
 * forge an outbox nor bring back an older one.
 */
export const Outbox = message("Outbox", {
  counter: U32,
  accepted: U32,
  declined: U32,
  sent: U32,
  shown: U32,
  failed: U32,
  received: U32,
  withdrawn: FLAG,
  receipt: optional(part(SpentReceipt)),
  nextSlot: optional(part(NextSlot)),
  got: U16,
});
export type Outbox = MessageOf<typeof Outbox>;
