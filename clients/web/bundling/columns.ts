/**
 * A build step: the table of strings is carried by language, not by key.
 *
 * It is written by key, so that the three of a sentence stand together; but a compressor does better
 * with one language after the other. The page puts the keys' rows together again when it starts.
 */

import type { Plugin } from "vite";

import { STRINGS } from "../pages/strings.ts";

const TABLE = /(?<=export const STRINGS = )\{[^{}]*\}/;
const BETWEEN = "\t";

export function columns(): Plugin {
  return {
    name: "columns",
    enforce: "pre",
    transform(code, id) {
      if (!id.endsWith("/pages/strings.ts")) return null;
      const [before, after, ...more] = code.split(TABLE);
      if (before === undefined || after === undefined || more.length > 0) {
        throw new Error("strings.ts has no table, or several");
      }
      return { code: before + byKey() + after, map: null };
    },
  };
}

/** An expression whose value is `STRINGS`. */
function byKey(): string {
  const texts = Object.values(STRINGS);
  const given = [Object.keys(STRINGS), ...([0, 1, 2] as const).map((column) => texts.map((three) => three[column]))];
  const joined = given.map((cells) => {
    if (cells.some((cell) => cell.includes(BETWEEN))) throw new Error("a tab in a string");
    return `${JSON.stringify(cells.join(BETWEEN))}.split("${BETWEEN}")`;
  });
  return `((keys, ...columns) => Object.fromEntries(
    keys.map((key, place) => [key, columns.map((column) => column[place])]),
  ))(${joined.join(", ")})`;
}
