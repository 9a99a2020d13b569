/**
 * Two strangers agree on a key and talk through their pages (protocol.md, section 6).
 *
 *     donor  ──page 1: {share_d, blanks, code}──▶ family       sealed to the family's certified key
 *     family ──page 1: {share_f, blanks}────────▶ donor        sealed to the donor's certified key
 *              pages 2–4, both ways                            under K, from both shares
 *
 * Whoever is not the holder of a certified key learns no share, so a node or a matcher that
 * invents a partner gets nothing sealed under K. Nobody signs anything to anybody: either side
 * could have made the whole conversation up, and that is wanted.
 */

import { concat, utf8 } from "./bytes.ts";
import { WrongLength } from "./errors.ts";
import { bound, derive, u32, u8 } from "./labels.ts";
import { MESSAGES_A_PAGE, Page, PageOne, type Said } from "./messages/pages.ts";
import { closeRecord, openRecord } from "./records.ts";
import { openSealed, seal, type SealingKey } from "./sealing.ts";

export const TO_FAMILY = 0;
export const TO_DONOR = 1;
export const TRANSCRIPT_PAGES = [2, 3, 4] as const;

/** Words a page takes before the next begins; leaves room for the framing of sixteen messages. */
export const PAGE_BYTES = 3_600;

/** Which page under K: a direction, and 2, 3 or 4. */
export interface PagePlace {
  readonly key: Uint8Array;
  readonly direction: number;
  readonly number: number;
}

/** What both sides of a match know and bind everything to. */
export class Meeting {
  readonly circle: Uint8Array;
  readonly rendezvous: Uint8Array;
  readonly matched: number;
  readonly requestRoot: Uint8Array;
  readonly offerRoot: Uint8Array;

  constructor(known: {
    readonly circle: Uint8Array;
    readonly rendezvous: Uint8Array;
    readonly matched: number;
    readonly requestRoot: Uint8Array;
    readonly offerRoot: Uint8Array;
  }) {
    this.circle = known.circle;
    this.rendezvous = known.rendezvous;
    this.matched = known.matched;
    this.requestRoot = known.requestRoot;
    this.offerRoot = known.offerRoot;
  }

  /** The HPKE info of page 1. */
  pageOneInfo(direction: number): Uint8Array {
    return bound(
      "page 1",
      this.circle,
      u8(direction),
      this.rendezvous,
      u32(this.matched),
      this.requestRoot,
      this.offerRoot,
    );
  }

  /** A record that only the certified *recipient* (1,216 bytes) opens. */
  sealPageOne(
    page: PageOne,
    { direction, recipient }: { readonly direction: number; readonly recipient: Uint8Array },
  ): Uint8Array {
    return seal(PageOne, page, { recipient, info: this.pageOneInfo(direction) });
  }

  /** Raises CannotOpen for anything that was not written for this match. */
  openPageOne(
    record: Uint8Array,
    { direction, key }: { readonly direction: number; readonly key: SealingKey },
  ): PageOne {
    return openSealed(PageOne, record, { key, info: this.pageOneInfo(direction) });
  }

  /** K, 32 bytes. */
  conversationKey(shares: {
    readonly shareDonor: Uint8Array;
    readonly shareFamily: Uint8Array;
  }): Uint8Array {
    return derive(
      concat(shares.shareDonor, shares.shareFamily),
      "conversation",
      this.requestRoot,
      this.offerRoot,
      this.rendezvous,
      u32(this.matched),
      this.circle,
    );
  }

  _pageAad(direction: number, number: number): Uint8Array {
    return bound("page", this.circle, u8(direction), u8(number), u32(this.matched));
  }

  /** Page 2, 3 or 4 of one direction under K. */
  closePage(page: Page, { key, direction, number }: PagePlace): Uint8Array {
    return closeRecord(Page, page, {
      key: _pageKey(key, direction, number),
      aad: this._pageAad(direction, number),
    });
  }

  /** Raises CannotOpen. */
  openPage(record: Uint8Array, { key, direction, number }: PagePlace): Page {
    return openRecord(Page, record, {
      key: _pageKey(key, direction, number),
      aad: this._pageAad(direction, number),
    });
  }
}

export function _pageKey(key: Uint8Array, direction: number, number: number): Uint8Array {
  return derive(key, "page", u8(direction), u8(number));
}

/** 16 bytes that both sides may put into later cards to meet again. */
export function againValue(key: Uint8Array): Uint8Array {
  return derive(key, "again").slice(0, 16);
}

/** The three pages of a cumulative transcript, in order. Raises WrongLength when it is full. */
export function layOut(transcript: readonly Said[]): readonly Page[] {
  const pages: Said[][] = [];
  let page: Said[] = [];
  pages.push(page);
  let used = 0;
  for (const said of transcript) {
    const size = utf8(said.words).length;
    if (used + size > PAGE_BYTES || page.length === MESSAGES_A_PAGE) {
      page = [];
      pages.push(page);
      used = 0;
    }
    page.push(said);
    used += size;
  }
  if (pages.length > TRANSCRIPT_PAGES.length) throw new WrongLength("this conversation is full");
  return TRANSCRIPT_PAGES.map((_, at) => ({ messages: pages[at] ?? [] }));
}
