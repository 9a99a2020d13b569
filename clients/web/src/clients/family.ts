/**
 * A family: ask, wait, show where to, confirm. Everything is on the shelf or follows from the list.
 *
 *     ask ─▶ visit … ─▶ visit: code, or showAddress ─▶ visit … ─▶ received
 *
 * A new page with the list continues at any step, and every step may be repeated.
 */

import { againValue } from "../crypto/conversations.ts";
import type { Language } from "../crypto/goods.ts";
import { BLIND_COUNT } from "../crypto/labels.ts";
import { FINISHED } from "../crypto/messages/cards.ts";
import { FAMILY } from "../crypto/messages/intake.ts";
import { Kind, type Said } from "../crypto/messages/pages.ts";
import { DONE, POSTED, type Shelf, type Wish } from "../crypto/messages/shelf.ts";
import { declining, inMatch, saying, wishing, withdrawing } from "./decisions.ts";
import { NotPossible, NotToday, NotYet } from "./errors.ts";
import { MOST_REPLACED, VOUCHER, checked, count, said } from "./meetings.ts";
import * as exchange from "./exchange.ts";
import { spentReceipt, spoken } from "./outboxes.ts";
import type { Place } from "./person.ts";
import * as shelves from "./shelves.ts";
import { PersonClient, type FamilyAsking } from "./sittings.ts";
import { Claimed, type Act, type State } from "./state.ts";
import * as vetting from "./vetting.ts";
import { Status, slotView, vettingStatus, type SlotView } from "./views.ts";
import type { Sitting } from "./visit.ts";
import { checkedWish } from "./wishes.ts";

/**
 * What a family is shown. `questions` are the coordinators' words; `card` is its parcel, posted or
 * finished; `parcelsLeft` how many more it may ask for in this quarter, and `parcelsToCome` how many
 * are still on their way there from the one before. `mayAsk` tells whether `postCard` would post now,
 * and `wish` is what was asked for last.
 */
export interface FamilyView {
  readonly status: Status;
  readonly questions: readonly string[];
  readonly card: SlotView | null;
  readonly parcelsLeft: number;
  readonly parcelsToCome: number;
  readonly mayAsk: boolean;
  readonly wish: Wish | null;
  readonly comeBackEpoch: number;
}

/** A family's client. Every call is one sitting; calls wait for one another. */
export class Family extends PersonClient {
  readonly role = FAMILY;
  #live: readonly [number, number] | null = null;

  /** Ask both coordinators. Raises TooLong, WrongRole, WishRefused, NoPeriod, NodeRefused. */
  async ask(wish: Wish, language: Language, asking: FamilyAsking = {}): Promise<FamilyView> {
    return this.#view(await this.asked(wish, language, asking));
  }

  /** Do what needs no decision; with *post*, the first card goes out once certified. */
  async visit({ post = true }: { readonly post?: boolean } = {}): Promise<FamilyView> {
    return this.inSitting(async (sitting) => {
      const lost = await this.postLost(sitting, await this.survey(sitting));
      const states = await this.exchanged(sitting, lost);
      const [first] = states;
      if (!post || first === undefined || !isNeverPosted(states)) return this.#view(states);
      return this.#view([await this.post(sitting, first.place, first)]);
    });
  }

  /**
   * Ask for a parcel with *wish*. While one is on its way, that one stays the only one. Raises
   * NotYet while the matcher has still to hear that the last one is over.
   */
  async postCard(wish: Wish): Promise<FamilyView> {
    checkedWish(wish, this.role);
    return this.inSitting(async (sitting) => {
      const states = await this.survey(sitting);
      const live = states.filter(isLive);
      if (live.some(isGoingOn)) return this.#view(states);
      if (live.length > 0) throw new NotYet();
      const [unspent] = shelves.unspentSlots(states[0]?.shelf ?? null);
      if (unspent === undefined) throw new NotPossible();
      const place = sitting.place(sitting.current, unspent.index);
      // The wish lies on the shelf before the card goes: a match is held against what was chosen.
      const state = await this.settle(sitting, place, wishing(wish));
      return this.#view([...states, await this.post(sitting, place, state)]);
    });
  }

  /** Answer every coordinator that has asked. Raises TooLong, NotPossible. */
  async answerQuestion(words: string): Promise<FamilyView> {
    return this.inSitting(async (sitting) => {
      const states = await this.survey(sitting);
      const asked = states.find((state) => vetting.openQuestions(state).length > 0);
      if (asked === undefined) throw new NotPossible();
      const act: Act = (state) => vetting.answer(state, words);
      return this.#view([await this.decide(sitting, asked.place, act)]);
    });
  }

  /**
   * Show the donor where to send, unless it was shown to another family before. Raises NotToday.
   */
  async showAddress(terms: string, matched: number | null = null): Promise<FamilyView> {
    checked(terms);
    return this.#decided(inMatch(showing(terms), matched), matched ?? 0);
  }

  /** Say that the voucher's code does not work. */
  async codeFailed(words = "", matched: number | null = null): Promise<FamilyView> {
    return this.#decided(inMatch(codeFailing(words), matched));
  }

  /** Confirm the parcel: spends the receipt, erases address and code. */
  async received(
    thanks = "",
    { again = false }: { readonly again?: boolean } = {},
  ): Promise<FamilyView> {
    return this.#decided(receiving(thanks, again));
  }

  /** A question or an answer to the donor. */
  async say(
    words: string,
    {
      kind = Kind.ANSWER,
      matched = null,
    }: { readonly kind?: Kind; readonly matched?: number | null } = {},
  ): Promise<FamilyView> {
    return this.#decided(inMatch(saying(kind, words), matched));
  }

  /** Not with this donor; the place in the queue is kept. */
  async decline(matched: number | null = null): Promise<FamilyView> {
    return this.#decided(inMatch(declining, matched));
  }

  /** Take the card back for good. */
  async withdraw(): Promise<FamilyView> {
    return this.#decided(withdrawing);
  }

  async #decided(act: Act, claims: number | null = null): Promise<FamilyView> {
    return this.inSitting(async (sitting) => {
      const place = await this.#livePlace(sitting);
      return this.#view([await this.decide(sitting, place, act, claims)]);
    });
  }

  async #livePlace(sitting: Sitting): Promise<Place> {
    if (this.#live === null) this.#view(await this.survey(sitting));
    if (this.#live === null) throw new NotPossible();
    const [period, index] = this.#live;
    const isCurrent = period === sitting.current.period;
    return sitting.place(isCurrent ? sitting.current : sitting.previous, index);
  }

  #view(states: readonly State[]): FamilyView {
    const posted = states.filter(({ slot }) => slot?.stage === POSTED || slot?.stage === DONE);
    // What the matcher has finished stays on the shelf for a visit more.
    const live = posted.filter(isLive).at(-1) ?? posted.at(-1);
    const newest = states.at(-1);
    if (newest === undefined) throw new NotPossible(); // a survey has the first place at least
    const state = live ?? newest;
    const [current, before] = shelvesOf(newest);
    const parcelsLeft = shelves.unspentSlots(current).length;
    this.#live = live === undefined ? null : [live.place.period, live.place.index];
    const card = live !== undefined || hasFinished(state) ? slotView(state) : null;
    return {
      status: card === null ? vettingStatus(vetted(states, state)) : card.status,
      questions: states.flatMap((each) => vetting.openQuestions(each).map(([, words]) => words)),
      card,
      parcelsLeft,
      parcelsToCome: exchange.countToCome(this.circle, current, before, this.today),
      wish: shelves.wishOf(current, before),
      mayAsk: parcelsLeft > 0 && !states.some(isLive),
      comeBackEpoch: card === null ? state.epoch + 1 : card.comeBackEpoch,
    };
  }
}

/** The state whose vetting matters: the current period's, or the previous one's. */
function vetted(states: readonly State[], otherwise: State): State {
  return states.find((state) => state.shelf !== null) ?? states[0] ?? otherwise;
}

/** The shelf of this quarter, and of the one before. */
function shelvesOf({ isCurrent, shelf, other }: State): readonly [Shelf | null, Shelf | null] {
  return isCurrent ? [shelf, other] : [other, shelf];
}

/** Whether a card stands that the matcher has not finished. */
function isLive({ slot, notice }: State): boolean {
  return (slot?.stage === POSTED || slot?.stage === DONE) && notice?.phase !== FINISHED;
}

/** Whether the owner of a live card still wants it. */
function isGoingOn({ slot, outbox }: State): boolean {
  return slot?.stage === POSTED && outbox?.withdrawn !== true;
}

function hasFinished(state: State): boolean {
  return state.shelf !== null && slotView(state).status === Status.FINISHED;
}

/** Certified, and no card ever: the first one needs no further word. */
function isNeverPosted(states: readonly State[]): boolean {
  const unspent = shelves.unspentSlots(states[0]?.shelf ?? null);
  return states.length === 1 && unspent.length === BLIND_COUNT;
}

function showing(terms: string): Act {
  return (state) => {
    if (state.encounter?.match.mode === VOUCHER || state.conversationKey === null) {
      throw new NotPossible();
    }
    if (state.claimed === null) throw new NotPossible();
    if (state.claimed === Claimed.NOT_KEPT) throw new NotToday();
    if (state.claimed === Claimed.ANOTHERS) return spoken(state, { declined: state.matched });
    const shown = state.with({ mine: said(state.mine, Kind.TERMS, terms) });
    return spoken(shown, { shown: state.matched });
  };
}

function codeFailing(words: string): Act {
  return (state) => {
    if (state.encounter?.match.mode !== VOUCHER || state.conversationKey === null) {
      throw new NotPossible();
    }
    const { mine, theirs } = state;
    if (count(mine, Kind.CODE_FAILED) > count(theirs, Kind.CODE_REPLACED)) return state;
    if (count(mine, Kind.CODE_FAILED) > MOST_REPLACED) throw new NotPossible();
    const told = state.with({ mine: said(mine, Kind.CODE_FAILED, words, { anew: true }) });
    return spoken(told, { failed: state.matched }, { anew: true });
  };
}

function receiving(thanks: string, again: boolean): Act {
  return (state) => {
    const { slot, shelf, outbox } = state;
    if (slot === null || shelf === null || outbox === null) throw new NotPossible();
    if (slot.stage === DONE) return state;
    const receipt = spentReceipt(state.place, slot);
    if (state.encounter === null || receipt === null) throw new NotPossible();
    const key = state.conversationKey;
    const told = key === null ? state : state.with({ mine: farewell(thanks, again) });
    const kept =
      key === null || !again
        ? told
        : told.with({ shelf: shelves.withAgain(shelf, againValue(key)) });
    const after = spoken(kept, { received: state.matched, receipt });
    return after.withSlot({ stage: DONE, code: "" });
  };
}

/** What is left of a conversation: nothing of where to, and nothing of the code. */
function farewell(thanks: string, again: boolean): readonly Said[] {
  const received = said([], Kind.RECEIVED);
  const thanked = thanks === "" ? received : said(received, Kind.THANKS, thanks);
  return again ? said(thanked, Kind.AGAIN) : thanked;
}
