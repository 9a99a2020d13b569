/** A shelf, changed. */

import assert from "node:assert/strict";
import test from "node:test";

import { BLIND_COUNT } from "../../src/crypto/labels.ts";
import { DONOR, FAMILY } from "../../src/crypto/messages/intake.ts";
import {
  DONE,
  MAX_SLOTS,
  MAX_UNSPENT,
  POSTED,
  type Shelf,
} from "../../src/crypto/messages/shelf.ts";
import * as shelves from "../../src/clients/shelves.ts";

const SHELF = shelves.newShelf({ role: DONOR, language: "ru", asked: 3, wish: shelves.NO_WISH });
const SIGNATURE = new Uint8Array(256);

function withSlots(count: number, { signed = true } = {}): Shelf {
  const slots = Array.from({ length: count }, (_, index) =>
    shelves.newSlot(index, signed ? [SIGNATURE, SIGNATURE] : [], SIGNATURE, null),
  );
  return slots.reduce(shelves.withSlot, SHELF);
}

test("a slot is put in the place of its namesake", () => {
  const shelf = shelves.changedSlot(withSlots(2), 0, { stage: POSTED });
  assert.deepEqual(
    shelf.slots.map((slot) => [slot.index, slot.stage]),
    [
      [0, POSTED],
      [1, 0],
    ],
  );
  assert.equal(shelf.nextIndex, 3);
});

test("what is not there is neither changed nor removed", () => {
  const shelf = withSlots(1);
  assert.equal(shelves.changedSlot(shelf, 7, { stage: DONE }), shelf);
  assert.deepEqual(shelves.withoutSlot(shelf, 7), shelf);
  assert.equal(shelves.slotOf(null, 0), null);
});

test("there is room below both bounds only", () => {
  assert.ok(shelves.hasRoom(withSlots(MAX_UNSPENT - 1)));
  assert.ok(!shelves.hasRoom(withSlots(MAX_UNSPENT)));
  assert.ok(shelves.hasRoom(withSlots(MAX_SLOTS - 1, { signed: false })));
  assert.ok(!shelves.hasRoom(withSlots(MAX_SLOTS, { signed: false })));
});

test("what is to come keeps its place among both bounds", () => {
  const keptFree = 1;
  assert.ok(shelves.hasRoom(withSlots(MAX_UNSPENT - 2), { keptFree }));
  assert.ok(!shelves.hasRoom(withSlots(MAX_UNSPENT - 1), { keptFree }));
  assert.ok(!shelves.hasRoom(withSlots(MAX_SLOTS - 1, { signed: false }), { keptFree }));
});

test("a family has room for what one intake brings", () => {
  assert.ok(shelves.hasRoom({ ...withSlots(BLIND_COUNT - 1), role: FAMILY }));
  assert.ok(!shelves.hasRoom({ ...withSlots(BLIND_COUNT), role: FAMILY }));
});

test("three agains are kept, the newest ones, each once", () => {
  const agains = [1, 2, 2, 3, 4].map((byte) => new Uint8Array(16).fill(byte));
  const shelf = agains.reduce(shelves.withAgain, SHELF);
  assert.deepEqual(
    shelf.agains.map(([byte]) => byte),
    [2, 3, 4],
  );
});

test("only posted cards expire, and on the day after", () => {
  const shelf = shelves.changedSlot(withSlots(2), 0, { stage: POSTED, posted: 10 });
  const indexes = (epoch: number): readonly number[] =>
    shelves.withoutExpired(shelf, { epoch, cardEpochs: 90 }).slots.map((slot) => slot.index);
  assert.deepEqual(indexes(100), [0, 1]);
  assert.deepEqual(indexes(101), [1]);
});
