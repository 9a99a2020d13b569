/** Numbers of the wire that a page needs without the code around them; a test holds them to it. */

import type { Key } from "./strings.ts";

const NAMES = [
  ...["accept", "terms", "code", "ordered", "question", "answer", "cannot", "code_failed"],
  ...["code_replaced", "received", "thanks", "again"],
];

/** The parcels of one asking: while all are there, the first goes out by itself. */
export const ALL_PARCELS = 3;

export const QUESTION = 5;
export const ANSWER = 6;
export const CANNOT = 7;

/** The fixed phrase of a message. */
export function kindKey(kind: number): Key {
  return `kind.${NAMES[kind - 1] ?? "answer"}` as Key;
}

export const KIND_NAMES: readonly string[] = NAMES;
