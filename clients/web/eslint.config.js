import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["build/", "dist/", "dist-one-file/", "node_modules/", "**/*.generated.ts"] },
  {
    files: ["src/**/*.ts", "pages/**/*.ts", "bundling/**/*.ts", "tests/**/*.ts"],
    extends: [
      ...tseslint.configs.strictTypeChecked,
      ...tseslint.configs.stylisticTypeChecked,
    ],
    languageOptions: {
      parserOptions: {
        project: ["tsconfig.json", "pages/tsconfig.json", "bundling/tsconfig.json", "tests/tsconfig.json"],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      // node:test returns promises that its runner waits for.
      "@typescript-eslint/no-floating-promises": [
        "error",
        { allowForKnownSafeCalls: [{ from: "package", name: "test", package: "node:test" }] },
      ],
    },
  },
  {
    // What runs in a browser knows nothing of Node, evaluates nothing and compiles no WebAssembly.
    files: ["src/**/*.ts", "pages/**/*.ts"],
    rules: {
      "no-eval": "error",
      "no-implied-eval": "off",
      "@typescript-eslint/no-implied-eval": "error",
      "no-restricted-globals": ["error", "Buffer", "process", "global", "require", "WebAssembly"],
      "no-restricted-properties": [
        "error",
        { object: "crypto", property: "subtle", message: "missing on http onion pages" },
        { object: "Math", property: "random", message: "not random enough for anything here" },
      ],
      "no-restricted-imports": ["error", { patterns: ["node:*"] }],
    },
  },
);
