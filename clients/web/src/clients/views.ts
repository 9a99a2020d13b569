/**
 * What a person is shown: where things stand, in one word, and the few facts that go with it.
 *
 * Pure: a view is made of what a visit left, and of nothing else.
 */

import type { Said } from "../crypto/messages/pages.ts";

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
 * voucher's, `message` the partner's last one. `comeBackEpoch` is 0 if nothing is due.
 */
export interface SlotView {
  readonly period: number;
  readonly index: number;
  readonly status: Status;
  readonly facts: Facts | null;
  readonly code: string;
  readonly terms: string;
  readonly message: Said | null;
  readonly again: boolean;
  readonly comeBackEpoch: number;
}
