/** The page's end of the Worker: a call that returns, fails with a code, and tells how far it is. */

import type { Call, Calls, Progress, Reply } from "./calls.ts";
import { workerScript } from "./worker_script.ts";

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
  #node = "";
  #worker: Worker = newWorker(this.#node);
  /** Whether the Worker did not load, or broke: nobody would answer. */
  #fell = false;
  /** Told when a Worker broke, after what waited for it has failed. */
  onFallen: () => void = () => undefined;
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
    if (this.#fell) this.begin();
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
    this.#worker = newWorker(this.#node);
    this.#fell = false;
    this.#listen();
  }

  /** Speak to the node at this address from now on, and not to the one that served the page. */
  reach(node: string): void {
    this.forget();
    this.#node = node;
    this.begin();
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
      this.#fell = true;
      for (const { reject } of this.#pending.values()) reject(new Failed("defect"));
      this.#pending.clear();
      this.onFallen();
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
    if (url !== workerScript) throw new TypeError("not our script");
    return url;
  },
});

/** A Worker is told its node by its name, before anything else can be said to it. */
function newWorker(node: string): Worker {
  const url = policy?.createScriptURL(workerScript) ?? workerScript;
  return new Worker(url as string, { name: node });
}
