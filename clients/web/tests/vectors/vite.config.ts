/** Everything `browser.ts` needs in one script, made small in the way of the pages. */

import { defineConfig } from "vite";

import { SQUEEZED } from "../../bundling/squeezing.ts";
import { wordless } from "../../bundling/wordless.ts";

export default defineConfig({
  root: import.meta.dirname,
  plugins: [wordless()],
  build: {
    ...SQUEEZED,
    outDir: "../../build/vectors",
    lib: { entry: "browser.ts", formats: ["iife"], name: "vectors", fileName: () => "vectors.js" },
  },
});
