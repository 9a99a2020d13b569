/**
 * One request over fetch, told as little as a browser lets one, and no more of its answer than was
 * asked for.
 */

import { concat } from "../crypto/bytes.ts";
import { NodeMisbehaves } from "./errors.ts";

/** An onion circuit is slow, and a node's disk may be busy. */
export const TIMEOUT_SECONDS = 60;

export const OCTETS = "application/octet-stream";

const NOTHING = new Uint8Array(0);

/** Nothing is told to the node, or kept by the browser, beyond the request itself. */
const QUIETLY: RequestInit = {
  cache: "no-store",
  credentials: "omit",
  referrerPolicy: "no-referrer",
  // A redirect is no answer of the protocol's: it is looked at, and refused.
  redirect: "manual",
};

/** What is asked; *atMost* bytes of answer are read, until *signal* is aborted. */
export interface Request {
  readonly fetch: typeof globalThis.fetch;
  readonly method: string;
  readonly url: string;
  readonly body: Uint8Array;
  readonly atMost: number;
  readonly signal: AbortSignal;
}

/** Status, media type and body of a response, none of it trusted. */
export interface Answer {
  readonly status: number;
  readonly mediaType: string;
  readonly content: Uint8Array;
}

/** Whatever was answered, or null if nothing was, in time. Raises NodeMisbehaves. */
export async function fetchOnce(request: Request): Promise<Answer | null> {
  const given = new AbortController();
  const giveUp = (): void => {
    given.abort();
  };
  const timer = setTimeout(giveUp, TIMEOUT_SECONDS * 1_000);
  request.signal.addEventListener("abort", giveUp, { once: true });
  try {
    const { fetch, method, url, body } = request;
    const sent = { body: body as Uint8Array<ArrayBuffer>, headers: { "content-type": OCTETS } };
    const response = await fetch(url, {
      ...QUIETLY,
      method,
      signal: given.signal,
      ...(method === "POST" ? sent : {}),
    });
    return await answerOf(response, request.atMost);
  } catch (error) {
    if (error instanceof NodeMisbehaves) throw error;
    // The cause may repeat an address or a proxy's words; it stays here.
    return null;
  } finally {
    clearTimeout(timer);
    request.signal.removeEventListener("abort", giveUp);
  }
}

async function answerOf(response: Response, atMost: number): Promise<Answer> {
  // An answer's length is part of what is checked, and nothing may swell here.
  const encoding = response.headers.get("content-encoding") ?? "identity";
  if (encoding !== "identity") throw new NodeMisbehaves();
  const [mediaType = ""] = (response.headers.get("content-type") ?? "").split(";");
  const content = await contentOf(response, atMost);
  return { status: response.status, mediaType: mediaType.trim().toLowerCase(), content };
}

/** The body; no more of it is read than *atMost*. Raises NodeMisbehaves. */
async function contentOf(response: Response, atMost: number): Promise<Uint8Array> {
  if (response.body === null) return NOTHING;
  const reader = response.body.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return concat(...chunks);
    chunks.push(value);
    length += value.length;
    if (length > atMost) {
      await reader.cancel().catch(() => undefined);
      throw new NodeMisbehaves();
    }
  }
}
