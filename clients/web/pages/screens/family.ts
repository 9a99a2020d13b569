/** Where a family stands, and what it can do about it. The newest message only, never a history. */

import type { App, Screen } from "../app.ts";
import { comeBack, isClockOff } from "../days.ts";
import { LOCKER, MODES, VOUCHER } from "../catalogue.ts";
import { h, type Child } from "../dom.ts";
import {
  button, carried, choices, draft, field, form, heading, matchFacts, more, MOST_CHARACTERS, sees,
  submit,
} from "../parts.ts";
import type { Key } from "../strings.ts";
import { isQuiet, quiet } from "./quiet.ts";
import { ready, typeBack } from "./list.ts";
import { message, needed, questions, writing } from "./talking.ts";
import { does, look } from "./visit.ts";
import { wish } from "./wish.ts";
import type { FamilyView } from "../../src/clients/index.ts";
import type { SlotView, Status } from "../../src/clients/views.ts";

const MATCHED: readonly Status[] = [
  "held", "agreed", "code", "code_failed", "code_sent",
  "needs_address", "address_shown", "ordered",
];
const OVER: readonly Status[] = ["received", "finished", "withdrawn"];
const WITHOUT_DAY: readonly Status[] = ["period_over", "declined"];
const TO_DO: readonly Status[] = [
  "period_over", "declined", "question", "certified", "code", "needs_address",
];
const VETTING: readonly Status[] = ["asked", "question", "coordinator_failed"];

export const familyStands: Screen = (app) => {
  const seen = app.family;
  if (seen === null) return [];
  if (isQuiet(seen, seen.view.status)) return quiet(app, seen);
  const { view } = seen;
  const { status, card } = view;
  const isFirst = status === "certified" && card === null;
  return [
    heading(app.say("parcel")),
    isClockOff(seen, app.circle?.epochSeconds ?? 86_400, new Date()) &&
      h("p", { class: "notice" }, app.say("clock")),
    h("p", { class: "lead", role: "status" }, app.say(`status.family.${status}`)),
    ...questions(app, view.questions),
    card !== null && !OVER.includes(status) && message(app, "line.said_by_donor", card),
    ...(card === null ? [] : withCard(app, card)),
    isFirst && !app.typed && h("p", {}, app.say("first_card")),
    isFirst && !app.typed && button(app.say("first_card_now"), () => {
      app.go(typeBack);
    }, "main"),
    status === "period_over" && button(app.say("ask"), () => {
      app.go(wish("ask"));
    }, "main"),
    status === "declined" && button(app.say("new_list"), () => {
      app.go(ready);
    }, "main"),
    OVER.includes(status) && view.parcelsLeft > 0 && parcelsLeft(app, view),
    seen.view.comeBackEpoch > 0 && !WITHOUT_DAY.includes(status) &&
      h("p", { class: "come-back" }, comeBack(
        app.language, view.comeBackEpoch, seen, app.circle?.epochSeconds ?? 86_400, new Date(),
      )),
    !TO_DO.includes(status) && h("p", { class: "quiet" }, app.say("done_now")),
    button(app.say("look_again"), () => {
      look(app);
    }, "plain"),
    sees(app, ...whoSees(status, card)),
  ];
};

function withCard(app: App, card: SlotView): readonly Child[] {
  const { status, facts, code } = card;
  const matched = facts?.matched ?? null;
  const isMatched = MATCHED.includes(status);
  return [
    status === "code" && code !== "" && carried(app, app.say("voucher_code"), code),
    isMatched && facts !== null && h("section", {}, h("h2", {}, app.say("match")), matchFacts(app, facts)),
    status === "needs_address" && terms(app, facts?.mode ?? LOCKER, matched),
    (status === "code" || status === "address_shown" || status === "ordered") &&
      confirm(app, status),
    status === "code" && more(
      app, "code_failed", app.say("code_failed"),
      form(
        () => {
          does(app, "codeFailed", [draft(app, "failed"), matched], { sent: ["failed"] });
        },
        field(app, "failed", app.say("code_failed_what"), { most: MOST_CHARACTERS }),
        submit(app.say("send")),
      ),
    ),
    (status === "needs_address" || status === "address_shown" || status === "ordered") &&
      writing(app, "write", card, []),
    (status === "held" || status === "agreed" || status === "needs_address") && more(
      app, "decline", app.say("decline"),
      h("p", {}, app.say("decline_family")),
      button(app.say("decline_yes"), () => {
        does(app, "decline", [matched]);
      }),
    ),
    (status === "waiting" || status === "peer_silent" || status === "idle") && more(
      app, "withdraw", app.say("withdraw"),
      h("p", {}, app.say("line.confirm_family_withdraw")),
      button(app.say("withdraw_yes"), () => {
        does(app, "withdraw", []);
      }),
    ),
  ];
}

/** Who learns what stands before the field and the button. */
function terms(app: App, mode: number, matched: number | null): HTMLElement {
  const store = app.say(`sees.${MODES[mode] ?? "delivery"}`);
  return form(
    () => {
      const words = needed(app, "terms");
      if (words !== "") does(app, "showAddress", [words, matched], { sent: ["terms"] });
    },
    h("p", { class: "weigh" }, store),
    field(app, "terms", app.say(mode === LOCKER ? "terms_locker" : "terms_delivery"), {
      long: true, most: MOST_CHARACTERS,
    }),
    submit(app.say("terms_show")),
  );
}

function confirm(app: App, status: Status): HTMLElement {
  return more(
    app, "received", app.say("received"),
    form(
      () => {
        const again = draft(app, "again") === "1";
        does(app, "received", [draft(app, "thanks"), { again }], { sent: ["thanks", "again"] });
      },
      status === "code" && h("p", {}, app.say("received_first")),
      h("p", {}, app.say("line.confirm_received")),
      field(app, "thanks", app.say("thanks"), { most: MOST_CHARACTERS }),
      choices(app, "again", "", [{ value: "1", text: app.say("again_donor") }], { several: true }),
      submit(app.say("received_yes")),
    ),
  );
}

function parcelsLeft(app: App, view: FamilyView): HTMLElement {
  return h(
    "section",
    {},
    h("p", {}, app.say("line.parcels_left", { count: view.parcelsLeft })),
    button(app.say("next_parcel"), () => {
      app.go(wish("next"));
    }, "main"),
  );
}

function whoSees(status: Status, card: SlotView | null): readonly (Key | null)[] {
  if (OVER.includes(status)) return ["sees_done"];
  if (VETTING.includes(status)) return ["sees_asked"];
  if (status === "needs_address") return ["line.nobody_else"];
  if (card?.facts && MATCHED.includes(status)) {
    return card.facts.mode === VOUCHER ? ["sees.voucher"] : [`sees.${MODES[card.facts.mode] ?? "delivery"}`];
  }
  return status === "waiting" || status === "peer_silent" || status === "idle"
    ? ["sees_waiting"]
    : ["key_sees"];
}
