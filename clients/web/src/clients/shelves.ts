/**
 * The shelf, changed: functions from a shelf to a shelf, and nothing else.
 *
 * A visit that finds that another phone wrote first reads again and applies the same change to
 * what it finds. So a change here names what is to be true, never what was true before.
 */

import { sameBytes } from "../crypto/bytes.ts";
import type { Language } from "../crypto/goods.ts";
import { BLIND_COUNT } from "../crypto/labels.ts";
import { MAX_AGAINS } from "../crypto/messages/cards.ts";
import { FAMILY } from "../crypto/messages/intake.ts";
import {
  ASKED,
  DONE,
  MAX_SLOTS,
  MAX_UNSPENT,
  POSTED,
  UNSPENT,
  type Shelf,
  type Slot,
  type Wish,
} from "../crypto/messages/shelf.ts";

export const NO_WISH: Wish = { regions: 0, modes: 0, preset: 0, size: 0, needs: 0, urgency: 0 };

/** The shelf of somebody who asked in epoch *asked* and has heard nothing. */
export function newShelf(asking: {
  readonly role: number;
  readonly language: Language;
  readonly asked: number;
  readonly wish: Wish;
  readonly asking?: number;
  readonly exchanged?: number | null;
  readonly atOnce?: number;
}): Shelf {
  return {
    role: asking.role,
    language: asking.language,
    stage: ASKED,
    asked: asking.asked,
    wish: asking.wish,
    answered: [0, 0],
    slots: [],
    nextIndex: BLIND_COUNT,
    got: 0,
    agains: [],
    asking: asking.asking ?? 0,
    exchanged: asking.exchanged ?? null,
    atOnce: asking.atOnce ?? 1,
  };
}

/** A slot whose card has not been posted. */
export function newSlot(
  index: number,
  signatures: readonly Uint8Array[],
  stamp: Uint8Array,
  receipt: Uint8Array | null,
): Slot {
  return {
    index,
    stage: UNSPENT,
    signatures,
    stamp,
    receipt,
    posted: 0,
    counter: 0,
    earns: 0,
    chosen: null,
    met: 0,
    partner: null,
    peerShare: null,
    code: "",
  };
}

/** The slot of pseudonym *index*, or null. */
export function slotOf(shelf: Shelf | null, index: number): Slot | null {
  return shelf?.slots.find((slot) => slot.index === index) ?? null;
}

/** The shelf with *slot* in the place of its namesake, or added. */
export function withSlot(shelf: Shelf, slot: Slot): Shelf {
  const others = shelf.slots.filter((other) => other.index !== slot.index);
  const slots = [...others, slot].sort((a, b) => a.index - b.index);
  return { ...shelf, slots, nextIndex: Math.max(shelf.nextIndex, slot.index + 1) };
}

/** The shelf with some fields of a slot changed; unchanged if there is no such slot. */
export function changedSlot(shelf: Shelf, index: number, changes: Partial<Slot>): Shelf {
  const slot = slotOf(shelf, index);
  return slot === null ? shelf : withSlot(shelf, { ...slot, ...changes });
}

/** The shelf without the slot of pseudonym *index*. */
export function withoutSlot(shelf: Shelf, index: number): Shelf {
  return { ...shelf, slots: shelf.slots.filter((slot) => slot.index !== index) };
}

/** Slots whose card stands at the node: posted, or done and still to be heard by the matcher. */
export function liveSlots(shelf: Shelf | null): readonly Slot[] {
  return shelf?.slots.filter(({ stage }) => stage === POSTED || stage === DONE) ?? [];
}

/** Slots that a card can be posted for. */
export function unspentSlots(shelf: Shelf | null): readonly Slot[] {
  return shelf?.slots.filter(({ stage }) => stage === UNSPENT) ?? [];
}

/**
 * Those whose card goes out by itself: the first of an intake, as many as were to go at once. What
 * was earned or exchanged, or was to wait, is offered by its owner.
 */
export function slotsDue(shelf: Shelf | null): readonly Slot[] {
  return unspentSlots(shelf).filter(({ index }) => index < (shelf?.atOnce ?? 0));
}

/** What was wished for last, as the first of the two shelves that is there knows it. */
export function wishOf(first: Shelf | null, second: Shelf | null): Wish | null {
  return (first ?? second)?.wish ?? null;
}

/**
 * Whether one slot more, with its signatures, fits beside *keptFree* others that are to come. A
 * family's slot holds its receipt too.
 */
export function hasRoom(shelf: Shelf, { keptFree = 0 } = {}): boolean {
  const signed = shelf.slots.filter((slot) => slot.signatures.length > 0).length;
  const most = shelf.role === FAMILY ? BLIND_COUNT : MAX_UNSPENT;
  return shelf.slots.length + keptFree < MAX_SLOTS && signed + keptFree < most;
}

/** The shelf with *again* kept for the next card; the oldest makes room. */
export function withAgain(shelf: Shelf, again: Uint8Array): Shelf {
  if (shelf.agains.some((kept) => sameBytes(kept, again))) return shelf;
  return { ...shelf, agains: [...shelf.agains, again].slice(-MAX_AGAINS) };
}

/** The shelf without cards that the matcher carries no longer. */
export function withoutExpired(
  shelf: Shelf,
  { epoch, cardEpochs }: { readonly epoch: number; readonly cardEpochs: number },
): Shelf {
  const isCarried = (slot: Slot): boolean =>
    slot.stage === UNSPENT || slot.posted + cardEpochs >= epoch;
  return { ...shelf, slots: shelf.slots.filter(isCarried) };
}
