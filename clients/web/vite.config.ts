/**
 * The pages: one HTML file, one script, one style sheet, one Worker; the recipe one leaves to, and
 * the half sheet about bridges, which are fetched by nobody who does not ask for them.
 *
 *     KLUNAK_CIRCLE=<digest> npm run pages      for one circle; without it, for trial circles only
 *     KLUNAK_NODE=<address> npm run one-file    all of it in one file, for one node or for any
 *
 * Nothing of the machine or the hour enters: two builds of one source are equal.
 */

import { readFileSync } from "node:fs";

import { defineConfig, type Plugin } from "vite";

import { columns } from "./bundling/columns.ts";
import { oneFile } from "./bundling/one_file.ts";
import { SQUEEZED } from "./bundling/squeezing.ts";
import { wordless } from "./bundling/wordless.ts";
import { LANGUAGE_NAMES, say } from "./pages/strings.ts";

const circle = process.env["KLUNAK_CIRCLE"] ?? "";
if (!/^([0-9a-f]{64})?$/.test(circle)) throw new Error("KLUNAK_CIRCLE: 64 hexadecimal digits");

const node = process.env["KLUNAK_NODE"] ?? "";
if (!/^(https?:\/\/[a-z0-9.:[\]-]+)?$/.test(node)) throw new Error("KLUNAK_NODE: http:// or https://, a host, and no path");

/** The icon of index.html: a bowl, and no request of its own. */
const ICON = /rel="icon" href="([^"]+)"/.exec(readFileSync(new URL("pages/index.html", import.meta.url), "utf8"))?.[1] ?? "";

/** An ordinary recipe in each language, without a script. */
function soups(): Plugin {
  return {
    name: "soups",
    generateBundle() {
      for (const [language] of LANGUAGE_NAMES) {
        const [title, how] = [say(language, "soup"), say(language, "soup_how")];
        this.emitFile({
          type: "asset",
          fileName: `soup-${language}.html`,
          source: `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="${ICON}">
<link rel="stylesheet" href="./page.css">
</head>
<body>
<main class="recipe">
<h1>${title}</h1>
<p>${how}</p>
</main>
</body>
</html>
`,
        });
      }
    },
  };
}

/** What to do where Tor is blocked, to be printed. Its icon is the page's: a browser asks for none. */
function halfSheet(): Plugin {
  return {
    name: "half-sheet",
    generateBundle() {
      for (const fileName of ["half-sheet.html", "half-sheet.css"]) {
        const text = readFileSync(new URL(`half_sheet/${fileName}`, import.meta.url), "utf8");
        const source = text.replace('<link rel="stylesheet"', `<link rel="icon" href="${ICON}">\n<link rel="stylesheet"`);
        this.emitFile({ type: "asset", fileName, source });
      }
    },
  };
}

const plain = {
  entryFileNames: "page.js",
  chunkFileNames: "[name].js",
  assetFileNames: "page[extname]",
  minify: true, // once more after terser: each finds what the other leaves
};

export default defineConfig(({ mode }) => ({
  root: "pages",
  base: "./",
  publicDir: "../public",
  plugins: [wordless(), columns(), ...(mode === "one-file" ? [oneFile(node)] : [soups(), halfSheet()])],
  define: {
    __CIRCLE__: JSON.stringify(circle),
    __NODE__: JSON.stringify(mode === "one-file" ? node : ""),
    __ONE_FILE__: JSON.stringify(mode === "one-file"),
  },
  build: {
    outDir: mode === "one-file" ? "../dist-one-file" : "../dist",
    emptyOutDir: true,
    ...SQUEEZED,
    modulePreload: false,
    assetsInlineLimit: 0,
    cssCodeSplit: false,
    reportCompressedSize: false,
    rollupOptions: { output: plain },
  },
  worker: {
    format: "iife",
    plugins: () => [wordless()],
    rollupOptions: { output: { ...plain, entryFileNames: "worker.js" } },
  },
}));
