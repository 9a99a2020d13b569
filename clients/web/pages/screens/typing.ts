/** Nine lines as they are typed: a good with suggestions, how many of it, and what is wrong. */

import type { App } from "../app.ts";
import type { Suggestion, TypedLine } from "../calls.ts";
import { Failed } from "../client.ts";
import { h } from "../dom.ts";
import { explained } from "../errors.ts";
import { capital, form, heading, sees, submit, UNASSISTED } from "../parts.ts";

const LINES = 9;
const QUANTITIES = ["", "1", "2", "3", "4", "5", "6", "7", "8"];

/** Nothing of a list stays where it was typed, once it was read. */
export function forgetLines(app: App): void {
  for (let line = 0; line < LINES; line++) {
    app.drafts.delete(`good-${String(line)}`);
    app.drafts.delete(`many-${String(line)}`);
  }
}

/** Nine lines, whatever they are for; *how* says so, and *then* gets them once all can be read. */
export function typing(
  app: App,
  how: "type_how" | "type_all",
  then: (lines: readonly TypedLine[]) => void,
): readonly HTMLElement[] {
  const rows = Array.from({ length: LINES }, (_, line) => row(app, line));
  return [
    heading(app.say("type")),
    h("p", {}, app.say(how)),
    form(
      () => {
        void readAll(rows, then);
      },
      h("ol", { class: "paper typed", translate: "no" }, ...rows.map(({ element }) => element)),
      submit(app.say("open")),
    ),
    sees(app, "type_sees"),
  ];
}

interface Row {
  readonly element: HTMLElement;
  /** The line, or a code that says what is wrong with it. */
  read(): Promise<TypedLine | string>;
  complain(code: string, how?: { readonly aloud: boolean }): void;
  isEmpty(): boolean;
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

function row(app: App, line: number): Row {
  const [name, many] = [`good-${String(line)}`, `many-${String(line)}`];
  const id = `l-${String(line)}`;
  const wrong = h("p", { class: "wrong", id: `${id}-w`, hidden: true });
  const options = h("ul", {
    role: "listbox", id: `${id}-o`, hidden: true, "aria-label": app.say("suggestions"),
  });
  const good = h("input", {
    type: "text", id, ...UNASSISTED, role: "combobox", maxlength: 120, enterkeyhint: "next",
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
    keep();
    const typed = good.value;
    void app.client.call("suggest", [typed]).then(
      (found) => {
        if (good.value === typed && document.activeElement === good) offer(found);
      },
      () => undefined,
    );
  });
  good.addEventListener("keydown", (event) => {
    const count = options.children.length;
    if (count === 0) return;
    if (event.key === "Tab") close();
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      mark((active + (event.key === "ArrowDown" ? 1 : count + (active < 0 ? 0 : -1))) % count);
    } else if (event.key === "Enter") {
      event.preventDefault();
      take(options.children[Math.max(active, 0)]?.textContent ?? good.value);
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
      app.drafts.set(`good-${String(line + at)}`, text.slice(0, 120));
    });
    app.redraw();
  });
  quantity.addEventListener("change", keep);

  return {
    element: h("li", {}, h("div", { class: "line" }, good, quantity, options), wrong),
    async read() {
      const typed = good.value;
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
    complain(code, { aloud } = { aloud: true }) {
      wrong.hidden = code === "" || !aloud;
      wrong.textContent = wrong.hidden ? "" : explained(app.language, code);
      good.setAttribute("aria-invalid", String(code !== ""));
    },
    focus() {
      good.focus();
    },
  };
}
