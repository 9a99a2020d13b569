/**
 * Where things stand for one pseudonym: what a visit read, and what it is going to leave.
 *
 * An *act* is a function from a state to a state. It touches no network and may be applied again
 * to a fresher state, which is what happens when two phones hold the same list.
 */

import type { Circle } from "../crypto/circle.ts";
import { DONOR, type In, type Out } from "../crypto/messages/intake.ts";
import type { Notice } from "../crypto/messages/notices.ts";
import type { Outbox } from "../crypto/messages/outboxes.ts";
import type { PageOne, Said } from "../crypto/messages/pages.ts";
import type { Shelf, Slot } from "../crypto/messages/shelf.ts";
import type { Encounter } from "./meetings.ts";
import type { Place } from "./person.ts";
import * as shelves from "./shelves.ts";

export const NOBODY = [null, null] as const;

/** What a node says of a claim (protocol.md, section 7). */
export const Claimed = { YOURS: 0, ANOTHERS: 1, NOT_KEPT: 2 } as const;
export type Claimed = (typeof Claimed)[keyof typeof Claimed];

/**
 * `found` and `heard` are shelf and outbox as they were read; `shelf` and `outbox` are what will
 * be left. Null stands for what does not open, or is not there: the two look alike. `isCurrent`
 * tells whether the place is of the current period, `other` is the shelf of the other one.
 * `claimed` is the node's verdict on the partner's tag, null if this visit showed a decoy.
 */
export interface Reading {
  readonly isCurrent: boolean;
  readonly found: Shelf | null;
  readonly shelf: Shelf | null;
  readonly other: Shelf | null;
  readonly ins: readonly (In | null)[];
  readonly outs: readonly (Out | null)[];
  readonly notice: Notice | null;
  readonly heard: Outbox | null;
  readonly outbox: Outbox | null;
  readonly encounter: Encounter | null;
  readonly refused: boolean;
  readonly claimed: Claimed | null;
  readonly pageOne: PageOne | null;
  readonly mine: readonly Said[];
  readonly theirs: readonly Said[];
  readonly ownPages: readonly Uint8Array[];
  readonly coordinatorFailed: boolean;
}

/** A reading, and whose place it is of, in which circle, at which epoch of the node. */
export interface Known extends Reading {
  readonly place: Place;
  readonly circle: Circle;
  readonly epoch: number;
  readonly committed: number;
}

/** What is known of a place before anything was read. */
export const UNREAD: Reading = {
  isCurrent: true,
  found: null,
  shelf: null,
  other: null,
  ins: NOBODY,
  outs: NOBODY,
  notice: null,
  heard: null,
  outbox: null,
  encounter: null,
  refused: false,
  claimed: null,
  pageOne: null,
  mine: [],
  theirs: [],
  ownPages: [],
  coordinatorFailed: false,
};

// All fields of `Known`, so that they are not written out a third time.
const Fields = function (this: object, known: Known): void {
  Object.assign(this, known);
} as unknown as new (known: Known) => Known;

/** Never changed: `with` makes another. */
export class State extends Fields {
  /** This state with other fields. */
  with(changes: Partial<Known>): State {
    return new State({ ...(this as Known), ...changes });
  }

  /** This pseudonym's slot on the shelf. */
  get slot(): Slot | null {
    return shelves.slotOf(this.shelf, this.place.index);
  }

  /** The slot as it was read. */
  get slotFound(): Slot | null {
    return shelves.slotOf(this.found, this.place.index);
  }

  /** Family or donor; null for an unknown list. */
  get role(): number | null {
    return this.shelf?.role ?? null;
  }

  /** Whether the shelf is a donor's. */
  get isDonor(): boolean {
    return this.role === DONOR;
  }

  /** Whether the card is at the node: its own outbox opens, or the matcher writes to it. */
  get stands(): boolean {
    return this.heard !== null || this.notice !== null;
  }

  /** The epoch of the verified match; 0 without one. */
  get matched(): number {
    return this.encounter?.matched ?? 0;
  }

  /** K, once the partner's share is known. */
  get conversationKey(): Uint8Array | null {
    const { encounter, slot } = this;
    if (encounter === null || slot?.met !== encounter.matched) return null;
    return slot.peerShare === null ? null : encounter.key(slot.peerShare);
  }

  /** This state with fields of the slot changed. */
  withSlot(changes: Partial<Slot>): State {
    if (this.shelf === null) return this;
    return this.with({ shelf: shelves.changedSlot(this.shelf, this.place.index, changes) });
  }

  /** This state with fields of the shelf changed, if there is one. */
  withShelf(changes: Partial<Shelf>): State {
    return this.shelf === null ? this : this.with({ shelf: { ...this.shelf, ...changes } });
  }
}

export type Act = (state: State) => State;

/** The act that changes nothing. */
export function nothing(state: State): State {
  return state;
}

/** The act that is *first* and then *second*. */
export function both(first: Act, second: Act): Act {
  return (state) => second(first(state));
}
