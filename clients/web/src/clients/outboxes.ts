/**
 * What a card's owner tells the matcher, and under which counter.
 *
 * The matcher hears an outbox once its counter is above the last one that counted. Three places
 * know a counter: the outbox itself, the shelf and the notice. Whoever keeps one of them back or
 * brings back an older one is outrun: the next word goes out above the highest.
 */

import { sameBytes } from "../crypto/bytes.ts";
import { writeCbor } from "../crypto/cbor.ts";
import { AGREED } from "../crypto/messages/cards.ts";
import { Outbox } from "../crypto/messages/outboxes.ts";
import { Kind } from "../crypto/messages/pages.ts";
import { DONE, type Slot } from "../crypto/messages/shelf.ts";
import type { NextSlot, SpentReceipt } from "../crypto/messages/tokens.ts";
import { nextSlotOf } from "./asking.ts";
import { VOUCHER, count } from "./meetings.ts";
import type { Place } from "./person.ts";
import type { State } from "./state.ts";

/** How far above its owner's own memory a notice's counter may be. A matcher that names the highest
 * there is would leave no word that counts. */
export const COUNTER_LEAP = 2 ** 16;

/** What a card is posted with: nothing said yet; a donor names the slot it would earn. */
export function firstOutbox(nextSlot: NextSlot | null): Outbox {
  return {
    counter: 1,
    accepted: 0,
    declined: 0,
    sent: 0,
    shown: 0,
    failed: 0,
    received: 0,
    withdrawn: false,
    receipt: null,
    nextSlot,
    got: 0,
  };
}

/** A family's receipt of this slot, or null if it never had one. */
export function spentReceipt(place: Place, slot: Slot): SpentReceipt | null {
  if (slot.receipt === null) return null;
  const nonce = place.pseudonym.receiptNonce;
  return { period: place.period, nonce, signature: slot.receipt };
}

/** The highest counter that anybody remembers; a matcher's memory does not leap. */
export function highestCounter(state: State): number {
  const own = Math.max(state.outbox?.counter ?? 0, state.slot?.counter ?? 0);
  const told = state.notice?.counter ?? 0;
  return own < told && told <= own + COUNTER_LEAP ? told : own;
}

/**
 * The state with *words* in its outbox, under a counter that counts.
 *
 * What says nothing new changes nothing, so a decision can be repeated; *anew* says the same words
 * once more, as a second code after a second failure needs.
 */
export function spoken(
  state: State,
  words: Partial<Outbox> = {},
  { anew = false }: { readonly anew?: boolean } = {},
): State {
  if (state.outbox === null) return state;
  const changed = { ...state.outbox, ...words };
  if (!anew && isSame(changed, state.outbox)) return state;
  const counter = highestCounter(state) + 1;
  return state.withSlot({ counter }).with({ outbox: { ...changed, counter } });
}

/** An outbox that was blanked or brought back from earlier, put right again. */
export function recovered(state: State): State {
  const { slot, outbox } = state;
  if (slot === null || !state.stands) return state;
  if (outbox === null) {
    const nextSlot = state.isDonor ? nextSlotOf(state.circle, state.place) : null;
    const begun = state.with({ outbox: firstOutbox(nextSlot) });
    return spoken(begun, evidentWords(begun, slot), { anew: true });
  }
  if (outbox.counter === slot.counter) return state;
  if (outbox.counter > slot.counter) return state.withSlot({ counter: outbox.counter });
  return spoken(state, evidentWords(state, slot), { anew: true });
}

/** What must have been said, going by shelf, notice and transcript. */
function evidentWords(state: State, slot: Slot): Partial<Outbox> {
  const { encounter, matched, mine, theirs } = state;
  if (encounter === null) return {};
  if (state.isDonor) {
    const voucherSent = encounter.match.mode === VOUCHER && slot.code !== "";
    const agreed = state.notice?.phase === AGREED;
    return {
      ...(agreed || voucherSent ? { accepted: matched } : {}),
      ...(voucherSent || count(mine, Kind.ORDERED) > 0 ? { sent: matched } : {}),
    };
  }
  const failed = count(mine, Kind.CODE_FAILED) > count(theirs, Kind.CODE_REPLACED);
  const confirmed = slot.stage === DONE && slot.receipt !== null;
  return {
    ...(count(mine, Kind.TERMS) > 0 ? { shown: matched } : {}),
    ...(failed ? { failed: matched } : {}),
    ...(confirmed ? { received: matched, receipt: spentReceipt(state.place, slot) } : {}),
  };
}

/** Whether both are the same on the wire. */
function isSame(a: Outbox, b: Outbox): boolean {
  return sameBytes(writeCbor(Outbox.write(a)), writeCbor(Outbox.write(b)));
}
