/** The list: drawn and shown once, typed, and known again by its dish. */

import type { App, Screen } from "../app.ts";
import { h } from "../dom.ts";
import { back, button, dishCard, heading, sees } from "../parts.ts";
import { start } from "./begin.ts";
import { forgetLines, typing } from "./typing.ts";
import { look, lookAndPost, stands } from "./visit.ts";
import { wish } from "./wish.ts";

/** Paper and pen first. */
export const ready: Screen = (app) => [
  heading(app.say("draw")),
  h("p", { class: "lead" }, app.say("draw_ready")),
  h(
    "div",
    { class: "stack" },
    button(app.say("draw_show"), () => {
      void app.run(
        "wait",
        (tell) => app.client.call("draw", [], tell),
        (drawn) => {
          app.begin(drawn.dish, { drawn });
          app.go(shownOnce);
        },
      );
    }, "main"),
    back(app, start),
  ),
  sees(app, "key_sees", "sees_no_store"),
];

/** The list and its dish, as they would stand on a kitchen table, and nothing else. */
const shownOnce: Screen = (app) => [
  heading(app.say("list")),
  h(
    "ul",
    { class: "paper", translate: "no" },
    ...(app.drawn?.lines ?? []).map((line) => h("li", {}, line[app.language])),
  ),
  app.dish && dishCard(app, app.dish),
  h("p", { class: "quiet" }, app.say("dish_is")),
  button(app.say("written"), () => {
    app.drawn = null;
    void app.run("wait", () => app.learnCircle(), () => {
      app.go(wish("ask"));
    });
  }, "main"),
];

/** Nine lines, to open what they open. */
export const typeList: Screen = (app) => typing(app, "type_how", start, (lines) => {
  void app.run(
    "line.opening",
    (tell) => app.client.call("open", [lines], tell),
    (dish) => {
      app.begin(dish);
      app.go(isItYours);
    },
  );
});

/** Nine lines, to see that the paper says what was shown, before a card goes out by itself. */
const typeBack: Screen = (app) => typing(app, "type_all", stands, (lines) => {
  void app.run(
    "wait",
    () => app.client.call("same", [lines]),
    (same) => {
      if (!same) {
        app.complain(() => app.say("list_other"));
        return;
      }
      app.typed = true;
      forgetLines(app);
      // Whatever fails from here on asks for no line again.
      app.go(stands);
      lookAndPost(app);
    },
  );
});

/** Before the first card, in the sitting in which one asked: wait, or send it after all. */
export function firstCard(app: App): readonly HTMLElement[] {
  if (app.typed && !app.asked) return [];
  const now = app.typed
    ? button(app.say("send"), () => {
        lookAndPost(app);
      }, "main")
    : button(app.say("first_card_now"), () => {
        app.go(typeBack);
      }, "main");
  return [h("p", {}, app.say("first_card")), now];
}

/** Every list has a dish; only its owner knows which one to expect. */
const isItYours: Screen = (app) => [
  heading(app.say("dish")),
  app.dish && dishCard(app, app.dish),
  h("p", {}, app.say("dish_if")),
  h(
    "div",
    { class: "stack" },
    button(app.say("dish_yes"), () => {
      forgetLines(app);
      look(app);
    }, "main"),
    button(app.say("dish_no"), () => {
      app.go(typeList);
    }),
  ),
  sees(app, "type_sees", "sees_no_store"),
];
