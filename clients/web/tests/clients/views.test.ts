/** What a person is shown, and what a partner's words cannot make of it. */

import assert from "node:assert/strict";
import test from "node:test";

import { Person } from "../../src/crypto/keys.ts";
import { AGREED } from "../../src/crypto/messages/cards.ts";
import { Kind } from "../../src/crypto/messages/pages.ts";
import { CERTIFIED, POSTED } from "../../src/crypto/messages/shelf.ts";
import { encounterOf } from "../../src/clients/meetings.ts";
import { Place } from "../../src/clients/person.ts";
import { changedSlot, newShelf, newSlot, withSlot } from "../../src/clients/shelves.ts";
import { Claimed, State, UNREAD } from "../../src/clients/state.ts";
import { Status, slotView, vettingStatus } from "../../src/clients/views.ts";
import { PERIOD } from "./circles.ts";
import { cardOf } from "./reading.ts";
import { FAMILY_LIST, VOUCHER, WISH, World } from "./world.ts";

const world = await World.held(VOUCHER);
const { circle } = world.trial;
const place = new Place(
  Person.fromListKey(FAMILY_LIST, { circle: circle.digest, period: PERIOD }),
  0,
);
const match = cardOf(world, 0).match ?? assert.fail();
const encounter = encounterOf(circle, place, 0, WISH, match) ?? assert.fail();
const slot = { ...newSlot(0, [], new Uint8Array(256), null), stage: POSTED, met: match.matched };
const shelf = withSlot(
  { ...newShelf({ role: 0, language: "be", asked: 1, wish: WISH }), stage: CERTIFIED },
  slot,
);
const pages = Array.from({ length: 4 }, () => new Uint8Array(32));
const agreed = new State({
  ...UNREAD,
  place,
  circle,
  epoch: 9,
  committed: 8,
  found: shelf,
  shelf,
  encounter,
  notice: { phase: AGREED, counter: 1, pages, match, delivery: null },
});

test("a replaced code is cut to what a code may be, between two characters", () => {
  const words = "😀".repeat(65);
  const view = slotView(agreed.with({ theirs: [{ kind: Kind.CODE_REPLACED, words }] }));
  assert.equal(view.status, Status.CODE);
  assert.equal(view.code, "😀".repeat(64));
});

test("a match that is refused, or lost to another family, shows nothing of itself", () => {
  const theirs = [{ kind: Kind.CODE_REPLACED, words: "CODE-1" }];
  for (const changes of [{ refused: true }, { claimed: Claimed.ANOTHERS }]) {
    const view = slotView(agreed.with({ theirs, ...changes }));
    assert.deepEqual([view.facts, view.code, view.message], [null, "", null]);
  }
});

test("terms, codes and again are no messages", () => {
  const kinds = [Kind.ACCEPT, Kind.TERMS, Kind.CODE, Kind.AGAIN];
  const theirs = kinds.map((kind) => ({ kind, words: "no message" }));
  assert.equal(slotView(agreed.with({ theirs })).message, null);
});

test("who cannot act before is not asked to come back before", () => {
  const come = (changes: Parameters<State["with"]>[0]): number =>
    slotView(agreed.with(changes)).comeBackEpoch;
  assert.equal(come({ notice: null }), 9 + 1 + circle.policy.answerEpochs);
  assert.equal(come({}), 10);
  assert.equal(come({ refused: true }), 10);
  const done = changedSlot(shelf, 0, { stage: 2 });
  assert.equal(come({ shelf: done }), 0);
});

test("an unknown list is nothing, and last quarter's certificate is to be asked for again", () => {
  const unknown = agreed.with({ shelf: null, found: null });
  assert.equal(vettingStatus(unknown), Status.NOTHING);
  assert.equal(vettingStatus(unknown.with({ other: shelf })), Status.PERIOD_OVER);
});
