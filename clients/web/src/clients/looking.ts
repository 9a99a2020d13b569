/**
 * What a visit asks for and how its answers are read (protocol.md, section 7).
 *
 *     look   current period: shelf, in 0, in 1 │ previous period: the same │ notice, outbox,
 *            pages 1–4
 *     meet   the four pages of the notice; before there is one, out 0, out 1 and two decoys
 *
 * Everything that does not open reads as null: not there, somebody else's, altered and blanked are
 * one and the same to whoever holds the list, as they are to the node.
 */

import { concat, randomBytes } from "../crypto/bytes.ts";
import type { Circle } from "../crypto/circle.ts";
import { readerOf } from "../crypto/drops.ts";
import { CannotOpen } from "../crypto/errors.ts";
import { noticeWrite, type Person } from "../crypto/keys.ts";
import { PAGES, RECORD_BYTES, SECRET_BYTES } from "../crypto/labels.ts";
import { AGREED, HELD } from "../crypto/messages/cards.ts";
import { FAMILY, In, Out } from "../crypto/messages/intake.ts";
import { Notice } from "../crypto/messages/notices.ts";
import { Outbox } from "../crypto/messages/outboxes.ts";
import type { Said } from "../crypto/messages/pages.ts";
import { Shelf } from "../crypto/messages/shelf.ts";
import { openRecord, type SharedKey } from "../crypto/records.ts";
import type { MessageKind } from "../crypto/shapes.ts";
import { NodeMisbehaves } from "./errors.ts";
import { VOUCHER, encounterOf, isSecond, type Encounter } from "./meetings.ts";
import type { OpenEpoch } from "./node.ts";
import { Place, THREADS } from "./person.ts";
import * as seals from "./seals.ts";
import { Claimed, State, UNREAD } from "./state.ts";

const NOT_READ = new Uint8Array(0);

/** The records of one's own drops as the node answered them: a leave names what it replaces. */
export interface Seen {
  readonly shelf: Uint8Array;
  readonly ins: readonly Uint8Array[];
  readonly outs: readonly Uint8Array[];
  readonly outbox: Uint8Array;
  readonly pages: readonly Uint8Array[];
}

/** What a meet does besides reading: the partner's B to blank, the match epoch to claim for. */
export interface Meet {
  readonly blanks: readonly Uint8Array[] | null;
  readonly claims: number | null;
}

/** 12 × R. */
export function lookBody(
  current: Person,
  previous: Person,
  place: Place,
  committed: number,
): Uint8Array {
  const notice = readerOf(noticeWrite(place.pseudonym.noticeSecret, committed));
  const reads = [current, previous].flatMap((person) => {
    const read = place.period === person.period ? place : new Place(person, 0);
    return [read.shelfRead(), ...read.threadReads()];
  });
  return concat(...reads, notice, ...place.ownReads());
}

/** The state before the partner is met, and the raw records. */
export function readLook(
  answer: Uint8Array,
  current: Person,
  previous: Person,
  place: Place,
  circle: Circle,
  epoch: OpenEpoch,
): readonly [State, Seen] {
  const records = recordsOf(answer);
  const isCurrent = place.period === current.period;
  const [here, there] = isCurrent ? [0, 3] : [3, 0];
  const elsewhere = isCurrent ? previous : current;
  const { person, pseudonym } = place;
  const shelf = opened(Shelf, at(records, here), seals.shelf(person));
  const heard = opened(Outbox, at(records, 7), seals.outbox(circle.digest, pseudonym));
  const underNotice = seals.notice(circle.digest, pseudonym, epoch.committed);
  const state = new State({
    ...UNREAD,
    place,
    circle,
    isCurrent,
    epoch: epoch.descriptor.epoch,
    committed: epoch.committed,
    found: shelf,
    shelf,
    other: opened(Shelf, at(records, there), seals.shelf(elsewhere)),
    ins: THREADS.map((n) => opened(In, at(records, here + 1 + n), seals.threadIn(place, n))),
    notice: opened(Notice, at(records, 6), underNotice),
    heard,
    outbox: heard,
    ownPages: records.slice(8),
  });
  const seen = {
    shelf: at(records, here),
    ins: records.slice(here + 1, here + 3),
    outs: [NOT_READ, NOT_READ],
    outbox: at(records, 7),
    pages: records.slice(8),
  };
  return [withEncounter(state), seen];
}

/** Tag and token of a claim of nothing: new in every visit, as a real one is. */
export function decoyClaim(): Uint8Array {
  return randomBytes(2 * SECRET_BYTES);
}

/** 4 × (R or B) ‖ permit ‖ claim tag ‖ claim token; the decoy's unless an address is shown. */
export function meetBody(state: State, decoy: Uint8Array, { blanks, claims }: Meet): Uint8Array {
  const { pseudonym } = state.place;
  const decoys = [randomBytes(SECRET_BYTES), randomBytes(SECRET_BYTES)];
  const pages = blanks ?? state.notice?.pages ?? [...state.place.outReads(), ...decoys];
  const tag = tagToClaim(state, claims);
  const claim = tag === null ? [decoy] : [tag, pseudonym.claimToken(tag)];
  return concat(...pages, pseudonym.claimPermit, ...claim);
}

/** The state with the partner's pages, or the threads' *out*, and the verdict on a claim. */
export function readMeet(
  state: State,
  seen: Seen,
  answer: Uint8Array,
  { blanks, claims }: Meet,
): readonly [State, Seen] {
  const records = recordsOf(answer.subarray(0, PAGES * RECORD_BYTES));
  const [said, ...zeros] = answer.subarray(PAGES * RECORD_BYTES);
  const verdict = Object.values(Claimed).find((known) => known === said);
  if (verdict === undefined || zeros.some((byte) => byte !== 0)) throw new NodeMisbehaves();
  const isClaimed = tagToClaim(state, claims) !== null;
  const met = isClaimed ? state.with({ claimed: verdict }) : state;
  if (blanks === null && state.notice === null) {
    const { place } = state;
    const outs = THREADS.map((n) => opened(Out, at(records, n), seals.threadOut(place, n)));
    return [met.with({ outs }), { ...seen, outs: records.slice(0, THREADS.length) }];
  }
  // What a blanked page reads as says nothing: it is random whether or not B fitted.
  return [withConversation(met, blanks === null ? records : null), seen];
}

function withEncounter(state: State): State {
  const { shelf, slot, notice } = state;
  if (shelf === null || slot === null || notice?.match == null) return state;
  const { match } = notice;
  // The shelf has met a later match: a node that shows an old notice undoes nothing.
  if (match.matched < slot.met) return state.with({ notice: null });
  const chosen = slot.chosen ?? shelf.wish;
  const encounter = encounterOf(state.circle, state.place, shelf.role, chosen, match);
  if (encounter !== null && isSecond(slot, encounter)) {
    // Whatever the first was shown stays as it lies; the second is answered as nobody is.
    return state.with({ notice: null, refused: true });
  }
  const refused = encounter === null && (notice.phase === HELD || notice.phase === AGREED);
  return state.with({ encounter, refused });
}

function withConversation(state: State, records: readonly Uint8Array[] | null): State {
  const { encounter, slot } = state;
  if (encounter === null || slot === null) return state;
  const pageOne = records === null ? null : encounter.openPageOne(at(records, 0));
  // The latest page 1 first: an earlier share may have been somebody else's guess.
  const shares = pageOne === null ? [] : [pageOne.share];
  if (slot.met === encounter.matched && slot.peerShare !== null) shares.push(slot.peerShare);
  return state.with({
    pageOne,
    theirs: records === null ? [] : transcript(encounter, records.slice(1), shares, false),
    mine: transcript(encounter, state.ownPages.slice(1), shares, true),
  });
}

function transcript(
  encounter: Encounter,
  records: readonly Uint8Array[],
  shares: readonly Uint8Array[],
  own: boolean,
): readonly Said[] {
  for (const share of shares) {
    const found = encounter.transcript(records, encounter.key(share), { own });
    if (found !== null) return found;
  }
  return [];
}

/**
 * The donor's tag, in the very visit that shows a family's address; null in every other.
 *
 * Not earlier: a donor that then declines would look to the next family like one who was shown.
 * Not later: a tag that comes again would tell a node that it is no decoy. Whoever left before the
 * leave shows the address anew, and the same token holds the tag.
 */
function tagToClaim(state: State, claims: number | null): Uint8Array | null {
  const { encounter, slot } = state;
  if (encounter === null || slot === null || encounter.role !== FAMILY) return null;
  if (encounter.match.mode === VOUCHER) return null;
  const accepted = slot.met === encounter.matched && slot.peerShare !== null;
  const isWanted = (claims === 0 || claims === encounter.matched) && accepted;
  return isWanted ? encounter.match.peer.claimTag : null;
}

function recordsOf(answer: Uint8Array): readonly Uint8Array[] {
  return Array.from({ length: answer.length / RECORD_BYTES }, (_, number) =>
    answer.slice(number * RECORD_BYTES, (number + 1) * RECORD_BYTES),
  );
}

function at(records: readonly Uint8Array[], number: number): Uint8Array {
  const record = records[number];
  // The node's answer was measured when it came.
  if (record === undefined) throw new RangeError("no such record");
  return record;
}

function opened<T>(kind: MessageKind<T>, record: Uint8Array, under: SharedKey): T | null {
  try {
    return openRecord(kind, record, under);
  } catch (error) {
    if (error instanceof CannotOpen) return null;
    throw error;
  }
}
