/**
 * Every vector of ../../vectors, whichever folder it is in: what Python wrote, this language gives
 * too, refusals included, with the same code.
 */

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import test from "node:test";

import { _blindFromParts, _unblindFromParts } from "../../src/crypto/blinding.ts";
import { fromHex, fromInteger, toHex, toInteger } from "../../src/crypto/bytes.ts";
import { PUBLIC_EXPONENT, power } from "../../src/crypto/certifying_keys.ts";
import { CryptoError, ListError } from "../../src/crypto/errors.ts";
import { OPERATIONS, circleVectors, decrypts, perform, type JsonObject } from "./operations.ts";
import { privateExponent } from "./operators.ts";

const VECTORS = new URL("../../../../../vectors/", import.meta.url);

interface Vector {
  readonly name: string;
  readonly expect: string;
  readonly comment: string;
  readonly operation: string;
  readonly input: JsonObject;
  /** Of a success; of a refusal, what the error tells. Absent if there is no more to say. */
  readonly output?: JsonObject;
}

function read(path: string): unknown {
  return JSON.parse(readFileSync(new URL(path, VECTORS), "utf8"));
}

const paths = readdirSync(VECTORS, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".json"))
  .sort();

for (const path of paths.filter((path) => path.startsWith("circles/"))) {
  circleVectors.set(path.slice("circles/".length, -".json".length), read(path) as JsonObject);
}

const operations = new Set<string>();

for (const path of paths) {
  const vector = read(path) as Vector;
  if (!("operation" in vector)) continue;
  operations.add(vector.operation);
  if (vector.input["authentic"] === true) {
    // Otherwise a broken tag could pass for a refused message.
    test(`${path}: refused for what is inside, for it does decrypt`, () => {
      assert.ok(decrypts(vector.input));
    });
  }
  test(`${path}: ${vector.comment}`, async () => {
    assert.equal(path.split("/").at(-1), `${vector.name}.json`);
    if (vector.expect === "success") {
      assert.deepEqual(await perform(vector.operation, vector.input), vector.output ?? {});
    } else {
      await assert.rejects(perform(vector.operation, vector.input), (error) => {
        assert.ok(error instanceof CryptoError, `refused with ${String(error)}`);
        assert.equal(error.code, vector.expect);
        for (const [what, told] of Object.entries(vector.output ?? {})) {
          assert.equal(what, "line_number");
          assert.ok(error instanceof ListError);
          assert.equal(error.lineNumber, told);
        }
        return true;
      });
    }
  });
}

test("every operation is asked for by some vector", () => {
  assert.deepEqual([...operations].sort(), Object.keys(OPERATIONS).sort());
});

test("rfc9474_psszero_deterministic.json: RFC 9474, appendix A.4", () => {
  const vector = read("rfc9474_psszero_deterministic.json") as Record<string, string>;
  const bytes = (name: string): Uint8Array => fromHex(vector[name] ?? "");
  const number = (name: string): bigint => toInteger(bytes(name));
  const [p, q, n] = [number("p"), number("q"), number("n")];

  const r = inverse(number("inverse"), p, q);
  const value = _blindFromParts(n, PUBLIC_EXPONENT, bytes("message"), r);
  assert.equal(toHex(value.blinded), vector["blinded"]);
  assert.equal(value.inverse, number("inverse"));

  const signed = power(number("blinded"), privateExponent(p, q), n);
  assert.equal(toHex(fromInteger(signed, value.blinded.length)), vector["blind_signature"]);

  const signature = _unblindFromParts(n, bytes("blind_signature"), value.inverse);
  assert.equal(toHex(signature), vector["signature"]);
});

/** By Euler: value^(order - 1). */
function inverse(value: bigint, p: bigint, q: bigint): bigint {
  return power(value, (p - 1n) * (q - 1n) - 1n, p * q);
}
