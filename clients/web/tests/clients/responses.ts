/**
 * As much of a fetched response as a client looks at.
 *
 * Not the platform's own: Node's comes with an HTTP parser in WebAssembly, which is not there when
 * the tests run without a JIT, as Tor Browser's Safer level does.
 */

import { utf8 } from "../../src/crypto/bytes.ts";

export const OCTETS = "application/octet-stream";

/** A response of *content*, all of it in one chunk, or chunk by chunk for ever. */
export function response(
  content: Uint8Array | string | (() => Uint8Array),
  mediaType: string | null,
  { status = 200, encoding = null }: { status?: number; encoding?: string | null } = {},
): Response {
  const headers = new Map([
    ["content-type", mediaType],
    ["content-encoding", encoding],
  ]);
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (typeof content === "function") {
        controller.enqueue(content());
        return;
      }
      const bytes = typeof content === "string" ? utf8(content) : content;
      if (bytes.length > 0) controller.enqueue(bytes);
      controller.close();
    },
  });
  const looked = { status, headers: { get: (name: string) => headers.get(name) ?? null }, body };
  return looked as unknown as Response;
}

/** A response of JSON. */
export function json(status: number, value: object): Response {
  return response(JSON.stringify(value), "application/json", { status });
}

/** An RFC 9457 problem. */
export function problem(code: string, status: number): Response {
  const text = JSON.stringify({ type: "about:blank", title: "no", status, code });
  return response(text, "application/problem+json", { status });
}
