/** What a visitor is served: the same from every build, and without what the pages promise not to do. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";

const WEB = fileURLToPath(new URL("../../../", import.meta.url));

function built(circle = ""): Map<string, string> {
  const out = mkdtempSync(join(tmpdir(), "pages-"));
  try {
    execFileSync("npx", ["vite", "build", "--outDir", out, "--logLevel", "error"], {
      cwd: WEB,
      env: { ...process.env, KLUNAK_CIRCLE: circle },
    });
    return new Map(readdirSync(out).map((name) => [name, readFileSync(join(out, name), "utf8")]));
  } finally {
    rmSync(out, { recursive: true });
  }
}

const hashes = (files: Map<string, string>): string[] =>
  [...files].map(([name, text]) => `${name} ${createHash("sha256").update(text).digest("hex")}`).sort();

test("two builds are equal, byte for byte; a circle's digest is all that another one changes", () => {
  const first = built();
  assert.deepEqual(hashes(built()), hashes(first));
  const digest = "ab".repeat(32);
  const pinned = built(digest);
  assert.ok(pinned.get("worker.js")?.includes(digest));
  assert.deepEqual(
    hashes(pinned).filter((line) => !hashes(first).includes(line)).map((line) => line.split(" ")[0]),
    ["worker.js"],
  );
});

test("nothing is stored, evaluated, made of markup or asked of strangers", () => {
  const files = built();
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
    assert.ok(["index.html", "page.js", "page.css", "worker.js"].includes(name) || /^soup-(be|ru|en)\.html$/.test(name), name);
  }
});
