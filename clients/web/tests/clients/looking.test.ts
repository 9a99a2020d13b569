/** Nodes and matchers that lie: what a person is shown, what is sent, and that it ends well. */

import assert from "node:assert/strict";
import test from "node:test";

import { CardClass } from "../../src/crypto/certifying_keys.ts";
import { readerOf } from "../../src/crypto/drops.ts";
import { toHex } from "../../src/crypto/bytes.ts";
import { CircleSubstituted, NotPossible, Status, slotOfView } from "../../src/clients/index.ts";
import { PERIOD } from "./circles.ts";
import { cardOf, lie, nameOf, outboxOf, personOf, pseudonymOf } from "./reading.ts";
import {
  DELIVERY,
  DONOR_LIST,
  FAMILY_LIST,
  LOCKER,
  VOUCHER,
  WISH,
  World,
} from "./world.ts";

test("a substituted epoch key gets no card and no visit", async () => {
  const world = await World.asked();
  world.coordinators.certify();
  world.node.matcherSeed = new Uint8Array(32).fill(9);

  const requests = await world.recorded(() =>
    assert.rejects(world.family().visit(), CircleSubstituted),
  );

  assert.equal(requests.length, 1);
  assert.match(requests[0] ?? "", /^\/epoch /);
});

for (const [modes, mode, lied] of [
  [0b001, VOUCHER, DELIVERY],
  [0b110, DELIVERY, VOUCHER],
] as const) {
  test(`mode ${String(lied)} that was not chosen is refused`, async () => {
    const world = new World();
    await world.family().ask({ ...WISH, modes }, "be");
    await world.donor().offer(WISH, "en");
    world.coordinators.certify();
    await world.family().visit();
    await world.donor().visit();
    world.matchmaker.round(world.matchmaker.pairFirst(mode));

    lie(world, { mode: lied });
    const view = await world.family().visit();

    assert.equal(view.status, Status.REFUSED_MATCH);
    assert.equal(view.card?.facts, null);
    assert.equal(outboxOf(world).shown, 0);
  });
}

test("another region, the same class and swapped signatures are refused", async () => {
  const world = await World.held(DELIVERY);
  const own = cardOf(world, 1).match?.peer;
  const theirs = cardOf(world, 0).match?.peer;
  assert.ok(own !== undefined && theirs !== undefined);
  for (const changes of [
    { region: 5 },
    { region: 0, peer: own },
    { peer: { ...theirs, signatures: [...theirs.signatures].reverse() } },
  ]) {
    lie(world, changes);
    assert.equal((await world.family().visit()).status, Status.REFUSED_MATCH);
  }
});

test("a refused match gets no word and no share", async () => {
  const world = await World.held(DELIVERY);
  lie(world, { region: 5 });
  await world.family().visit();
  await world.donor().accept(0);
  world.matchmaker.round();

  assert.equal(slotOfView(await world.donor().visit(), 0)?.status, Status.AGREED);
  // No share of the family's, no key to talk under.
  await assert.rejects(world.donor().say(0, "hello?"), NotPossible);
});

for (const mode of [VOUCHER, DELIVERY]) {
  test(`a second partner of one epoch is given nothing, mode ${String(mode)}`, async () => {
    // A hostile matcher shows one accepted offer to two families, under one epoch.
    const world = await World.held(mode);
    await world.donor().accept(0, mode === VOUCHER ? "CODE-1" : null);
    const first = cardOf(world, 1).match ?? assert.fail();
    const [pageOne] = pseudonymOf(world, DONOR_LIST).pagesWrite;
    const read = (): Uint8Array => world.node.read(readerOf(pageOne ?? assert.fail()));
    const given = read();
    const spy = pseudonymOf(world, new Uint8Array(32).fill(0x73));
    const { claimTag } = spy;
    const publicKey = spy.sealingKey.public;
    const signatures = world.trial.certificate(CardClass.REQUEST, publicKey, claimTag);
    const peer = { period: PERIOD, publicKey, claimTag, signatures };

    for (const changes of [{ peer }, { rendezvous: new Uint8Array(32) }]) {
      world.matchmaker.round(() => {
        cardOf(world, 1).match = { ...first, ...changes };
      });
      const view = await world.donor().visit();
      await assert.rejects(world.donor().say(0, "is it you?"), NotPossible);

      assert.equal(slotOfView(view, 0)?.status, Status.REFUSED_MATCH);
      assert.deepEqual(read(), given);
    }

    world.matchmaker.round(() => {
      cardOf(world, 1).match = first;
    });
    assert.notEqual(slotOfView(await world.donor().visit(), 0)?.status, Status.REFUSED_MATCH);
    const code = (await world.family().visit()).card?.code;
    assert.equal(code, mode === VOUCHER ? "CODE-1" : "");
  });
}

test("an outbox brought back from earlier is outrun", async () => {
  const world = await World.agreed(DELIVERY);
  const address = nameOf(pseudonymOf(world).outboxWrite);
  await world.family().visit();
  const early = world.node.memory.drops.get(address);
  await world.family().showAddress("Vulica 1");
  const told = outboxOf(world);

  world.node.memory.drops.set(address, early ?? assert.fail());
  await world.family().visit();

  assert.ok(outboxOf(world).counter > told.counter);
  assert.equal(outboxOf(world).shown, told.shown);
  assert.notEqual(told.shown, 0);
});

for (const [name, listKey] of [
  ["family", FAMILY_LIST],
  ["donor", DONOR_LIST],
] as const) {
  test(`a forged outbox of a ${name} is written anew`, async () => {
    const world = await World.agreed(DELIVERY);
    await world.family().visit();
    await world.donor().visit();
    const before = outboxOf(world, listKey);

    const address = nameOf(pseudonymOf(world, listKey).outboxWrite);
    world.node.memory.drops.set(address, new Uint8Array(4_096));
    await world[name]().visit();

    const after = outboxOf(world, listKey);
    assert.ok(after.counter > before.counter);
    assert.equal(after.accepted, before.accepted);
    assert.equal(after.nextSlot === null, before.nextSlot === null);
  });
}

test("a shelf brought back from before the card does not lose it", async () => {
  const world = await World.asked();
  world.coordinators.certify();
  await world.family().visit({ post: false });
  const address = nameOf(personOf(world, FAMILY_LIST).shelfWrite);
  const early = world.node.memory.drops.get(address) ?? assert.fail();
  await world.family().visit();
  await world.donor().visit();
  world.matchmaker.round(world.matchmaker.pairFirst(VOUCHER));
  await world.donor().accept(0, "CODE-1");

  world.node.memory.drops.set(address, early);
  const view = await world.family().visit();

  assert.equal(view.status, Status.CODE);
  assert.equal(view.card?.code, "CODE-1");
});

test("a donor's shelf brought back from before the code keeps the code", async () => {
  const world = await World.held(VOUCHER);
  const address = nameOf(personOf(world, DONOR_LIST).shelfWrite);
  const early = world.node.memory.drops.get(address) ?? assert.fail();
  await world.donor().accept(0, "CODE-1");

  world.node.memory.drops.set(address, early);
  await world.donor().visit();
  world.matchmaker.round();

  assert.equal((await world.family().visit()).card?.code, "CODE-1");
});

test("a shelf hidden for a visit costs nothing", async () => {
  const world = await World.agreed(VOUCHER);
  const { drops } = world.node.memory;
  const address = nameOf(personOf(world, FAMILY_LIST).shelfWrite);
  const kept = drops.get(address) ?? assert.fail();
  drops.delete(address);
  const hidden = await world.family().visit();
  drops.set(address, kept);

  assert.equal(hidden.status, Status.NOTHING);
  assert.equal((await world.family().visit()).status, Status.CODE);
});

test("a notice kept back for a visit costs no word", async () => {
  const world = await World.agreed(DELIVERY);
  await world.family().showAddress("Vulica 1");
  await world.donor().ordered(0, "tomorrow");
  const { memory } = world.node;
  const { notices } = memory;
  memory.notices = new Map();

  await world.family().visit();
  await world.donor().visit();

  memory.notices = notices;
  assert.equal((await world.family().visit()).status, Status.ORDERED);
  assert.equal(slotOfView(await world.donor().visit(), 0)?.terms, "Vulica 1");
});

test("blanked pages are written again", async () => {
  const world = await World.agreed(DELIVERY);
  await world.family().showAddress("Vulica 1");
  for (const write of pseudonymOf(world).pagesWrite) {
    world.node.memory.drops.set(nameOf(write), new Uint8Array(4_096));
  }

  assert.equal((await world.family().visit()).status, Status.NEEDS_ADDRESS);
  assert.equal((await world.family().showAddress("Vulica 1")).status, Status.ADDRESS_SHOWN);
  assert.equal(slotOfView(await world.donor().visit(), 0)?.terms, "Vulica 1");
});

for (const mode of [LOCKER, DELIVERY]) {
  test(`a donor shown to another family is shown nothing (mode ${String(mode)})`, async () => {
    const world = await World.agreed(mode);
    const { claimTag } = pseudonymOf(world, DONOR_LIST);
    world.node.memory.claims.set(toHex(claimTag), new Uint8Array(32).fill(1));

    const view = await world.family().showAddress("Vulica 1");
    const later = await world.family().visit();

    assert.equal(view.status, Status.DONOR_SHOWN_ELSEWHERE);
    assert.equal(view.card?.facts, null);
    assert.equal(later.status, Status.MATCH_DECLINED);
    assert.equal(outboxOf(world).shown, 0);
    assert.equal(slotOfView(await world.donor().visit(), 0)?.terms, "");
  });
}

test("a voucher claims nothing, a parcel nothing before the address is shown", async () => {
  for (const mode of [VOUCHER, DELIVERY]) {
    const world = await World.agreed(mode);
    await world.family().visit();
    const { claimTag } = pseudonymOf(world, DONOR_LIST);
    const { claims } = world.node.memory;
    assert.ok(!claims.has(toHex(claimTag)));
    if (mode === VOUCHER) continue;
    await world.family().showAddress("Vulica 1");
    assert.deepEqual(claims.get(toHex(claimTag)), pseudonymOf(world).claimToken(claimTag));
  }
});
