/**
 * The table of goods and the dishes: what a list can say, in three languages.
 *
 * Everything here is public and the same for everybody. `goods.toml` and `dishes.toml` beside
 * Python's goods.py are the tables; goods.generated.ts is made of them, and their numbers are the
 * wire format.
 *
 * Names are compared by their letters alone (`letters`), so neither case, spacing, hyphens, the
 * kind of apostrophe, ё for е nor a composed or decomposed й makes two names of one.
 */

import { DISH_COLUMNS, GOOD_COLUMNS, UNIT_ROWS } from "./goods.generated.ts";

export type Language = "be" | "ru" | "en";

export const LANGUAGES: readonly Language[] = ["be", "ru", "en"];
export const GOODS_COUNT = 512;
export const DISHES_COUNT = 64;

/** What a good is counted in; `forms` are those for 1, for 2 to 4 and for 5 to 8. */
export class Unit {
  constructor(
    readonly slug: string,
    readonly forms: Readonly<Record<Language, readonly string[]>>,
    /** What people write besides; read, never written. */
    readonly also: readonly string[],
  ) {}

  /** The form that goes with *quantity*, 1 to 8. */
  form(quantity: number, language: Language): string {
    const place = quantity === 1 ? 0 : quantity <= 4 ? 1 : 2;
    return there(this.forms[language][place]);
  }
}

/** One row of the table; `number` 0..511 is the wire format. */
export interface Good {
  readonly number: number;
  readonly unit: Unit;
  readonly names: Readonly<Record<Language, string>>;
}

/** One of 64 dishes; `picture` names its drawing. */
export interface Dish {
  readonly number: number;
  readonly picture: string;
  readonly names: Readonly<Record<Language, string>>;
}

/**
 * What of *text* counts in a comparison: its letters, folded, and nothing else.
 *
 * NFKC, case folded, ё as е, composed again, and then everything that is not a letter goes.
 * Modifier letters go as well: ʼ (U+02BC) is a Belarusian apostrophe, and a letter to Unicode.
 */
export function letters(text: string): string {
  const composed = caseFolded(text.normalize("NFKC")).normalize("NFC").replaceAll("ё", "е");
  return composed.replace(/\P{L}|\p{Lm}/gu, "");
}

/** The words of *text*, each as `letters` has it. */
export function words(text: string): readonly string[] {
  return text
    .normalize("NFKC")
    .split(/[^\p{L}\p{M}]+/u)
    .map(letters)
    .filter((word) => word !== "");
}

/**
 * At most *limit* goods whose name begins with *prefix*, then those where a later word does.
 *
 * In any language; what the prefix nearly fills comes first, a name typed in full first of all.
 */
export function suggest(prefix: string, limit = 8): readonly Good[] {
  const wanted = letters(prefix);
  if (wanted === "") return [];
  const best = new Map<number, Rank>();
  for (const { number, starts } of STARTS) {
    starts.forEach((rest, position) => {
      if (!rest.startsWith(wanted)) return;
      const rank: Rank = [position > 0 ? 1 : 0, codePoints(rest), number];
      const known = best.get(number);
      if (known === undefined || compareRanks(rank, known) < 0) best.set(number, rank);
    });
  }
  const ranked = [...best.values()].sort(compareRanks);
  return ranked.slice(0, limit).map(([, , number]) => there(GOODS[number]));
}

/** A later word, how much is left from there on, the number of the good. */
type Rank = readonly [number, number, number];

function compareRanks(a: Rank, b: Rank): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}

// JavaScript has no case folding. Lower, upper and lower again folds ß to ss and every other letter
// to what Python's casefold has, except ı, which that leaves alone, and Cherokee, which no good's
// name is written in.
function caseFolded(text: string): string {
  return text.replace(/[^ı]+/gu, (run) => run.toLowerCase().toUpperCase().toLowerCase());
}

/** How long *text* is to a reader that counts whole characters. */
export function codePoints(text: string): number {
  return Array.from(text).length;
}

/** What a table of ours always has. */
export function there<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("unreachable: the tables are complete");
  return value;
}

function cellsOf(rows: string): readonly (readonly string[])[] {
  return rows.split("\n").map((row) => row.split("|"));
}

/** The rows of a table that is written by its columns. */
function rowsOf(columns: string): readonly (readonly string[])[] {
  const cells = cellsOf(columns);
  return there(cells[0]).map((_, place) => cells.map((column) => there(column[place])));
}

function byLanguage<T>(values: readonly T[]): Readonly<Record<Language, T>> {
  const [be, ru, en] = values;
  return { be: there(be), ru: there(ru), en: there(en) };
}

export const UNITS: readonly Unit[] = cellsOf(UNIT_ROWS).map(([slug, ...cells]) => {
  const [be, ru, en, also] = cells.map((cell) => cell.split(",").filter((form) => form !== ""));
  return new Unit(there(slug), byLanguage([be, ru, en].map(there)), there(also));
});

export const GOODS: readonly Good[] = rowsOf(GOOD_COLUMNS).map(([unit, ...names], number) => ({
  number,
  unit: there(UNITS[Number(unit)]),
  names: byLanguage(names),
}));

export const DISHES: readonly Dish[] = rowsOf(DISH_COLUMNS).map(([picture, ...names], number) => ({
  number,
  picture: there(picture),
  names: byLanguage(names),
}));

/** Every name of every good, as `letters` has it; no two goods share one. */
export const NUMBER_BY_LETTERS: ReadonlyMap<string, number> = new Map(
  GOODS.flatMap((good) =>
    LANGUAGES.map((language) => [letters(good.names[language]), good.number]),
  ),
);

/** Every word that may stand beside a quantity; no good's name begins or ends with one. */
export const UNIT_WORDS: ReadonlySet<string> = new Set(
  UNITS.flatMap((unit) => [
    ...LANGUAGES.flatMap((language) => unit.forms[language]),
    ...unit.also,
  ]).map(letters),
);

// Per name of a good: the name, then what is left of it from its second word on, from its third, …
const STARTS: readonly { readonly number: number; readonly starts: readonly string[] }[] =
  GOODS.flatMap((good) =>
    LANGUAGES.map((language) => {
      const parts = words(good.names[language]);
      return { number: good.number, starts: parts.map((_, first) => parts.slice(first).join("")) };
    }),
  );
