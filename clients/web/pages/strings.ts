/**
 * Every word of the pages, in Belarusian, Russian and English, in one table made of a few.
 *
 * Sentences shared with the command line come from phrases.generated.ts. Plain and calm: what is
 * so, who sees what, what comes next.
 */

import type { Language } from "../src/crypto/goods.ts";
import type { Status } from "../src/clients/views.ts";
import type { Role } from "./calls.ts";
import { PHRASES } from "./phrases.generated.ts";
import { ASKING } from "./strings/asking.ts";
import { BEGINNING } from "./strings/beginning.ts";
import { FRAME } from "./strings/frame.ts";
import { HELP } from "./strings/help.ts";
import { STANDING } from "./strings/standing.ts";

/** Each language in itself: its code, its name, and what fits into a corner. */
export const LANGUAGE_NAMES: readonly (readonly [Language, string, string])[] = [
  ["be", "Беларуская", "Бел"],
  ["ru", "Русский", "Рус"],
  ["en", "English", "Eng"],
];

export const STRINGS = {
  ...PHRASES,
  ...FRAME,
  ...BEGINNING,
  ...ASKING,
  ...STANDING,
  ...HELP,
} as const;

export type Key = keyof typeof STRINGS;

const COLUMN: Readonly<Record<Language, 0 | 1 | 2>> = { be: 0, ru: 1, en: 2 };

/** The string of *key* in *language*, its fields filled in. */
export function say(
  language: Language,
  key: Key,
  fields: Readonly<Record<string, string | number>> = {},
): string {
  const text: string = STRINGS[key][COLUMN[language]];
  return text.replace(/\{(\w+)\}/g, (_, name: string) => String(fields[name] ?? ""));
}

/** Where somebody stands. Where one side never comes, nothing is new. */
export function standing(role: Role, status: Status): Key {
  const key = `status.${role}.${status}`;
  return isKey(key) ? key : `quiet_${role}`;
}

export function isKey(key: string): key is Key {
  return Object.hasOwn(STRINGS, key);
}
