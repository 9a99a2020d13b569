/**
 * The vectors' operations for a page: what became of each is told as JSON, and judged outside.
 *
 * Bundled into one script by `npm run vectors:browser`.
 */

import { CryptoError, ListError } from "../../src/crypto/errors.ts";
import { circleVectors, perform, type Json, type JsonObject } from "./operations.ts";

/** "success" with an output, or the code of a refusal with what it tells besides. */
interface Outcome {
  readonly expect: string;
  readonly output: Json;
}

async function outcome(operation: string, input: JsonObject): Promise<Outcome> {
  try {
    return { expect: "success", output: await perform(operation, input) };
  } catch (error) {
    if (!(error instanceof CryptoError)) return { expect: `no refusal: ${String(error)}`, output: {} };
    const told = error instanceof ListError ? { line_number: error.lineNumber } : {};
    return { expect: error.code, output: told };
  }
}

function begin(circles: Readonly<Record<string, JsonObject>>): void {
  for (const [name, vector] of Object.entries(circles)) circleVectors.set(name, vector);
}

Object.assign(globalThis, { klunak: { begin, outcome } });
