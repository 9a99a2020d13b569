/**
 * What families and donors do alike: sit down, be caught up, decide, post.
 *
 *     survey   pseudonym 0 of the current period, then every card that a shelf calls live
 *     settle   one place, again while something must be read back or blanked
 *     decide   one act at one place, then settle
 *
 * An object of this class may live for one call only: it remembers between calls nothing but which
 * card was live, to spare a visit, and finds that out again when it does not know. Every call is a
 * sitting of its own; calls wait for one another, so a button pressed twice does no harm.
 */

import type { Circle } from "../crypto/circle.ts";
import { InvalidKey } from "../crypto/errors.ts";
import type { Language } from "../crypto/goods.ts";
import { BLIND_COUNT } from "../crypto/labels.ts";
import { FAMILY } from "../crypto/messages/intake.ts";
import { ASKED, POSTED, UNSPENT, type Shelf, type Wish } from "../crypto/messages/shelf.ts";
import * as cards from "./cards.ts";
import { Cancelled, NoPeriod, NodeRefused, NotPossible, WishRefused, WrongRole } from "./errors.ts";
import * as exchange from "./exchange.ts";
import { blanksDue, keepUp, readsBack } from "./following.ts";
import type { InviteCodes } from "./invites_text.ts";
import type { NodeClient } from "./node.ts";
import type { Place } from "./person.ts";
import * as shelves from "./shelves.ts";
import { nothing, type Act, type State } from "./state.ts";
import * as vetting from "./vetting.ts";
import { Sitting } from "./visit.ts";
import { checkedWish } from "./wishes.ts";
import type { Watch } from "./work.ts";

/** Read back, acknowledge, blank: three would do. Bounded, so a hostile node wins no loop. */
export const FOLLOW_UPS = 5;

/** What goes with asking both coordinators: words, and how the preparing is watched. */
export interface Asking extends Watch {
  readonly words?: string | undefined;
  /** Told how much of the blinding is done, from 0 to 1, before any proof of work begins. */
  readonly blinded?: ((done: number) => void) | undefined;
}

/** As a family asks: with an invite, if it has one. */
export interface FamilyAsking extends Asking {
  readonly invite?: InviteCodes | null | undefined;
}

/** As a donor asks: how many of the three slots are offered at once; all, if nothing is said. */
export interface DonorAsking extends Asking {
  readonly atOnce?: number | undefined;
}

/** One list in one circle, through one node, on one day. */
export abstract class PersonClient {
  abstract readonly role: number;
  readonly #listKey: Uint8Array;
  protected readonly circle: Circle;
  readonly #node: NodeClient;
  protected readonly today: number;
  #isForgotten = false;
  #sitting: Sitting | null = null;
  #before: Promise<unknown> = Promise.resolve();

  /** *listKey* is this object's from now on; *today* is days since 1970-01-01. */
  constructor(listKey: Uint8Array, circle: Circle, node: NodeClient, today: number) {
    this.#listKey = listKey;
    this.circle = circle;
    this.#node = node;
    this.today = today;
  }

  /**
   * Overwrite the list key and what the sitting under way was derived from. Nothing is sent any
   * more, and every later call raises Cancelled. What a browser copied meanwhile is beyond reach.
   */
  forget(): void {
    this.#isForgotten = true;
    this.#listKey.fill(0);
    this.#sitting?.forget();
  }

  /** One sitting, after those that were begun before; its secrets are dropped when it ends. */
  protected inSitting<T>(work: (sitting: Sitting) => Promise<T>): Promise<T> {
    const turn = this.#before.then(() => this.#sit(work));
    this.#before = turn.catch(() => undefined);
    return turn;
  }

  /** Every place that has something to say, the first place first. Raises WrongRole. */
  protected async survey(sitting: Sitting): Promise<readonly State[]> {
    let first = await this.settle(sitting, sitting.firstPlace);
    for (const shelf of [first.shelf, first.other]) {
      if (shelf !== null && shelf.role !== this.role) throw new WrongRole();
    }
    if (first.shelf?.stage === ASKED && first.shelf.asking > 0) {
      const asked = sitting.place(sitting.current, 0, first.shelf.asking);
      first = await this.settle(sitting, asked);
    }
    const places = [
      ...shelves
        .liveSlots(first.shelf)
        .filter((slot) => slot.index !== first.place.index)
        .map((slot) => sitting.place(sitting.current, slot.index)),
      ...placesOfOther(first.other).map(([index, asking]) =>
        sitting.place(sitting.previous, index, asking),
      ),
    ];
    const states = [first];
    for (const place of places) states.push(await this.settle(sitting, place));
    return states;
  }

  /**
   * Exchange what the quarter before left unspent, one slot at a time. A node that refuses stops
   * nothing else; the next visit asks again.
   */
  protected async exchanged(
    sitting: Sitting,
    states: readonly State[],
  ): Promise<readonly State[]> {
    const [found, ...others] = states;
    const isOpen = exchange.isOpen(this.circle, sitting.current.period, this.today);
    if (found === undefined || !isOpen) return states;
    let first = found;
    if (!exchange.isUnderWay(first.shelf)) {
      // The first visit read the shelf of the quarter before; a later one may have filled it.
      const before = others.filter(({ isCurrent }) => !isCurrent).at(-1);
      first = await this.#planned(sitting, first, before?.shelf ?? first.other);
    }
    if (exchange.isUnderWay(first.shelf) && !exchange.isPosted(first)) {
      first = await this.#postExchange(sitting, first.shelf, { isNew: false });
    }
    if (!exchange.isUnderWay(first.shelf)) return [first, ...others];
    // What is being exchanged is not over, and nobody's to decide about.
    return [first, ...others.filter((each) => each.isCurrent || !isUnspent(each))];
  }

  /** Visit, and visit again while something follows from it. The last reading is returned. */
  protected async settle(sitting: Sitting, place: Place, act: Act = nothing): Promise<State> {
    return this.#followed(sitting, await sitting.visit(place, act));
  }

  /** Ask both coordinators, unless it was done before. */
  protected async asked(
    wish: Wish,
    language: Language,
    { words = "", invite = null, atOnce = 1, ...watch }: FamilyAsking & DonorAsking,
  ): Promise<readonly State[]> {
    vetting.checkedWords(words);
    checkedWish(wish, this.role);
    if (!Number.isInteger(atOnce) || atOnce < 1 || atOnce > BLIND_COUNT) throw new WishRefused();
    if (invite !== null && this.role !== FAMILY) throw new NotPossible();
    return this.inSitting(async (sitting) => {
      const [first, ...others] = await this.survey(sitting);
      // Asked before: the same again is the same.
      if (first?.shelf != null) return [first, ...others];
      this.#checkPeriod();
      const body = await vetting.intakeBody(this.circle, sitting.current, {
        ...watch,
        role: this.role,
        language,
        words,
        wish,
        atOnce,
        asked: sitting.open.descriptor.epoch,
        invite,
        terms: await sitting.node.node(this.circle),
      });
      await taken(sitting.node.intake(body));
      return [await this.settle(sitting, sitting.firstPlace), ...others];
    });
  }

  /**
   * Post again what the shelf calls posted and the node does not have: the stamp and the retry
   * token make it the same card.
   */
  protected async postLost(
    sitting: Sitting,
    states: readonly State[],
  ): Promise<readonly State[]> {
    const after: State[] = [];
    for (const state of states) {
      const isLost = state.slot?.stage === POSTED && !state.stands;
      after.push(isLost ? await this.post(sitting, state.place, state) : state);
    }
    return after;
  }

  /**
   * Post the card of *place* if it does not stand, and see it stand. *known* is its reading of a
   * moment ago, if there is one.
   */
  protected async post(sitting: Sitting, place: Place, known: State | null): Promise<State> {
    const state = known ?? (await this.settle(sitting, place));
    return (await cards.post(sitting, state)) ? this.settle(sitting, place) : state;
  }

  /** One act at one place. *claims* is the match for which an address is going to be shown. */
  protected async decide(
    sitting: Sitting,
    place: Place,
    act: Act,
    claims: number | null = null,
  ): Promise<State> {
    return this.#followed(sitting, await sitting.visit(place, act, { claims }));
  }

  async #sit<T>(work: (sitting: Sitting) => Promise<T>): Promise<T> {
    if (this.#isForgotten) throw new Cancelled();
    const sitting = new Sitting(this.#listKey, this.circle, this.#node, this.today, keepUp);
    this.#sitting = sitting;
    try {
      await sitting.refreshEpoch();
      return await work(sitting);
    } finally {
      this.#sitting = null;
      sitting.forget();
    }
  }

  /**
   * The first place, with the next exchange of shelf *found* on its own; posted if it brings the
   * shelf.
   */
  async #planned(sitting: Sitting, first: State, found: Shelf | null): Promise<State> {
    const { shelf } = first;
    let before = found;
    const last = shelf === null ? null : exchange.stillThere(shelf, before);
    if (last !== null) {
      // What went before leaves the old shelf first.
      before = (await this.settle(sitting, sitting.place(sitting.previous, last.index))).shelf;
    }
    const slot = exchange.toExchange(before);
    if (slot === null || before === null) return first;
    if (shelf !== null) {
      const place = sitting.place(sitting.current, 0, shelf.asking);
      return this.settle(sitting, place, exchange.planning(slot.index));
    }
    const asked = sitting.open.descriptor.epoch;
    const fresh = exchange.firstShelf(before, { asked, index: slot.index });
    return this.#postExchange(sitting, fresh, { isNew: true });
  }

  async #postExchange(
    sitting: Sitting,
    shelf: Shelf,
    { isNew }: { readonly isNew: boolean },
  ): Promise<State> {
    const place = sitting.place(sitting.current, 0, shelf.asking);
    // Whether its card stands after all is seen at its own place.
    const old = await this.settle(sitting, sitting.place(sitting.previous, shelf.exchanged ?? 0));
    const { slot } = old;
    if (slot?.stage !== UNSPENT || slot.stamp === null) {
      return this.settle(sitting, place, exchange.givingUp(shelf.asking));
    }
    const body = await exchange.exchangeBody(this.circle, place, shelf, old.place, slot, { isNew });
    try {
      await sitting.node.intake(body);
    } catch (error) {
      if (!(error instanceof NodeRefused)) throw error;
      if (error.code === "stamp_spent") {
        await this.settle(sitting, old.place, exchange.dropping(slot.index));
        return this.settle(sitting, place, exchange.givingUp(shelf.asking));
      }
    }
    return this.settle(sitting, place);
  }

  async #followed(sitting: Sitting, visited: State): Promise<State> {
    let state = visited;
    for (let times = 0; times < FOLLOW_UPS && readsBack(state); times++) {
      state = await sitting.visit(state.place);
    }
    const blanks = blanksDue(state);
    if (blanks !== null) await sitting.visit(state.place, nothing, { blanks });
    return state;
  }

  #checkPeriod(): void {
    try {
      this.circle.periodOn(this.today);
    } catch (error) {
      throw error instanceof InvalidKey ? new NoPeriod() : error;
    }
  }
}

/** Another phone with this list was faster: its intake is this one's. */
async function taken(intake: Promise<void>): Promise<void> {
  try {
    await intake;
  } catch (error) {
    if (!(error instanceof NodeRefused) || error.code !== "address_taken") throw error;
  }
}

function isUnspent({ slot }: State): boolean {
  return slot?.stage === UNSPENT;
}

/**
 * Index and asking in the previous period: of its threads while an asking is going on, and of its
 * live cards.
 */
function placesOfOther(shelf: Shelf | null): readonly (readonly [number, number])[] {
  const live = shelves.liveSlots(shelf).map(({ index }) => [index, 0] as const);
  if (shelf?.stage !== ASKED) return live;
  return [[0, shelf.asking], ...live.filter(([index]) => index !== 0)];
}
