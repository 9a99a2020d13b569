/**
 * The two languages have the same files with the same names in them, and what one lacks is listed
 * here with its reason.
 */

import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import test from "node:test";

const PYTHON = new URL("../../../../crypto/", import.meta.url);
const TYPESCRIPT = new URL("../src/crypto/", import.meta.url);

/** A page signs nothing and commits nothing: operators do, in Python. */
const OPERATORS_FILES = ["commit_headers", "signing_keys"];
const OPERATORS_NAMES = [
  ["blinding", "blind_sign"],
  ["circle", "write_circle"],
  ["circle", "sign_circle"],
  ["descriptors", "write_epoch_descriptor"],
  ["descriptors", "write_node_descriptor"],
  ["almanac", "DEFAULT_POLICY"],
  ["documents", "SEED_BYTES"],
  ["documents", "new_signing_seed"],
  ["documents", "public_key_of"],
  ["documents", "sign"],
  ["documents", "write_signed"],
];

/** Another manner of the language for the same thing. */
const OTHERWISE_NAMED = new Map([
  ["documents SignedContent", "each model writes out version and circle"],
  ["shapes Shape", "an interface, gone when compiled"],
  ["shapes Message", "messages are plain objects; `message` makes their kinds"],
  ["shapes shaped", "the same"],
  ["strict_json StrictModel", "`model` makes them"],
  ["strict_json build_model", "only for writing"],
  ["strict_json LISTED", "`listed` and `pair`"],
  ["sealing MLKEM_PUBLIC_BYTES", "the library cuts an X-Wing key in two itself"],
  ["strict_json b64", "in bytes.ts, with the other spellings of bytes"],
  ["certifying_keys CertifyingKey", "an interface, gone when compiled"],
  ["blinding BlindedValue", "the same"],
  ["keys Thread", "the same"],
  ["goods Good", "the same"],
  ["goods Dish", "the same"],
  ["lists Argon2Profile", "the same"],
]);

function pythonFiles(folder: URL): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".py") && name !== "__init__.py")
    .map((name) => name.slice(0, -".py".length))
    .sort();
}

/** Public functions, classes and constants at the left margin. */
function pythonNames(file: URL): string[] {
  const text = readFileSync(file, "utf8");
  const defined = [...text.matchAll(/^(?:def|class) ([A-Za-z]\w*)/gm)].map(([, name = ""]) => name);
  const constant = [...text.matchAll(/^([A-Z][A-Z0-9_, ]+)(?::[^=]*)? = (?!TypeVar)/gm)];
  return [...defined, ...constant.flatMap(([, names = ""]) => names.split(", "))];
}

function camelCase(name: string): string {
  if (/^[A-Z]/.test(name)) return name;
  return name.replace(/_$/, "").replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

for (const folder of ["", "messages/"]) {
  for (const file of pythonFiles(new URL(folder, PYTHON))) {
    if (OPERATORS_FILES.includes(file)) continue;
    test(`crypto/${folder}${file}.py has its twin, name for name`, async () => {
      const twin = new URL(`${folder}${file}.js`, TYPESCRIPT);
      assert.ok(existsSync(twin), "no file of that name");
      const names = Object.keys((await import(twin.href)) as object);
      const missing = pythonNames(new URL(`${folder}${file}.py`, PYTHON)).filter(
        (name) =>
          !names.includes(camelCase(name)) &&
          !OPERATORS_NAMES.some(([where, what]) => where === file && what === name) &&
          !OTHERWISE_NAMED.has(`${file} ${name}`),
      );
      assert.deepEqual(missing, []);
    });
  }
}

test("nothing in src/ reaches for Node, and only noble is brought along", () => {
  const folder = new URL("../../src/", import.meta.url);
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  for (const name of files.filter((file) => file.endsWith(".ts"))) {
    const text = readFileSync(new URL(name, folder), "utf8");
    for (const [, from = ""] of text.matchAll(/^(?:import|export|\} from).*? from "([^"]+)"/gm)) {
      assert.match(from, /^(?:\.\.?\/|@noble\/(?:ciphers|curves|hashes|post-quantum)\/)/, name);
    }
  }
});

test("the table of goods is made of the two tables beside goods.py as they stand", async () => {
  const generator = new URL("../../scripts/generate-goods.mjs", import.meta.url);
  const { generate } = (await import(generator.href)) as { generate: () => string };
  const written = new URL("../../src/crypto/goods.generated.ts", import.meta.url);
  assert.equal(readFileSync(written, "utf8"), generate(), "run `npm run goods`");
});
