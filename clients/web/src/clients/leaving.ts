/**
 * What a visit leaves: eight writes, whatever happened (protocol.md, section 7).
 *
 *     shelf │ out 0 or in 0 │ out 1 or in 1 │ outbox │ pages 1–4       each: w ‖ hash ‖ record
 *
 * Each of a card's own drops is written anew every time, under a fresh nonce or a fresh seal, so
 * that what was said and what was merely kept up look alike. Where nothing is reserved, random
 * bytes go to an address that takes nothing.
 */

import { concat, randomBytes } from "../crypto/bytes.ts";
import { recordHash, type WriteSecret } from "../crypto/drops.ts";
import { PAGES, SECRET_BYTES, bound } from "../crypto/labels.ts";
import { Out } from "../crypto/messages/intake.ts";
import { Outbox } from "../crypto/messages/outboxes.ts";
import { Kind, PageOne } from "../crypto/messages/pages.ts";
import { ASKED, POSTED, Shelf } from "../crypto/messages/shelf.ts";
import { closeRecord, randomRecord } from "../crypto/records.ts";
import { seal } from "../crypto/sealing.ts";
import type { Seen } from "./looking.ts";
import { VOUCHER, count } from "./meetings.ts";
import { THREADS, type Place } from "./person.ts";
import * as seals from "./seals.ts";
import type { State } from "./state.ts";

const NOT_READ = new Uint8Array(0);

/** 8 × (w ‖ hash of the record replaced ‖ record). Raises TooLong. */
export function leaveBody(state: State, seen: Seen): Uint8Array {
  const { person, pseudonym } = state.place;
  const pages = pagesOf(state, seen);
  return concat(
    write(person.shelfWrite, seen.shelf, shelfOf(state)),
    ...THREADS.map((number) => thread(state, seen, number)),
    write(pseudonym.outboxWrite, seen.outbox, outboxOf(state)),
    ...pseudonym.pagesWrite.map((secret, at) =>
      write(secret, seen.pages[at] ?? NOT_READ, pages[at] ?? randomRecord()),
    ),
  );
}

/** A page 1 that nobody will open: every page 1 is a seal, from the first to the last. */
export function throwawayPage(place: Place): Uint8Array {
  const page: PageOne = {
    share: randomBytes(SECRET_BYTES),
    blanks: Array.from({ length: PAGES }, () => randomBytes(SECRET_BYTES)),
    code: "",
  };
  const recipient = place.pseudonym.throwawayKey.public;
  return seal(PageOne, page, { recipient, info: bound("page 1", place.circle) });
}

function write(secret: WriteSecret, replaced: Uint8Array, record: Uint8Array): Uint8Array {
  return concat(secret, recordHash(replaced), record);
}

function shelfOf(state: State): Uint8Array {
  if (state.shelf === null) return randomRecord();
  return closeRecord(Shelf, state.shelf, seals.shelf(state.place.person));
}

function thread(state: State, seen: Seen, number: number): Uint8Array {
  const { place, found } = state;
  const { inWrite, outWrite } = place.thread(number);
  const seenIn = seen.ins[number] ?? NOT_READ;
  const seenOut = seen.outs[number] ?? NOT_READ;
  // Only what was read back from the shelf may be blanked in the thread: until then the thread
  // has the only copy.
  if (found !== null && (found.stage !== ASKED || found.asking !== place.asking)) {
    // Once, and from then on what stands is written again: the coordinator can read *in*, and a
    // record that changes would tell it of every visit of somebody it vouched for.
    const isBlank = (state.ins[number] ?? null) === null;
    return write(inWrite, seenIn, isBlank ? seenIn : randomRecord());
  }
  // A card of somebody whose shelf does not open now: out was not read, so nothing can be said.
  if (seenOut.length === 0) return write(inWrite, seenIn, seenIn);
  const out = state.outs[number] ?? null;
  const record =
    out === null ? randomRecord() : closeRecord(Out, out, seals.threadOut(place, number));
  return write(outWrite, seenOut, record);
}

function outboxOf(state: State): Uint8Array {
  if (state.outbox === null) return randomRecord();
  const under = seals.outbox(state.circle.digest, state.place.pseudonym);
  return closeRecord(Outbox, state.outbox, under);
}

function pagesOf(state: State, seen: Seen): readonly Uint8Array[] {
  if (state.outbox === null) return Array.from({ length: PAGES }, randomRecord);
  // A card that is no longer on the shelf: what its partner may still want to read stays.
  if (state.slot === null) return seen.pages;
  // A notice that is missing says nothing about the match: a conversation is erased when it is
  // over, not when a node forgets to mention it.
  if (state.notice === null && state.slot.met !== 0) return seen.pages;
  const key = state.conversationKey;
  const rest =
    key === null || state.encounter === null
      ? Array.from({ length: PAGES - 1 }, randomRecord)
      : state.encounter.pages(state.mine, key);
  return [pageOneOf(state, seen), ...rest];
}

function pageOneOf(state: State, seen: Seen): Uint8Array {
  const { slot, encounter, outbox } = state;
  if (slot === null || encounter === null || outbox === null) return throwawayPage(state.place);
  if (!state.isDonor) return encounter.pageOne("", isInEarnest(state));
  const accepted = outbox.accepted === state.matched && outbox.declined !== state.matched;
  if (slot.stage !== POSTED || !accepted) return throwawayPage(state.place);
  // The shelf was brought back from before the code: what the family was given stays.
  if (encounter.match.mode === VOUCHER && slot.code === "") return seen.pages[0] ?? NOT_READ;
  return encounter.pageOne(slot.code, isInEarnest(state));
}

/**
 * Whether the donor's slot is spent, however this match ends.
 *
 * A card keeps its pages through all of its matches, and whoever has B can blank them in every
 * later one. So B has its price: a code that was given, or an address that was shown.
 */
function isInEarnest(state: State): boolean {
  if (state.encounter?.match.mode === VOUCHER) {
    return state.isDonor || state.conversationKey !== null;
  }
  if (state.isDonor) return count(state.theirs, Kind.TERMS) > 0;
  return state.outbox?.shown === state.matched;
}
