/** Counters: what is said is heard, and nothing is said twice. */

import assert from "node:assert/strict";
import test from "node:test";

import { Person } from "../../src/crypto/keys.ts";
import { FAMILY } from "../../src/crypto/messages/intake.ts";
import { POSTED } from "../../src/crypto/messages/shelf.ts";
import {
  firstOutbox,
  highestCounter,
  recovered,
  spoken,
} from "../../src/clients/outboxes.ts";
import { Place } from "../../src/clients/person.ts";
import { NO_WISH, newShelf, newSlot, withSlot } from "../../src/clients/shelves.ts";
import { State, UNREAD } from "../../src/clients/state.ts";
import { PERIOD } from "./circles.ts";
import { FAMILY_LIST, World } from "./world.ts";

const { circle } = new World().trial;

/** A posted card whose three memories know these counters. */
function stateWith(outbox: number | null, shelf: number, notice: number | null): State {
  const person = Person.fromListKey(FAMILY_LIST, { circle: circle.digest, period: PERIOD });
  const slot = { ...newSlot(0, [], new Uint8Array(256), null), stamp: null };
  const held = withSlot(
    newShelf({ role: FAMILY, language: "be", asked: 1, wish: NO_WISH }),
    { ...slot, stage: POSTED, counter: shelf },
  );
  const said = outbox === null ? null : { ...firstOutbox(null), counter: outbox, accepted: 4 };
  const pages = Array.from({ length: 4 }, () => new Uint8Array(32));
  const told = { phase: 0, pages, match: null, delivery: null };
  return new State({
    ...UNREAD,
    place: new Place(person, 0),
    circle,
    epoch: 9,
    committed: 8,
    found: held,
    shelf: held,
    heard: said,
    outbox: said,
    notice: notice === null ? null : { ...told, counter: notice },
  });
}

const counters = (state: State): readonly unknown[] => [
  state.outbox?.counter,
  state.slot?.counter,
];

test("the highest counter anybody knows counts", () => {
  for (const [outbox, shelf, notice, highest] of [
    [3, 3, 2, 3],
    [3, 5, 4, 5],
    [3, 3, 7, 7],
    [null, 0, null, 0],
    [null, 2, 6, 6],
    [3, 3, 2 ** 16 + 3, 2 ** 16 + 3],
    [3, 3, 2 ** 16 + 4, 3],
    [3, 3, 2 ** 32 - 1, 3],
  ] as const) {
    assert.equal(highestCounter(stateWith(outbox, shelf, notice)), highest);
  }
});

test("a word goes out above the highest, and the shelf remembers", () => {
  assert.deepEqual(counters(spoken(stateWith(3, 3, 7), { withdrawn: true })), [8, 8]);
});

test("the same word again changes nothing, unless it is meant anew", () => {
  const state = stateWith(3, 3, 3);
  assert.equal(spoken(state, { accepted: 4 }), state);
  assert.deepEqual(counters(spoken(state, { accepted: 4 }, { anew: true })), [4, 4]);
});

test("a receipt that reads the same is the same, whoever made it", () => {
  const receipt = (byte: number): { period: number; nonce: Uint8Array; signature: Uint8Array } => ({
    period: PERIOD,
    nonce: new Uint8Array(32).fill(byte),
    signature: new Uint8Array(256),
  });
  const state = spoken(stateWith(3, 3, 3), { receipt: receipt(1) });
  assert.equal(spoken(state, { receipt: receipt(1) }), state);
  assert.notEqual(spoken(state, { receipt: receipt(2) }), state);
});

test("nothing can be said without a card", () => {
  const state = stateWith(null, 3, null);
  assert.equal(spoken(state, { withdrawn: true }), state);
  assert.equal(recovered(state), state);
});

test("an outbox in step with the shelf is left alone, and an older shelf learns from it", () => {
  const state = stateWith(3, 3, 3);
  assert.equal(recovered(state), state);
  assert.deepEqual(counters(recovered(stateWith(5, 3, 3))), [5, 5]);
});

test("an outbox brought back, or blanked, goes on above all who remember", () => {
  const brought = recovered(stateWith(2, 5, 4));
  assert.deepEqual(counters(brought), [6, 6]);
  assert.equal(brought.outbox?.accepted, 4);
  assert.deepEqual(counters(recovered(stateWith(null, 2, 6))), [7, 7]);
});
