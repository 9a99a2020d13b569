/** What a card can be made of. */

import assert from "node:assert/strict";
import test from "node:test";

import { DONOR, FAMILY } from "../../src/crypto/messages/intake.ts";
import { WishRefused } from "../../src/clients/errors.ts";
import { checkedWish } from "../../src/clients/wishes.ts";
import { WISH } from "./world.ts";

test("a family names one region, a donor at least one", () => {
  const two = { ...WISH, regions: 0b11 };
  assert.equal(checkedWish(WISH, FAMILY), WISH);
  assert.equal(checkedWish(two, DONOR), two);
  assert.throws(() => checkedWish(two, FAMILY), WishRefused);
});

test("nothing, too much and no number are refused on both sides of every bound", () => {
  const most = { regions: 64, modes: 7, preset: 255, size: 2, needs: 7, urgency: 1 };
  assert.equal(checkedWish(most, FAMILY), most);
  for (const changes of [
    { regions: 0 },
    { regions: 128 },
    { modes: 0 },
    { modes: 8 },
    { needs: 0 },
    { needs: 8 },
    { size: -1 },
    { size: 3 },
    { urgency: 2 },
    { preset: 256 },
    { preset: 0.5 },
    { regions: Number.NaN },
  ]) {
    const wish = { ...most, ...changes };
    assert.throws(() => checkedWish(wish, DONOR), WishRefused, JSON.stringify(changes));
  }
});
