import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import test from "node:test";

import { BLIND_COUNT } from "../../src/crypto/labels.ts";
import { Kind } from "../../src/crypto/messages/pages.ts";
import { Status } from "../../src/clients/views.ts";
import { DISHES } from "../../src/crypto/goods.ts";
import { comeBack, isClockOff } from "../../pages/days.ts";
import { PICTURES } from "../../pages/dishes.ts";
import { explained } from "../../pages/errors.ts";
import { ALL_PARCELS, KIND_NAMES } from "../../pages/kinds.ts";
import { LANGUAGE_NAMES, STRINGS, isKey, say, standing, type Key } from "../../pages/strings.ts";

const PAGES = new URL("../../../pages/", import.meta.url);
const LANGUAGES = LANGUAGE_NAMES.map(([language]) => language);

test("every string stands in three languages, none of them empty", () => {
  for (const [key, three] of Object.entries(STRINGS)) {
    assert.equal(three.length, 3, key);
    for (const text of three) assert.notEqual(text.trim(), "", key);
  }
});

test("the three speak of the same fields", () => {
  for (const [key, three] of Object.entries(STRINGS)) {
    const [be, ru, en] = three.map((text) => [...text.matchAll(/\{\w+\}/g)].map(String).sort());
    assert.deepEqual(be, ru, key);
    assert.deepEqual(ru, en, key);
  }
});

test("Belarusian has no letter of Russian's alone, nor Russian one of Belarusian's", () => {
  for (const [key, [be, ru, en]] of Object.entries(STRINGS)) {
    assert.doesNotMatch(be, /[ищъИЩЪ]/, key);
    assert.doesNotMatch(ru, /[іўІЎ]/, key);
    assert.doesNotMatch(en.replace("Klunak", ""), /[а-яёіў]/i, key);
  }
});

test("no button or heading is longer than its place", () => {
  const short = ["title", "leave", "help", "back", "go_on", "send", "copy", "copied", "seen"] as const;
  for (const key of short) for (const text of STRINGS[key]) assert.ok(text.length <= 14, `${key}: ${text}`);
});

test("no sentence of the pages speaks of commands, which a page has none of", () => {
  for (const [key, three] of Object.entries(STRINGS)) {
    for (const text of three) assert.doesNotMatch(text, /\b(visit|klunak|epoch|matcher)\b|--/i, key);
  }
});

test("no sentence of the pages is one that nobody says", () => {
  const files = readdirSync(PAGES, { recursive: true, encoding: "utf8" });
  const said = files
    .filter((name) => name.endsWith(".ts") && !/strings|generated/.test(name))
    .map((name) => readFileSync(new URL(name, PAGES), "utf8"))
    .join("");
  const byTable = /^(status|kind|region|mode|size|need|sees|refused|guidance)\.|^soup/;
  const unsaid = Object.keys(STRINGS).filter((key) => !byTable.test(key) && !said.includes(`"${key}"`));
  assert.deepEqual(unsaid, []);
});

/** What no view of that side is ever in, and what every quiet list is in. */
const NEVER = [
  ...["family.nothing", "family.code_sent"],
  ...["donor.nothing", "donor.code", "donor.needs_address", "donor.donor_shown_elsewhere"],
];

test("every status has its sentence for both sides, and every message its phrase", () => {
  for (const status of Object.values(Status)) {
    for (const role of ["family", "donor"] as const) {
      const isNever = NEVER.includes(`${role}.${status}`);
      assert.equal(isKey(`status.${role}.${status}`), !isNever, `${role} ${status}`);
      assert.ok(isKey(standing(role, status)));
    }
  }
  for (const [name, kind] of Object.entries(Kind)) {
    assert.equal(KIND_NAMES[kind - 1], name.toLowerCase());
    assert.ok(isKey(`kind.${name.toLowerCase()}`));
  }
  assert.equal(ALL_PARCELS, BLIND_COUNT);
});

test("every dish of the table has a picture of its own, and no picture is left over", () => {
  assert.deepEqual([...PICTURES].sort(), DISHES.map(({ picture }) => picture).sort());
});

test("every code becomes a sentence, and one never heard of too", () => {
  for (const code of ["node_unreachable", "wrong_shape", "invite_spent", "never_heard_of", "defect"]) {
    for (const language of LANGUAGES) assert.ok(explained(language, code).length > 10, code);
  }
});

test("the sentences shared with the command line are current", async () => {
  const { generate } = (await import(
    new URL("../../../scripts/generate-phrases.mjs", import.meta.url).href
  )) as { generate: () => string };
  assert.equal(readFileSync(new URL("phrases.generated.ts", PAGES), "utf8"), generate());
});

test("one is asked back on a day, in the evening of it, or soon; ў stands after a vowel", () => {
  const open = { epoch: 8, closes: Date.UTC(2026, 10, 24, 0, 0) / 60_000 };
  const now = new Date(Date.UTC(2026, 10, 23, 12));
  assert.match(comeBack("en", 9, open, 86_400, now), /Come back on .*2[34] November/);
  assert.match(comeBack("be", 9, open, 86_400, now), /Вяртайцеся ў /);
  assert.equal(comeBack("en", 9, open, 10, new Date(open.closes * 60_000)), "Come back in a few minutes.");
});

test("a date that cannot be the node's is noticed, and an hour's difference is not", () => {
  const closes = Date.UTC(2026, 10, 24) / 60_000;
  const at = (hours: number): boolean => isClockOff({ closes }, 86_400, new Date(closes * 60_000 + hours * 3_600_000));
  assert.deepEqual([-49, -37, -23, 1, 71, 73].map(at), [true, true, false, false, false, true]);
});

test("a field that is not given leaves nothing behind", () => {
  const key: Key = "line.slot";
  assert.doesNotMatch(say("en", key, { slot: 1 }), /[{}]|undefined/);
});
