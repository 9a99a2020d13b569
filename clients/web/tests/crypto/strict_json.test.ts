import assert from "node:assert/strict";
import test from "node:test";

import { utf8 } from "../../src/crypto/bytes.ts";
import { UnknownVersion, WrongShape } from "../../src/crypto/errors.ts";
import {
  DOCUMENT_BYTES,
  U8,
  VERSION_FIELD,
  model,
  readModel,
  readObject,
} from "../../src/crypto/strict_json.ts";

test("JSON is read as JSON.parse reads it, where that leaves no doubt", () => {
  for (const text of [
    "{}",
    ' \t\r\n{ "a" : [ 1 , -2 , { } , [ ] ] } ',
    String.raw`{"a":"\"\\\/\b\f\n\r\té😀","b":[true,false,null]}`,
    '{"":0,"1":1,"0":2}',
    '{"a":9007199254740991,"b":-9007199254740991}',
  ]) {
    assert.equal(JSON.stringify(readObject(text)), JSON.stringify(JSON.parse(text)), text);
    assert.equal(JSON.stringify(readObject(utf8(text))), JSON.stringify(JSON.parse(text)), text);
  }
});

test("what has two readings, or none, is refused", () => {
  for (const text of [
    "",
    "1",
    "[]",
    '"a"',
    '{"a":1,"a":2}',
    String.raw`{"a":1,"\u0061":2}`,
    '{"a":1.0}',
    '{"a":1e3}',
    '{"a":01}',
    '{"a":+1}',
    '{"a":9007199254740992}',
    '{"a":NaN}',
    '{"a":Infinity}',
    '{"a":tru}',
    '{"a":truex}',
    '{"a":[1,]}',
    '{"a":1,}',
    "{,}",
    "{a:1}",
    '{"a":1}x',
    '{"a":"\t"}',
    String.raw`{"a":"\x"}`,
    String.raw`{"a":"\u12"}`,
    String.raw`{"a":"\ud800"}`,
    String.raw`{"\udc00":1}`,
    '{"a":"\ud800"}',
    "\ufeff{}",
    '{"a":\u00a01}',
    '{"a":1//\n}',
  ]) {
    assert.throws(() => readObject(text), WrongShape, text);
  }
});

test("bytes that are no UTF-8 are refused", () => {
  for (const bad of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80]]) {
    const text = Uint8Array.of(...utf8('{"a":"'), ...bad, ...utf8('"}'));
    assert.throws(() => readObject(text), WrongShape);
  }
});

test("names that mean something to JavaScript are names like any other", () => {
  const value = readObject('{"__proto__":{"x":1},"constructor":2,"toString":3}');
  assert.deepEqual(Object.keys(value), ["__proto__", "constructor", "toString"]);
  assert.throws(() => readObject('{"__proto__":1,"__proto__":2}'), WrongShape);
  assert.ok(!("constructor" in readObject("{}")));
});

test("a document ends at 512 KiB, counted in bytes", () => {
  const filled = (bytes: number): string => `{"a":"${"ы".repeat((bytes - 8) / 2)}"}`;
  readObject(filled(DOCUMENT_BYTES));
  assert.throws(() => readObject(`${filled(DOCUMENT_BYTES)} `), WrongShape);
});

test("brackets by the hundred thousand are refused and not followed", () => {
  assert.throws(() => readObject(`{"a":${"[".repeat(200_000)}`), WrongShape);
});

const Thing = model({ version: VERSION_FIELD, fromDay: U8 }, ({ fromDay }) => fromDay !== 7);

test("a model has exactly its names, in snake_case", () => {
  const read = readModel(Thing, '{"from_day":3,"version":1}');
  assert.deepEqual({ ...read }, { version: 1, fromDay: 3 });
  for (const text of [
    '{"version":1}',
    '{"version":1,"fromDay":3}',
    '{"version":1,"from_day":3,"more":0}',
    '{"version":1,"from_day":256}',
    '{"version":1,"from_day":-1}',
    '{"version":1,"from_day":true}',
    '{"version":1,"from_day":7}',
    '{"version":1,"toString":3}',
  ]) {
    assert.throws(() => readModel(Thing, text), WrongShape, text);
  }
});

test("a version is looked at before all else, and never guessed", () => {
  assert.throws(() => readModel(Thing, '{"version":2,"news":[]}'), UnknownVersion);
  assert.throws(() => readModel(Thing, '{"version":0,"from_day":3}'), UnknownVersion);
  assert.throws(() => readModel(Thing, '{"version":"1","from_day":3}'), WrongShape);
  assert.throws(() => readModel(Thing, '{"from_day":3}'), WrongShape);
});
