/**
 * A node, its operators and two people with lists, for tests of what people do.
 *
 * Every call makes a new client: nothing is carried from one step to the next but the list.
 */

import type { Wish } from "../../src/crypto/messages/shelf.ts";
import { Donor, Family, NodeClient } from "../../src/clients/index.ts";
import { DAY, TrialCircle } from "./circles.ts";
import { Coordinators, FakeNode, Matchmaker, type Memory } from "./fakes.ts";

export const FAMILY_LIST = new Uint8Array(32).fill(0x66);
export const DONOR_LIST = new Uint8Array(32).fill(0x64);
export const UNKNOWN_LIST = new Uint8Array(32).fill(0x3f);
export const WISH: Wish = { regions: 1, modes: 0b111, preset: 0, size: 1, needs: 1, urgency: 0 };
export const VOUCHER = 0;
export const LOCKER = 1;
export const DELIVERY = 2;

/** In the place of fetch: a node, or what stands before it. */
export type Fetch = typeof globalThis.fetch;

let trial: TrialCircle | undefined;
let start: Promise<Memory> | undefined;

/** One circle and everybody in it. */
export class World {
  readonly trial: TrialCircle;
  readonly node: FakeNode;
  readonly coordinators: Coordinators;
  readonly matchmaker: Matchmaker;
  readonly requests: string[] = [];

  constructor(memory?: Memory) {
    this.trial = trial ??= new TrialCircle();
    this.node = new FakeNode(this.trial, memory);
    this.coordinators = new Coordinators(this.node);
    this.matchmaker = new Matchmaker(this.node);
  }

  /** A client of the node, or of whatever stands before it. */
  client(fetch: Fetch = this.node.fetch): NodeClient {
    return new NodeClient("http://node", {
      fetch,
      recorder: (_, path, body, size) =>
        this.requests.push(`${path} ${String(body.length)} ${String(size)}`),
      pause: () => Promise.resolve(),
    });
  }

  /** A family on a new page. */
  family(fetch?: Fetch, listKey = FAMILY_LIST): Family {
    return new Family(listKey.slice(), this.trial.circle, this.client(fetch), DAY);
  }

  /** A donor on a new page. */
  donor(fetch?: Fetch, listKey = DONOR_LIST): Donor {
    return new Donor(listKey.slice(), this.trial.circle, this.client(fetch), DAY);
  }

  /** The requests of one act, as path, size and size of the answer. */
  async recorded(act: () => Promise<unknown>): Promise<readonly string[]> {
    this.requests.length = 0;
    await act();
    return [...this.requests];
  }

  /** Both have asked. */
  static async asked(): Promise<World> {
    const world = new World();
    await world.family().ask(WISH, "be", { words: "we need food" });
    await world.donor().offer(WISH, "en", { words: "I can help" });
    return world;
  }

  /** Both are certified, and their cards stand. */
  static async posted(): Promise<World> {
    // The same start for every test: signing it anew would take most of a test's time.
    start ??= (async () => {
      const world = await World.asked();
      world.coordinators.certify();
      await world.family().visit();
      await world.donor().visit();
      return world.node.memory;
    })();
    return new World(structuredClone(await start));
  }

  /** The family is held for the donor's slot 0. */
  static async held(mode = VOUCHER): Promise<World> {
    const world = await World.posted();
    world.matchmaker.round(world.matchmaker.pairFirst(mode));
    return world;
  }

  /** The donor has accepted, in voucher mode with CODE-1; the round has heard it. */
  static async agreed(mode = VOUCHER): Promise<World> {
    const world = await World.held(mode);
    await world.donor().accept(0, mode === VOUCHER ? "CODE-1" : null);
    world.matchmaker.round();
    return world;
  }

  /** The family has confirmed, with thanks; the slot is on its way. */
  static async finished(mode = VOUCHER): Promise<World> {
    const world = await World.agreed(mode);
    if (mode !== VOUCHER) {
      await world.family().showAddress("Vulica 1");
      await world.donor().ordered(0, "tomorrow");
    }
    await world.family().received("thank you", { again: true });
    world.matchmaker.round();
    world.matchmaker.round();
    return world;
  }
}
