import assert from "node:assert/strict";
import test from "node:test";

import { SHARED_FRAME_BYTES } from "../../src/crypto/records.ts";
import { decode, encode } from "../../src/crypto/encoding.ts";
import { WrongLength, WrongShape } from "../../src/crypto/errors.ts";
import { Out } from "../../src/crypto/messages/intake.ts";
import { Page, Said } from "../../src/crypto/messages/pages.ts";

test("a field that is missing, or one too many, is refused where it is written", () => {
  assert.throws(() => Out.write({ turn: 1 } as unknown as Out), WrongShape);
  assert.throws(() => Out.write({ turn: 1, word: "" } as unknown as Out), WrongShape);
  assert.throws(() => Out.write({ turn: 1, words: "", more: 1 } as Out), WrongShape);
});

test("a number is a whole one, in range, and no bool", () => {
  for (const turn of [-1, 65_536, 1.5, Number.NaN, true, "1", 1n, null]) {
    assert.throws(() => Out.write({ turn, words: "" } as Out), WrongShape, String(turn));
  }
});

test("text is counted in bytes, and half a surrogate pair is no text", () => {
  encode(Out, { turn: 0, words: "ж".repeat(450) }, SHARED_FRAME_BYTES);
  for (const words of ["ж".repeat(451), "a\ud800", "\udc00"]) {
    assert.throws(() => encode(Out, { turn: 0, words }, SHARED_FRAME_BYTES), WrongShape);
  }
});

test("a byte order mark in somebody's words stays there", () => {
  const message = { turn: 1, words: "\ufeffslowly" };
  assert.deepEqual({ ...decode(Out, encode(Out, message, 64)) }, message);
});

test("a message of type 0, or of none that is known, is refused", () => {
  assert.throws(() => Said.write({ kind: 0, words: "" }), WrongShape);
  assert.throws(() => Said.write({ kind: 13, words: "" }), WrongShape);
});

test("what does not fit its record is refused before it is encrypted", () => {
  const messages = Array.from({ length: 4 }, () => ({ kind: 5, words: "x".repeat(1_200) }));
  assert.throws(() => encode(Page, { messages }, SHARED_FRAME_BYTES), WrongLength);
});
