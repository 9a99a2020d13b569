/**
 * A node, as a person's client meets it (protocol.md, section 7).
 *
 * Sizes are fixed in both directions. An answer of another size or type is not looked at; a refusal
 * is known by its stable code; every request may be sent again, because every route gives the same
 * answer to the same request. Secrets travel in bodies: no address or error holds one.
 */

import { randomBytes, toInteger } from "../crypto/bytes.ts";
import { readCircle, type Circle } from "../crypto/circle.ts";
import {
  readEpochDescriptor,
  readNodeDescriptor,
  type EpochDescriptor,
  type NodeDescriptor,
} from "../crypto/descriptors.ts";
import { CryptoError } from "../crypto/errors.ts";
import { RECORD_BYTES } from "../crypto/labels.ts";
import { DOCUMENT_BYTES, readObject, writeText, type JsonObject } from "../crypto/strict_json.ts";
import {
  Cancelled,
  CircleSubstituted,
  NodeMisbehaves,
  NodeRefused,
  NodeUnreachable,
} from "./errors.ts";
import { OCTETS, TIMEOUT_SECONDS, fetchOnce, type Answer } from "./fetching.ts";
import { pauseFor } from "./pauses.ts";

export const INTAKE_BYTES = 29_163;
export const CARD_BYTES = 25_096;
export const LOOK_BYTES = 384;
export const LOOK_ANSWER_BYTES = 12 * RECORD_BYTES;
export const MEET_BYTES = 224;
export const MEET_ANSWER_BYTES = 4 * RECORD_BYTES + 16;
export const LEAVE_BYTES = 33_280;
export const LEAVE_ANSWER_BYTES = 8;

export const ATTEMPTS = 3;
export const PAUSE_SECONDS = 0.5;
export { TIMEOUT_SECONDS };

const BUSY: readonly (string | null)[] = ["busy", "too_slow"];
const PROBLEM_BYTES = 4_096;
const CODE = /^[a-z][a-z0-9_]{0,39}$/;
const NOTHING = new Uint8Array(0);

/** Told of every request: method, path, body, and how many bytes came back. For tests. */
export type Recorder = (method: string, path: string, body: Uint8Array, answered: number) => void;

/** The verified descriptor of the open epoch; *committed* is the node's word, 0 before any. */
export interface OpenEpoch {
  readonly descriptor: EpochDescriptor;
  readonly committed: number;
}

/** What a test may put in the place of the browser's own. */
export interface NodeOptions {
  readonly fetch?: typeof globalThis.fetch;
  readonly recorder?: Recorder;
  readonly pause?: (seconds: number, signal: AbortSignal) => Promise<void>;
}

interface Expected {
  readonly json: boolean;
  readonly atMost: number;
}

/** One node: at *baseUrl*, or where the page itself came from if that is empty. */
export class NodeClient {
  readonly #baseUrl: string;
  readonly #fetch: typeof globalThis.fetch;
  readonly #recorder: Recorder | undefined;
  readonly #pause: (seconds: number, signal: AbortSignal) => Promise<void>;
  readonly #closed = new AbortController();

  constructor(baseUrl = "", { fetch, recorder, pause = pauseFor }: NodeOptions = {}) {
    this.#baseUrl = baseUrl.replace(/\/+$/, "");
    // Called as a method, a browser's own fetch refuses.
    this.#fetch = fetch ?? ((...request) => globalThis.fetch(...request));
    this.#recorder = recorder;
    this.#pause = pause;
  }

  /** Break off what is under way, and send nothing any more. */
  close(): void {
    this.#closed.abort();
  }

  /** The unverified circle document, as served. */
  async circle(): Promise<Uint8Array> {
    return this.#json("/circle", DOCUMENT_BYTES);
  }

  /** The circle with exactly this digest. Raises CircleSubstituted for any other. */
  async fetchCircle(pinnedDigest: Uint8Array): Promise<Circle> {
    const document = await this.circle();
    return orSubstituted(() => readCircle(document, { pinnedDigest }));
  }

  /** The open epoch, signed by a matcher of *circle*. Raises CircleSubstituted. */
  async epoch(circle: Circle): Promise<OpenEpoch> {
    const { committed, ...signed } = objectOf(await this.#json("/epoch", PROBLEM_BYTES));
    if (typeof committed !== "number") throw new NodeMisbehaves();
    const descriptor = orSubstituted(() => readEpochDescriptor(writeText(signed), circle));
    // A committed epoch is a closed one.
    if (committed < 0 || committed >= descriptor.epoch) throw new NodeMisbehaves();
    return { descriptor, committed };
  }

  /** How this node admits intake today. Raises CircleSubstituted. */
  async node(circle: Circle): Promise<NodeDescriptor> {
    const signed = objectOf(await this.#json("/node", PROBLEM_BYTES));
    return orSubstituted(() => readNodeDescriptor(writeText(signed), circle));
  }

  /** Ask both duty coordinators. Raises NodeRefused. */
  async intake(body: Uint8Array): Promise<void> {
    requireAccepted(await this.#posted("/intake", body, INTAKE_BYTES, JSON_ANSWER));
  }

  /** Post a card. Raises NodeRefused. */
  async card(body: Uint8Array): Promise<void> {
    requireAccepted(await this.#posted("/cards", body, CARD_BYTES, JSON_ANSWER));
  }

  /** Twelve records for twelve R. */
  async look(body: Uint8Array): Promise<Uint8Array> {
    return this.#octets("/visit/look", body, LOOK_BYTES, LOOK_ANSWER_BYTES);
  }

  /** Four records and a verdict. */
  async meet(body: Uint8Array): Promise<Uint8Array> {
    return this.#octets("/visit/meet", body, MEET_BYTES, MEET_ANSWER_BYTES);
  }

  /** Eight verdicts for eight writes. */
  async leave(body: Uint8Array): Promise<Uint8Array> {
    return this.#octets("/visit/leave", body, LEAVE_BYTES, LEAVE_ANSWER_BYTES);
  }

  async #json(path: string, atMost: number): Promise<Uint8Array> {
    return this.#sent("GET", path, NOTHING, { json: true, atMost });
  }

  async #octets(
    path: string,
    body: Uint8Array,
    size: number,
    answerSize: number,
  ): Promise<Uint8Array> {
    const answer = await this.#posted(path, body, size, { json: false, atMost: answerSize });
    if (answer.length !== answerSize) throw new NodeMisbehaves();
    return answer;
  }

  async #posted(
    path: string,
    body: Uint8Array,
    size: number,
    expected: Expected,
  ): Promise<Uint8Array> {
    // Ours to get right, never typed.
    if (body.length !== size) throw new Error(`${path} takes ${String(size)} bytes`);
    return this.#sent("POST", path, body, expected);
  }

  async #sent(
    method: string,
    path: string,
    body: Uint8Array,
    { json, atMost }: Expected,
  ): Promise<Uint8Array> {
    const answer = await this.#answered(method, path, body, Math.max(atMost, PROBLEM_BYTES));
    if (answer.status !== 200 && answer.status !== 201) throw refusalOf(answer);
    if (answer.mediaType !== (json ? "application/json" : OCTETS)) throw new NodeMisbehaves();
    if (answer.content.length > atMost) throw new NodeMisbehaves();
    return answer.content;
  }

  /** Some answer; asked again, after a pause with jitter, while there is none. */
  async #answered(
    method: string,
    path: string,
    body: Uint8Array,
    atMost: number,
  ): Promise<Answer> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (attempt > 0) {
        const seconds = PAUSE_SECONDS * 2 ** attempt * (0.5 + jitter());
        await this.#pause(seconds, this.#closed.signal);
      }
      const answer = await this.#asked(method, path, body, atMost);
      if (answer === null) continue;
      this.#recorder?.(method, path, body, answer.content.length);
      const isBusy = answer.status === 503 && BUSY.includes(codeOf(answer));
      if (!isBusy || attempt === ATTEMPTS - 1) return answer;
    }
    throw new NodeUnreachable();
  }

  /** One answer, or null if none came in time. Raises Cancelled once closed. */
  async #asked(
    method: string,
    path: string,
    body: Uint8Array,
    atMost: number,
  ): Promise<Answer | null> {
    const { signal } = this.#closed;
    if (signal.aborted) throw new Cancelled();
    const url = `${this.#baseUrl}${path}`;
    const asked = { fetch: this.#fetch, method, url, body, atMost, signal };
    const answer = await fetchOnce(asked);
    if (isAborted(signal)) throw new Cancelled();
    return answer;
  }
}

const JSON_ANSWER: Expected = { json: true, atMost: PROBLEM_BYTES };
/** From 0 to 1, in thousandths. */
function jitter(): number {
  return Number(toInteger(randomBytes(8)) % 1_000n) / 1_000;
}

/** Asked in a function, since an abort while something was awaited is no surprise here. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

function objectOf(document: Uint8Array): JsonObject {
  try {
    return readObject(document);
  } catch (error) {
    throw error instanceof CryptoError ? new NodeMisbehaves() : error;
  }
}

function requireAccepted(document: Uint8Array): void {
  const answer = objectOf(document);
  if (answer["status"] !== "accepted" || Object.keys(answer).length !== 1) {
    throw new NodeMisbehaves();
  }
}

function orSubstituted<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof CryptoError ? new CircleSubstituted() : error;
  }
}

function refusalOf(answer: Answer): NodeRefused | NodeMisbehaves {
  const code = codeOf(answer);
  if (answer.mediaType !== "application/problem+json" || code === null) {
    return new NodeMisbehaves();
  }
  return new NodeRefused(code, answer.status);
}

/** The stable code of a problem, or null; only what a code may look like is let through. */
function codeOf(answer: Answer): string | null {
  if (answer.content.length > PROBLEM_BYTES) return null;
  try {
    const { code } = readObject(answer.content);
    return typeof code === "string" && CODE.test(code) ? code : null;
  } catch {
    return null;
  }
}
