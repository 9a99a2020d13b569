/**
 * A slot of the quarter that is over, exchanged for one of this one (docs/decisions/0011).
 *
 *     slot of P, unspent ─▶ planned on the shelf of P + 1 ─▶ posted: its stamp is burned, its
 *     opening goes to both duty coordinators ─▶ certified ─▶ on the shelf of P + 1 ─▶ off the shelf
 *     of P
 *
 * One at a time, so that no coordinator learns which slots have one owner. The shelf of P + 1 says
 * what is under way before anything is sent, and goes on saying it until the shelf of P has let the
 * slot go: a page that was closed in between goes on from there.
 */

import { concat } from "../crypto/bytes.ts";
import { Stamp } from "../crypto/certificates.ts";
import type { Circle } from "../crypto/circle.ts";
import { InvalidKey } from "../crypto/errors.ts";
import { u32, u8 } from "../crypto/labels.ts";
import {
  ASKED,
  CERTIFIED,
  MAX_ASKING,
  Shelf,
  UNSPENT,
  type Slot,
} from "../crypto/messages/shelf.ts";
import type { Opening } from "../crypto/messages/tokens.ts";
import { daysOf, periodOf } from "../crypto/periods.ts";
import { closeRecord, randomRecord } from "../crypto/records.ts";
import { NotPossible } from "./errors.ts";
import { spentReceipt } from "./outboxes.ts";
import { THREADS, type Place } from "./person.ts";
import * as seals from "./seals.ts";
import * as shelves from "./shelves.ts";
import type { Act, State } from "./state.ts";
import * as vetting from "./vetting.ts";

const BY_STAMP = 2;

/** The next slot of a shelf whose quarter is over that can be exchanged. */
export function toExchange(shelf: Shelf | null): Slot | null {
  const slots = shelves.unspentSlots(shelf);
  return slots.find(({ signatures, stamp }) => signatures.length > 0 && stamp !== null) ?? null;
}

/**
 * Whether slots of the period before *period* count in exchange: on its own days, for as long as
 * the node remembers which of their stamps were spent.
 */
export function isOpen(circle: Circle, period: number, today: number): boolean {
  try {
    const { fromDay, toDay } = circle.period(period);
    circle.stampKey(period - 1);
    const remembered = daysOf(period - 1)[1] + circle.policy.keepDays;
    return fromDay <= today && today <= Math.min(toDay, remembered);
  } catch (error) {
    if (error instanceof InvalidKey) return false;
    throw error;
  }
}

/** Whether an exchange was planned and its outcome is not on the shelf. */
export function isUnderWay(shelf: Shelf | null): shelf is Shelf & { readonly exchanged: number } {
  return shelf?.stage === ASKED && shelf.exchanged !== null;
}

/**
 * The slot that was exchanged last, if shelf *before* would still give it: it must be off that
 * shelf first, or it would be shown a second time. One that was posted after all stands in
 * nobody's way.
 */
export function stillThere(shelf: Shelf, before: Shelf | null): Slot | null {
  const slot = shelf.exchanged === null ? null : shelves.slotOf(before, shelf.exchanged);
  return slot?.stage === UNSPENT ? slot : null;
}

/** How many slots of shelf *before* are still to come to *shelf*, the one of *today*. */
export function countToCome(
  circle: Circle,
  shelf: Shelf | null,
  before: Shelf | null,
  today: number,
): number {
  if (!isOpen(circle, periodOf(today), today)) return 0;
  const came = isUnderWay(shelf) ? null : (shelf?.exchanged ?? null);
  return shelves
    .unspentSlots(before)
    .filter(({ index, signatures, stamp }) => {
      return index !== came && signatures.length > 0 && stamp !== null;
    }).length;
}

/** Whether the threads of the exchange under way are reserved. */
export function isPosted(state: State): boolean {
  return state.ins.some((told) => told !== null);
}

/** Slot *index* of the period before is the next to be exchanged, if nothing is under way. */
export function planning(index: number): Act {
  return (state) => {
    const { shelf, other } = state;
    if (shelf === null || !mayPlan(shelf, other)) return state;
    const asking = shelf.asking + 1;
    return state.withShelf({ stage: ASKED, asking, exchanged: index, answered: [0, 0] });
  };
}

/** The exchange *asking* cannot be made: what was to be exchanged is spent or gone. */
export function givingUp(asking: number): Act {
  return (state) => {
    const { shelf } = state;
    if (!isUnderWay(shelf) || shelf.asking !== asking) return state;
    return state.withShelf({ stage: CERTIFIED });
  };
}

/** Slot *index* of the period before was spent elsewhere: its shelf lets it go. */
export function dropping(index: number): Act {
  return (state) =>
    state.shelf === null
      ? state
      : state.with({ shelf: shelves.withoutSlot(state.shelf, index) });
}

/** The shelf of the period before, without the slot that was exchanged. */
export function letGo(state: State): State {
  const { shelf, other } = state;
  if (state.isCurrent || shelf === null || other === null) return state;
  if (other.stage === ASKED) return state;
  const slot = stillThere(other, shelf);
  if (slot === null) return state;
  return state.with({ shelf: shelves.withoutSlot(shelf, slot.index) });
}

/**
 * The shelf of the new period, of somebody who begins it with an exchange. Asking 0 stays unused,
 * and with it the three pseudonyms of an intake.
 */
export function firstShelf(
  before: Shelf,
  { asked, index }: { readonly asked: number; readonly index: number },
): Shelf {
  const { role, language, wish, atOnce } = before;
  return shelves.newShelf({ role, language, asked, wish, atOnce, asking: 1, exchanged: index });
}

/**
 * The whole request, of the shape of an intake: kind, stamp, retry, period, two records, five
 * drops. *place* is where the threads of the exchange are, *old* whose *slot* is shown; *isNew*
 * tells that the shelf itself is reserved with it.
 */
export async function exchangeBody(
  circle: Circle,
  place: Place,
  shelf: Shelf,
  old: Place,
  slot: Slot,
  { isNew }: { readonly isNew: boolean },
): Promise<Uint8Array> {
  if (slot.stamp === null) throw new NotPossible(); // toExchange has looked
  const { person, period, asking } = place;
  const stamp = new Stamp(old.period, old.stampNonce(shelf.role), slot.stamp);
  const opening: Opening = {
    root: old.root(shelf.role),
    signatures: slot.signatures,
    stamp: slot.stamp,
    receipt: spentReceipt(old, slot),
  };
  const asked = await vetting.askedOfBoth(circle, place, shelf);
  const first = isNew
    ? vetting.drop(person.shelfWrite, closeRecord(Shelf, shelf, seals.shelf(person)))
    : vetting.drop(person.spareWrite(asking), randomRecord());
  return concat(
    u8(BY_STAMP),
    stamp.toBytes(),
    person.exchangeRetry(asking),
    u32(period),
    ...THREADS.map((number) =>
      vetting.intakeRecord(circle, place, number, shelf, asked, { opening }),
    ),
    first,
    vetting.threadDrops(place),
  );
}

function mayPlan(shelf: Shelf, before: Shelf | null): boolean {
  if (shelf.stage === ASKED || shelf.asking >= MAX_ASKING || !shelves.hasRoom(shelf)) return false;
  return stillThere(shelf, before) === null;
}
