/** A donor: offer, accept, send, earn. The twin is being written; its interface stands. */

import type { Language } from "../crypto/goods.ts";
import { DONOR } from "../crypto/messages/intake.ts";
import type { Kind } from "../crypto/messages/pages.ts";
import type { Wish } from "../crypto/messages/shelf.ts";
import { PersonClient, type Asking } from "./sittings.ts";
import type { SlotView, Status } from "./views.ts";

/** What a donor is shown: where vetting stands, and each slot by its index. */
export interface DonorView {
  readonly status: Status;
  readonly questions: readonly string[];
  readonly slots: readonly SlotView[];
  readonly comeBackEpoch: number;
}

/** A donor's client. Every call is one sitting; calls wait for one another. */
export class Donor extends PersonClient {
  readonly role = DONOR;

  /** Ask both coordinators. Raises TooLong, WrongRole, WishRefused, NoPeriod, NodeRefused. */
  offer(_wish: Wish, _language: Language, _asking: Asking = {}): Promise<DonorView> {
    return soon();
  }

  /** Do what needs no decision; with *post*, the first three cards go out once certified. */
  visit(_how: { readonly post?: boolean } = {}): Promise<DonorView> {
    return soon();
  }

  /** Post the card of an earned slot: the one of *index*, or the first there is. */
  postCard(_index: number | null = null, _wish: Wish | null = null): Promise<DonorView> {
    return soon();
  }

  /** Answer every coordinator that has asked. Raises TooLong, NotPossible. */
  answerQuestion(_words: string): Promise<DonorView> {
    return soon();
  }

  /** Accept a match. A voucher goes with its *code*; a parcel waits to learn where to. */
  accept(
    _index: number,
    _code: string | null = null,
    _matched: number | null = null,
  ): Promise<DonorView> {
    return soon();
  }

  /** Not this one; both go back into the queue. */
  decline(_index: number, _matched: number | null = null): Promise<DonorView> {
    return soon();
  }

  /** Say that the goods were ordered to the place that was shown. */
  ordered(
    _index: number,
    _words = "",
    _matched: number | null = null,
  ): Promise<DonorView> {
    return soon();
  }

  /** A new code for one that did not work. */
  replaceCode(_index: number, _code: string, _matched: number | null = null): Promise<DonorView> {
    return soon();
  }

  /** A question or an answer to the family, or that something cannot be done. */
  say(
    _index: number,
    _words: string,
    _about: { readonly kind?: Kind; readonly matched?: number | null } = {},
  ): Promise<DonorView> {
    return soon();
  }

  /** Take a card back for good. */
  withdraw(_index: number): Promise<DonorView> {
    return soon();
  }

  /** A finished parcel is put away: the family's pages are blanked. */
  close(_index: number, _how: { readonly again?: boolean } = {}): Promise<DonorView> {
    return soon();
  }
}

/** The slot of pseudonym *index*, of the newest period that has it; null if there is none. */
export function slotOfView(view: DonorView, index: number): SlotView | null {
  const found = view.slots.filter((slot) => slot.index === index);
  return found.reduce<SlotView | null>(
    (newest, slot) => (newest === null || slot.period > newest.period ? slot : newest),
    null,
  );
}

function soon(): Promise<never> {
  return Promise.reject(new Error("not written yet"));
}
