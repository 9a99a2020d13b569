/** What a family decides, and what it is shown. */

import assert from "node:assert/strict";
import test from "node:test";

import { sameBytes } from "../../src/crypto/bytes.ts";
import { Receipt, verifyReceipt } from "../../src/crypto/certificates.ts";
import { Kind } from "../../src/crypto/messages/pages.ts";
import {
  NotPossible,
  NotYet,
  Status,
  TooLong,
  WishRefused,
  WrongRole,
  slotOfView,
} from "../../src/clients/index.ts";
import {
  blanksOfTheFamily,
  cardOf,
  nameOf,
  outboxOf,
  pageBlanksOf,
  pseudonymOf,
} from "./reading.ts";
import { DELIVERY, DONOR_LIST, FAMILY_LIST, LOCKER, VOUCHER, WISH, World } from "./world.ts";

test("a coordinator's question is shown until it is answered", async () => {
  const world = await World.asked();
  world.coordinators.ask(1, "Адкуль вы?");

  const asked = await world.family().visit();
  const answered = await world.family().answerQuestion("з Лунінца");

  assert.equal(asked.status, Status.QUESTION);
  assert.deepEqual(asked.questions, ["Адкуль вы?"]);
  assert.equal(answered.status, Status.ASKED);
  await assert.rejects(world.family().answerQuestion("again"), NotPossible);
});

test("signatures that do not verify are not taken, and nothing is erased", async () => {
  const world = await World.asked();
  world.coordinators.certify({ spoil: true });
  assert.equal((await world.family().visit()).status, Status.COORDINATOR_FAILED);

  world.coordinators.certify();

  assert.equal((await world.family().visit()).status, Status.WAITING);
});

test("the code is shown on the visit after the donor gave it", async () => {
  const world = await World.held(VOUCHER);
  const before = await world.family().visit();
  await world.donor().accept(0, " CODE-1 ");

  const early = await world.family().visit();
  world.matchmaker.round();
  const later = await world.family().visit();

  assert.deepEqual([before.status, early.status, later.status], ["held", "code", "code"]);
  assert.equal(later.card?.code, "CODE-1");
  assert.equal(later.card.facts?.mode, VOUCHER);
});

test("a code that fails is replaced, three times and not a fourth", async () => {
  const world = await World.agreed(VOUCHER);
  for (const code of ["CODE-2", "CODE-3", "CODE-4"]) {
    const { counter } = outboxOf(world);
    const failed = await world.family().codeFailed("the shop says no");
    assert.equal(failed.status, Status.CODE_FAILED);
    await world.family().codeFailed("the shop says no");
    assert.equal(outboxOf(world).counter, counter + 1);
    const slot = slotOfView(await world.donor().visit(), 0);
    assert.equal(slot?.status, Status.CODE_FAILED);
    assert.equal(slot.message?.words, "the shop says no");

    await world.donor().replaceCode(0, code);
    await world.donor().replaceCode(0, code);
    world.matchmaker.round();

    const view = await world.family().visit();
    assert.deepEqual([view.status, view.card?.code], [Status.CODE, code]);
  }

  await world.family().codeFailed("no");
  await assert.rejects(world.donor().replaceCode(0, "CODE-5"), NotPossible);
  assert.equal(slotOfView(await world.donor().visit(), 0)?.code, "CODE-4");
});

test("confirming spends the receipt and erases address and code", async () => {
  const world = await World.agreed(DELIVERY);
  await world.family().showAddress("Vulica 1");
  await world.donor().ordered(0, "tomorrow");
  const names = pseudonymOf(world, DONOR_LIST).pagesWrite.map(nameOf);
  const { drops } = world.node.memory;
  const before = names.map((name) => drops.get(name) ?? assert.fail());

  const view = await world.family().received("thank you");

  const { receipt } = outboxOf(world);
  assert.equal(view.status, Status.RECEIVED);
  assert.ok(receipt !== null);
  verifyReceipt(
    world.trial.circle,
    new Receipt(receipt.period, receipt.nonce, receipt.signature),
  );
  names.forEach((name, at) => {
    assert.ok(!sameBytes(drops.get(name) ?? assert.fail(), before[at] ?? assert.fail()));
  });
  assert.equal(slotOfView(await world.donor().visit(), 0)?.terms, "");
});

for (const mode of [VOUCHER, LOCKER, DELIVERY]) {
  test(`who has paid nothing can blank nothing (mode ${String(mode)})`, async () => {
    // A donor that is matched and declines would keep B of a family's pages for all its matches.
    const world = await World.held(mode);
    const real = pageBlanksOf(world, FAMILY_LIST);
    await world.family().visit();
    assert.notDeepEqual(blanksOfTheFamily(world), real);

    await world.donor().accept(0, mode === VOUCHER ? "CODE-1" : null);
    world.matchmaker.round();
    const view = await world.family().visit();
    if (mode !== VOUCHER) {
      assert.equal(view.status, Status.NEEDS_ADDRESS);
      assert.notDeepEqual(blanksOfTheFamily(world), real);
      await world.family().showAddress("Vulica 1");
    }
    assert.deepEqual(blanksOfTheFamily(world), real);
  });
}

test("a donor hears that a parcel arrived, though nobody thanked", async () => {
  const world = await World.agreed(DELIVERY);
  await world.family().showAddress("Vulica 1");
  await world.donor().ordered(0, "tomorrow");
  await world.family().received();
  for (const status of [Status.ORDERED, Status.FINISHED]) {
    const donor = slotOfView(await world.donor().visit(), 0);
    assert.equal(donor?.status, status);
    assert.deepEqual(donor.message, { kind: Kind.RECEIVED, words: "" });
    world.matchmaker.round();
  }
});

test("thanks arrive, and again is kept by both for the next card", async () => {
  const world = await World.finished(DELIVERY);
  const slot = slotOfView(await world.donor().visit(), 0);
  assert.deepEqual(
    [slot?.status, slot?.message?.words, slot?.again],
    [Status.FINISHED, "thank you", true],
  );

  await world.donor().close(0, { again: true });
  await world.donor().postCard(3);
  await world.family().visit();
  await world.family().postCard(WISH);
  world.matchmaker.round();

  const [request, offer] = [0, 1].map((each) => world.matchmaker.of(each as 0 | 1).at(-1));
  assert.equal(request?.card.agains.length, 1);
  assert.deepEqual(request.card.agains, offer?.card.agains);
});

test("a card is taken back, once or twice", async () => {
  const world = await World.posted();
  world.matchmaker.round();
  for (let times = 0; times < 2; times++) {
    assert.equal((await world.family().withdraw()).status, Status.WITHDRAWN);
  }
  assert.ok(outboxOf(world).withdrawn);
});

test("declining keeps the place and shows nothing", async () => {
  const world = await World.held(DELIVERY);
  assert.equal((await world.family().decline()).status, Status.MATCH_DECLINED);

  world.matchmaker.round();

  const view = await world.family().visit();
  assert.equal(view.status, Status.PEER_SILENT);
  assert.equal(view.comeBackEpoch, world.node.memory.epoch + 3);
});

test("a silent donor is told of, and the next match begins anew", async () => {
  const world = await World.agreed(DELIVERY);
  await world.family().showAddress("Vulica 1");
  const request = cardOf(world, 0);
  const matched = request.match?.matched;
  world.matchmaker.reopen(request);
  world.matchmaker.round();
  assert.equal((await world.family().visit()).status, Status.PEER_SILENT);

  await world.donor().visit();
  world.matchmaker.round(world.matchmaker.pairFirst(DELIVERY));
  for (const index of [0, 1]) await world.donor().accept(index).catch(() => undefined);
  world.matchmaker.round();

  assert.equal((await world.family().visit()).status, Status.NEEDS_ADDRESS);
  assert.notEqual(request.match?.matched, matched);
});

for (const mode of [VOUCHER, DELIVERY]) {
  test(`no address goes out where none is wanted yet (mode ${String(mode)})`, async () => {
    const world = await World.held(mode);
    for (let times = 0; times < 2; times++) {
      await assert.rejects(world.family().showAddress("Vulica 1"), NotPossible);
    }
    assert.equal(outboxOf(world).shown, 0);
  });
}

test("nothing can be decided without a card", async () => {
  const world = await World.asked();
  for (const decide of [
    () => world.family().showAddress("Vulica 1"),
    () => world.family().received(),
    () => world.family().withdraw(),
    () => world.family().codeFailed(),
    () => world.family().postCard(WISH),
  ]) {
    await assert.rejects(decide(), NotPossible);
  }
});

test("words that do not fit are refused, and nothing of them is sent", async () => {
  const world = await World.agreed(DELIVERY);
  await world.family().visit();
  const before = outboxOf(world);
  for (const words of ["x".repeat(301), "\ud800"]) {
    await assert.rejects(world.family().showAddress(words), TooLong);
    await assert.rejects(world.family().say(words), TooLong);
    await assert.rejects(world.family().received(words), TooLong);
  }
  assert.deepEqual(outboxOf(world), before);
});

test("awkward words arrive as they are", async () => {
  for (const words of ["ы".repeat(300), "😀".repeat(300), "<b>‮\u200b\0</b>", ""]) {
    const world = await World.agreed(DELIVERY);
    await world.family().visit();
    await world.family().showAddress(words);
    assert.equal(slotOfView(await world.donor().visit(), 0)?.terms, words);
  }
});

test("a wish that names nothing and words too long for a thread are refused unsent", async () => {
  const world = new World();
  const requests = await world.recorded(async () => {
    await assert.rejects(world.family().ask({ ...WISH, modes: 0 }, "be"), WishRefused);
    await assert.rejects(world.family().ask(WISH, "be", { words: "ы".repeat(451) }), TooLong);
  });
  assert.deepEqual(requests, []);
});

test("a donor's list does not ask, and a family's does not give", async () => {
  const world = await World.posted();
  await assert.rejects(world.family(undefined, DONOR_LIST).visit(), WrongRole);
  await assert.rejects(world.donor(undefined, FAMILY_LIST).visit(), WrongRole);
});

test("blinding and work are told of while an intake is prepared", async () => {
  const world = new World();
  world.node.powBits = 3;
  const blinded: number[] = [];
  let tries = 0;
  await world.family().ask(WISH, "be", {
    blinded: (done) => blinded.push(done),
    progress: (made) => {
      tries = made;
    },
  });
  assert.deepEqual(blinded, [1 / 3, 2 / 3, 1]);
  assert.ok(tries >= 0);
});

test("what is needed to receive it stays, whatever the donor writes later", async () => {
  const world = await World.agreed(DELIVERY);
  await world.family().showAddress("Vulica 1");
  await world.donor().ordered(0, "No. 5512, Thursday");
  await world.donor().say(0, "It may be late");

  const { card } = await world.family().visit();

  assert.deepEqual([card?.ordered, card?.message?.words], ["No. 5512, Thursday", "It may be late"]);
  assert.equal(slotOfView(await world.donor().visit(), 0)?.ordered, "");
});

for (const end of ["received", "withdraw"] as const) {
  test(`the next parcel can be asked for once the last is heard to be over (${end})`, async () => {
    const world = await World.agreed(VOUCHER);

    const over = await world.family()[end]();
    await assert.rejects(world.family().postCard(WISH), NotYet);
    world.matchmaker.round();
    world.matchmaker.round();
    const free = await world.family().visit();
    const posted = await world.family().postCard(WISH);

    const views = [over, free, posted];
    assert.deepEqual(views.map(({ mayAsk }) => mayAsk), [false, true, false]);
    assert.deepEqual(views.map(({ parcelsLeft }) => parcelsLeft), [2, 2, 1]);
    assert.equal(posted.status, Status.WAITING);
    assert.deepEqual(posted.wish, WISH);
    world.matchmaker.round();
    assert.equal(world.matchmaker.of(0).length, 2);
  });

  test(`the next parcel may be asked for without a look before (${end})`, async () => {
    const world = await World.agreed(VOUCHER);
    await world.family()[end]();
    world.matchmaker.round();
    world.matchmaker.round();

    assert.equal((await world.family().postCard(WISH)).status, Status.WAITING);
  });
}
