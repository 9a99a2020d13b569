/** Waiting without holding anything up: between tries, and for a page that wants to be drawn. */

import { Cancelled } from "./errors.ts";

/** How long work may go on before whoever draws or listens gets a turn. */
const BUSY_MS = 40;

/** Return after *seconds*. Raises Cancelled once *signal* is aborted. */
export function pauseFor(seconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stopped = (): void => {
      clearTimeout(timer);
      reject(new Cancelled());
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stopped);
      resolve();
    }, seconds * 1_000);
    if (signal?.aborted === true) stopped();
    else signal?.addEventListener("abort", stopped, { once: true });
  });
}

/** Gives everybody else a turn now and then; one for each piece of long work. */
export class Breath {
  #since = Date.now();

  /** Let others work if the last time was long ago. Raises Cancelled once *signal* is aborted. */
  async take(signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) throw new Cancelled();
    const busy = Date.now() - this.#since;
    // A clock that was set back counts as long ago.
    if (busy >= 0 && busy < BUSY_MS) return;
    await pauseFor(0, signal);
    this.#since = Date.now();
  }
}
