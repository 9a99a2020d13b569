/** Two phones with one list, and the shape that a visit keeps whatever happens in it. */

import assert from "node:assert/strict";
import test from "node:test";

import {
  Cancelled,
  Family,
  MatchChanged,
  NodeMisbehaves,
  NotPossible,
  Status,
  VisitContended,
  slotOfView,
} from "../../src/clients/index.ts";
import { cardOf, nameOf, personOf } from "./reading.ts";
import { OCTETS, response } from "./responses.ts";
import { DELIVERY, FAMILY_LIST, UNKNOWN_LIST, VOUCHER, WISH, World, type Fetch } from "./world.ts";

/** Does something just before the requests to *path* arrive: another phone is faster. */
function before(world: World, path: string, act: () => Promise<unknown>, times: number): Fetch {
  let left = times;
  return async (url, init) => {
    if ((url as string).endsWith(path) && left > 0) {
      left -= 1;
      await act();
    }
    return world.node.fetch(url, init);
  };
}

/** Answers of a node with something changed in those of one path. */
function changed(world: World, path: string, change: (answer: Uint8Array) => Uint8Array): Fetch {
  return async (url, init) => {
    const answer = await world.node.fetch(url, init);
    if (!(url as string).endsWith(path)) return answer;
    const { value } = (await answer.body?.getReader().read()) ?? {};
    return response(change(value ?? assert.fail()), OCTETS);
  };
}

for (const times of [1, 2]) {
  test(`two phones at once lose no word (${String(times)} in between)`, async () => {
    const world = await World.agreed(DELIVERY);
    await world.family().visit();
    const other = before(world, "/leave", () => world.family().say("is it far?"), times);

    await world.family(other).showAddress("Vulica 1");

    const slot = slotOfView(await world.donor().visit(), 0);
    assert.equal(slot?.terms, "Vulica 1");
    assert.equal(slot.message?.words, "is it far?");
  });
}

test("two phones ask at once, and one intake stands", async () => {
  const world = new World();
  const other = before(world, "/intake", () => world.family().ask(WISH, "be"), 1);

  const view = await world.family(other).ask(WISH, "be");

  assert.equal(view.status, Status.ASKED);
  assert.equal(world.node.memory.intake.length, 2, "one record for each coordinator");
});

test("a phone that never stops writing is told of", async () => {
  const world = await World.posted();
  const other = before(world, "/leave", () => world.family().visit(), 9);

  await assert.rejects(world.family(other).visit(), VisitContended);

  assert.equal((await world.family().visit()).status, Status.WAITING);
});

test("a decision that does not fit leaves like any other", async () => {
  const world = await World.posted();

  const requests = await world.recorded(() =>
    assert.rejects(world.family().say("hello?"), NotPossible),
  );

  assert.deepEqual(requests.slice(-3), [
    "/visit/look 384 49152",
    "/visit/meet 224 16400",
    "/visit/leave 33280 8",
  ]);
});

test("a decision about a match that is over is refused", async () => {
  const world = await World.held();
  const matched = slotOfView(await world.donor().visit(), 0)?.facts?.matched ?? 0;
  world.matchmaker.round(() => {
    world.matchmaker.reopen(cardOf(world, 0));
  });
  world.matchmaker.round();
  await world.donor().visit();
  world.matchmaker.round();
  world.matchmaker.round(world.matchmaker.pairFirst(VOUCHER));

  for (const index of [0, 1]) {
    await assert.rejects(world.donor().accept(index, "CODE", matched), NotPossible);
  }
});

test("a family is not led into showing itself to another donor", async () => {
  const world = await World.agreed(DELIVERY);
  const matched = (await world.family().visit()).card?.facts?.matched ?? 0;
  world.matchmaker.reopen(cardOf(world, 0));
  world.matchmaker.round(world.matchmaker.pairFirst(DELIVERY));

  await assert.rejects(world.family().showAddress("Vulica 1", matched), MatchChanged);
});

test("an answer that the protocol does not know ends the visit", async () => {
  const at = (answer: Uint8Array, place: number, byte: number): Uint8Array =>
    answer.map((was, number) => (number === (place + answer.length) % answer.length ? byte : was));
  for (const [path, change] of [
    ["/meet", (answer: Uint8Array) => at(answer, -16, 3)],
    ["/meet", (answer: Uint8Array) => at(answer, -1, 1)],
    ["/leave", (answer: Uint8Array) => at(answer, 0, 2)],
    ["/leave", (answer: Uint8Array) => answer.slice(1)],
    ["/look", (answer: Uint8Array) => Uint8Array.of(...answer, 1)],
  ] as const) {
    const world = await World.posted();
    const fetch = changed(world, path, change);
    await assert.rejects(world.family(fetch).visit(), NodeMisbehaves, path);
  }
});

test("an unknown list sends what a known one with nothing new sends", async () => {
  const world = await World.posted();
  world.matchmaker.round();
  await world.family().visit();

  const known = await world.recorded(() => world.family().visit());
  const unknown = await world.recorded(() => world.family(undefined, UNKNOWN_LIST).visit());

  assert.deepEqual(
    unknown.map((request) => request.replace(/^\/epoch .*/, "/epoch")),
    known.map((request) => request.replace(/^\/epoch .*/, "/epoch")),
  );
  assert.equal(unknown.length, 4);
});

test("a coordinator cannot tell when somebody it vouched for comes back", async () => {
  // It has w of *in* and R of *out*: neither changes once the decision is on the shelf.
  const world = await World.posted();
  const person = personOf(world, FAMILY_LIST);
  const names = [0, 1].flatMap((number) => {
    const { inWrite, outWrite } = person.thread(number);
    return [nameOf(inWrite), nameOf(outWrite)];
  });
  const seen = (): readonly unknown[] => names.map((name) => world.node.memory.drops.get(name));
  const before = seen();
  for (let times = 0; times < 3; times++) {
    await world.family().visit();
    assert.deepEqual(seen(), before);
  }
});

for (const path of ["/epoch", "/look", "/meet", "/leave"]) {
  test(`a list forgotten while ${path} is on its way sends nothing more`, async () => {
    const world = await World.posted();
    const paths: string[] = [];
    const listKey = new Uint8Array(32).fill(0x66);
    const family = world.family((url, init) => {
      paths.push(url as string);
      if ((url as string).endsWith(path)) family.forget();
      return world.node.fetch(url, init);
    }, listKey);

    const visiting = family.visit();

    if (path === "/leave") await visiting;
    else await assert.rejects(visiting, Cancelled);
    assert.ok(paths.at(-1)?.endsWith(path));
    await assert.rejects(family.visit(), Cancelled);
    assert.equal((await world.family().visit()).status, Status.WAITING, "and all is as it was");
  });
}

test("to forget overwrites the key that was handed over", async () => {
  const world = await World.posted();
  const listKey = new Uint8Array(32).fill(0x66);
  const family = new Family(listKey, world.trial.circle, world.client(), 0);
  family.forget();
  assert.deepEqual(listKey, new Uint8Array(32));
});

test("calls wait for one another, so a button pressed twice is pressed once", async () => {
  const world = await World.held(VOUCHER);
  const donor = world.donor();
  const [first, second] = await Promise.all([donor.accept(0, "CODE-1"), donor.accept(0, "CODE-1")]);
  assert.deepEqual(slotOfView(first, 0), slotOfView(second, 0));
  assert.equal(slotOfView(second, 0)?.status, Status.CODE_SENT);
});
