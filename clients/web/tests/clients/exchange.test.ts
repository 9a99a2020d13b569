/** What a quarter left unspent is exchanged by itself, once, and goes on wherever it was stopped. */

import assert from "node:assert/strict";
import test from "node:test";

import { Donor, Family, SlotUnclear, Status, slotOfView } from "../../src/clients/index.ts";
import * as seals from "../../src/clients/seals.ts";
import { Place } from "../../src/clients/person.ts";
import * as shelves from "../../src/clients/shelves.ts";
import { slotNames } from "../../src/clients/slot_names.ts";
import { toHex } from "../../src/crypto/bytes.ts";
import { addressOf } from "../../src/crypto/drops.ts";
import { FAMILY } from "../../src/crypto/messages/intake.ts";
import { ASKED, CERTIFIED, POSTED, Shelf, type Slot } from "../../src/crypto/messages/shelf.ts";
import { daysOf } from "../../src/crypto/periods.ts";
import { closeRecord } from "../../src/crypto/records.ts";
import { DAY, EARLIER, PERIOD } from "./circles.ts";
import type { Memory } from "./fakes.ts";
import { personOf, shelfOf } from "./reading.ts";
import { DELIVERY, DONOR_LIST, FAMILY_LIST, WISH, World, type Fetch } from "./world.ts";

const LISTS = { family: FAMILY_LIST, donor: DONOR_LIST } as const;
type Role = keyof typeof LISTS;

/** A client on a new page, on a day of this quarter or of the one before. */
function client(world: World, role: Role, today: number, fetch?: Fetch): Family | Donor {
  const Client = role === "family" ? Family : Donor;
  return new Client(LISTS[role].slice(), world.trial.circle, world.client(fetch), today);
}

/** An intake of the quarter that *today* is in. */
async function ask(world: World, role: Role, today: number): Promise<void> {
  const person = client(world, role, today);
  await (person instanceof Family ? person.ask(WISH, "be") : person.offer(WISH, "be"));
}

/** Another phone with the list has left this shelf. */
function put(world: World, role: Role, shelf: Shelf, period = PERIOD): void {
  const person = personOf(world, LISTS[role], period);
  const record = closeRecord(Shelf, shelf, seals.shelf(person));
  world.node.memory.drops.set(toHex(addressOf(person.shelfWrite)), record);
}

/** Slots of a donor, of the size of real ones. */
function unspent(...indexes: readonly number[]): readonly Slot[] {
  const signature = new Uint8Array(256);
  return indexes.map((index) => shelves.newSlot(index, [signature, signature], signature, null));
}

function indexesOf(shelf: Shelf): readonly number[] {
  return shelf.slots.map(({ index }) => index);
}

const starts = new Map<Role, Memory>();

/** Somebody certified in the quarter before, with three slots unspent; signed once for all tests. */
async function certified(role: Role): Promise<World> {
  const start = starts.get(role) ?? (await certifiedAnew(role)).node.memory;
  starts.set(role, start);
  return new World(structuredClone(start));
}

async function certifiedAnew(role: Role): Promise<World> {
  const world = new World();
  await ask(world, role, EARLIER);
  world.coordinators.certify();
  await client(world, role, EARLIER).visit({ post: false });
  return world;
}

/** The exchanges that the node let in. */
function exchanges(world: World): number {
  const opened = world.coordinators.opened();
  return opened.filter(([number, intake]) => number === 0 && intake.opening !== null).length;
}

async function untilDone(world: World, role: Role): Promise<void> {
  for (let times = 0; times < 4; times++) {
    world.coordinators.certify();
    await client(world, role, DAY).visit();
  }
}

for (const role of ["family", "donor"] as const) {
  test(`a ${role}'s three slots become slots of this quarter, one at a time`, async () => {
    const world = await certified(role);
    const asked = await client(world, role, DAY).visit();
    assert.equal(asked.status, Status.ASKED);
    assert.equal(exchanges(world), 1);

    await untilDone(world, role);

    assert.equal(exchanges(world), 3);
    assert.deepEqual(indexesOf(shelfOf(world, LISTS[role])), [4_096, 8_192, 12_288]);
    assert.deepEqual(indexesOf(shelfOf(world, LISTS[role], PERIOD - 1)), []);
    const person = client(world, role, DAY);
    await (person instanceof Family ? person.postCard(WISH) : person.postCard());
    assert.equal(world.node.memory.cards.length, 1);
  });
}

test("an exchange goes on wherever the page was closed", async () => {
  for (const arrives of [true, false]) {
    for (const count of [4, 7, 10]) {
      const world = await certified("family");
      let left = count;
      const dying: Fetch = async (input, init) => {
        left -= 1;
        if (left < 0 && !arrives) throw new TypeError("closed");
        const answer = await world.node.fetch(input, init);
        if (left < 0) throw new TypeError("closed");
        return answer;
      };
      await client(world, "family", DAY, dying)
        .visit()
        .catch(() => undefined);
      await client(world, "family", DAY).visit();
      await untilDone(world, "family");

      assert.equal(exchanges(world), 3);
      assert.deepEqual(indexesOf(shelfOf(world, FAMILY_LIST)), [4_096, 8_192, 12_288]);
    }
  }
});

test("a slot whose stamp was spent is dropped, and the others are exchanged", async () => {
  const world = await certified("family");
  const person = personOf(world, FAMILY_LIST, PERIOD - 1);
  const nonce = Buffer.from(new Place(person, 0).stampNonce(FAMILY)).toString("hex");
  world.node.memory.burned.set(nonce, "another request");

  await client(world, "family", DAY).visit();
  await client(world, "family", DAY).visit();
  await untilDone(world, "family");

  assert.equal(exchanges(world), 2);
  assert.equal(indexesOf(shelfOf(world, FAMILY_LIST)).length, 2);
  assert.deepEqual(indexesOf(shelfOf(world, FAMILY_LIST, PERIOD - 1)), []);
});

test("a family with three slots exchanges a fourth once a card is out", async () => {
  const world = await certified("family");
  await ask(world, "family", DAY);
  for (let times = 0; times < 2; times++) {
    world.coordinators.certify();
    await world.family().visit({ post: false });
  }
  assert.deepEqual(indexesOf(shelfOf(world, FAMILY_LIST)), [0, 1, 2]);
  assert.equal(exchanges(world), 0);

  await world.family().postCard(WISH);
  await world.family().visit();
  world.coordinators.certify();
  await world.family().visit();

  assert.deepEqual(indexesOf(shelfOf(world, FAMILY_LIST)), [0, 1, 2, 4_096]);
  assert.deepEqual(indexesOf(shelfOf(world, FAMILY_LIST, PERIOD - 1)), [1, 2]);
});

for (const role of ["family", "donor"] as const) {
  test(`a ${role}'s slots certified after their quarter are exchanged in the same visit`, async () => {
    const world = new World();
    await ask(world, role, EARLIER);
    world.coordinators.certify();

    const view = await client(world, role, DAY).visit();

    assert.equal(exchanges(world), 1);
    assert.equal(view.status, Status.ASKED);
  });
}

test("an exchange unread at its quarter's end is taken in the next", async () => {
  const world = await certified("family");
  await client(world, "family", DAY).visit();
  world.coordinators.certify();
  assert.deepEqual(indexesOf(shelfOf(world, FAMILY_LIST)), []);

  await client(world, "family", daysOf(PERIOD)[1] + 1).visit();

  assert.deepEqual(indexesOf(shelfOf(world, FAMILY_LIST)), [4_096]);
});

test("a card of the quarter before is closed too", async () => {
  const world = new World();
  const { trial, matchmaker } = world;
  const family = (): Family => new Family(FAMILY_LIST.slice(), trial.circle, world.client(), EARLIER);
  const donor = (today = EARLIER): Donor =>
    new Donor(DONOR_LIST.slice(), trial.circle, world.client(), today);
  await ask(world, "family", EARLIER);
  await ask(world, "donor", EARLIER);
  world.coordinators.certify();
  await family().visit();
  await donor().visit();
  matchmaker.round(matchmaker.pairFirst(DELIVERY));
  await donor().accept(0);
  matchmaker.round();
  await family().showAddress("Vulica 1");
  await donor().ordered(0, "tomorrow");
  await family().received("thank you");
  matchmaker.round();
  matchmaker.round();
  assert.notEqual(slotOfView(await donor(DAY).visit(), 0)?.message, null);

  await donor(DAY).close(0);

  assert.equal(slotOfView(await donor(DAY).visit(), 0)?.message, null);
});

test("an exchange that finds no room waits in its threads", async () => {
  const world = await certified("donor");
  await world.donor().visit();
  world.coordinators.certify();
  const planned = shelfOf(world, DONOR_LIST);
  put(world, "donor", { ...planned, slots: unspent(3, 4, 5, 6) });

  await world.donor().visit({ post: false });
  const waiting = shelfOf(world, DONOR_LIST);
  put(world, "donor", planned);
  await world.donor().visit({ post: false });

  assert.equal(waiting.stage, ASKED);
  assert.deepEqual(indexesOf(waiting), [3, 4, 5, 6]);
  assert.deepEqual(indexesOf(shelfOf(world, DONOR_LIST)), [4_096]);
});

test("an earned slot leaves room for the exchange under way", async () => {
  const world = await World.finished();
  const before = shelfOf(world, DONOR_LIST);
  const slots = [...before.slots, ...unspent(6, 9, 12)];
  put(world, "donor", { ...before, slots, stage: ASKED, asking: 1, exchanged: 0 });

  await world.donor().close(0);
  const waiting = shelfOf(world, DONOR_LIST);
  put(world, "donor", { ...waiting, stage: CERTIFIED });
  await world.donor().close(0);

  assert.ok(!indexesOf(waiting).includes(3));
  assert.ok(indexesOf(shelfOf(world, DONOR_LIST)).includes(3));
});

test("a slot that was posted after all holds up no exchange", async () => {
  const world = await certified("family");
  const old = shelfOf(world, FAMILY_LIST, PERIOD - 1);
  await world.family().visit();
  const posted = shelves.changedSlot(old, 0, { stage: POSTED, signatures: [], posted: 1 });
  put(world, "family", posted, PERIOD - 1);
  // It was given up.
  put(world, "family", { ...shelfOf(world, FAMILY_LIST), stage: CERTIFIED });

  await world.family().visit();

  assert.equal(exchanges(world), 2);
  assert.equal(shelfOf(world, FAMILY_LIST).exchanged, 1);
});

test("what is still to come is counted apart while a card of the quarter before is live", async () => {
  const world = new World();
  await ask(world, "family", EARLIER);
  world.coordinators.certify();
  await client(world, "family", EARLIER).visit();
  const counts: unknown[] = [];
  for (let times = 0; times < 4; times++) {
    const { parcelsLeft, parcelsToCome, mayAsk } = await world.family().visit();
    counts.push([parcelsLeft, parcelsToCome, mayAsk]);
    world.coordinators.certify();
  }
  assert.deepEqual(counts, [
    [0, 2, false],
    [1, 1, false],
    [2, 0, false],
    [2, 0, false],
  ]);
});

test("slots of two quarters with one index are two slots", async () => {
  const world = new World();
  await ask(world, "donor", EARLIER);
  world.coordinators.certify();
  await client(world, "donor", EARLIER).visit();
  await ask(world, "donor", DAY);
  world.coordinators.certify();
  const both = await world.donor().visit();

  await assert.rejects(world.donor().withdraw(0), SlotUnclear);
  assert.throws(() => slotOfView(both, 0), SlotUnclear);
  const view = await world.donor().withdraw(0, PERIOD - 1);

  assert.equal(slotOfView(view, 0, PERIOD - 1)?.status, Status.WITHDRAWN);
  assert.equal(slotOfView(view, 0, PERIOD)?.status, Status.WAITING);
  assert.equal(new Set(slotNames(view.slots)).size, 6);
});
