/**
 * What the page knows while it is open, and which screen is shown. Nothing of it outlives `forget`.
 *
 * Screens are functions from the app to elements. Drawing one again changes nothing: what was typed
 * is in `drafts`, and the language can be switched anywhere.
 */

import type { Language } from "../src/crypto/goods.ts";
import type { DonorView, FamilyView } from "../src/clients/index.ts";
import type { CircleFacts, Dish, Drawn, Progress, Role, Seen } from "./calls.ts";
import { readCatalogue, type Catalogue } from "./catalogue.ts";
import { Client, Failed } from "./client.ts";
import { h, type Child } from "./dom.ts";
import { explained } from "./errors.ts";
import { heading } from "./parts.ts";
import { say, type Key } from "./strings.ts";

export type Screen = (app: App) => readonly Child[];

type Fields = Readonly<Record<string, string | number>>;

export class App {
  language: Language = "be";
  role: Role = "family";
  circle: CircleFacts | null = null;
  catalogue: Catalogue = { stores: [], presets: [] };
  drawn: Drawn | null = null;
  dish: Dish | null = null;
  family: Seen<FamilyView> | null = null;
  donor: Seen<DonorView> | null = null;
  /** Whether all nine lines were typed since the list was drawn. */
  typed = false;
  /** Whether it was in this sitting that one asked: then no card goes out by itself. */
  asked = false;
  /** Whether something runs that must not be broken off because nobody touches the screen. */
  busy = false;
  readonly client = new Client();
  readonly drafts = new Map<string, string>();
  /** What was opened on this screen, by name. */
  readonly opened = new Set<string>();

  #screen: Screen;
  /** Made anew with the screen, in the language of that moment. */
  #notice: (() => HTMLElement) | null = null;
  #run = 0;

  constructor(
    private readonly main: HTMLElement,
    first: Screen,
    private readonly onDrawn: () => void,
  ) {
    this.#screen = first;
  }

  /** A string of ours in the language of the moment. */
  say(key: Key, fields: Fields = {}): string {
    return say(this.language, key, fields);
  }

  /** What is shown now. */
  get screen(): Screen {
    return this.#screen;
  }

  /** Show *screen*, from its top. */
  go(screen: Screen): void {
    this.#screen = screen;
    this.#notice = null;
    this.#run++;
    this.opened.clear();
    this.redraw();
    this.focusTop();
  }

  redraw(): void {
    this.#fill(this.#notice?.(), ...this.#screen(this));
  }

  focusTop(): void {
    scrollTo(0, 0);
    this.main.querySelector<HTMLElement>("h1")?.focus({ preventScroll: true });
  }

  /** Say that something did not work, above what is shown. */
  complain(message: () => string): void {
    this.#announce(() => h("p", { class: "notice", role: "alert", tabindex: -1 }, message()));
  }

  /** Say that something was done, above what is shown. */
  assure(message: () => string): void {
    this.#announce(() => h("p", { class: "notice done", role: "status", tabindex: -1 }, message()));
  }

  /**
   * Do *work* while saying so. What it returns goes to *then*; what fails is explained above the
   * screen from which it was begun, where everything typed still stands.
   */
  async run<T>(
    doing: Key,
    work: (tell: (progress: Progress) => void) => Promise<T>,
    then: (value: T) => void,
  ): Promise<void> {
    if (this.busy) return;
    const run = ++this.#run;
    const bar = h("progress", { "aria-label": this.say(doing) });
    const far = h("p", { class: "quiet" });
    this.#fill(h("section", { class: "busy" }, heading(this.say(doing)), bar, far));
    this.focusTop();
    this.busy = true;
    const tell = (progress: Progress): void => {
      if ("done" in progress) {
        bar.value = progress.done;
        return;
      }
      const { tries, expected } = progress;
      // Nobody knows when it ends: the bar nears its end and never claims to be there.
      bar.value = 1 - Math.exp(-tries / expected);
      bar.parentElement?.querySelector("h1")?.replaceChildren(...heading(this.say("working")).childNodes);
      far.textContent = `${this.say("working_far", { tries, expected })} ${this.say("words_work")}`;
    };
    try {
      const value = await work(tell);
      this.busy = false;
      if (run === this.#run) then(value);
    } catch (error) {
      this.busy = false;
      if (run !== this.#run) return;
      const code = error instanceof Failed ? error.code : "defect";
      this.complain(() => explained(this.language, code));
    }
  }

  /** The circle's facts, asked for once. */
  async learnCircle(): Promise<void> {
    if (this.circle !== null) return;
    this.circle = await this.client.call("circle", []);
    this.catalogue = readCatalogue(this.circle.catalogue);
  }

  /** A list is in use from now on: nothing stays of another, but for the lines just typed. */
  begin(dish: Dish, { drawn = null }: { readonly drawn?: Drawn | null } = {}): void {
    const isLine = /^(good|many)-/;
    for (const name of this.drafts.keys()) if (drawn || !isLine.test(name)) this.drafts.delete(name);
    [this.drawn, this.dish, this.family, this.donor] = [drawn, dish, null, null];
    [this.typed, this.asked] = [drawn === null, false];
  }

  /** End everything: the Worker with its keys, and all that is on the screen or was typed. */
  forget(): void {
    this.#run++;
    this.client.forget();
    this.drafts.clear();
    this.opened.clear();
    [this.drawn, this.dish, this.family, this.donor] = [null, null, null, null];
    [this.typed, this.asked, this.busy, this.#notice] = [false, false, false, null];
    this.main.replaceChildren();
  }

  #announce(notice: () => HTMLElement): void {
    this.#notice = notice;
    this.redraw();
    scrollTo(0, 0);
    // It stands above whatever else is a notice.
    this.main.querySelector<HTMLElement>(".notice")?.focus({ preventScroll: true });
  }

  #fill(...children: readonly Child[]): void {
    document.title = this.say("title");
    document.documentElement.lang = this.language;
    this.main.replaceChildren(...children.filter((child): child is Node => child instanceof Node));
    this.onDrawn();
  }
}
