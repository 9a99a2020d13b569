import assert from "node:assert/strict";
import test from "node:test";

import { fromHex, toHex } from "../../src/crypto/bytes.ts";
import { readCbor, writeCbor } from "../../src/crypto/cbor.ts";
import { MalformedMessage, NotCanonical, WrongShape } from "../../src/crypto/errors.ts";
import type { Wire } from "../../src/crypto/shapes.ts";

// RFC 8949, appendix A, as far as messages go.
const EXAMPLES: readonly (readonly [Wire, string])[] = [
  [0, "00"],
  [23, "17"],
  [24, "1818"],
  [100, "1864"],
  [255, "18ff"],
  [256, "190100"],
  [1000, "1903e8"],
  [65_535, "19ffff"],
  [65_536, "1a00010000"],
  [1_000_000, "1a000f4240"],
  [2 ** 32 - 1, "1affffffff"],
  [false, "f4"],
  [true, "f5"],
  [null, "f6"],
  [fromHex("01020304"), "4401020304"],
  ["", "60"],
  ["IETF", "6449455446"],
  ["ü", "62c3bc"],
  ["水", "63e6b0b4"],
  ["\u{10151}", "64f0908591"],
  ["\ufeff", "63efbbbf"],
  [[], "80"],
  [[1, [2, 3], [4, 5]], "8301820203820405"],
];

test("a value has one encoding, and that is read back as the value", () => {
  for (const [value, hex] of EXAMPLES) {
    assert.equal(toHex(writeCbor(value)), hex);
    assert.deepEqual(readCbor(fromHex(hex), 8), value);
  }
});

test("a longer way to write a number or a length is refused", () => {
  for (const hex of ["1800", "1817", "190017", "1900ff", "1a0000ffff", "1b00000000ffffffff"]) {
    assert.throws(() => readCbor(fromHex(hex), 8), NotCanonical, hex);
  }
  for (const hex of ["5800", "7800", "9800", "590001aa"]) {
    assert.throws(() => readCbor(fromHex(hex), 8), NotCanonical, hex);
  }
  assert.throws(() => readCbor(fromHex("0000"), 8), NotCanonical);
});

test("an encoding that is cut off anywhere is refused", () => {
  const whole = writeCbor([1_000, fromHex("0102"), "水", [true, null]]);
  for (let length = 0; length < whole.length; length++) {
    assert.throws(() => readCbor(whole.slice(0, length), 8), MalformedMessage, String(length));
  }
});

test("an array that claims more than is there costs nothing", () => {
  assert.throws(() => readCbor(fromHex("9affffffff00"), 8), MalformedMessage);
  assert.throws(() => readCbor(fromHex("9bffffffffffffffff00"), 8), MalformedMessage);
});

test("arrays are followed eight deep and no deeper", () => {
  const nested = (depth: number): Wire => (depth === 0 ? 0 : [nested(depth - 1)]);
  assert.deepEqual(readCbor(writeCbor(nested(8)), 8), nested(8));
  assert.throws(() => readCbor(writeCbor(nested(9)), 8), MalformedMessage);
});

test("what no message carries is refused: other types, indefinite lengths, broken text", () => {
  const foreign = {
    negative: "20",
    map: "a0",
    tag: "c100",
    float: "f93c00",
    undefined: "f7",
    simple: "e0",
    break: "ff",
  };
  for (const [name, hex] of Object.entries(foreign)) {
    assert.throws(() => readCbor(fromHex(hex), 8), WrongShape, name);
  }
  for (const hex of ["9fff", "5fff", "7fff", "1c", "62c328", "63eda080"]) {
    assert.throws(() => readCbor(fromHex(hex), 8), MalformedMessage, hex);
  }
});
