/** Words to coordinators, and to whoever one is matched with. */

import type { App } from "../app.ts";
import { h, type Child } from "../dom.ts";
import { ANSWER, CANNOT, QUESTION, kindKey } from "../kinds.ts";
import { choices, draft, field, form, more, MOST_CHARACTERS, quote, submit } from "../parts.ts";
import type { Key } from "../strings.ts";
import { does } from "./visit.ts";
import type { SlotView } from "../../src/clients/views.ts";

/** What coordinators ask, and one answer to all of them. */
export function questions(app: App, asked: readonly string[]): readonly Child[] {
  if (asked.length === 0) return [];
  return [
    ...asked.map((words) => quote(app.say("line.said_by_coordinator"), words)),
    form(
      () => {
        const words = needed(app, "answer");
        if (words !== "") does(app, "answerQuestion", [words], { sent: ["answer"] });
      },
      field(app, "answer", app.say("answer"), { long: true, most: MOST_CHARACTERS }),
      submit(app.say("send")),
    ),
  ];
}

/** The partner's newest message; what was said before it is not shown again. */
export function message(app: App, by: Key, { message: said }: SlotView): HTMLElement | null {
  return said && quote(`${app.say(by)} ${kindName(app, said.kind)}`, said.words);
}

/** What kind of message it is, without what leads over to its words. */
function kindName(app: App, kind: number): string {
  return app.say(kindKey(kind)).replace(":", "");
}

/** A question or an answer to the partner; *before* is what `say` takes first. */
export function writing(app: App, summary: Key, slot: SlotView, before: readonly unknown[]): HTMLElement {
  const [words, kind] = [named("say", slot), named("kind", slot)];
  const asked = slot.message?.kind === QUESTION || slot.message?.kind === CANNOT;
  if (!app.drafts.has(kind)) app.drafts.set(kind, String(asked ? ANSWER : QUESTION));
  return more(
    app, named("writing", slot), app.say(summary),
    form(
      () => {
        say(app, slot, before, { words, kind: Number(draft(app, kind)), sent: [words, kind] });
      },
      choices(
        app, kind, app.say("write_kind"),
        [QUESTION, ANSWER].map((value) => ({
          value: String(value), text: kindName(app, value),
        })),
      ),
      field(app, words, app.say("write_words"), { long: true, most: MOST_CHARACTERS }),
      submit(app.say("send")),
    ),
  );
}

/** That it cannot be done that way, and why. */
export function unable(app: App, slot: SlotView, before: readonly unknown[], ...after: readonly Child[]): HTMLElement {
  const words = named("unable", slot);
  return more(
    app, words, app.say("cannot"),
    h("p", {}, app.say("cannot_how")),
    form(
      () => {
        say(app, slot, before, { words, kind: CANNOT, sent: [words] });
      },
      field(app, words, app.say("write_words"), { long: true, most: MOST_CHARACTERS }),
      submit(app.say("cannot_say")),
    ),
    ...after,
  );
}

/** What was typed under *name*; if that is nothing, it is said that something is missing. */
export function needed(app: App, name: string): string {
  const words = draft(app, name);
  if (words === "") app.complain(() => app.say("lines_bad"));
  return words;
}

/** The name of a field about one match of one card: words for one partner never reach another. */
export function named(what: string, { period, index, facts }: SlotView): string {
  return [what, period, index, facts?.matched ?? 0].join("-");
}

interface Saying {
  readonly words: string;
  readonly kind: number;
  readonly sent: readonly string[];
}

function say(app: App, { facts, period }: SlotView, before: readonly unknown[], { words, kind, sent }: Saying): void {
  const typed = needed(app, words);
  if (typed === "") return;
  const given = [...before, typed, { kind, matched: facts?.matched ?? null, period }];
  does(app, "say", given, { sent, assure: "said" });
}
