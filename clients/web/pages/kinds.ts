/** What a message says, by its number on the wire; a test holds it against `Kind`. */

import type { Key } from "./strings.ts";

const NAMES = [
  ...["accept", "terms", "code", "ordered", "question", "answer", "cannot", "code_failed"],
  ...["code_replaced", "received", "thanks", "again"],
];

export const QUESTION = 5;
export const ANSWER = 6;
export const CANNOT = 7;

/** The fixed phrase of a message. */
export function kindKey(kind: number): Key {
  return `kind.${NAMES[kind - 1] ?? "answer"}` as Key;
}

export const KIND_NAMES: readonly string[] = NAMES;
