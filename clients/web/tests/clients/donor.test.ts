/** What a donor decides, and how one slot earns another. */

import assert from "node:assert/strict";
import test from "node:test";

import { toHex } from "../../src/crypto/bytes.ts";
import { NotPossible, Status, TooLong, WishRefused, slotOfView } from "../../src/clients/index.ts";
import { cardOf, outboxOf, shelfOf } from "./reading.ts";
import { DELIVERY, DONOR_LIST, VOUCHER, WISH, World } from "./world.ts";

test("three slots are three cards that cannot earn the same one", async () => {
  const world = await World.posted();
  world.matchmaker.round();
  const wanted = world.matchmaker.of(1).map((offer) => offer.outbox?.nextSlot ?? assert.fail());
  assert.deepEqual(
    wanted.map((one) => one.index),
    [3, 4, 5],
  );
  assert.equal(new Set(wanted.map((one) => toHex(one.blindedStamp))).size, 3);
});

test("no more go out by themselves than were to go at once", async () => {
  for (const atOnce of [1, 2, 3]) {
    const world = new World();
    await world.donor().offer(WISH, "en", { words: "I can help", atOnce });
    world.coordinators.certify();
    for (let visits = 0; visits < 3; visits++) {
      const { slots } = await world.donor().visit();
      assert.deepEqual(
        slots.map(({ status }) => status),
        [0, 1, 2].map((index) => (index < atOnce ? Status.WAITING : Status.CERTIFIED)),
      );
    }
    world.matchmaker.round();
    assert.equal(world.matchmaker.of(1).length, atOnce);
  }
});

test("a slot that was kept back is offered on another day", async () => {
  const world = new World();
  await world.donor().offer(WISH, "en", { words: "I can help", atOnce: 1 });
  world.coordinators.certify();
  await world.donor().visit();
  await world.donor().postCard(2);
  assert.deepEqual(
    (await world.donor().visit()).slots.map(({ status }) => status),
    [Status.WAITING, Status.CERTIFIED, Status.WAITING],
  );
});

test("more slots than there are, or none, are not offered", async () => {
  for (const atOnce of [-1, 0, 1.5, 4]) {
    const world = new World();
    const offering = world.donor().offer(WISH, "en", { words: "I can help", atOnce });
    await assert.rejects(offering, WishRefused);
    assert.deepEqual(world.requests, []);
  }
});

test("accepting needs a code for a voucher, and none for a parcel", async () => {
  for (const [mode, wrong] of [
    [VOUCHER, null],
    [VOUCHER, "  "],
    [DELIVERY, "CODE-1"],
  ] as const) {
    const world = await World.held(mode);
    await assert.rejects(world.donor().accept(0, wrong), NotPossible);
    assert.equal(outboxOf(world, DONOR_LIST).accepted, 0);
    assert.equal(slotOfView(await world.donor().visit(), 0)?.status, Status.HELD);
  }
});

test("a code that is out is not swapped by accepting again", async () => {
  const world = await World.held(VOUCHER);
  await world.donor().accept(0, "CODE-1");
  await world.donor().accept(0, "CODE-1");
  await assert.rejects(world.donor().accept(0, "CODE-2"), NotPossible);
  assert.equal(slotOfView(await world.donor().visit(), 0)?.code, "CODE-1");
});

test("a code that does not fit is refused before anything is sent", async () => {
  const world = await World.held(VOUCHER);
  const requests = await world.recorded(() =>
    assert.rejects(world.donor().accept(0, "ж".repeat(33)), TooLong),
  );
  assert.deepEqual(requests, []);
});

test("a declined match cannot be accepted any more", async () => {
  const world = await World.held(DELIVERY);
  const declined = slotOfView(await world.donor().decline(0), 0);
  assert.equal(declined?.status, Status.MATCH_DECLINED);
  await assert.rejects(world.donor().accept(0), NotPossible);
});

test("nothing is ordered before there is an address", async () => {
  const world = await World.agreed(DELIVERY);
  await assert.rejects(world.donor().ordered(0, "tomorrow"), NotPossible);
  assert.equal(outboxOf(world, DONOR_LIST).sent, 0);
});

test("a slot without a match has nothing to decide", async () => {
  const world = await World.posted();
  for (const index of [0, 1, 7]) {
    await assert.rejects(world.donor().accept(index), NotPossible);
    await assert.rejects(world.donor().decline(index), NotPossible);
    await assert.rejects(world.donor().replaceCode(index, "CODE-1"), NotPossible);
  }
});

test("one slot is withdrawn, and the others stay", async () => {
  const world = await World.posted();
  await world.donor().withdraw(1);
  assert.deepEqual(
    (await world.donor().visit()).slots.map((slot) => slot.status),
    [Status.WAITING, Status.WITHDRAWN, Status.WAITING],
  );
});

test("coming back is the word that an idle slot waits for", async () => {
  const world = await World.held(DELIVERY);
  world.matchmaker.reopen(cardOf(world, 0));
  world.matchmaker.round();

  const first = slotOfView(await world.donor().visit(), 0);
  const said = outboxOf(world, DONOR_LIST).counter;
  await world.donor().visit();

  assert.equal(first?.status, Status.IDLE);
  assert.equal(outboxOf(world, DONOR_LIST).counter, said);
});

test("a slot is earned, read back, and only then acknowledged", async () => {
  const world = await World.finished();
  const before = outboxOf(world, DONOR_LIST);

  const view = await world.donor().visit();

  assert.equal(before.got, 0);
  assert.equal(outboxOf(world, DONOR_LIST).got, 3);
  assert.equal(slotOfView(view, 3)?.status, Status.CERTIFIED);
  assert.equal(slotOfView(view, 0)?.status, Status.FINISHED);
  world.matchmaker.round();
  assert.deepEqual(
    (await world.donor().visit()).slots.map((slot) => slot.index),
    [1, 2, 3],
  );
});

test("a shelf keeps no code of a parcel that is seen to be confirmed", async () => {
  const world = await World.finished(VOUCHER);
  assert.equal(shelfOf(world, DONOR_LIST).slots[0]?.code, "CODE-1");

  await world.donor().visit();

  assert.deepEqual(new Set(shelfOf(world, DONOR_LIST).slots.map(({ code }) => code)), new Set([""]));
});

test("an earned slot waits to be posted until it is asked for", async () => {
  const world = await World.finished();
  await world.donor().visit();
  await world.donor().visit();
  world.matchmaker.round();
  assert.equal(world.matchmaker.of(1).length, 3);

  await world.donor().postCard();
  await world.donor().postCard(3);
  world.matchmaker.round();

  assert.equal(world.matchmaker.of(1).length, 4);
  await assert.rejects(world.donor().postCard(), NotPossible);
});

test("a delivery with a bad signature, or of a slot nobody earned, is not taken", async () => {
  const world = await World.finished();
  const offer = cardOf(world, 1);
  const good = offer.delivery ?? assert.fail();

  world.matchmaker.round(() => {
    offer.delivery = { ...good, index: 9 };
  });
  assert.deepEqual(
    (await world.donor().visit()).slots.map((slot) => slot.index),
    [0, 1, 2],
  );
  world.matchmaker.round(() => {
    offer.delivery = { ...good, signatures: [...good.signatures].reverse() };
  });
  assert.equal((await world.donor().visit()).status, Status.COORDINATOR_FAILED);
  assert.equal(outboxOf(world, DONOR_LIST).got, 0);

  world.matchmaker.round();
  assert.equal(slotOfView(await world.donor().visit(), 3)?.status, Status.CERTIFIED);
});

test("closing blanks the family's pages, and may be repeated", async () => {
  const world = await World.finished(DELIVERY);
  assert.notEqual(slotOfView(await world.donor().visit(), 0)?.message, null);
  await world.donor().close(0);
  await world.donor().close(0);
  assert.equal(slotOfView(await world.donor().visit(), 0)?.message, null);
});

test("closing what was never matched changes nothing", async () => {
  const world = await World.posted();
  const view = await world.donor().close(1);
  assert.equal(slotOfView(view, 1)?.status, Status.WAITING);
  await assert.rejects(world.donor().close(1, { again: true }), NotPossible);
});
