/** What a visit claims: always new, and the donor's tag only where an address is shown. */

import assert from "node:assert/strict";
import test from "node:test";

import { toHex } from "../../src/crypto/bytes.ts";
import { permitHash } from "../../src/crypto/permits.ts";
import { NotPossible, NotToday, Status, slotOfView } from "../../src/clients/index.ts";
import { CLAIMS_PER_DAY } from "./fakes.ts";
import { nameOf, outboxOf, personOf, pseudonymOf } from "./reading.ts";
import {
  DELIVERY,
  DONOR_LIST,
  FAMILY_LIST,
  LOCKER,
  VOUCHER,
  WISH,
  World,
  type Fetch,
} from "./world.ts";

/** In front of the node: the permit, tag and token of every visit, in hex. */
class Watched {
  readonly permits: string[] = [];
  readonly tags: string[] = [];
  readonly tokens: string[] = [];
  beforeLeave: (() => Promise<void>) | null = null;

  constructor(readonly world: World) {}

  readonly fetch: Fetch = async (url, init) => {
    const { pathname } = new URL(url as string);
    if (pathname === "/visit/meet") {
      const body = init?.body as Uint8Array;
      this.permits.push(toHex(body.subarray(128, 160)));
      this.tags.push(toHex(body.subarray(160, 192)));
      this.tokens.push(toHex(body.subarray(192)));
    }
    if (pathname === "/visit/leave") {
      const interrupt = this.beforeLeave;
      this.beforeLeave = null;
      await interrupt?.();
    }
    return this.world.node.fetch(url, init);
  };
}

function donorsTag(world: World): string {
  return toHex(pseudonymOf(world, DONOR_LIST).claimTag);
}

/** Nothing more of the family's card is kept today. */
function useUp(world: World): void {
  const kept = toHex(permitHash(pseudonymOf(world).claimPermit));
  world.node.memory.permits.set(kept, CLAIMS_PER_DAY);
}

test("every visit shows a tag that was never seen before", async () => {
  const world = await World.agreed(DELIVERY);
  const watched = new Watched(world);

  await world.family(watched.fetch).visit();
  await world.family(watched.fetch).showAddress("Vulica 1");
  await world.donor(watched.fetch).ordered(0, "tomorrow");
  for (let again = 0; again < 2; again++) {
    await world.family(watched.fetch).visit();
    await world.donor(watched.fetch).visit();
  }
  await world.family(watched.fetch).received();

  assert.ok(watched.tags.length > 8);
  assert.equal(new Set(watched.tags).size, watched.tags.length);
  assert.equal(new Set(watched.tokens).size, watched.tokens.length);
});

test("the donor's tag is shown in the visit that shows the address and in no other", async () => {
  const world = await World.agreed(DELIVERY);
  const watched = new Watched(world);
  const times = (): number => watched.tags.filter((tag) => tag === donorsTag(world)).length;

  await world.family(watched.fetch).visit();
  assert.equal(times(), 0);
  await world.family(watched.fetch).showAddress("Vulica 1");
  assert.equal(times(), 1);
  assert.equal(watched.tags.at(-1), donorsTag(world));
  await world.family(watched.fetch).visit();
  await world.family(watched.fetch).say("which day?");
  assert.equal(times(), 1);
});

for (const mode of [VOUCHER, LOCKER, DELIVERY]) {
  test(`a visit with a card adds one row, whatever it shows (mode ${String(mode)})`, async () => {
    const world = await World.agreed(mode);
    const watched = new Watched(world);
    const { claims } = world.node.memory;
    const rows = claims.size;

    await world.family(watched.fetch).visit();
    if (mode !== VOUCHER) {
      await world.family(watched.fetch).showAddress("Vulica 1");
      assert.ok(claims.has(donorsTag(world)));
    }
    await world.donor(watched.fetch).visit();
    await world.family(watched.fetch).visit();

    assert.equal(claims.size - rows, watched.tags.length);
  });
}

test("who has no card adds no row", async () => {
  const world = new World();
  await world.family().ask(WISH, "be");
  await world.family().visit();

  assert.equal(world.node.memory.claims.size, 0);
});

test("every visit of a card shows the permit that it was posted with", async () => {
  const world = await World.agreed(DELIVERY);
  const watched = new Watched(world);

  await world.family(watched.fetch).visit();
  await world.family(watched.fetch).showAddress("Vulica 1");

  const { claimPermit } = pseudonymOf(world);
  assert.deepEqual(new Set(watched.permits), new Set([toHex(claimPermit)]));
  assert.ok(world.node.memory.permits.has(toHex(permitHash(claimPermit))));
});

for (const count of [0, 1, 2, 3, 4, 5, 6]) {
  test(`a page closed at request ${String(count)} shows the address when it is back`, async () => {
    const world = await World.agreed(DELIVERY);
    let left = count;
    const closed: Fetch = (url, init) =>
      left-- > 0 ? world.node.fetch(url, init) : Promise.reject(new TypeError("closed"));

    await world
      .family(closed)
      .showAddress("Vulica 1")
      .catch(() => undefined);
    await world.family().showAddress("Vulica 1");

    const { claimTag } = pseudonymOf(world, DONOR_LIST);
    const held = world.node.memory.claims.get(toHex(claimTag));
    assert.deepEqual(held, pseudonymOf(world).claimToken(claimTag));
    assert.equal(slotOfView(await world.donor().visit(), 0)?.terms, "Vulica 1");
  });
}

for (const shows of [false, true]) {
  test(`a visit that is repeated repeats its claim (an address: ${String(shows)})`, async () => {
    const world = await World.agreed(DELIVERY);
    await world.family().visit();
    const watched = new Watched(world);
    const shelf = nameOf(personOf(world, FAMILY_LIST).shelfWrite);
    const earlier = world.node.memory.drops.get(shelf);
    watched.beforeLeave = async () => {
      await world.family().visit();
      assert.notDeepEqual(world.node.memory.drops.get(shelf), earlier);
    };

    const family = world.family(watched.fetch);
    await (shows ? family.showAddress("Vulica 1") : family.visit());

    const [first, second] = watched.tags;
    assert.equal(first, second);
  });
}

test("nothing is shown under a claim that was not kept, and the match is kept", async () => {
  const world = await World.agreed(DELIVERY);
  await world.family().visit();
  useUp(world);

  await assert.rejects(world.family().showAddress("Vulica 1"), NotToday);

  assert.ok(!world.node.memory.claims.has(donorsTag(world)));
  assert.deepEqual([outboxOf(world).shown, outboxOf(world).declined], [0, 0]);
  assert.equal(slotOfView(await world.donor().visit(), 0)?.terms, "");
  assert.equal((await world.family().visit()).status, Status.NEEDS_ADDRESS);

  for (const kept of world.node.memory.permits.keys()) world.node.memory.permits.set(kept, 0);
  assert.equal((await world.family().showAddress("Vulica 1")).status, Status.ADDRESS_SHOWN);
});

test("whoever was refused leaves like everybody else", async () => {
  const world = await World.agreed(DELIVERY);
  await world.family().visit();
  const usual = await world.recorded(() => world.family().visit());
  useUp(world);

  const refused = await world.recorded(() =>
    assert.rejects(world.family().showAddress("Vulica 1"), NotToday),
  );

  const [epoch = "", ...visit] = usual;
  assert.deepEqual(refused, [epoch, ...visit, ...visit]);
});

test("decoys that are not kept hold nobody up", async () => {
  const world = await World.agreed(VOUCHER);
  useUp(world);

  assert.equal((await world.family().visit()).status, Status.CODE);
  assert.equal((await world.family().received()).status, Status.RECEIVED);
});

test("a donor shown elsewhere is noticed when nothing more is kept", async () => {
  const world = await World.agreed(DELIVERY);
  world.node.memory.claims.set(donorsTag(world), new Uint8Array(32).fill(1));
  useUp(world);

  const view = await world.family().showAddress("Vulica 1");

  assert.equal(view.status, Status.DONOR_SHOWN_ELSEWHERE);
});

test("a node that forgot the card is shown no address", async () => {
  const world = await World.agreed(DELIVERY);
  world.node.memory.permits.clear();

  await assert.rejects(world.family().showAddress("Vulica 1"), NotPossible);

  assert.equal(outboxOf(world).shown, 0);
});
