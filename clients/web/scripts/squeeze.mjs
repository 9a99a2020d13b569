/**
 * Beside each built file its brotli and its gzip form, as small as they get, so that a node needs no
 * library for either; then what a first load comes to. Onion pages over plain http are asked for
 * with gzip.
 */

import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { brotliCompressSync, constants } from "node:zlib";

import { gzipAsync } from "@gfx/zopfli";

const dist = new URL("../dist/", import.meta.url);
const FIRST = ["index.html", "page.js", "page.css", "worker.js"];
const load = { first_load_bytes_brotli: 0, first_load_bytes_gzip: 0, first_load_requests: 0 };

for (const name of readdirSync(dist).filter((name) => !/\.(br|gz)$/.test(name))) {
  const plain = readFileSync(new URL(name, dist));
  const brotli = brotliCompressSync(plain, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 11,
      [constants.BROTLI_PARAM_LGWIN]: 18,
      [constants.BROTLI_PARAM_LGBLOCK]: 16,
      [constants.BROTLI_PARAM_SIZE_HINT]: plain.length,
    },
  });
  const zipped = Buffer.from(await gzipAsync(plain, { numiterations: 15 }));
  writeFileSync(new URL(`${name}.br`, dist), brotli);
  writeFileSync(new URL(`${name}.gz`, dist), zipped);
  if (!FIRST.includes(name)) continue;
  load.first_load_bytes_brotli += brotli.length;
  load.first_load_bytes_gzip += zipped.length;
  load.first_load_requests += 1;
}
console.log(JSON.stringify(load));
