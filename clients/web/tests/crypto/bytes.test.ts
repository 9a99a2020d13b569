import assert from "node:assert/strict";
import test from "node:test";

import {
  b64,
  concat,
  fromB64,
  fromHex,
  fromInteger,
  randomBytes,
  sameBytes,
  toHex,
  toInteger,
} from "../../src/crypto/bytes.ts";
import { WrongShape } from "../../src/crypto/errors.ts";
import { u16, u32, u8 } from "../../src/crypto/labels.ts";

test("bytes written in hex or base64url are read back", () => {
  for (let length = 0; length < 70; length++) {
    const data = randomBytes(length);
    assert.ok(sameBytes(fromHex(toHex(data)), data));
    assert.ok(sameBytes(fromB64(b64(data)), data));
    assert.equal(b64(data), Buffer.from(data).toString("base64url"));
  }
});

test("every other spelling is refused", () => {
  for (const text of ["0", "0G", "AB", " 00", "00\n", "0x00"]) {
    assert.throws(() => fromHex(text), WrongShape, text);
  }
  for (const text of ["A", "AB", "AA==", "AAB", "+/8", "AAAA ", "ДАДА", "😀AA"]) {
    assert.throws(() => fromB64(text), WrongShape, text);
  }
});

test("numbers are big-endian and refuse what does not fit", () => {
  assert.equal(toHex(concat(u8(255), u16(258), u32(0xfffefdfc))), "ff0102fffefdfc");
  for (const number of [-1, 256, 1.5, Number.NaN]) assert.throws(() => u8(number), RangeError);
  assert.throws(() => u32(2 ** 32), RangeError);
  assert.equal(toInteger(fromInteger(2n ** 64n - 1n, 9)), 2n ** 64n - 1n);
  assert.throws(() => fromInteger(256n, 1), RangeError);
  assert.throws(() => fromInteger(-1n, 1), RangeError);
});
