import assert from "node:assert/strict";
import test from "node:test";

import { toHex } from "../../src/crypto/bytes.ts";
import { RepeatedGood, WrongNumberOfLines } from "../../src/crypto/errors.ts";
import { letters } from "../../src/crypto/goods.ts";
import {
  GOODS,
  GroceryList,
  Line,
  canonicalBytes,
  drawList,
  formatLine,
  listToKey,
  parseLine,
  parseList,
  suggest,
  type Language,
} from "../../src/crypto/lists.ts";

const LANGUAGES: readonly Language[] = ["be", "ru", "en"];

test("every good in every quantity and language is read back as it is shown", () => {
  for (const { number } of GOODS) {
    for (let quantity = 1; quantity <= 8; quantity++) {
      for (const language of LANGUAGES) {
        const shown = formatLine(new Line(number, quantity), language);
        const { good, quantity: read } = parseLine(shown);
        assert.deepEqual([good, read], [number, quantity], shown);
      }
    }
  }
});

test("a name typed in full is the first that is suggested", () => {
  for (const good of GOODS) {
    for (const name of Object.values(good.names)) {
      assert.equal(letters(suggest(name)[0]?.names.be ?? ""), letters(good.names.be), name);
    }
  }
});

test("a list is drawn with exactly eighteen numbers, however bad they are", () => {
  let asked = 0;
  const list = drawList((n) => {
    asked += 1;
    return n > 8 ? 0 : 7;
  });
  assert.equal(asked, 18);
  assert.equal(list.lines.length, 9);
});

test("drawn lists differ", () => {
  assert.notEqual(toHex(canonicalBytes(drawList())), toHex(canonicalBytes(drawList())));
});

test("a dotless ı is no i, ß is ss, and Ё is е", () => {
  assert.equal(letters("RıCE ẞ ß Ё й Й"), "rıcessssейй".normalize("NFC"));
});

test("an error names its line by number and repeats nothing that was typed", () => {
  const lines = drawList().lines.map((line) => formatLine(line, "ru"));
  const repeated = [...lines.slice(0, 8), "", lines[0] ?? ""];
  assert.throws(
    () => parseList(repeated),
    (error) => {
      assert.ok(error instanceof RepeatedGood);
      assert.equal(error.lineNumber, 10);
      assert.ok(!String(error).includes(lines[0] ?? ""));
      return true;
    },
  );
  assert.throws(() => parseList(lines.slice(1)), WrongNumberOfLines);
  assert.throws(() => new GroceryList([]), WrongNumberOfLines);
});

test("progress rises to one, and the page breathes while the key is made", async () => {
  const seen: number[] = [];
  let breaths = 0;
  const timer = setInterval(() => {
    breaths += 1;
  }, 1);
  await listToKey(drawList(), { onProgress: (done) => seen.push(done) });
  clearInterval(timer);
  assert.ok(seen.length > 100);
  assert.deepEqual(seen, [...seen].sort((a, b) => a - b));
  assert.equal(seen.at(-1), 1);
  assert.ok(breaths > 2);
});
