/**
 * A build step: the page as one file, that works from disk.
 *
 * Script and style stand in the page, allowed by their hashes and by nothing else; the Worker's
 * script lies in it as text, and becomes a Worker through `pages/worker_script.ts`. No header says
 * the content policy of a file, so the page says it itself.
 */

import { createHash } from "node:crypto";

import type { Plugin } from "vite";

export const ONE_FILE = "recipes.html";

/** The page connects to *node*, or where that is empty to the address that somebody types. */
export function oneFile(node: string): Plugin {
  return {
    name: "one-file",
    enforce: "post",
    generateBundle: {
      order: "post",
      handler(_options, bundle) {
        const text = (name: string): string => {
          const built = bundle[name];
          if (built === undefined) throw new Error(`${name} was not built`);
          const content = built.type === "chunk" ? built.code : built.source;
          return typeof content === "string" ? content : new TextDecoder().decode(content);
        };
        const source = assembled(text("index.html"), {
          script: inScript(text("page.js")),
          worker: inScript(text("worker.js")),
          style: text("page.css").trim(),
          node,
        });
        for (const name of Object.keys(bundle)) Reflect.deleteProperty(bundle, name);
        this.emitFile({ type: "asset", fileName: ONE_FILE, source });
      },
    },
  };
}

interface Parts {
  readonly script: string;
  readonly worker: string;
  readonly style: string;
  readonly node: string;
}

function assembled(page: string, { script, worker, style, node }: Parts): string {
  const policy = [
    "default-src 'none'",
    `script-src ${hashOf(script)}`,
    `style-src ${hashOf(style)}`,
    "img-src data:",
    `connect-src ${node === "" ? "http: https:" : node}`,
    "worker-src blob:",
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types recipes",
  ].join("; ");
  const head = [
    `<meta http-equiv="content-security-policy" content="${policy}">`,
    '<meta name="referrer" content="no-referrer">',
  ].join("\n");
  const parts = [
    `<style>${style}</style>`,
    `<script type="text/plain" id="worker">${worker}</script>`,
    `<script type="module">${script}</script>`,
  ].join("\n");
  const charset = '<meta charset="utf-8">';
  const bare = without(without(page, /<script [^>]*src="[^"]+"><\/script>\n?/), /<link rel="stylesheet"[^>]*>\n?/);
  // The policy comes before whatever it is about; the rest goes where the head ends.
  return put(put(bare, charset, `${charset}\n${head}`), "</head>", `${parts}\n</head>`);
}

function without(page: string, tag: RegExp): string {
  const [found] = tag.exec(page) ?? [];
  if (found === undefined) throw new Error(`the page has no ${String(tag)}`);
  return put(page, found, "");
}

/** *page* with *text* in the one place of *mark*. */
function put(page: string, mark: string, text: string): string {
  const [before, after, ...more] = page.split(mark);
  if (before === undefined || after === undefined || more.length > 0) throw new Error(`not one ${mark}`);
  return before + text + after;
}

/** *code* so that no HTML parser takes a string of it for the element's end, or for a comment. */
function inScript(code: string): string {
  return code.trim().replace(/<(?=\/script|!--)/gi, "\\x3c");
}

function hashOf(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}
