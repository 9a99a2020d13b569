/**
 * A donor: offer, accept, send, and earn the next slot by a family's confirmation.
 *
 *     offer ─▶ visit … ─▶ accept(code)                        voucher
 *                     └─▶ accept ─▶ visit: terms ─▶ ordered   locker, delivery
 *                                                   … ─▶ visit: finished, a slot earned ─▶ postCard
 *
 * Each slot is a card of its own and gets a visit of its own. A new page with the list continues
 * at any step, and every step may be repeated.
 */

import { utf8 } from "../crypto/bytes.ts";
import { againValue } from "../crypto/conversations.ts";
import type { Language } from "../crypto/goods.ts";
import { BLIND_COUNT } from "../crypto/labels.ts";
import { DONOR } from "../crypto/messages/intake.ts";
import { CODE_BYTES, Kind } from "../crypto/messages/pages.ts";
import { DONE, UNSPENT, type Wish } from "../crypto/messages/shelf.ts";
import { declining, inMatch, saying, wishing, withdrawing } from "./decisions.ts";
import { NotPossible, SlotUnclear, TooLong } from "./errors.ts";
import { MOST_REPLACED, VOUCHER, checked, count, said } from "./meetings.ts";
import { spoken } from "./outboxes.ts";
import type { Place } from "./person.ts";
import * as shelves from "./shelves.ts";
import { PersonClient, type DonorAsking } from "./sittings.ts";
import { nothing, type Act, type State } from "./state.ts";
import * as vetting from "./vetting.ts";
import { Status, slotView, unvisited, vettingStatus, type SlotView } from "./views.ts";
import { checkedWish } from "./wishes.ts";

/** What a donor is shown: where vetting stands, each slot, and in `wish` what was offered last. */
export interface DonorView {
  readonly status: Status;
  readonly questions: readonly string[];
  readonly slots: readonly SlotView[];
  readonly comeBackEpoch: number;
  readonly wish: Wish | null;
}

/**
 * The slot of pseudonym *index* in *period*, or in the only one that has it; null if there is none.
 * Raises SlotUnclear.
 */
export function slotOfView(
  view: DonorView,
  index: number,
  period: number | null = null,
): SlotView | null {
  return onlyOne(
    view.slots.filter((slot) => slot.index === index && (period ?? slot.period) === slot.period),
  );
}

/**
 * A donor's client. Every call is one sitting; calls wait for one another.
 *
 * A slot is told by its index and *period*; without a period it is the only one of that index, and
 * SlotUnclear is raised where two quarters have one.
 */
export class Donor extends PersonClient {
  readonly role = DONOR;

  /**
   * Ask both coordinators; `atOnce` of the three slots are to be offered as soon as they are
   * certified. Raises TooLong, WrongRole, WishRefused, NoPeriod, NodeRefused.
   */
  async offer(wish: Wish, language: Language, asking: DonorAsking = {}): Promise<DonorView> {
    return viewOf(await this.asked(wish, language, { ...asking, atOnce: asking.atOnce ?? BLIND_COUNT }));
  }

  /**
   * Do what needs no decision; with *post*, the first cards go out once certified, as many as were
   * to be offered at once.
   */
  async visit({ post = true }: { readonly post?: boolean } = {}): Promise<DonorView> {
    return this.inSitting(async (sitting) => {
      const lost = await this.postLost(sitting, await this.survey(sitting));
      let states = await this.exchanged(sitting, lost);
      const first = states[0]?.shelf ?? null;
      for (const { index } of post ? shelves.slotsDue(first) : []) {
        const place = sitting.place(sitting.current, index);
        const known = states.length === 1 && index === 0 ? (states[0] ?? null) : null;
        states = withState(states, await this.post(sitting, place, known));
      }
      return viewOf(states);
    });
  }

  /** Post the card of a free slot: the one of *index*, or the first there is. */
  async postCard(index: number | null = null, wish: Wish | null = null): Promise<DonorView> {
    if (wish !== null) checkedWish(wish, this.role);
    return this.inSitting(async (sitting) => {
      const states = await this.survey(sitting);
      const isCurrent = states.at(-1)?.place.period === sitting.current.period;
      const shelf = (isCurrent ? states.at(-1) : states[0])?.shelf ?? null;
      const unspent = shelves.unspentSlots(shelf).map((slot) => slot.index);
      const chosen = index ?? unspent[0];
      if (chosen === undefined || !unspent.includes(chosen)) {
        if (isPosted(states, index)) return viewOf(states);
        throw new NotPossible();
      }
      const place = sitting.place(sitting.current, chosen);
      const known = wish === null ? null : await this.settle(sitting, place, wishing(wish));
      return viewOf(withState(states, await this.post(sitting, place, known)));
    });
  }

  /** Answer every coordinator that has asked. Raises TooLong, NotPossible. */
  async answerQuestion(words: string): Promise<DonorView> {
    return this.inSitting(async (sitting) => {
      const states = await this.survey(sitting);
      const asked = states.find((state) => vetting.openQuestions(state).length > 0);
      if (asked === undefined) throw new NotPossible();
      const act: Act = (state) => vetting.answer(state, words);
      return viewOf(withState(states, await this.decide(sitting, asked.place, act)));
    });
  }

  /** Accept a match. A voucher goes with its *code*; a parcel waits to learn where to. */
  async accept(
    index: number,
    code: string | null = null,
    matched: number | null = null,
    period: number | null = null,
  ): Promise<DonorView> {
    return this.#decided(index, inMatch(accepting(checkedCode(code)), matched), period);
  }

  /** Not this one; both go back into the queue. */
  async decline(
    index: number,
    matched: number | null = null,
    period: number | null = null,
  ): Promise<DonorView> {
    return this.#decided(index, inMatch(declining, matched), period);
  }

  /** Say that the parcel was ordered, with what the family must know to receive it. */
  async ordered(
    index: number,
    words = "",
    matched: number | null = null,
    period: number | null = null,
  ): Promise<DonorView> {
    checked(words);
    return this.#decided(index, inMatch(ordering(words), matched), period);
  }

  /** Give another code for one that did not work. */
  async replaceCode(
    index: number,
    code: string,
    matched: number | null = null,
    period: number | null = null,
  ): Promise<DonorView> {
    return this.#decided(index, inMatch(replacing(checkedCode(code)), matched), period);
  }

  /** A question or an answer to the family, or that something cannot be done. */
  async say(
    index: number,
    words: string,
    {
      kind = Kind.ANSWER,
      matched = null,
      period = null,
    }: {
      readonly kind?: Kind;
      readonly matched?: number | null;
      readonly period?: number | null;
    } = {},
  ): Promise<DonorView> {
    return this.#decided(index, inMatch(saying(kind, checked(words)), matched), period);
  }

  /** Take a card back for good. */
  async withdraw(index: number, period: number | null = null): Promise<DonorView> {
    return this.#decided(index, withdrawing, period);
  }

  /**
   * A finished parcel is put away: the family's pages are blanked. With *again* the two are
   * reserved for each other for a while, if the family said so too.
   */
  async close(
    index: number,
    {
      again = false,
      period = null,
    }: { readonly again?: boolean; readonly period?: number | null } = {},
  ): Promise<DonorView> {
    return this.inSitting(async (sitting) => {
      const states = await this.survey(sitting);
      const state = live(states, index, period);
      if (state === null || (state.pageOne === null && !again)) return viewOf(states);
      const after = await sitting.visit(state.place, again ? closing : nothing, {
        blanks: state.pageOne?.blanks ?? null,
      });
      return viewOf(withState(states, after.with({ theirs: state.theirs })));
    });
  }

  async #decided(index: number, act: Act, period: number | null): Promise<DonorView> {
    return this.inSitting(async (sitting) => {
      const states = await this.survey(sitting);
      const place = livePlace(states, index, period);
      return viewOf(withState(states, await this.decide(sitting, place, act)));
    });
  }
}

/** A voucher's code, trimmed; empty for none. Raises TooLong. */
export function checkedCode(code: string | null): string {
  const text = checked(code?.trim() ?? "");
  if (utf8(text).length > CODE_BYTES) throw new TooLong();
  return text;
}

function viewOf(states: readonly State[]): DonorView {
  const newest = states.at(-1);
  if (newest === undefined) throw new NotPossible(); // a survey has the first place at least
  const views = states.filter((state) => state.slot !== null).map(slotView);
  // What the quarter before left unspent is exchanged by itself and nobody's to decide about.
  const current = states.filter(({ isCurrent }) => isCurrent).at(-1) ?? newest;
  const { period } = current.place;
  const isSeen = (index: number): boolean =>
    views.some((view) => view.period === period && view.index === index);
  const unseen = shelves.unspentSlots(current.shelf).filter((slot) => !isSeen(slot.index));
  const status = vettingStatus(vetted(states, newest));
  return {
    // A donor is never finished: what was sent earns the next slot.
    status: status === Status.FINISHED ? Status.CERTIFIED : status,
    questions: states.flatMap((each) => vetting.openQuestions(each).map(([, words]) => words)),
    slots: [
      ...views,
      ...unseen.map((slot) => unvisited(period, slot.index, Status.CERTIFIED)),
    ].sort((a, b) => byPeriod(a, b) || a.index - b.index),
    comeBackEpoch: newest.epoch + 1,
    wish: shelves.wishOf(newest.shelf, newest.other),
  };
}

function byPeriod(a: SlotView, b: SlotView): number {
  return a.period - b.period;
}

function accepting(code: string): Act {
  return (state) => {
    const { encounter, slot, outbox } = state;
    if (encounter === null || slot === null || outbox === null) throw new NotPossible();
    const isVoucher = encounter.match.mode === VOUCHER;
    if (isVoucher !== (code !== "") || outbox.declined === state.matched) throw new NotPossible();
    // A code that is out is replaced, not swapped.
    if (slot.code !== "" && slot.code !== code) throw new NotPossible();
    const sent = isVoucher ? state.matched : outbox.sent;
    return spoken(state.withSlot({ code }), { accepted: state.matched, sent });
  };
}

function ordering(words: string): Act {
  return (state) => {
    if (state.conversationKey === null || count(state.theirs, Kind.TERMS) === 0) {
      throw new NotPossible();
    }
    const told = state.with({ mine: said(state.mine, Kind.ORDERED, words) });
    return spoken(told, { sent: state.matched });
  };
}

function replacing(code: string): Act {
  return (state) => {
    const { slot } = state;
    if (slot === null || slot.code === "" || code === "" || state.conversationKey === null) {
      throw new NotPossible();
    }
    if (slot.code === code) return state;
    if (count(state.mine, Kind.CODE_REPLACED) >= MOST_REPLACED) throw new NotPossible();
    const mine = said(state.mine, Kind.CODE_REPLACED, code, { anew: true });
    const told = state.with({ mine }).withSlot({ code });
    return spoken(told, { sent: state.matched }, { anew: true });
  };
}

function closing(state: State): State {
  const key = state.conversationKey;
  if (state.shelf === null || key === null || state.slot?.stage !== DONE) throw new NotPossible();
  return state.with({ shelf: shelves.withAgain(state.shelf, againValue(key)) });
}

/** *states* with *state* in the place of an older reading; the newest stands last. */
function withState(states: readonly State[], state: State): readonly State[] {
  const { period, index } = state.place;
  const isAnother = ({ place }: State): boolean => place.period !== period || place.index !== index;
  return [...states.filter(isAnother), state];
}

/** The card of *index* in *period*, or in the only one that has it; null if none was posted. */
function live(states: readonly State[], index: number, period: number | null): State | null {
  const posted = states.filter(({ slot }) => slot !== null && slot.stage !== UNSPENT);
  return onlyOne(
    posted.filter(({ place }) => {
      return place.index === index && (period ?? place.period) === place.period;
    }),
  );
}

function onlyOne<T>(found: readonly T[]): T | null {
  if (found.length > 1) throw new SlotUnclear();
  return found[0] ?? null;
}

/** Where the card of *index* is. Raises NotPossible if none was posted. */
function livePlace(states: readonly State[], index: number, period: number | null): Place {
  const found = live(states, index, period);
  if (found === null) throw new NotPossible();
  return found.place;
}

function isPosted(states: readonly State[], index: number | null): boolean {
  return states.some(
    ({ isCurrent, place, slot }) => isCurrent && place.index === index && slot !== null,
  );
}

/** The state whose vetting is shown: one with a coordinator's bad signature before all. */
function vetted(states: readonly State[], otherwise: State): State {
  const known = [...states].reverse().filter((state) => state.shelf !== null);
  const failed = known.find((state) => state.coordinatorFailed);
  return failed ?? known[0] ?? states[0] ?? otherwise;
}
