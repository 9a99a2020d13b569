/** What people call a slot. */

import assert from "node:assert/strict";
import test from "node:test";

import { slotName, slotNames } from "../../src/clients/slot_names.ts";
import { Status, unvisited } from "../../src/clients/views.ts";

test("a slot has a short name, whichever asking it is of", () => {
  const indexes = [0, 1, 2, 3, 12, 4_096, 4_099, 8_192, 61_440, 65_535];
  const names = ["1", "2", "3", "4", "13", "B1", "B4", "C1", "P1", "P4096"];
  assert.deepEqual(indexes.map(slotName), names);
});

test("the quarter stands before the name only where two quarters have it", () => {
  const slots = [
    [8_107, 0],
    [8_107, 1],
    [8_108, 0],
  ] as const;
  const views = slots.map(([period, index]) => unvisited(period, index, Status.WAITING));
  assert.deepEqual(slotNames(views), ["4-1", "2", "1-1"]);
});
