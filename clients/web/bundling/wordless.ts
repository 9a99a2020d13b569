/**
 * A build step: errors are thrown without their sentences.
 *
 * A page says what went wrong in its visitor's language, by an error's class and code, and there is
 * no console to print to. What `throw new …("sentence")` says is for whoever reads the source.
 * Every check stays, and so does every error's class.
 */

import type { Plugin } from "vite";

// What `pages/` throws carries a code as its only argument.
const OURS_OR_NOBLE = /\/web\/src\/.*\.ts$|\/@noble\/.*\.js$/;

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

interface Thrown extends Node {
  readonly argument: Node & {
    readonly callee?: { readonly type: string; readonly name?: string };
    readonly arguments?: readonly Node[];
  };
}

/** The parts of *code* between these places are left out. */
type Cut = readonly [start: number, end: number];

export function wordless(): Plugin {
  return {
    name: "wordless",
    enforce: "post",
    transform(code, id) {
      if (!OURS_OR_NOBLE.test(id)) return null;
      const cuts: Cut[] = [];
      collect(this.parse(code), cuts);
      return { code: without(code, cuts), map: null };
    },
  };
}

function collect(node: unknown, cuts: Cut[]): void {
  if (Array.isArray(node)) {
    for (const child of node) collect(child, cuts);
  } else if (typeof node === "object" && node !== null) {
    if ((node as Node).type === "ThrowStatement") cuts.push(...sentences(node as Thrown));
    for (const child of Object.values(node)) collect(child, cuts);
  }
}

/** An error made with one argument is made with none; more than one are no mere sentence. */
function sentences({ argument }: Thrown): readonly Cut[] {
  const { type, callee, arguments: given } = argument;
  const [only, ...more] = given ?? [];
  const isMade = /^(New|Call)Expression$/.test(type) && callee?.type === "Identifier";
  if (!isMade || only === undefined || more.length > 0) return [];
  const isBuiltIn = /^(Type|Range|Syntax)?Error$/.test(callee.name ?? "");
  const isFixed = only.type === "Literal" || (type === "NewExpression" && only.type === "TemplateLiteral");
  return isBuiltIn || isFixed ? [[only.start, only.end]] : [];
}

function without(code: string, cuts: readonly Cut[]): string {
  let [kept, from] = ["", 0];
  for (const [start, end] of [...cuts].sort(([a], [b]) => a - b)) {
    kept += code.slice(from, start);
    from = end;
  }
  return kept + code.slice(from);
}
