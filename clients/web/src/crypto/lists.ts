/**
 * Nine lines of a grocery list, and the key they are (protocol.md, section 3).
 *
 * Promise: the same nine goods and quantities give the same key, in whatever order, language,
 * letter case or spelling of ё and й they are typed. log2(C(512, 9) · 8⁹) is about 89.4 bits, and
 * every guess costs an Argon2id.
 *
 * No promise, on purpose: there is no checksum. Any nine different goods are a list and open
 * something, so that a person under pressure can hand over any list. What shows a slip of the pen
 * is the dish, which every list has.
 */

import { argon2idAsync } from "@noble/hashes/argon2.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";

import { concat, randomBytes, toInteger, utf8 } from "./bytes.ts";
import {
  ListError,
  RepeatedGood,
  UnknownGood,
  WrongLength,
  WrongNumberOfLines,
  WrongQuantity,
} from "./errors.ts";
import {
  DISHES,
  DISHES_COUNT,
  GOODS,
  GOODS_COUNT,
  NUMBER_BY_LETTERS,
  UNIT_WORDS,
  codePoints,
  suggest,
  there,
  words,
  type Dish,
  type Good,
  type Language,
} from "./goods.ts";
import { u16, u8 } from "./labels.ts";

export { DISHES, GOODS, suggest, type Dish, type Good, type Language };

export const LINES = 9;
export const MAX_QUANTITY = 8;
export const LIST_KEY_BYTES = 32;

/** Four times the longest name, in code points; nobody writes more about a grocery. */
export const MAX_LINE_CHARACTERS = 120;

/** Nine lines and many empty ones; a longer paste is not a list. */
export const MAX_TEXT_LINES = 64;

/** 16 bytes, the same for everybody: a person has nothing but the list to keep a salt in. */
export const LIST_SALT = utf8("klunak/1/list\0\0\0");

/** The cost of one Argon2id (RFC 9106), under a name. */
export interface Argon2Profile {
  readonly memoryKib: number;
  readonly passes: number;
  readonly lanes: number;
  readonly version: number;
}

/** OWASP Password Storage Cheat Sheet, 19 MiB: what an old phone's JavaScript can still pay. */
export const LIST_PROFILE: Argon2Profile = {
  memoryKib: 19_456,
  passes: 2,
  lanes: 1,
  version: 0x13,
};

/** A good (its number, 0..511) and how many of it (1..8). */
export class Line {
  constructor(
    readonly good: number,
    readonly quantity: number,
  ) {
    if (!Number.isInteger(good) || good < 0 || good >= GOODS_COUNT) {
      throw new UnknownGood("not in the table");
    }
    if (!Number.isInteger(quantity) || quantity < 1 || quantity > MAX_QUANTITY) {
      throw new WrongQuantity("a quantity is a whole number from 1 to 8");
    }
  }
}

/** A person's only secret. Always nine lines of different goods, by rising good. */
export class GroceryList {
  readonly lines: readonly Line[];

  constructor(lines: readonly Line[]) {
    if (lines.length !== LINES) throw new WrongNumberOfLines("a list has nine lines");
    if (new Set(lines.map((line) => line.good)).size !== LINES) {
      throw new RepeatedGood("the same good stands on two lines");
    }
    this.lines = Object.freeze([...lines].sort((a, b) => a.good - b.good));
  }
}

/**
 * A list, each of the C(512, 9) · 8⁹ as likely as any other.
 *
 * *randbelow(n)* is uniform over 0..n-1; it is asked exactly 18 times.
 */
export function drawList(randbelow: (n: number) => number = secureRandbelow): GroceryList {
  const goods = [...drawDistinct(LINES, GOODS_COUNT, randbelow)].sort((a, b) => a - b);
  return groceryList(goods.map((good) => new Line(good, 1 + randbelow(MAX_QUANTITY))));
}

/**
 * The list of these *lines*, in any order.
 *
 * Raises WrongNumberOfLines, then RepeatedGood.
 */
export function groceryList(lines: readonly Line[]): GroceryList {
  return new GroceryList(lines);
}

/**
 * What a person typed, line by line.
 *
 * Lines with neither letter nor digit are skipped. Every error carries `lineNumber`: that of the
 * offending line among *textLines*, from 1, or null if the number of lines is what is wrong.
 */
export function parseList(textLines: readonly string[]): GroceryList {
  const written = textLines
    .map((text, at) => ({ number: at + 1, text }))
    .filter(({ text }) => !isEmpty(text));
  if (textLines.length > MAX_TEXT_LINES || written.length !== LINES) {
    throw new WrongNumberOfLines("a list has nine lines");
  }
  const lines = new Map<number, Line>();
  for (const { number, text } of written) {
    const line = onLine(number, () => {
      const parsed = parseLine(text);
      if (lines.has(parsed.good)) throw new RepeatedGood("the same good stands on two lines");
      return parsed;
    });
    lines.set(line.good, line);
  }
  return groceryList([...lines.values()]);
}

/**
 * One line: a good, exactly one number, and beside the number a unit or none.
 *
 * "Гречка - 2 пачки", "2 пачкі грэчка", "гречка 2", "3x rice", "rice: 3 kg". The number stands
 * before the name or after it; the unit is read and ignored. Raises UnknownGood for a line over
 * 120 characters, then WrongQuantity, then UnknownGood. No error repeats what was typed.
 */
export function parseLine(text: string): Line {
  if (codePoints(text) > MAX_LINE_CHARACTERS) {
    throw new UnknownGood("a line has at most 120 characters");
  }
  const split = splitAtQuantity(text);
  // "x", "х" and "×" are the times sign when they stand alone beside the number.
  const before = TIMES.has(split.before.at(-1) ?? "") ? split.before.slice(0, -1) : split.before;
  const after = TIMES.has(split.after[0] ?? "") ? split.after.slice(1) : split.after;
  const good = NUMBER_BY_LETTERS.get(nameOf(before, after).join(""));
  if (good === undefined) throw new UnknownGood("not in the table");
  return new Line(good, split.quantity);
}

/** The line as it is shown and written down: the good, a dash, how many of its unit. */
export function formatLine(line: Line, language: Language): string {
  const good = there(GOODS[line.good]);
  const name = good.names[language];
  const unit = good.unit.form(line.quantity, language);
  return `${name.charAt(0).toUpperCase()}${name.slice(1)} — ${String(line.quantity)} ${unit}`;
}

/** 27 bytes, of which every way to type a list has the same. */
export function canonicalBytes(groceryList: GroceryList): Uint8Array {
  // 9 × (good u16 big-endian ‖ quantity u8), by rising good
  return concat(...groceryList.lines.flatMap((line) => [u16(line.good), u8(line.quantity)]));
}

/**
 * The list key, 32 bytes: Argon2id over `canonicalBytes`.
 *
 * Takes a fifth of a second, or ten without a JIT: *onProgress* is told how much is done, from 0
 * to 1, and the page is let breathe in between.
 */
export async function listToKey(
  groceryList: GroceryList,
  { onProgress }: { readonly onProgress?: (done: number) => void } = {},
): Promise<Uint8Array> {
  return argon2idAsync(canonicalBytes(groceryList), LIST_SALT, {
    m: LIST_PROFILE.memoryKib,
    t: LIST_PROFILE.passes,
    p: LIST_PROFILE.lanes,
    version: LIST_PROFILE.version,
    dkLen: LIST_KEY_BYTES,
    ...(onProgress === undefined ? {} : { onProgress }),
  });
}

/**
 * The dish a list shows: six bits of HKDF-SHA256 (RFC 5869) over its 32-byte key.
 *
 * Whoever sees the dish of a list learns those six bits and has saved no Argon2id by it.
 */
export function dishOf(listKey: Uint8Array): Dish {
  if (listKey.length !== LIST_KEY_BYTES) throw new WrongLength("a list key has 32 bytes");
  // One byte, and an info without a trailing zero: no other key is derived under such a label.
  const [byte] = hkdf(sha256, listKey, new Uint8Array(0), utf8("klunak/1/dish"), 1);
  return there(DISHES[there(byte) % DISHES_COUNT]);
}

const TIMES: ReadonlySet<string> = new Set(["x", "х"]);

/**
 * *count* different numbers under *below*, every set as likely as any other.
 *
 * Floyd's sampling (Bentley and Floyd, "A sample of brilliance", 1987): it never draws again, so
 * no generator, however broken, keeps it from ending.
 */
function drawDistinct(
  count: number,
  below: number,
  randbelow: (n: number) => number,
): ReadonlySet<number> {
  const drawn = new Set<number>();
  for (let last = below - count; last < below; last++) {
    const number = randbelow(last + 1);
    drawn.add(drawn.has(number) ? last : number);
  }
  return drawn;
}

/** Uniform over 0..n-1: 64 bits more than n, so that reducing leaves no bias worth naming. */
function secureRandbelow(n: number): number {
  return Number(toInteger(randomBytes(12)) % BigInt(n));
}

interface Split {
  readonly quantity: number;
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** The one number of a line, the words before it and the words after it. */
function splitAtQuantity(text: string): Split {
  // Other scripts' digits, ½ and ² are numbers too, and not ours to guess at.
  if (/(?![0-9])\p{N}/u.test(text)) {
    throw new WrongQuantity("a quantity is written in the digits 1 to 8");
  }
  // The same number twice is refused as well: "rice 2 2" is as likely to mean 22.
  const [before, digits, after, ...more] = text.split(/([0-9]+)/);
  if (before === undefined || digits === undefined || after === undefined || more.length > 0) {
    throw new WrongQuantity("a line has one number");
  }
  if (!/^[1-8]$/.test(digits)) {
    throw new WrongQuantity("a quantity is a whole number from 1 to 8");
  }
  return { quantity: Number(digits), before: words(before), after: words(after) };
}

/** The words of a good's name among those on both sides of the number, without the unit. */
function nameOf(before: readonly string[], after: readonly string[]): readonly string[] {
  if (before.length > 0 && after.length > 0) {
    return after.length === 1 && UNIT_WORDS.has(there(after[0])) ? before : [];
  }
  if (before.length > 0) return UNIT_WORDS.has(there(before.at(-1))) ? before.slice(0, -1) : before;
  return UNIT_WORDS.has(after[0] ?? "") ? after.slice(1) : after;
}

function isEmpty(text: string): boolean {
  return !/[\p{N}\p{L}]/u.test(text);
}

/** What *work* returns; its error now says on which line: the number, never the text. */
function onLine<T>(lineNumber: number, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof ListError) error.lineNumber = lineNumber;
    throw error;
  }
}
