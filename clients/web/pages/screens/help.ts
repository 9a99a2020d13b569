/** Plain words for bad days. Reached from every screen, and back to it. */

import type { App, Screen } from "../app.ts";
import { h } from "../dom.ts";
import { button, heading, more, sees } from "../parts.ts";

declare const __ONE_FILE__: boolean;

const TOPICS = [
  ["help_phone", "help_phone_is"],
  ["help_found", "help_found_is"],
  ["help_lost", "help_lost_is"],
  ["help_tor", "help_tor_is"],
  ["help_leave", "help_leave_is"],
  ["help_law", "help_law_is"],
] as const;

/** Help, with a way back to *before*. */
export function help(before: Screen): Screen {
  return (app) => [
    heading(app.say("help")),
    ...TOPICS.map(([title, text]) =>
      more(
        app,
        title,
        app.say(title),
        ...app.say(text).split("\n").map((paragraph) => h("p", {}, paragraph)),
        title === "help_tor" && !__ONE_FILE__ && sheet(app),
      ),
    ),
    button(app.say("back"), () => {
      app.go(before);
    }, "main"),
    sees(app, "sees_help"),
  ];
}

/** The half sheet about bridges, in a tab of its own: this page goes on, and forgets nothing. */
function sheet(app: App): HTMLElement {
  const props = { href: `half-sheet#${app.language}`, target: "_blank", rel: "noreferrer" };
  return h("p", {}, h("a", props, app.say("help_tor_sheet")));
}
