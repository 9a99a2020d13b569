/** Nine lines as they are typed: a good with suggestions, how many of it, and what is wrong. */

import type { App, Screen } from "../app.ts";
import type { Suggestion, TypedLine } from "../calls.ts";
import { Failed } from "../client.ts";
import { h } from "../dom.ts";
import { explained } from "../errors.ts";
import { back, capital, form, heading, sees, submit, UNASSISTED } from "../parts.ts";

const LINES = 9;
const QUANTITIES = ["", "1", "2", "3", "4", "5", "6", "7", "8"];

/** The longest line that is read. */
const MOST_CHARACTERS = 120;

/** Nothing of a list stays where it was typed, once it was read. */
export function forgetLines(app: App): void {
  for (let line = 0; line < LINES; line++) {
    app.drafts.delete(`good-${String(line)}`);
    app.drafts.delete(`many-${String(line)}`);
  }
}

/**
 * Nine lines, whatever they are for; *how* says so, *before* is where one came from, and *then* gets
 * them once all can be read.
 */
export function typing(
  app: App,
  how: "type_how" | "type_all",
  before: Screen,
  then: (lines: readonly TypedLine[]) => void,
): readonly HTMLElement[] {
  const open = (): void => {
    void readAll(rows, then);
  };
  // Enter goes on where something is missing, after this line first; it opens what is whole.
  const goOn = (line: number): void => {
    const next = [...rows.slice(line + 1), ...rows].find((one) => !one.isWhole());
    if (next) next.focus();
    else open();
  };
  const rows = Array.from({ length: LINES }, (_, line) => row(app, line, () => {
    goOn(line);
  }));
  return [
    heading(app.say("type")),
    h("p", {}, app.say(how)),
    form(
      open,
      h("ol", { class: "paper typed", translate: "no" }, ...rows.map(({ element }) => element)),
      submit(app.say("open")),
    ),
    back(app, before),
    sees(app, "type_sees", "sees_no_store"),
  ];
}

interface Row {
  readonly element: HTMLElement;
  /** The line, or a code that says what is wrong with it. */
  read(): Promise<TypedLine | string>;
  complain(code: string, how?: { readonly aloud: boolean }): void;
  isEmpty(): boolean;
  /** Whether something stands both for the good and for how many. */
  isWhole(): boolean;
  /** To what is missing. */
  focus(): void;
}

async function readAll(
  rows: readonly Row[],
  then: (lines: readonly TypedLine[]) => void,
): Promise<void> {
  const lines: TypedLine[] = [];
  let first: Row | null = null;
  let isShort = false;
  for (const one of rows) {
    if (one.isEmpty()) {
      // Said once, not nine times.
      one.complain("wrong_number_of_lines", { aloud: !isShort });
      isShort = true;
      first ??= one;
      continue;
    }
    const line = await one.read();
    const isRepeated = typeof line !== "string" && lines.some(({ good }) => good === line.good);
    const code = isRepeated ? "repeated_good" : typeof line === "string" ? line : "";
    one.complain(code);
    if (code !== "") first ??= one;
    else if (typeof line !== "string") lines.push(line);
  }
  if (first !== null) {
    first.focus();
    return;
  }
  then(lines);
}

function row(app: App, line: number, goOn: () => void): Row {
  const [name, many] = [`good-${String(line)}`, `many-${String(line)}`];
  const id = `l-${String(line)}`;
  const wrong = h("p", { class: "wrong", id: `${id}-w`, hidden: true });
  const options = h("ul", {
    role: "listbox", id: `${id}-o`, hidden: true, "aria-label": app.say("suggestions"),
  });
  const good = h("input", {
    type: "text", id, ...UNASSISTED, role: "combobox", enterkeyhint: "next",
    "aria-label": app.say("good", { line: line + 1 }), "aria-autocomplete": "list",
    "aria-expanded": "false", "aria-controls": `${id}-o`, "aria-describedby": `${id}-w`,
  });
  const quantity = h(
    "select",
    { id: `${id}-n`, "aria-label": app.say("quantity", { line: line + 1 }), autocomplete: "off" },
    ...QUANTITIES.map((value) => h("option", { value }, value === "" ? "×" : value)),
  );
  good.value = app.drafts.get(name) ?? "";
  quantity.value = app.drafts.get(many) ?? "";
  let active = -1;

  // A number among the letters is how many, and is seen to be.
  const count = (): void => {
    const [number] = /\d+/.exec(good.value) ?? [];
    if (number !== undefined) quantity.value = QUANTITIES.includes(number) ? number : "";
  };
  count();
  const keep = (): void => {
    app.drafts.set(name, good.value);
    app.drafts.set(many, quantity.value);
  };
  const mark = (at: number): void => {
    active = at;
    Array.from(options.children).forEach((option, place) => {
      option.setAttribute("aria-selected", String(place === at));
      if (place === at) good.setAttribute("aria-activedescendant", option.id);
    });
    if (at < 0) good.removeAttribute("aria-activedescendant");
  };
  const close = (): void => {
    options.replaceChildren();
    options.hidden = true;
    good.setAttribute("aria-expanded", "false");
    mark(-1);
  };
  const isWhole = (): boolean => good.value.trim() !== "" && quantity.value !== "";
  const take = (text: string): void => {
    good.value = text;
    keep();
    close();
    quantity.focus();
  };
  const offer = (found: readonly Suggestion[]): void => {
    close();
    options.replaceChildren(
      ...found.map(({ names }, place) =>
        h(
          "li",
          {
            role: "option", id: `${id}-o${String(place)}`, "aria-selected": "false",
            onpointerdown: (event) => {
              event.preventDefault();
              take(capital(names[app.language]));
            },
          },
          capital(names[app.language]),
        ),
      ),
    );
    options.hidden = found.length === 0;
    good.setAttribute("aria-expanded", String(found.length > 0));
  };
  good.addEventListener("input", () => {
    count();
    keep();
    const typed = good.value;
    if (typed.length > MOST_CHARACTERS) return;
    void app.client.call("suggest", [typed]).then(
      (found) => {
        if (good.value === typed && document.activeElement === good) offer(found);
      },
      () => undefined,
    );
  });
  good.addEventListener("keydown", (event) => {
    const found = options.children;
    if (event.key === "Enter") {
      event.preventDefault();
      const [meant] = found.length === 1 ? found : [found[active]];
      if (meant) take(meant.textContent);
      if (meant && !isWhole()) return;
      close();
      if (isWhole() || good.value.trim() === "") goOn();
      else quantity.focus();
      return;
    }
    if (found.length === 0) return;
    if (event.key === "Tab") close();
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const back = found.length + (active < 0 ? 0 : -1);
      mark((active + (event.key === "ArrowDown" ? 1 : back)) % found.length);
    } else if (event.key === "Escape") close();
  });
  // Closed before a tap is over, the list would pull the button away from under the finger.
  good.addEventListener("blur", () => {
    addEventListener("click", close, { once: true });
  });
  good.addEventListener("paste", (event) => {
    const texts = (event.clipboardData?.getData("text") ?? "").split(/\r?\n/).filter((text) => text.trim() !== "");
    if (texts.length < 2) return;
    // A whole list at once: each line goes where it belongs.
    event.preventDefault();
    texts.slice(0, LINES - line).forEach((text, at) => {
      app.drafts.set(`good-${String(line + at)}`, text);
    });
    app.redraw();
  });
  quantity.addEventListener("change", () => {
    good.value = good.value.replace(/\d+/, quantity.value);
    keep();
  });

  return {
    element: h("li", {}, h("div", { class: "line" }, good, quantity, options), wrong),
    async read() {
      const typed = good.value;
      if (typed.length > MOST_CHARACTERS) return "line_too_long";
      const whole = /\d/.test(typed) ? typed : `${typed} ${quantity.value}`;
      try {
        const read = await app.client.call("read", [whole]);
        good.value = capital(read.names[app.language]);
        quantity.value = String(read.quantity);
        keep();
        return { good: read.good, quantity: read.quantity };
      } catch (error) {
        return error instanceof Failed ? error.code : "defect";
      }
    },
    isEmpty() {
      return good.value.trim() === "";
    },
    isWhole,
    complain(code, { aloud } = { aloud: true }) {
      wrong.hidden = code === "" || !aloud;
      wrong.textContent = wrong.hidden ? "" : explained(app.language, code);
      good.setAttribute("aria-invalid", String(code !== ""));
    },
    focus() {
      (good.value.trim() === "" || quantity.value !== "" ? good : quantity).focus();
    },
  };
}
