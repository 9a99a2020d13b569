/** What families and donors do alike. The twin is being written; its interface stands. */

import type { Circle } from "../crypto/circle.ts";
import type { InviteCodes } from "./invites_text.ts";
import type { NodeClient } from "./node.ts";
import type { Watch } from "./work.ts";

/** What goes with asking both coordinators: words, an invite, and how the work is watched. */
export interface Asking extends Watch {
  readonly words?: string;
  /** Told how much of the blinding is done, from 0 to 1, before any proof of work begins. */
  readonly blinded?: (done: number) => void;
}

/** As a family asks: with an invite, if it has one. */
export interface FamilyAsking extends Asking {
  readonly invite?: InviteCodes | null;
}

/** One list in one circle, through one node, on one day. */
export abstract class PersonClient {
  abstract readonly role: number;
  readonly #listKey: Uint8Array;

  /** *listKey* is this object's from now on; *today* is days since 1970-01-01. */
  constructor(
    listKey: Uint8Array,
    readonly circle: Circle,
    readonly node: NodeClient,
    readonly today: number,
  ) {
    this.#listKey = listKey;
  }

  /** Overwrite the list key and what was derived for a sitting; nothing works afterwards. */
  forget(): void {
    this.#listKey.fill(0);
  }
}
