/** Language, side, key: the screens before anybody is known in any way. */

import type { App, Screen } from "../app.ts";
import type { Role } from "../calls.ts";
import { picture } from "../dishes.ts";
import { h } from "../dom.ts";
import { back, button, heading, moved, sees } from "../parts.ts";
import { LANGUAGE_NAMES } from "../strings.ts";
import { ready, typeList } from "./list.ts";
import { isPlaceless, place } from "./place.ts";

/** The first thing anybody sees: three languages, each in itself. */
export const chooseLanguage: Screen = (app) => [
  h("h1", { tabindex: -1, class: "hidden" }, LANGUAGE_NAMES.map(([, name]) => name).join(", ")),
  h("div", { class: "opening" }, picture("cold-beetroot-soup")),
  h(
    "div",
    { class: "stack languages" },
    ...LANGUAGE_NAMES.map(([language, name]) =>
      h(
        "button",
        {
          type: "button",
          lang: language,
          onclick: () => {
            app.language = language;
            if (isPlaceless) app.go(place(arrive));
            else arrive(app);
          },
        },
        name,
      ),
    ),
  ),
];

/** Meanwhile the circle is asked for: it may say that the address one came by is an old one. */
function arrive(app: App): void {
  app.go(welcome);
  void app.learnCircle().then(() => {
    const isEarly = app.screen === welcome || app.screen === start;
    if (isEarly && moved(app) !== null) app.go(app.screen);
  }, () => undefined);
}

const welcome: Screen = (app) => [
  heading(app.say("welcome")),
  h("p", { class: "lead" }, app.say("welcome_is")),
  h(
    "div",
    { class: "stack" },
    button(app.say("family"), () => {
      begin(app, "family");
    }, "main"),
    button(app.say("donor"), () => {
      begin(app, "donor");
    }),
  ),
  moved(app),
  sees(app, "welcome_sees", "sees_no_store"),
];

function begin(app: App, role: Role): void {
  app.role = role;
  app.go(start);
}

/** New, or with a list. */
export const start: Screen = (app) => [
  heading(app.say("key")),
  h("p", { class: "lead" }, app.say("key_is")),
  app.role === "donor" && h("p", {}, app.say("offer_slots")),
  h(
    "div",
    { class: "stack" },
    button(app.say(app.role === "family" ? "new_family" : "new_donor"), () => {
      app.go(ready);
    }, "main"),
    button(app.say("have_list"), () => {
      app.go(typeList);
    }),
    back(app, welcome),
  ),
  moved(app),
  sees(app, "key_sees", "sees_no_store"),
];

/** After five quiet minutes. */
export const locked: Screen = (app) => [
  heading(app.say("locked")),
  h("p", { class: "lead" }, app.say("locked_is")),
  h(
    "div",
    { class: "stack" },
    button(app.say("have_list"), () => {
      app.go(typeList);
    }, "main"),
    button(app.say("welcome"), () => {
      app.go(welcome);
    }, "plain"),
  ),
  sees(app, "sees_locked", "sees_no_store"),
];
