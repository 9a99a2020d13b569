/** A family: ask, wait, show where to, confirm. The twin is being written; its interface stands. */

import { FAMILY } from "../crypto/messages/intake.ts";
import type { Kind } from "../crypto/messages/pages.ts";
import type { Wish } from "../crypto/messages/shelf.ts";
import type { Language } from "../crypto/goods.ts";
import { PersonClient, type FamilyAsking } from "./sittings.ts";
import type { SlotView, Status } from "./views.ts";

/**
 * What a family is shown. `questions` are the coordinators' words; `card` is its parcel, posted or
 * finished; `parcelsLeft` how many more it may ask for.
 */
export interface FamilyView {
  readonly status: Status;
  readonly questions: readonly string[];
  readonly card: SlotView | null;
  readonly parcelsLeft: number;
  readonly comeBackEpoch: number;
}

/** A family's client. Every call is one sitting; calls wait for one another. */
export class Family extends PersonClient {
  readonly role = FAMILY;

  /** Ask both coordinators. Raises TooLong, WrongRole, WishRefused, NoPeriod, NodeRefused. */
  ask(_wish: Wish, _language: Language, _asking: FamilyAsking = {}): Promise<FamilyView> {
    return soon();
  }

  /** Do what needs no decision; with *post*, the first card goes out once certified. */
  visit(_how: { readonly post?: boolean } = {}): Promise<FamilyView> {
    return soon();
  }

  /** Ask for a parcel with *wish*. While one is on its way, that one stays the only one. */
  postCard(_wish: Wish): Promise<FamilyView> {
    return soon();
  }

  /** Answer every coordinator that has asked. Raises TooLong, NotPossible. */
  answerQuestion(_words: string): Promise<FamilyView> {
    return soon();
  }

  /** Show the donor where to send, unless it was shown to another family before. */
  showAddress(_terms: string, _matched: number | null = null): Promise<FamilyView> {
    return soon();
  }

  /** Say that the voucher's code does not work. */
  codeFailed(_words = "", _matched: number | null = null): Promise<FamilyView> {
    return soon();
  }

  /** Confirm the parcel: spends the receipt, erases address and code. */
  received(_thanks = "", _how: { readonly again?: boolean } = {}): Promise<FamilyView> {
    return soon();
  }

  /** A question or an answer to the donor. */
  say(
    _words: string,
    _about: { readonly kind?: Kind; readonly matched?: number | null } = {},
  ): Promise<FamilyView> {
    return soon();
  }

  /** Not with this donor; the place in the queue is kept. */
  decline(_matched: number | null = null): Promise<FamilyView> {
    return soon();
  }

  /** Take the card back for good. */
  withdraw(): Promise<FamilyView> {
    return soon();
  }
}

function soon(): Promise<never> {
  return Promise.reject(new Error("not written yet"));
}
