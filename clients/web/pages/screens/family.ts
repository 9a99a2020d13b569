/** Where a family stands, and what it can do about it. The newest message only, never a history. */

import type { App, Screen } from "../app.ts";
import type { Seen } from "../calls.ts";
import { comeBack, isClockOff } from "../days.ts";
import { LOCKER, MODES, VOUCHER } from "../catalogue.ts";
import { h, type Child } from "../dom.ts";
import {
  button, carried, choices, deliberate, draft, field, form, heading, matchFacts, more,
  MOST_CHARACTERS, moved, sees, submit,
} from "../parts.ts";
import { ALL_PARCELS } from "../kinds.ts";
import { standing, type Key } from "../strings.ts";
import { isQuiet, quiet } from "./quiet.ts";
import { firstCard, ready } from "./list.ts";
import { message, named, needed, questions, writing } from "./talking.ts";
import { does, look } from "./visit.ts";
import { wish } from "./wish.ts";
import type { FamilyView } from "../../src/clients/index.ts";
import type { SlotView, Status } from "../../src/clients/views.ts";

const MATCHED: readonly Status[] = [
  "held", "agreed", "code", "code_failed", "code_sent",
  "needs_address", "address_shown", "ordered",
];
const OVER: readonly Status[] = ["received", "finished", "withdrawn"];
/** Goods or a code may be in the house. */
const COMING: readonly Status[] = ["code", "code_failed", "address_shown", "ordered"];
/** What is not matched, or not any more: to take it back costs nobody anything. */
const ALONE: readonly Status[] = [
  "waiting", "peer_silent", "idle", "refused_match", "match_declined", "donor_shown_elsewhere",
];
const WITHOUT_DAY: readonly Status[] = ["period_over", "declined"];
const TO_DO: readonly Status[] = [
  "period_over", "declined", "question", "certified", "code", "code_failed", "needs_address",
];
/** At the beginning of a way that takes days. */
const EXPECTING: readonly Status[] = ["asked", "waiting"];
const VETTING: readonly Status[] = ["asked", "question", "coordinator_failed"];

export const familyStands: Screen = (app) => {
  const seen = app.family;
  if (seen === null) return [];
  if (isQuiet(seen, seen.view.status)) return quiet(app, seen);
  const { view } = seen;
  const { status, card } = view;
  const isFirst = status === "certified" && view.parcelsLeft === ALL_PARCELS;
  return [
    heading(app.say("parcel")),
    isClockOff(seen, app.circle?.epochSeconds ?? 86_400, new Date()) &&
      h("p", { class: "notice" }, app.say("clock")),
    h("p", { class: "lead", role: "status" }, app.say(standing("family", status))),
    ...questions(app, view.questions),
    card !== null && !OVER.includes(status) && message(app, "line.said_by_donor", card),
    ...(card === null ? [] : withCard(app, card)),
    ...(isFirst ? firstCard(app) : []),
    status === "period_over" && button(app.say("ask"), () => {
      app.go(wish("ask"));
    }, "main"),
    status === "declined" && button(app.say("new_list"), () => {
      app.go(ready);
    }, "main"),
    (OVER.includes(status) || (status === "certified" && !isFirst)) && further(app, seen),
    view.comeBackEpoch > 0 && !WITHOUT_DAY.includes(status) &&
      whenToCome(app, seen, view.comeBackEpoch),
    EXPECTING.includes(status) && h("p", {}, app.say("expect_family")),
    !TO_DO.includes(status) && h("p", { class: "quiet" }, app.say("done_now")),
    button(app.say("look_again"), () => {
      look(app);
    }, "plain"),
    moved(app),
    sees(app, ...whoSees(status, card)),
  ];
};

function whenToCome(app: App, seen: Seen<FamilyView>, epoch: number): HTMLElement {
  const { epochSeconds = 86_400 } = app.circle ?? {};
  return h("p", { class: "come-back" }, comeBack(app.language, epoch, seen, epochSeconds, new Date()));
}

function withCard(app: App, card: SlotView): readonly Child[] {
  const { status, facts, code, ordered } = card;
  const matched = facts?.matched ?? null;
  const isMatched = MATCHED.includes(status);
  return [
    // A code that failed may work after all: it stays.
    isMatched && code !== "" && carried(app, app.say("voucher_code"), code),
    isMatched && ordered !== "" && carried(app, app.say("order_facts"), ordered),
    isMatched && facts !== null && h("section", {}, h("h2", {}, app.say("match")), matchFacts(app, facts)),
    status === "needs_address" && terms(app, card),
    COMING.includes(status) && confirm(app, card),
    status === "code" && failing(app, card),
    (status === "needs_address" || COMING.includes(status)) && writing(app, "write", card, []),
    (status === "held" || status === "agreed" || status === "needs_address") && more(
      app, "decline", app.say("decline"),
      h("p", {}, app.say("decline_family")),
      button(app.say("decline_yes"), () => {
        does(app, "decline", [matched]);
      }),
    ),
    (isMatched || ALONE.includes(status)) && more(
      app, "withdraw", app.say("withdraw"),
      COMING.includes(status) && h("p", {}, app.say("withdraw_coming")),
      h("p", {}, app.say("line.confirm_family_withdraw")),
      button(app.say("withdraw_yes"), () => {
        does(app, "withdraw", []);
      }),
    ),
  ];
}

/** Who learns what stands before the field and the button. */
function terms(app: App, card: SlotView): HTMLElement {
  const { mode = LOCKER, matched = null } = card.facts ?? {};
  const name = named("terms", card);
  return form(
    () => {
      const words = needed(app, name);
      if (words !== "") does(app, "showAddress", [words, matched], { sent: [name] });
    },
    h("p", { class: "weigh" }, app.say(`sees.${MODES[mode] ?? "delivery"}`)),
    field(app, name, app.say(mode === LOCKER ? "terms_locker" : "terms_delivery"), {
      long: true, most: MOST_CHARACTERS,
    }),
    submit(app.say("terms_show")),
  );
}

function confirm(app: App, card: SlotView): HTMLElement {
  const [thanks, repeat] = [named("thanks", card), named("again", card)];
  return more(
    app, "received", app.say("received"),
    deliberate(
      () => {
        const again = draft(app, repeat) === "1";
        does(app, "received", [draft(app, thanks), { again }], { sent: [thanks, repeat] });
      },
      card.code !== "" && h("p", {}, app.say("received_first")),
      h("p", {}, app.say("line.confirm_received")),
      choices(app, repeat, "", [{ value: "1", text: app.say("again_donor") }], { several: true }),
      field(app, thanks, app.say("thanks"), { most: MOST_CHARACTERS }),
      submit(app.say("received_yes")),
    ),
  );
}

/** What follows is said before the complaint is sent. */
function failing(app: App, card: SlotView): HTMLElement {
  const name = named("failed", card);
  return more(
    app, "code_failed", app.say("code_failed"),
    deliberate(
      () => {
        const given = [draft(app, name), card.facts?.matched ?? null];
        does(app, "codeFailed", given, { sent: [name] });
      },
      h("p", {}, app.say("code_failed_then")),
      field(app, name, app.say("code_failed_what"), { most: MOST_CHARACTERS }),
      submit(app.say("send")),
    ),
  );
}

/** The parcel after this one: a button where it can be asked for now, otherwise the day. */
function further(app: App, seen: Seen<FamilyView>): HTMLElement {
  const { parcelsLeft, parcelsToCome, mayAsk } = seen.view;
  const isNone = parcelsLeft + parcelsToCome === 0;
  return h(
    "section",
    {},
    h("p", {}, app.say(isNone ? "line.parcels_none" : "line.parcels_left", { count: parcelsLeft })),
    parcelsToCome > 0 && h("p", {}, app.say("line.parcels_to_come", { count: parcelsToCome })),
    mayAsk && button(app.say("next_parcel"), () => {
      app.go(wish("next"));
    }, "main"),
    parcelsLeft > 0 && !mayAsk && h("p", {}, app.say("next_then")),
    parcelsLeft > 0 && !mayAsk && whenToCome(app, seen, seen.epoch + 1),
  );
}

function whoSees(status: Status, card: SlotView | null): readonly (Key | null)[] {
  if (status === "withdrawn") return ["sees_withdrawn", "sees_no_store"];
  if (OVER.includes(status)) return ["sees_done"];
  if (VETTING.includes(status)) return ["sees_asked", "sees_no_store"];
  // What the store sees of it stands before the field.
  if (status === "needs_address") return ["line.nobody_else"];
  if (card?.facts && MATCHED.includes(status)) {
    return card.facts.mode === VOUCHER ? ["sees.voucher"] : [`sees.${MODES[card.facts.mode] ?? "delivery"}`];
  }
  return [ALONE.includes(status) ? "sees_waiting" : "key_sees", "sees_no_store"];
}
