/**
 * Beside each built file its brotli form, so that a node needs no library for it; then what a first
 * load comes to. Onion pages over plain http are asked for with gzip, which the node makes itself.
 */

import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const dist = new URL("../dist/", import.meta.url);
const FIRST = ["index.html", "page.js", "page.css", "worker.js"];
const load = { first_load_bytes_brotli: 0, first_load_bytes_gzip: 0, first_load_requests: 0 };

for (const name of readdirSync(dist).filter((name) => !name.endsWith(".br"))) {
  const plain = readFileSync(new URL(name, dist));
  const brotli = brotliCompressSync(plain, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 11,
      [constants.BROTLI_PARAM_LGWIN]: 24,
      [constants.BROTLI_PARAM_SIZE_HINT]: plain.length,
    },
  });
  writeFileSync(new URL(`${name}.br`, dist), brotli);
  if (!FIRST.includes(name)) continue;
  load.first_load_bytes_brotli += brotli.length;
  load.first_load_bytes_gzip += gzipSync(plain, { level: 9 }).length;
  load.first_load_requests += 1;
}
console.log(JSON.stringify(load));
