/** What somebody types off a slip. */

import assert from "node:assert/strict";
import test from "node:test";

import { randomBytes } from "../../src/crypto/bytes.ts";
import { InviteTextError } from "../../src/clients/errors.ts";
import {
  ALPHABET,
  CHARACTERS,
  formatInvite,
  parseInvite,
  type InviteCodes,
} from "../../src/clients/invites_text.ts";

const CODES: InviteCodes = [
  Uint8Array.from({ length: 8 }, (_, at) => at),
  Uint8Array.from({ length: 8 }, (_, at) => 248 + at),
];

test("reading undoes printing", () => {
  for (let times = 0; times < 50; times++) {
    const codes = [randomBytes(8), randomBytes(8)] as const;
    assert.deepEqual(parseInvite(formatInvite(codes)), codes);
  }
});

test("what is printed has 26 characters in groups, and no look-alikes", () => {
  const printed = formatInvite(CODES);
  assert.deepEqual(
    printed.split("-").map((group) => group.length),
    [5, 5, 5, 5, 6],
  );
  assert.doesNotMatch(printed, /[ILOU]/);
  assert.equal(new Set(ALPHABET).size, 32);
  assert.equal(CHARACTERS * 5, 130);
});

test("case, spaces, dashes and look-alikes do not matter", () => {
  const printed = formatInvite(CODES);
  for (const typed of [
    printed.toLowerCase(),
    printed.replaceAll("-", ""),
    ` ${printed.replaceAll("-", " – ")}\n`,
    printed.replaceAll("0", "o"),
    printed.replaceAll("1", "l"),
    printed.replaceAll("1", "I").replaceAll("0", "O"),
  ]) {
    assert.deepEqual(parseInvite(typed), CODES, typed);
  }
});

test("anything else is refused, without repeating it", () => {
  const zeros = "0".repeat(25);
  const wrong = ["", zeros, `${zeros}00`, `U${zeros}`, "ё".repeat(26), `G${zeros}`];
  for (const typed of [...wrong, "😀".repeat(26), "0".repeat(10_000), `\uFEFF${zeros}`]) {
    assert.throws(
      () => parseInvite(typed),
      (error) => {
        assert.ok(error instanceof InviteTextError);
        return typed === "" || !error.message.includes(typed);
      },
    );
  }
});
