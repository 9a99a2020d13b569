/** Pieces that several screens are made of. */

import type { App, Screen } from "./app.ts";
import type { Dish } from "./calls.ts";
import { MODES, NEEDS, REGIONS, SIZES, members, type Store } from "./catalogue.ts";
import { picture } from "./dishes.ts";
import { h, harmless, type Child, type Props } from "./dom.ts";
import type { Key } from "./strings.ts";
import { day } from "./days.ts";
import type { Facts } from "../src/clients/index.ts";

/** Nothing typed is completed, corrected, checked or translated by anybody. */
export const UNASSISTED: Props = {
  autocomplete: "off",
  autocapitalize: "off",
  autocorrect: "off",
  spellcheck: "false",
  translate: "no",
};

/** The longest message, in characters; bytes are counted where it is sent. */
export const MOST_CHARACTERS = 300;

const VOWEL = "[аеёиіоуыэюя]";
const CONSONANT = "[бвгджзклмнпрстфхцчшщ]";

/** Where a word may part: before a consonant and its vowel, never between д and з or ж. */
const SYLLABLES = new RegExp(
  `(?<=[а-яёіў]${VOWEL}|${VOWEL}(?:${CONSONANT}|[йўьъ])+)(?<!д(?=[зж]))(?=${CONSONANT}${VOWEL})`, "gi",
);

/** A screen's first line, whose words may part where letters are large: browsers know no Belarusian. */
export function heading(text: string): HTMLElement {
  return h("h1", { tabindex: -1 }, text.replace(SYLLABLES, "\u00ad"));
}

/** One calm sentence, or a few: who can see what. */
export function sees(app: App, ...keys: readonly (Key | null)[]): HTMLElement {
  const sentences = keys.filter((key) => key !== null).map((key) => h("p", {}, app.say(key)));
  return h("aside", { class: "sees" }, h("h2", {}, app.say("seen")), ...sentences);
}

export function button(text: string, act: () => void, kind = ""): HTMLElement {
  return h("button", { type: "button", class: kind, onclick: act }, text);
}

/** The way back to *before*. */
export function back(app: App, before: Screen): HTMLElement {
  return button(app.say("back"), () => {
    app.go(before);
  }, "plain");
}

/** A form that is handled here and goes nowhere. */
export function form(submit: () => void, ...children: readonly Child[]): HTMLElement {
  const sent = (event: Event): void => {
    event.preventDefault();
    submit();
  };
  return h("form", { onsubmit: sent, novalidate: true, ...{ autocomplete: "off" } }, ...children);
}

/** A form of what cannot be taken back, or may be sent empty: Enter in a field sends nothing. */
export function deliberate(send: () => void, ...children: readonly Child[]): HTMLElement {
  const made = form(send, ...children);
  made.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target instanceof HTMLInputElement) event.preventDefault();
  });
  return made;
}

export function submit(text: string): HTMLElement {
  return h("button", { class: "main" }, text);
}

export interface FieldOptions {
  readonly hint?: string;
  readonly long?: boolean;
  readonly most?: number;
}

/** A labelled field whose text outlives its element until it is sent. */
export function field(app: App, name: string, label: string, options: FieldOptions = {}): HTMLElement {
  const { hint, long = false, most } = options;
  const id = `f-${name}`;
  const left = h("span", { class: "quiet", id: `${id}-h` }, hint ?? "");
  const box = h(long ? "textarea" : "input", {
    id,
    ...UNASSISTED,
    ...(long ? { rows: 4 } : { type: "text" }),
    ...(hint !== undefined || most !== undefined ? { "aria-describedby": `${id}-h` } : {}),
  });
  const count = (): void => {
    if (most === undefined) return;
    left.textContent = app.say("characters", { count: most - Array.from(box.value).length });
  };
  box.value = app.drafts.get(name) ?? "";
  box.addEventListener("input", () => {
    app.drafts.set(name, box.value);
    count();
  });
  count();
  return h("p", { class: "field" }, h("label", { for: id }, label), box, left);
}

const INVISIBLE = /^[\s\p{Cc}\p{Cf}]*$/u;

/** What was typed into a field, without what surrounds it; empty if nobody could see any of it. */
export function draft(app: App, name: string): string {
  const text = (app.drafts.get(name) ?? "").trim();
  return INVISIBLE.test(text) ? "" : text;
}

export function drop(app: App, ...names: readonly string[]): void {
  for (const name of names) app.drafts.delete(name);
}

export interface Choice {
  readonly value: string;
  readonly text: string;
  readonly note?: string;
  readonly disabled?: boolean;
}

/** Radio buttons, or check boxes if there may be several; the choice is in the drafts. */
export function choices(
  app: App,
  name: string,
  legend: string,
  of: readonly Choice[],
  { several = false, changed }: { several?: boolean; changed?: () => void } = {},
): HTMLElement {
  const chosen = new Set((app.drafts.get(name) ?? "").split(" "));
  const rows = of.map(({ value, text, note, disabled = false }) => {
    const id = `c-${name}-${value}`;
    const box = h("input", {
      type: several ? "checkbox" : "radio",
      name,
      id,
      disabled,
      ...(note === undefined ? {} : { "aria-describedby": `${id}-n` }),
      onchange: () => {
        if (!several) chosen.clear();
        if (box.checked) chosen.add(value);
        else chosen.delete(value);
        app.drafts.set(name, [...chosen].filter((one) => one !== "").join(" "));
        changed?.();
      },
    });
    box.checked = chosen.has(value) && !disabled;
    return h(
      "div",
      { class: "choice" },
      box,
      h("label", { for: id }, text),
      note !== undefined && h("span", { class: "quiet", id: `${id}-n` }, note),
    );
  });
  return h("fieldset", {}, h("legend", {}, legend), ...rows);
}

/** The numbers chosen under *name*. */
export function chosen(app: App, name: string): number[] {
  return draft(app, name).split(" ").filter((one) => one !== "").map(Number);
}

/** Somebody else's words, marked as such, as text and nothing else. */
export function quote(who: string, words: string): HTMLElement {
  return h(
    "figure",
    {},
    h("figcaption", {}, who),
    h("blockquote", { translate: "no" }, h("bdi", {}, harmless(words))),
  );
}

/** Something to be carried to a store, with a button that copies it. */
export function carried(app: App, label: string, text: string): HTMLElement {
  const value = h("output", { translate: "no" }, h("bdi", {}, harmless(text)));
  const copy = h("button", { type: "button", class: "small" }, app.say("copy"));
  copy.addEventListener("click", () => {
    const selection = getSelection();
    selection?.selectAllChildren(value);
    // The other way to the clipboard is missing on pages without https, such as onion ones.
    // eslint-disable-next-line @typescript-eslint/no-deprecated
    const isCopied = document.execCommand("copy");
    copy.textContent = app.say(isCopied ? "copied" : "copy_failed");
    selection?.removeAllRanges();
  });
  return h("div", { class: "carried" }, h("span", { class: "quiet" }, label), value, copy);
}

/** That the node is to be found elsewhere, if it is. Nobody is taken there. */
export function moved(app: App): HTMLElement | null {
  const addresses = app.circle?.movedTo ?? [];
  if (addresses.length === 0) return null;
  return h(
    "section",
    { class: "notice" },
    h("p", {}, app.say("line.moved")),
    ...addresses.map((address) => carried(app, "", address)),
  );
}

export function dishCard(app: App, dish: Dish): HTMLElement {
  return h("p", { class: "dish-card" }, picture(dish.picture), h("strong", {}, dish.names[app.language]));
}

/** More to do, out of the way until it is wanted; drawn again, it is open if it was. */
export function more(app: App, name: string, title: string, ...children: readonly Child[]): HTMLElement {
  const details = h("details", { open: app.opened.has(name) }, h("summary", {}, title), ...children);
  details.addEventListener("toggle", () => {
    if (details.open) app.opened.add(name);
    else app.opened.delete(name);
  });
  return details;
}

/** *text* with its first letter large. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A name of the table as people call it, its first letter large. */
export function named(app: App, key: Key): string {
  return capital(app.say(key));
}

/** A store's name, without what the catalogue says of it in one language. */
export function storeName(app: App, number: number): string {
  const name = app.catalogue.stores[number]?.name.split(/ \(|:/)[0];
  return name ?? app.say("line.store_number", { number });
}

/** What a store asks of a person; for a donor also whether it took a foreign card. */
export function storeAsks(app: App, store: Store): string {
  const asks: string[] = [];
  if (app.role === "donor") {
    const tried = new Date(store.foreignCardsAsOf * 86_400_000);
    const key = store.foreignCards ? "line.store_foreign_cards" : "line.store_no_foreign_cards";
    const year = String(tried.getFullYear());
    asks.push(app.say(key, { day: `${day(app.language, tried, false)} ${year}` }));
  }
  if (store.asksPhone) asks.push(app.say("line.store_phone"));
  if (store.asksName) asks.push(app.say("line.store_name"));
  return asks.join("; ") || app.say("line.store_asks_nothing");
}

/** What a match is about, as a short list. */
export function matchFacts(app: App, facts: Facts): HTMLElement {
  const at = <N extends string>(names: readonly N[], number: number): N =>
    names.filter((_, code) => code === Math.min(number, names.length - 1)).reduce((name) => name);
  const store = app.catalogue.stores[facts.store];
  const rows: [Key, string][] = [
    ["way", named(app, `mode.${at(MODES, facts.mode)}`)],
    ["store", storeName(app, facts.store) + (store ? `: ${storeAsks(app, store)}` : "")],
    ["where", named(app, `region.${at(REGIONS, facts.region)}`)],
    ["size", named(app, `size.${at(SIZES, facts.size)}`)],
    ["what", capital(members(NEEDS, facts.needs).map((need) => app.say(`need.${need}`)).join(", "))],
  ];
  return h(
    "dl",
    {},
    ...rows.flatMap(([key, text]) => [h("dt", {}, app.say(key)), h("dd", {}, harmless(text))]),
  );
}
