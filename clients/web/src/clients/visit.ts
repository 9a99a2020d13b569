/**
 * A sitting: visits of one list, each of three requests of one shape.
 *
 *     look ─▶ meet ─▶ act (pure) ─▶ leave ──stale──▶ look …      at most three times
 *
 * Somebody may close the page between any two of them. Nothing is therefore remembered between
 * requests that the next look would not show again, and every act may be applied twice.
 */

import type { Circle } from "../crypto/circle.ts";
import { Person } from "../crypto/keys.ts";
import { periodOf } from "../crypto/periods.ts";
import { Cancelled, NodeMisbehaves, NotPossible, VisitContended } from "./errors.ts";
import { leaveBody } from "./leaving.ts";
import { decoyClaim, lookBody, meetBody, readLook, readMeet, type Meet } from "./looking.ts";
import type { NodeClient, OpenEpoch } from "./node.ts";
import { Place } from "./person.ts";
import { both, nothing, type Act, type State } from "./state.ts";

export const ATTEMPTS = 3;

const KEPT = 0;
const STALE = 1;

interface Visited {
  readonly state: State;
  readonly refused: NotPossible | null;
  readonly verdicts: Uint8Array;
}

/**
 * One list, one node, one day; the epoch is asked for once, at the start.
 *
 * *keepUp* is the act of every visit before any decision: what follows from what was read.
 */
export class Sitting {
  readonly current: Person;
  readonly previous: Person;
  readonly #node: NodeClient;
  readonly #keepUp: Act;
  readonly #places = new Map<string, Place>();
  #open: OpenEpoch | null = null;
  #isForgotten = false;

  constructor(
    listKey: Uint8Array,
    readonly circle: Circle,
    node: NodeClient,
    readonly today: number,
    keepUp: Act,
  ) {
    const period = periodOf(today);
    this.current = Person.fromListKey(listKey, { circle: circle.digest, period });
    this.previous = Person.fromListKey(listKey, { circle: circle.digest, period: period - 1 });
    this.#node = node;
    this.#keepUp = keepUp;
  }

  /** The node. Raises Cancelled once all is forgotten: nothing leaves under overwritten secrets. */
  get node(): NodeClient {
    if (this.#isForgotten) throw new Cancelled();
    return this.#node;
  }

  /** The epoch that was open when it was last asked for; `refreshEpoch` comes before all else. */
  get open(): OpenEpoch {
    if (this.#open === null) throw new Error("refreshEpoch comes first");
    return this.#open;
  }

  /** The place of a pseudonym, the same object each time. */
  place(person: Person, index: number, asking = 0): Place {
    const name = [person.period, index, asking].map(String).join(" ");
    const place = this.#places.get(name) ?? new Place(person, index, asking);
    this.#places.set(name, place);
    return place;
  }

  /** Where every sitting begins, since the list alone says no more. */
  get firstPlace(): Place {
    return this.place(this.current, 0);
  }

  /** Ask which epoch is open. */
  async refreshEpoch(): Promise<OpenEpoch> {
    this.#open = await this.node.epoch(this.circle);
    return this.#open;
  }

  /**
   * Look, meet, leave. What the act left is returned.
   *
   * *blanks* are the partner's B, to be blanked instead of read; *claims* is the match epoch for
   * which the act is going to show the partner an address, 0 for any. Raises whatever the act
   * raises, after a leave that looks like any other, and VisitContended.
   */
  async visit(
    place: Place,
    act: Act = nothing,
    { blanks = null, claims = null }: Partial<Meet> = {},
  ): Promise<State> {
    const decoy = decoyClaim();
    const meet = { blanks, claims };
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const { state, refused, verdicts } = await this.#visitOnce(place, act, decoy, meet);
      if (verdicts.some((verdict) => verdict !== KEPT && verdict !== STALE)) {
        throw new NodeMisbehaves();
      }
      if (refused !== null) throw refused;
      if (!verdicts.includes(STALE)) return state;
    }
    throw new VisitContended();
  }

  /** Overwrite what all else was derived from, as far as a browser lets one, and send no more. */
  forget(): void {
    this.#isForgotten = true;
    for (const place of this.#places.values()) place.forget();
    this.#places.clear();
    this.current.secret.fill(0);
    this.previous.secret.fill(0);
  }

  async #visitOnce(place: Place, act: Act, decoy: Uint8Array, meet: Meet): Promise<Visited> {
    const { current, previous, circle, open } = this;
    const looked = await this.node.look(lookBody(current, previous, place, open.committed));
    const [found, seenBefore] = readLook(looked, current, previous, place, circle, open);
    const answer = await this.node.meet(meetBody(found, decoy, meet));
    const [state, seen] = readMeet(found, seenBefore, answer, meet);
    const { after, body, refused } = this.#acted(state, act, (left) => leaveBody(left, seen));
    return { state: after, refused, verdicts: await this.node.leave(body) };
  }

  #acted(
    state: State,
    act: Act,
    bodyOf: (state: State) => Uint8Array,
  ): {
    readonly after: State;
    readonly body: Uint8Array;
    readonly refused: NotPossible | null;
  } {
    try {
      const after = both(this.#keepUp, act)(state);
      return { after, body: bodyOf(after), refused: null };
    } catch (error) {
      if (!(error instanceof NotPossible)) throw error;
      // Whoever is told "no" by this program leaves like everybody else.
      const after = this.#keepUp(state);
      return { after, body: bodyOf(after), refused: error };
    }
  }
}
