/** How scripts are made small; the vectors are run in browsers on code made small in this way. */

import type { BuildOptions } from "vite";

export const SQUEEZED = {
  target: "es2022",
  minify: "terser",
  terserOptions: {
    module: true,
    ecma: 2020,
    compress: { passes: 4, keep_fargs: false, pure_getters: true, unsafe_arrows: true, unsafe_methods: true },
    format: { comments: false },
  },
} as const satisfies BuildOptions;
