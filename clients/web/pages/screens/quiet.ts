/**
 * Where nothing is new: one screen for every list, whether it asked, waits or was never used.
 *
 * Whoever is made to type a list types any; nothing here says which kind it was, and its dish is
 * there for the one person who knows which to expect (docs/decisions/0016-quiet-lists.md).
 */

import type { App } from "../app.ts";
import type { Seen } from "../calls.ts";
import { comeBack, isClockOff } from "../days.ts";
import { h, type Child } from "../dom.ts";
import { button, dishCard, heading, more, moved, sees } from "../parts.ts";
import { typeList } from "./list.ts";
import { does, look } from "./visit.ts";
import { wish } from "./wish.ts";
import type { Status } from "../../src/clients/views.ts";

const DAY_SECONDS = 86_400;
const QUIET: readonly Status[] = ["nothing", "asked", "waiting"];

/** Whether a look has shown nothing that needs a word. What one did oneself is always answered. */
export function isQuiet({ onlyLooked }: Seen<unknown>, status: Status): boolean {
  return onlyLooked && QUIET.includes(status);
}

/** Wait, or ask with this list. */
export function quiet(app: App, seen: Seen<unknown>): readonly Child[] {
  const isFamily = app.role === "family";
  const { epochSeconds = DAY_SECONDS, answerEpochs = 0 } = app.circle ?? {};
  const now = new Date();
  // By then whoever was found has had time to answer; to come sooner would be a visit for nothing.
  const next = seen.epoch + 1 + answerEpochs;
  return [
    heading(app.say(isFamily ? "parcel" : "parcels")),
    isClockOff(seen, epochSeconds, now) && h("p", { class: "notice" }, app.say("clock")),
    h("p", { class: "lead", role: "status" }, app.say(isFamily ? "quiet_family" : "quiet_donor")),
    h("p", { class: "come-back" }, comeBack(app.language, next, seen, epochSeconds, now)),
    h("p", {}, app.say(isFamily ? "expect_family" : "expect_donor")),
    h("p", { class: "quiet" }, app.say("done_now")),
    app.dish && dishCard(app, app.dish),
    h("p", { class: "quiet" }, app.say("quiet_dish")),
    button(app.say("type_again"), () => {
      app.go(typeList);
    }, "plain"),
    more(
      app, "ask", app.say(isFamily ? "new_family" : "new_donor"),
      h("p", {}, app.say(isFamily ? "quiet_new_family" : "quiet_new_donor")),
      button(app.say("go_on"), () => {
        app.go(wish("ask"));
      }),
    ),
    isFamily && more(
      app, "withdraw", app.say("withdraw"),
      h("p", {}, app.say("line.confirm_family_withdraw")),
      button(app.say("withdraw_yes"), () => {
        does(app, "withdraw", []);
      }),
    ),
    button(app.say("look_again"), () => {
      look(app);
    }, "plain"),
    moved(app),
    sees(app, "key_sees", "sees_no_store"),
  ];
}
