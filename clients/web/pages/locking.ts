/** Five quiet minutes, or five out of sight, and the page locks; it says so a minute before. */

const QUIET_MS = 5 * 60_000;
const WARNING_MS = 60_000;

/** What is watched. */
export interface Watched {
  /** Whether there is anything to forget, and nothing under way that would be broken off. */
  isLockable(): boolean;
  /** Say that the page is about to lock, or no longer. */
  warn(isNear: boolean): void;
  lock(): void;
}

/** Watches hands and sight from now on. */
export class Watch {
  #touched = Date.now();
  #hidden = 0;
  #isNear = false;

  constructor(private readonly page: Watched) {
    for (const name of ["pointerdown", "keydown", "input", "wheel"]) {
      addEventListener(name, ({ type, target }) => {
        // Once there is a warning, a touch by accident does not count; whoever types is there.
        const isField = target instanceof Element && target.matches("input, textarea, select");
        if (!this.#isNear || type !== "pointerdown" || isField) this.stay();
      }, { passive: true });
    }
    document.addEventListener("visibilitychange", () => {
      // A page that was asleep looks at the clock before anybody can look at it.
      this.#look();
      this.#hidden = document.hidden ? Date.now() : 0;
    });
    setInterval(() => {
      this.#look();
    }, 1_000);
  }

  /** Somebody is there. */
  stay(): void {
    this.#touched = Date.now();
    this.#warn(false);
  }

  #look(): void {
    if (!this.page.isLockable()) {
      this.stay();
      return;
    }
    const now = Date.now();
    const quiet = now - this.#touched;
    const isUnseen = this.#hidden > 0 && now - this.#hidden >= QUIET_MS;
    if (quiet >= QUIET_MS || isUnseen) {
      this.#warn(false);
      this.page.lock();
    } else if (quiet >= QUIET_MS - WARNING_MS) this.#warn(true);
  }

  #warn(isNear: boolean): void {
    if (isNear === this.#isNear) return;
    this.#isNear = isNear;
    this.page.warn(isNear);
  }
}
