/** What a visitor is served: the same from every build, and without what the pages promise not to do. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";

/** Bytes in brotli; a little above what it was when this was written. */
const HEAVIEST = 87_600;

/** What everybody fetches. */
const FIRST = ["index.html", "page.js", "page.css", "worker.js"];

const WEB = fileURLToPath(new URL("../../../", import.meta.url));

function built({ mode = "production", circle = "", node = "" } = {}): Map<string, string> {
  const out = mkdtempSync(join(tmpdir(), "pages-"));
  try {
    execFileSync("npx", ["vite", "build", "--mode", mode, "--outDir", out, "--logLevel", "error"], {
      cwd: WEB,
      env: { ...process.env, KLUNAK_CIRCLE: circle, KLUNAK_NODE: node },
    });
    return new Map(readdirSync(out).map((name) => [name, readFileSync(join(out, name), "utf8")]));
  } finally {
    rmSync(out, { recursive: true });
  }
}

const files = built();

const hashes = (files: Map<string, string>): string[] =>
  [...files].map(([name, text]) => `${name} ${createHash("sha256").update(text).digest("hex")}`).sort();

test("two builds are equal, byte for byte; a circle's digest is all that another one changes", () => {
  assert.deepEqual(hashes(built()), hashes(files));
  const digest = "ab".repeat(32);
  const pinned = built({ circle: digest });
  assert.ok(pinned.get("worker.js")?.includes(digest));
  assert.deepEqual(
    hashes(pinned).filter((line) => !hashes(files).includes(line)).map((line) => line.split(" ")[0]),
    ["worker.js"],
  );
});

test("nothing is stored, evaluated, made of markup or asked of strangers", () => {
  const scripts = [files.get("page.js") ?? "", files.get("worker.js") ?? ""];
  for (const text of scripts) {
    assert.notEqual(text, "");
    assert.doesNotMatch(
      text,
      /localStorage|sessionStorage|indexedDB|document\.cookie|serviceWorker|innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|WebAssembly|crypto\.subtle|sendBeacon|console\./,
    );
    assert.doesNotMatch(text.replaceAll("http://www.w3.org/2000/svg", ""), /https?:\/\//);
  }
  for (const [name, text] of files) {
    if (name.endsWith(".html")) assert.doesNotMatch(text, /<style|style=|<script>|\bon\w+=|https?:\/\/(?!www\.w3\.org)/, name);
    assert.ok(FIRST.includes(name) || /^(soup-(be|ru|en)\.html|half-sheet\.(html|css))$/.test(name), name);
  }
});

test("the page as one file comes out equal twice, and its policy names all it holds and one node", () => {
  const node = `http://${"a".repeat(56)}.onion`;
  const one = built({ mode: "one-file", node });
  assert.deepEqual(hashes(built({ mode: "one-file", node })), hashes(one));
  assert.deepEqual([...one.keys()], ["recipes.html"]);
  const text = one.get("recipes.html") ?? "";
  const policy = /<meta charset="utf-8">\n<meta http-equiv="content-security-policy" content="([^"]+)">/.exec(text)?.[1] ?? "";
  const allowed = (name: string): string | undefined =>
    policy.split("; ").find((rule) => rule.startsWith(`${name}-src `))?.slice(name.length + 5);
  const hash = (element: RegExp): string =>
    `'sha256-${createHash("sha256").update(element.exec(text)?.[1] ?? "").digest("base64")}'`;
  assert.equal(allowed("default"), "'none'");
  assert.equal(allowed("script"), hash(/<script type="module">([\s\S]*?)<\/script>/));
  assert.equal(allowed("style"), hash(/<style>([\s\S]*?)<\/style>/));
  assert.equal(allowed("connect"), node);
  assert.equal(allowed("worker"), "blob:");
  assert.deepEqual(
    policy.split("; ").filter((rule) => !/^(script|style|connect)-src /.test(rule)),
    [
      "default-src 'none'", "img-src data:", "worker-src blob:", "base-uri 'none'",
      "form-action 'none'", "require-trusted-types-for 'script'", "trusted-types recipes",
    ],
  );
  assert.match(text, /<meta name="referrer" content="no-referrer">/);
  assert.equal(text.match(/<script\b/g)?.length, 2);
  assert.equal(text.match(/<\/script>/g)?.length, 2);
  assert.doesNotMatch(text, /<!--|\bsrc=|<link rel="stylesheet"|\bon\w+="|unsafe/);
});

test("the half sheet says the same in three languages, and what is printed is in ink alone", () => {
  const text = files.get("half-sheet.html") ?? "";
  const sections = text.split("<section ").slice(1);
  assert.deepEqual(sections.map((section) => /^id="(..)" lang="\1"/.exec(section)?.[1]), ["be", "ru", "en"]);
  for (const tag of ["<h2>", "<li>", "<p>"]) {
    assert.equal(new Set(sections.map((section) => section.split(tag).length)).size, 1, tag);
  }
  assert.match(files.get("half-sheet.css") ?? "", /@page \{ size: A5/);
  assert.match(files.get("page.js") ?? "", /half-sheet#/);
});

test("a first load is four files, and no heavier than it has been", () => {
  const first = [...files].filter(([name]) => FIRST.includes(name));
  assert.equal(first.length, FIRST.length);
  assert.deepEqual([...(files.get("index.html") ?? "").matchAll(/(?:src|href)="\.\/([^"]+)"/g)].map((found) => found[1]).sort(), ["page.css", "page.js"]);
  const weight = first.reduce((sum, [, text]) => sum + brotliCompressSync(text).length, 0);
  assert.ok(weight < HEAVIEST, `${String(weight)} bytes`);
});
