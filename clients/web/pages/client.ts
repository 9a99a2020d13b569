/** The page's end of the Worker: a call that returns, fails with a code, and tells how far it is. */

import workerUrl from "./worker.ts?worker&url";

import type { Call, Calls, Progress, Reply } from "./calls.ts";

/** What went wrong, by its code alone; `defect` is one of ours. */
export class Failed extends Error {
  constructor(readonly code: string) {
    super(code);
  }
}

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Failed) => void;
  readonly tell: (progress: Progress) => void;
}

type Value<Name extends keyof Calls> = Awaited<ReturnType<Calls[Name]>>;

export class Client {
  #worker: Worker = newWorker();
  readonly #pending = new Map<number, Pending>();
  #last = 0;

  constructor() {
    this.#listen();
  }

  call<Name extends keyof Calls>(
    name: Name,
    given: Parameters<Calls[Name]>,
    tell: (progress: Progress) => void = () => undefined,
  ): Promise<Value<Name>> {
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve: resolve as (value: unknown) => void, reject, tell });
      const message: Call = { id, name, arguments: given };
      this.#worker.postMessage(message);
    });
  }

  /** End the Worker with everything it knows, and stop what is under way. */
  forget(): void {
    this.#worker.terminate();
    for (const { reject } of this.#pending.values()) reject(new Failed("cancelled"));
    this.#pending.clear();
  }

  /** After `forget`: a Worker that knows nothing. */
  begin(): void {
    this.#worker = newWorker();
    this.#listen();
  }

  #listen(): void {
    this.#worker.addEventListener("message", ({ data }: MessageEvent<Reply>) => {
      const pending = this.#pending.get(data.id);
      if (pending === undefined) return;
      if ("progress" in data) {
        pending.tell(data.progress);
        return;
      }
      this.#pending.delete(data.id);
      if ("code" in data) pending.reject(new Failed(data.code));
      else pending.resolve(data.value);
    });
    this.#worker.addEventListener("error", () => {
      for (const { reject } of this.#pending.values()) reject(new Failed("defect"));
      this.#pending.clear();
    });
  }
}

interface Policy {
  createScriptURL(url: string): unknown;
}

interface Factory {
  createPolicy(name: string, rules: Policy): Policy;
}

// The one script this page may start; the content policy lets no other string become one.
const { trustedTypes } = globalThis as { trustedTypes?: Factory };
const policy = trustedTypes?.createPolicy("recipes", {
  createScriptURL: (url) => {
    if (url !== workerUrl) throw new TypeError("not our script");
    return url;
  },
});

function newWorker(): Worker {
  const url = policy?.createScriptURL(workerUrl) ?? workerUrl;
  return new Worker(url as string, { type: "module" });
}
