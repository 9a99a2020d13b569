/**
 * The two languages have the same files with the same names in them, and what one lacks is listed
 * here with its reason.
 */

import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import test from "node:test";

const ROOT = new URL("../../../../", import.meta.url);
const SOURCE = new URL("../src/", import.meta.url);
const PYTHON = new URL("crypto/", ROOT);

/** What a family's and a donor's device does: these, and all of clients/people/. */
const PEOPLES_FILES = ["donor", "errors", "family", "invites_text", "node"];

/** A page signs nothing and commits nothing: operators do, in Python. */
const OPERATORS_FILES = ["commit_headers", "signing_keys"];
const OPERATORS_NAMES = [
  ["blinding", "blind_sign"],
  ["circle", "write_circle"],
  ["circle", "sign_circle"],
  ["certificates", "exchange_id"], // a node names a row by it, a clerk looks
  ["certificates", "stamped"], // a node names a card's stamp by it, a matcher looks
  ["descriptors", "write_epoch_descriptor"],
  ["descriptors", "write_node_descriptor"],
  ["almanac", "DEFAULT_POLICY"],
  ["documents", "SEED_BYTES"],
  ["documents", "new_signing_seed"],
  ["documents", "public_key_of"],
  ["documents", "sign"],
  ["documents", "write_signed"],
  ...[
    ...["DeskError", "NotOnDuty", "NoSuchIntake", "TooManyInvites"],
    ...["KeyringError", "WrongPassphrase", "KeyringExposed", "KeyringExists", "KeyringBusy"],
    "BenchError",
    ...["NoAddress", "SocksNeeded", "NotBehindTor"], // a page talks to where it came from
  ].map((name) => ["errors", name] as const),
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
  ["seals Under", "`SharedKey`, in crypto/records"],
  ["node OpenEpoch", "an interface, gone when compiled"],
  ["node NodeAnswer", "the same; `Answer`, in fetching.ts"],
  ["looking Seen", "the same"],
  ["views Facts", "the same"],
  ["views SlotView", "the same"],
  ["family FamilyView", "the same"],
  ["donor DonorView", "the same; its method `slot` is `slotOfView`"],
]);

/** Tor Browser gives a page one circuit, and a page cannot ask for another. */
const OF_CIRCUITS = ["apart", "node_for"];

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

/** A page has no operators beside it, so what is clients/people/ in Python is clients/ there. */
async function twinOf(path: string): Promise<Readonly<Record<string, unknown>>> {
  const twin = new URL(`${path.replace("/people/", "/")}.js`, SOURCE);
  assert.ok(existsSync(twin), "no file of that name");
  return (await import(twin.href)) as Readonly<Record<string, unknown>>;
}

/** *path* from the root of either language, without an ending. */
function testTwin(path: string, file: string): void {
  test(`${path}.py has its twin, name for name`, async () => {
    const names = Object.keys(await twinOf(path));
    const missing = pythonNames(new URL(`${path}.py`, ROOT)).filter(
      (name) =>
        !names.includes(camelCase(name)) &&
        !OPERATORS_NAMES.some(([where, what]) => where === file && what === name) &&
        !OTHERWISE_NAMED.has(`${file} ${name}`),
    );
    assert.deepEqual(missing, []);
  });
}

for (const folder of ["", "messages/"]) {
  for (const file of pythonFiles(new URL(folder, PYTHON))) {
    if (!OPERATORS_FILES.includes(file)) testTwin(`crypto/${folder}${file}`, file);
  }
}

for (const file of PEOPLES_FILES) testTwin(`clients/${file}`, file);
for (const file of pythonFiles(new URL("clients/people/", ROOT))) {
  testTwin(`clients/people/${file}`, file);
}

for (const [file, name] of [
  ["family", "Family"],
  ["donor", "Donor"],
  ["node", "NodeClient"],
  ["people/visit", "Sitting"],
] as const) {
  test(`everything a Python ${name} can be told, its twin can be told`, async () => {
    const twin = (await twinOf(`clients/${file}`))[name] as { readonly prototype: object };
    const [, body = ""] = readFileSync(new URL(`clients/${file}.py`, ROOT), "utf8").split(
      new RegExp(`^class ${name}\\b.*$`, "m"),
    );
    const [own = ""] = body.split(/^\S/m);
    const methods = [...own.matchAll(/^ {4}def ([a-z]\w*)/gm)].map(([, method = ""]) => method);
    assert.ok(methods.length > 3);
    const missing = methods.filter(
      (method) => !OF_CIRCUITS.includes(method) && !(camelCase(method) in twin.prototype),
    );
    assert.deepEqual(missing, []);
  });
}

test("nothing in src/ reaches for Node, and only noble is brought along", () => {
  const folder = new URL("../../src/", import.meta.url);
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  for (const name of files.filter((file) => file.endsWith(".ts"))) {
    const text = readFileSync(new URL(name, folder), "utf8");
    for (const [, from = ""] of text.matchAll(/^(?:import|export|\} from).*? from "([^"]+)"/gm)) {
      assert.match(from, /^(?:\.\.?\/|@noble\/(?:ed25519$|(?:ciphers|curves|hashes|post-quantum)\/))/, name);
    }
  }
});

test("the table of goods is made of the two tables beside goods.py as they stand", async () => {
  const generator = new URL("../../scripts/generate-goods.mjs", import.meta.url);
  const { generate } = (await import(generator.href)) as { generate: () => string };
  const written = new URL("../../src/crypto/goods.generated.ts", import.meta.url);
  assert.equal(readFileSync(written, "utf8"), generate(), "run `npm run goods`");
});
