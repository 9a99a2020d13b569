/**
 * A match, checked and spoken in: who the partner is, and under which key the two talk.
 *
 *     notice ─▶ match ─▶ certificate counts? mode and region chosen? ─▶ encounter
 *     partner's page 1 ─▶ its share ─▶ conversation key ─▶ both transcripts
 *
 * A notice comes from the matcher and a page through the node. Nothing of a match is shown, and
 * nothing is sent to the partner, before both duty coordinators' signatures on it are verified
 * here.
 */

import { isWellFormed, randomBytes, sameBytes, utf8 } from "../crypto/bytes.ts";
import { verifyCertificate } from "../crypto/certificates.ts";
import type { Circle } from "../crypto/circle.ts";
import {
  Meeting,
  TO_DONOR,
  TO_FAMILY,
  TRANSCRIPT_PAGES,
  layOut,
} from "../crypto/conversations.ts";
import {
  CannotOpen,
  InvalidCertificate,
  MalformedMessage,
  WrongLength,
  WrongShape,
} from "../crypto/errors.ts";
import { codePoints } from "../crypto/goods.ts";
import { PAGES, SECRET_BYTES } from "../crypto/labels.ts";
import { DONOR, FAMILY } from "../crypto/messages/intake.ts";
import type { Match } from "../crypto/messages/notices.ts";
import { WORDS_BYTES, type Kind, type PageOne, type Said } from "../crypto/messages/pages.ts";
import type { Slot, Wish } from "../crypto/messages/shelf.ts";
import { checkPublicKey } from "../crypto/sealing.ts";
import { TooLong } from "./errors.ts";
import { classOf, type Place } from "./person.ts";

export const MOST_CHARACTERS = 300;

/**
 * Codes that a donor's client gives in the place of others in one match: whoever says that each of
 * them fails has had four, and no more. One failure more can be said; then the request waits anew.
 */
export const MOST_REPLACED = 3;

/** The only mode in which no address is shown. */
export const VOUCHER = 0;

/** A verified match, seen from one side. */
export class Encounter {
  constructor(
    readonly place: Place,
    readonly role: number,
    readonly match: Match,
    readonly meeting: Meeting,
  ) {}

  /** The epoch of the match, by which outboxes speak of it. */
  get matched(): number {
    return this.match.matched;
  }

  /** Which way one's own pages point. */
  get direction(): number {
    return this.role === FAMILY ? TO_DONOR : TO_FAMILY;
  }

  /** One's own share; the same on every device. */
  get share(): Uint8Array {
    return this.place.pseudonym.share(this.match.rendezvous, this.#peerRoot);
  }

  /** The mark by which the shelf knows this partner again. */
  get partner(): Uint8Array {
    const { pseudonym } = this.place;
    return pseudonym.partnerMark(this.match.rendezvous, this.#peerRoot, this.matched);
  }

  get #peerRoot(): Uint8Array {
    return this.role === FAMILY ? this.meeting.offerRoot : this.meeting.requestRoot;
  }

  /** The conversation key, from both shares. */
  key(peerShare: Uint8Array): Uint8Array {
    return this.role === FAMILY
      ? this.meeting.conversationKey({ shareDonor: peerShare, shareFamily: this.share })
      : this.meeting.conversationKey({ shareDonor: this.share, shareFamily: peerShare });
  }

  /** One's own page 1, sealed to the partner; before it is *in earnest*, with B of nothing. */
  pageOne(code: string, inEarnest = true): Uint8Array {
    const noise = Array.from({ length: PAGES }, () => randomBytes(SECRET_BYTES));
    const blanks = inEarnest ? this.place.pageBlanks : noise;
    const page: PageOne = { share: this.share, blanks, code };
    const recipient = this.match.peer.publicKey;
    return this.meeting.sealPageOne(page, { direction: this.direction, recipient });
  }

  /** The partner's page 1, or null while there is none for this match. */
  openPageOne(record: Uint8Array): PageOne | null {
    const key = this.place.pseudonym.sealingKey;
    return orNull(() => this.meeting.openPageOne(record, { direction: 1 - this.direction, key }));
  }

  /** One's own pages 2 to 4. Raises TooLong when the conversation is full. */
  pages(transcript: readonly Said[], key: Uint8Array): readonly Uint8Array[] {
    const { direction } = this;
    try {
      return layOut(transcript).map((page, at) =>
        this.meeting.closePage(page, { key, direction, number: pageNumber(at) }),
      );
    } catch (error) {
      throw error instanceof WrongLength || error instanceof WrongShape ? new TooLong() : error;
    }
  }

  /** Pages 2 to 4 joined; null if one does not open: half a transcript is none. */
  transcript(
    records: readonly Uint8Array[],
    key: Uint8Array,
    { own }: { readonly own: boolean },
  ): readonly Said[] | null {
    const direction = own ? this.direction : 1 - this.direction;
    return orNull(() =>
      records.flatMap(
        (record, at) =>
          this.meeting.openPage(record, { key, direction, number: pageNumber(at) }).messages,
      ),
    );
  }
}

/**
 * The encounter, or null for a match that is not to be had: a partner without a certificate of
 * this circle, a mode or a region that was never chosen.
 */
export function encounterOf(
  circle: Circle,
  place: Place,
  role: number,
  chosen: Wish | null,
  match: Match,
): Encounter | null {
  if (chosen === null || !has(chosen.modes, match.mode) || !has(chosen.regions, match.region)) {
    return null;
  }
  const { peer } = match;
  let peerRoot: Uint8Array;
  try {
    peerRoot = verifyCertificate(
      circle,
      classOf(role === FAMILY ? DONOR : FAMILY),
      peer.period,
      peer.publicKey,
      peer.claimTag,
      peer.signatures,
    );
    checkPublicKey(peer.publicKey);
  } catch (error) {
    if (error instanceof InvalidCertificate || error instanceof MalformedMessage) return null;
    throw error;
  }
  const ownRoot = place.root(role);
  const meeting = new Meeting({
    circle: circle.digest,
    rendezvous: match.rendezvous,
    matched: match.matched,
    requestRoot: role === FAMILY ? ownRoot : peerRoot,
    offerRoot: role === FAMILY ? peerRoot : ownRoot,
  });
  return new Encounter(place, role, match, meeting);
}

/** The slot as it speaks of *partner*, met in epoch *matched*: what belonged to another is gone. */
export function met(slot: Slot, matched: number, partner: Uint8Array): Slot {
  if (slot.met === matched) return slot;
  return { ...slot, met: matched, partner, peerShare: null, code: "" };
}

/**
 * Whether the slot's epoch had another partner. A round gives a card one; a matcher that names two
 * wants what the first was given shown to the second.
 */
export function isSecond(slot: Slot, encounter: Encounter): boolean {
  if (slot.met !== encounter.matched) return false;
  return slot.partner === null || !sameBytes(slot.partner, encounter.partner);
}

/** *words*, if they fit a message. Raises TooLong. */
export function checked(words: string): string {
  const fits =
    isWellFormed(words) &&
    codePoints(words) <= MOST_CHARACTERS &&
    utf8(words).length <= WORDS_BYTES;
  if (!fits) throw new TooLong();
  return words;
}

/**
 * The transcript with one message more, or as it is if that is its last one already; with *anew*
 * a second one like it counts too. Raises TooLong.
 */
export function said(
  transcript: readonly Said[],
  kind: Kind,
  words = "",
  { anew = false }: { readonly anew?: boolean } = {},
): readonly Said[] {
  const message: Said = { kind, words: checked(words) };
  const before = transcript.at(-1);
  const isRepeated = before?.kind === kind && before.words === words;
  return isRepeated && !anew ? transcript : [...transcript, message];
}

/** How often *kind* was said. */
export function count(transcript: readonly Said[], kind: Kind): number {
  return transcript.filter((message) => message.kind === kind).length;
}

/** The last message, of one of *kinds* if any are named. */
export function last(transcript: readonly Said[], ...kinds: readonly Kind[]): Said | null {
  const isWanted = ({ kind }: Said): boolean =>
    kinds.length === 0 || (kinds as readonly number[]).includes(kind);
  return transcript.filter(isWanted).at(-1) ?? null;
}

/** Whether the bit set *chosen* has bit *number*; wider than the 32 bits of JavaScript's `>>`. */
function has(chosen: number, number: number): boolean {
  return number < 32 && ((chosen >>> number) & 1) === 1;
}

function pageNumber(at: number): number {
  const number = TRANSCRIPT_PAGES[at];
  if (number === undefined) throw new RangeError("a conversation has three pages");
  return number;
}

function orNull<T>(open: () => T): T | null {
  try {
    return open();
  } catch (error) {
    if (error instanceof CannotOpen) return null;
    throw error;
  }
}
