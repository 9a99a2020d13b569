/** Where a donor stands, slot by slot: what to buy, what to say, and what not to do. */

import type { App, Screen } from "../app.ts";
import { VOUCHER } from "../catalogue.ts";
import { comeBack, isClockOff } from "../days.ts";
import { h, type Child } from "../dom.ts";
import { ANSWER, kindKey } from "../kinds.ts";
import {
  button, carried, choices, draft, field, form, heading, matchFacts, more, MOST_CHARACTERS, quote,
  sees, submit,
} from "../parts.ts";
import type { Key } from "../strings.ts";
import { ready } from "./list.ts";
import { donorDoes, look } from "./visit.ts";
import { wish } from "./wish.ts";
import type { DonorView } from "../../src/clients/index.ts";
import type { Facts, SlotView, Status } from "../../src/clients/views.ts";

const ASKABLE: readonly Status[] = ["nothing", "period_over"];
const TO_DO: readonly Status[] = ["held", "address_shown", "code_failed"];
const GUIDANCE: readonly Key[] = ["guidance.vary", "guidance.gift", "guidance.goods", "guidance.records"];

export const donorStands: Screen = (app) => {
  const seen = app.donor;
  if (seen === null) return [];
  const { view } = seen;
  const { status, slots } = view;
  const isDue = slots.some((slot) => slot.comeBackEpoch > 0) || slots.length === 0;
  return [
    heading(app.say("parcels")),
    isClockOff(seen, app.circle?.epochSeconds ?? 86_400, new Date()) &&
      h("p", { class: "notice" }, app.say("clock")),
    (slots.length === 0 || view.questions.length > 0) &&
      h("p", { class: "lead", role: "status" }, app.say(`status.donor.${status}`)),
    ...questions(app, view),
    ...slots.map((slot) => oneSlot(app, slot)),
    ASKABLE.includes(status) && slots.length === 0 && button(app.say("new_donor"), () => {
      app.go(wish("ask"));
    }, "main"),
    status === "declined" && button(app.say("new_list"), () => {
      app.go(ready);
    }, "main"),
    isDue && !ASKABLE.includes(status) && view.comeBackEpoch > 0 &&
      h("p", { class: "come-back" }, comeBack(
        app.language, view.comeBackEpoch, seen, app.circle?.epochSeconds ?? 86_400, new Date(),
      )),
    !slots.some((slot) => TO_DO.includes(slot.status)) && view.questions.length === 0 &&
      !ASKABLE.includes(status) && h("p", { class: "quiet" }, app.say("done_now")),
    button(app.say("look_again"), () => {
      look(app);
    }, "plain"),
    sees(app, ...whoSees(view)),
  ];
};

function questions(app: App, view: DonorView): readonly Child[] {
  if (view.questions.length === 0) return [];
  return [
    ...view.questions.map((words) => quote(app.say("line.said_by_coordinator"), words)),
    form(
      () => {
        const words = draft(app, "answer");
        if (words === "") app.complain(app.say("lines_bad"));
        else donorDoes(app, "answerQuestion", [words], ["answer"]);
      },
      field(app, "answer", app.say("answer"), { long: true, most: MOST_CHARACTERS }),
      submit(app.say("send")),
    ),
  ];
}

function oneSlot(app: App, slot: SlotView): HTMLElement {
  const { status, facts, message, index } = slot;
  const name = (what: string): string => `${what}-${String(slot.period)}-${String(index)}`;
  const isOver = status === "received" || status === "withdrawn";
  return h(
    "section",
    { class: "slot" },
    h("h2", {}, app.say("line.slot", { slot: index + 1, sentence: "" }).replace(/\W+$/, "")),
    h("p", {}, app.say(`status.donor.${status}`)),
    message !== null && !isOver &&
      quote(`${app.say("line.said_by_family")} ${app.say(kindKey(message.kind))}`, message.words),
    facts !== null && !isOver && status !== "finished" && matchFacts(app, facts),
    status === "certified" && button(app.say("post_slot"), () => {
      app.drafts.set("slot", String(index));
      app.go(wish("next"));
    }, "main"),
    status === "held" && facts !== null && deciding(app, slot, facts, name),
    status === "address_shown" && sending(app, slot, name),
    status === "code_failed" && replacing(app, slot, name),
    (status === "address_shown" || status === "ordered") && writing(app, slot, name),
    status === "finished" && message !== null && form(
      () => {
        const again = draft(app, name("again")) === "1";
        donorDoes(app, "close", [index, { again }], [name("again")]);
      },
      choices(app, name("again"), "", [{ value: "1", text: app.say("again_family") }], { several: true }),
      submit(app.say("close")),
    ),
    status === "waiting" && more(
      app.say("withdraw"),
      h("p", {}, app.say("line.confirm_donor_withdraw")),
      button(app.say("withdraw_yes"), () => {
        donorDoes(app, "withdraw", [index]);
      }),
    ),
  );
}

function guidance(app: App): HTMLElement {
  return h(
    "div",
    { class: "weigh" },
    h("p", {}, app.say("line.before_buying")),
    h("ul", {}, ...GUIDANCE.map((key) => h("li", {}, app.say(key)))),
  );
}

type Name = (what: string) => string;

function deciding(app: App, { index }: SlotView, facts: Facts, name: Name): HTMLElement {
  const isVoucher = facts.mode === VOUCHER;
  return h(
    "div",
    {},
    isVoucher && guidance(app),
    h("p", {}, app.say(isVoucher ? "line.buy_first" : "accept_parcel")),
    form(
      () => {
        const code = draft(app, name("code"));
        if (isVoucher && code === "") app.complain(app.say("lines_bad"));
        else donorDoes(app, "accept", [index, isVoucher ? code : null, facts.matched], [name("code")]);
      },
      isVoucher && field(app, name("code"), app.say("voucher_code")),
      submit(app.say(isVoucher ? "code_give" : "accept")),
    ),
    more(
      app.say("decline"),
      h("p", {}, app.say("decline_donor")),
      button(app.say("decline_yes"), () => {
        donorDoes(app, "decline", [index, facts.matched]);
      }),
    ),
  );
}

function sending(app: App, { index, terms, facts }: SlotView, name: Name): HTMLElement {
  return h(
    "div",
    {},
    ...terms.split("\n").map((line, at) =>
      carried(app, at === 0 ? app.say("line.terms") : "", line),
    ),
    guidance(app),
    form(
      () => {
        donorDoes(app, "ordered", [index, draft(app, name("ordered")), facts?.matched ?? null], [name("ordered")]);
      },
      field(app, name("ordered"), app.say("ordered_what"), { most: MOST_CHARACTERS }),
      submit(app.say("ordered")),
    ),
  );
}

function replacing(app: App, { index, facts }: SlotView, name: Name): HTMLElement {
  return form(
    () => {
      const code = draft(app, name("code"));
      if (code === "") app.complain(app.say("lines_bad"));
      else donorDoes(app, "replaceCode", [index, code, facts?.matched ?? null], [name("code")]);
    },
    field(app, name("code"), app.say("voucher_code")),
    submit(app.say("code_replace")),
  );
}

function writing(app: App, { index, facts }: SlotView, name: Name): HTMLElement {
  return more(
    app.say("write_family"),
    form(
      () => {
        const words = draft(app, name("say"));
        const about = { kind: ANSWER, matched: facts?.matched ?? null };
        if (words === "") app.complain(app.say("lines_bad"));
        else donorDoes(app, "say", [index, words, about], [name("say")]);
      },
      field(app, name("say"), app.say("write_words"), { long: true, most: MOST_CHARACTERS }),
      submit(app.say("send")),
    ),
  );
}

function whoSees({ slots, status }: DonorView): readonly Key[] {
  const matched = slots.find((slot) => slot.facts !== null && slot.status !== "finished");
  if (matched?.facts) {
    return [matched.facts.mode === VOUCHER ? "sees_voucher_donor" : "sees_parcel_donor"];
  }
  if (slots.some((slot) => slot.status === "finished")) return ["sees_done"];
  if (slots.length > 0) return ["offer_sees"];
  return [status === "nothing" ? "key_sees" : "sees_asked"];
}
