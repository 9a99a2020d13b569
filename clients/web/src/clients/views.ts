/**
 * What a person is shown: where things stand, in one word, and the few facts that go with it.
 *
 * Pure: a view is made of what a visit left, and of nothing else.
 */

import { FINISHED, HELD, IDLE, WAITING } from "../crypto/messages/cards.ts";
import { CODE_BYTES, Kind, type Said } from "../crypto/messages/pages.ts";
import { ASKED, CERTIFIED, DECLINED, DONE, UNSPENT, type Slot } from "../crypto/messages/shelf.ts";
import { VOUCHER, count, last, type Encounter } from "./meetings.ts";
import * as shelves from "./shelves.ts";
import { Claimed, type State } from "./state.ts";
import { openQuestions } from "./vetting.ts";

/** Where a person stands, or one of a donor's slots. */
export const Status = {
  /** The list opens nothing. It may be another list than was meant. */
  NOTHING: "nothing",
  ASKED: "asked",
  QUESTION: "question",
  /** A card can be posted. */
  CERTIFIED: "certified",
  DECLINED: "declined",
  /** A signature does not verify; nothing was taken and nothing erased. */
  COORDINATOR_FAILED: "coordinator_failed",
  /** Certified in a quarter that is over; ask again. */
  PERIOD_OVER: "period_over",
  WAITING: "waiting",
  /** Family: a donor was found and has not answered. Donor: decide. */
  HELD: "held",
  AGREED: "agreed",
  CODE: "code",
  CODE_FAILED: "code_failed",
  CODE_SENT: "code_sent",
  NEEDS_ADDRESS: "needs_address",
  ADDRESS_SHOWN: "address_shown",
  ORDERED: "ordered",
  /** The match fell through; the place in the queue is kept. */
  PEER_SILENT: "peer_silent",
  /** Was silent for too long; to have come back is enough. */
  IDLE: "idle",
  /** The notice names a partner without a certificate, or a mode or region never chosen. */
  REFUSED_MATCH: "refused_match",
  MATCH_DECLINED: "match_declined",
  /** Another family was shown the same donor; nothing was shown to it here. */
  DONOR_SHOWN_ELSEWHERE: "donor_shown_elsewhere",
  /** Confirmed; the matcher has not heard it yet. */
  RECEIVED: "received",
  WITHDRAWN: "withdrawn",
  FINISHED: "finished",
} as const;
export type Status = (typeof Status)[keyof typeof Status];

/** What a verified match asks for; numbers are those of the catalogue. */
export interface Facts {
  readonly matched: number;
  readonly mode: number;
  readonly store: number;
  readonly region: number;
  readonly size: number;
  readonly needs: number;
}

/**
 * One card, or one that can be posted. `terms` is where a donor is to send to, `code` the
 * voucher's, `ordered` what a family needs to receive the parcel, `message` the partner's last one.
 * `comeBackEpoch` is 0 if nothing is due.
 */
export interface SlotView {
  readonly period: number;
  readonly index: number;
  readonly status: Status;
  readonly facts: Facts | null;
  readonly code: string;
  readonly terms: string;
  readonly ordered: string;
  readonly message: Said | null;
  readonly again: boolean;
  readonly comeBackEpoch: number;
}

/** Messages shown as messages; terms, codes, order facts and *again* have their own places. */
const WORDS: readonly Kind[] = [
  Kind.QUESTION,
  Kind.ANSWER,
  Kind.CANNOT,
  Kind.CODE_FAILED,
  Kind.RECEIVED,
  Kind.THANKS,
];

/** The facts of a verified match. */
export function factsOf({ encounter }: State): Facts | null {
  if (encounter === null) return null;
  const { matched, mode, store, region, size, needs } = encounter.match;
  return { matched, mode, store, region, size, needs };
}

/** Where vetting stands, for a shelf without a card to speak of. */
export function vettingStatus(state: State): Status {
  const { shelf } = state;
  if (shelf === null) {
    return state.other?.stage === CERTIFIED ? Status.PERIOD_OVER : Status.NOTHING;
  }
  if (state.coordinatorFailed) return Status.COORDINATOR_FAILED;
  const isExchange = shelf.exchanged !== null && shelves.unspentSlots(shelf).length > 0;
  if (shelf.stage === ASKED && !isExchange) {
    return openQuestions(state).length > 0 ? Status.QUESTION : Status.ASKED;
  }
  if (shelf.stage === DECLINED) return Status.DECLINED;
  if (state.notice?.phase === FINISHED) return Status.FINISHED;
  if (shelves.unspentSlots(shelf).length === 0) return Status.FINISHED;
  return state.isCurrent ? Status.CERTIFIED : Status.PERIOD_OVER;
}

/** An unspent slot that nobody visited. */
export function unvisited(period: number, index: number, status: Status): SlotView {
  return {
    period,
    index,
    status,
    facts: null,
    code: "",
    terms: "",
    ordered: "",
    message: null,
    again: false,
    comeBackEpoch: 0,
  };
}

/** The card of the place that was visited. */
export function slotView(state: State): SlotView {
  const { place, theirs } = state;
  const status = slotStatus(state);
  const comeBackEpoch = comeBack(state, status);
  const view = { ...unvisited(place.period, place.index, status), comeBackEpoch };
  if (status === Status.REFUSED_MATCH || status === Status.DONOR_SHOWN_ELSEWHERE) return view;
  return {
    ...view,
    facts: factsOf(state),
    code: codeOf(state),
    terms: state.isDonor ? (last(theirs, Kind.TERMS)?.words ?? "") : "",
    ordered: state.isDonor ? "" : (last(theirs, Kind.ORDERED)?.words ?? ""),
    message: last(theirs, ...WORDS),
    again: count(theirs, Kind.AGAIN) > 0,
  };
}

function slotStatus(state: State): Status {
  const { slot, notice, outbox, encounter } = state;
  if (notice?.phase === FINISHED) return Status.FINISHED;
  if (slot === null) return vettingStatus(state);
  if (slot.stage === UNSPENT) return state.isCurrent ? Status.CERTIFIED : Status.PERIOD_OVER;
  if (slot.stage === DONE) return Status.RECEIVED;
  if (outbox?.withdrawn === true) return Status.WITHDRAWN;
  if (state.refused) return Status.REFUSED_MATCH;
  if (notice === null) return Status.WAITING;
  // `met` outlives its match: once there was one, somebody fell away.
  if (notice.phase === WAITING) return slot.met > 0 ? Status.PEER_SILENT : Status.WAITING;
  if (notice.phase === IDLE) return Status.IDLE;
  if (encounter === null) return Status.WAITING;
  if (outbox?.declined === state.matched) {
    return state.claimed === Claimed.ANOTHERS ? Status.DONOR_SHOWN_ELSEWHERE : Status.MATCH_DECLINED;
  }
  return state.isDonor ? donorStatus(state, encounter) : familyStatus(state, encounter, slot);
}

function familyStatus(state: State, encounter: Encounter, slot: Slot): Status {
  const { mine, theirs } = state;
  const beforeAnswer = state.notice?.phase === HELD ? Status.HELD : Status.AGREED;
  if (state.claimed === Claimed.ANOTHERS) return Status.DONOR_SHOWN_ELSEWHERE;
  if (encounter.match.mode === VOUCHER) {
    if (isCodeFailed(mine, theirs)) return Status.CODE_FAILED;
    return codeOf(state) === "" ? beforeAnswer : Status.CODE;
  }
  // A donor seals page 1 only when it accepts, so its share is its answer, a round early.
  if (slot.peerShare === null) return beforeAnswer;
  if (count(mine, Kind.TERMS) === 0) return Status.NEEDS_ADDRESS;
  return count(theirs, Kind.ORDERED) > 0 ? Status.ORDERED : Status.ADDRESS_SHOWN;
}

function donorStatus(state: State, encounter: Encounter): Status {
  const { mine, theirs } = state;
  if (state.outbox?.accepted !== state.matched) return Status.HELD;
  if (encounter.match.mode === VOUCHER) {
    return isCodeFailed(theirs, mine) ? Status.CODE_FAILED : Status.CODE_SENT;
  }
  // By the outbox: a family that has confirmed has blanked the page that said so too.
  if (state.outbox.sent === state.matched) return Status.ORDERED;
  return count(theirs, Kind.TERMS) > 0 ? Status.ADDRESS_SHOWN : Status.AGREED;
}

/** Whether the last code was reported as not working. */
function isCodeFailed(family: readonly Said[], donor: readonly Said[]): boolean {
  return count(family, Kind.CODE_FAILED) > count(donor, Kind.CODE_REPLACED);
}

/** The voucher's code: the last replacement, or the one on page 1; a donor's own, its own. */
function codeOf(state: State): string {
  const { encounter, slot } = state;
  if (encounter?.match.mode !== VOUCHER || slot === null) return "";
  if (state.isDonor) return slot.code;
  const replaced = last(state.theirs, Kind.CODE_REPLACED);
  if (replaced === null) return state.pageOne?.code ?? "";
  // A message takes more; no client sends more.
  return Array.from(replaced.words).slice(0, CODE_BYTES).join("");
}

const SETTLED: readonly Status[] = [
  Status.NOTHING,
  Status.DECLINED,
  Status.FINISHED,
  Status.WITHDRAWN,
  Status.PERIOD_OVER,
  Status.CODE,
  Status.RECEIVED,
];

function comeBack(state: State, status: Status): number {
  const { sendEpochs, answerEpochs } = state.circle.policy;
  if (!state.isDonor) {
    if (status === Status.ADDRESS_SHOWN || status === Status.CODE_FAILED) {
      return state.epoch + sendEpochs;
    }
    // Matched at the end of this epoch at best, and then the donor has its time to answer: to come
    // sooner would be a visit for nothing.
    if (status === Status.WAITING || status === Status.PEER_SILENT) {
      return state.epoch + 1 + answerEpochs;
    }
  }
  return SETTLED.includes(status) ? 0 : state.epoch + 1;
}
