/**
 * What follows from a look by itself, before anybody decides anything.
 *
 * Every visit begins with `keepUp`. It is where a page that was closed is caught up with: each
 * step looks at what stands, not at what was planned.
 */

import { InvalidCertificate } from "../crypto/errors.ts";
import { FINISHED, IDLE } from "../crypto/messages/cards.ts";
import { DONE, POSTED } from "../crypto/messages/shelf.ts";
import { earnedIndex, earnedSlot } from "./asking.ts";
import * as cards from "./cards.ts";
import * as exchange from "./exchange.ts";
import { met } from "./meetings.ts";
import { recovered, spoken } from "./outboxes.ts";
import * as shelves from "./shelves.ts";
import { both, type Act, type State } from "./state.ts";
import * as vetting from "./vetting.ts";

/** All of it, in the order in which one thing leads to another. */
export function keepUp(state: State): State {
  const steps: readonly Act[] = [
    vetting.advance,
    exchange.letGo,
    cards.advance,
    withMet,
    recovered,
    backAgain,
    delivered,
    finished,
  ];
  return steps.reduce(both)(state);
}

/** Whether something was put onto the shelf that must be read back before its source goes. */
export function readsBack({ shelf, found }: State): boolean {
  if (shelf === null || found === null) return false;
  const earlier = found.slots.map((slot) => slot.index);
  const isAdded = shelf.slots.some((slot) => !earlier.includes(slot.index));
  return isAdded || shelf.stage !== found.stage;
}

/** The partner's B, once nobody here needs the partner's pages any more. */
export function blanksDue(state: State): readonly Uint8Array[] | null {
  const { slot, pageOne } = state;
  const isOver = slot === null || (slot.stage === DONE && !state.isDonor);
  return isOver ? (pageOne?.blanks ?? null) : null;
}

function withMet(state: State): State {
  if (state.encounter === null || state.slot === null) return state;
  const slot = met(state.slot, state.matched, state.encounter.partner);
  return state.withSlot({ ...slot, peerShare: state.pageOne?.share ?? slot.peerShare });
}

/** An idle card waits for its owner's word: to have come back is the word. */
function backAgain(state: State): State {
  const { slot, notice, outbox } = state;
  if (notice === null || outbox === null || slot?.stage !== POSTED) return state;
  if (notice.phase !== IDLE || outbox.counter > notice.counter) return state;
  return spoken(state, {}, { anew: true });
}

/** A slot earned: onto the shelf first, acknowledged once it was read there. */
function delivered(state: State): State {
  const { shelf, notice, outbox } = state;
  if (shelf === null || !state.isDonor || notice === null || outbox === null) return state;
  const { delivery } = notice;
  const index = earnedIndex(state.place.index);
  if (delivery?.index !== index || outbox.got >= index) return state;
  if (shelves.slotOf(state.found, index) !== null) {
    return spoken(state.withShelf({ got: Math.max(shelf.got, index) }), { got: index });
  }
  // An exchange under way has its place already: its stamp is burned.
  const keptFree = exchange.isUnderWay(shelf) ? 1 : 0;
  if (!shelves.hasRoom(shelf, { keptFree })) return state;
  try {
    const slot = earnedSlot(state.circle, state.place, delivery);
    return state.with({ shelf: shelves.withSlot(shelf, slot) });
  } catch (error) {
    if (error instanceof InvalidCertificate) return state.with({ coordinatorFailed: true });
    throw error;
  }
}

function finished(state: State): State {
  const { shelf, slot, slotFound } = state;
  if (shelf === null || slot === null || slotFound === null) return state;
  if (state.notice?.phase !== FINISHED) return state;
  // A code that was redeemed leads to whoever redeemed it: no list keeps it any longer.
  if (slot.stage !== DONE) return state.withSlot({ stage: DONE, code: "" }).with({ mine: [] });
  if (slotFound.stage === DONE && isNothingMoreToCome(state)) {
    return state.with({ shelf: shelves.withoutSlot(shelf, slot.index) });
  }
  return state;
}

/** For a donor: the earned slot lies on the shelf, and the matcher has heard so. */
function isNothingMoreToCome(state: State): boolean {
  if (!state.isDonor) return true;
  const got = (state.heard?.got ?? 0) >= earnedIndex(state.place.index);
  return got && state.notice?.delivery === null;
}
