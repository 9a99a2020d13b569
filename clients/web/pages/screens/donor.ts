/** Where a donor stands, slot by slot: what to buy, what to say, and what not to do. */

import type { App, Screen } from "../app.ts";
import { VOUCHER } from "../catalogue.ts";
import { comeBack, isClockOff } from "../days.ts";
import { h } from "../dom.ts";
import {
  button, carried, choices, deliberate, draft, field, form, heading, matchFacts, more,
  MOST_CHARACTERS, moved, sees, submit,
} from "../parts.ts";
import { standing, type Key } from "../strings.ts";
import { isQuiet, quiet } from "./quiet.ts";
import { firstCard, ready } from "./list.ts";
import { message, named, needed, questions, unable, writing } from "./talking.ts";
import { does, look } from "./visit.ts";
import { wish } from "./wish.ts";
import { slotNames } from "../../src/clients/slot_names.ts";
import type { DonorView } from "../../src/clients/index.ts";
import type { Facts, SlotView, Status } from "../../src/clients/views.ts";

const WITHOUT_DAY: readonly Status[] = ["period_over", "declined"];
const TO_DO: readonly Status[] = ["held", "address_shown", "code_failed"];
/** Where to, or that another code is needed, is known: words reach the family, and may be a no. */
const SENDING: readonly Status[] = ["address_shown", "ordered", "code_failed"];
const MATCHED: readonly Status[] = [...SENDING, "agreed", "code_sent"];
const ALONE: readonly Status[] = ["waiting", "peer_silent", "idle"];
const GUIDANCE: readonly Key[] = ["guidance.vary", "guidance.gift", "guidance.goods", "guidance.records"];

export const donorStands: Screen = (app) => {
  const seen = app.donor;
  if (seen === null) return [];
  if (seen.view.slots.length === 0 && isQuiet(seen, seen.view.status)) return quiet(app, seen);
  const { view } = seen;
  const { status } = view;
  const isOver = status === "period_over";
  // What is over is said once, above the slots.
  const slots = view.slots.filter((slot) => slot.status !== "period_over");
  const names = slotNames(slots);
  const isFirst = slots.length > 0 && slots.every((slot) => slot.status === "certified");
  const first = isFirst ? firstCard(app) : [];
  const isExpecting = status === "asked" || slots.some((slot) => slot.status === "waiting");
  const isDue = slots.some((slot) => slot.comeBackEpoch > 0) || slots.length === 0;
  return [
    heading(app.say("parcels")),
    isClockOff(seen, app.circle?.epochSeconds ?? 86_400, new Date()) &&
      h("p", { class: "notice" }, app.say("clock")),
    (slots.length === 0 || isOver || view.questions.length > 0) &&
      h("p", { class: "lead", role: "status" }, app.say(standing("donor", status))),
    ...questions(app, view.questions),
    isOver && button(app.say("new_donor"), () => {
      app.go(wish("ask"));
    }, "main"),
    ...first,
    ...slots.map((slot, at) => oneSlot(app, slot, names[at] ?? "", first.length === 0)),
    status === "declined" && button(app.say("new_list"), () => {
      app.go(ready);
    }, "main"),
    isDue && !WITHOUT_DAY.includes(status) && view.comeBackEpoch > 0 &&
      h("p", { class: "come-back" }, comeBack(
        app.language, view.comeBackEpoch, seen, app.circle?.epochSeconds ?? 86_400, new Date(),
      )),
    isExpecting && h("p", {}, app.say("expect_donor")),
    !slots.some((slot) => TO_DO.includes(slot.status)) && view.questions.length === 0 &&
      !WITHOUT_DAY.includes(status) && h("p", { class: "quiet" }, app.say("done_now")),
    button(app.say("look_again"), () => {
      look(app);
    }, "plain"),
    moved(app),
    sees(app, ...whoSees(view)),
  ];
};

function oneSlot(app: App, slot: SlotView, name: string, mayOffer: boolean): HTMLElement {
  const { status, facts, index, period } = slot;
  const isOver = status === "received" || status === "withdrawn";
  return h(
    "section",
    { class: "slot" },
    h("h2", {}, app.say("line.slot", { slot: name, sentence: "" }).replace(/\W+$/, "")),
    h("p", {}, app.say(standing("donor", status))),
    !isOver && message(app, "line.said_by_family", slot),
    facts !== null && !isOver && status !== "finished" && matchFacts(app, facts),
    facts !== null && (status === "held" || MATCHED.includes(status)) && h(
      "p", { class: "quiet" },
      app.say(facts.mode === VOUCHER ? "sees_voucher_donor" : "sees_parcel_donor"),
    ),
    status === "certified" && mayOffer && button(app.say("post_slot"), () => {
      app.drafts.set("slot", String(index));
      app.go(wish("next"));
    }, "main"),
    status === "held" && facts !== null && deciding(app, slot, facts),
    status === "address_shown" && sending(app, slot),
    status === "code_failed" && replacing(app, slot),
    (SENDING.includes(status) || (MATCHED.includes(status) && slot.message !== null)) &&
      writing(app, "write_family", slot, [index]),
    status === "agreed" && declining(app, slot, "decline_donor"),
    SENDING.includes(status) && unable(
      app, slot, [index],
      h("p", {}, app.say("give_up")),
      button(app.say("decline_yes"), () => {
        does(app, "decline", [index, facts?.matched ?? null, period]);
      }),
    ),
    status === "finished" && (slot.message !== null || slot.again) && closing(app, slot),
    ALONE.includes(status) && more(
      app, named("withdraw", slot), app.say("withdraw"),
      h("p", {}, app.say("line.confirm_donor_withdraw")),
      button(app.say("withdraw_yes"), () => {
        does(app, "withdraw", [index, period]);
      }),
    ),
  );
}

/** A finished parcel, put away, perhaps with the wish to send to the same family again. */
function closing(app: App, slot: SlotView): HTMLElement {
  const name = named("again", slot);
  return form(
    () => {
      const given = { again: draft(app, name) === "1", period: slot.period };
      does(app, "close", [slot.index, given], { sent: [name] });
    },
    choices(app, name, "", [
      { value: "1", text: app.say("again_family"), note: app.say("close_soon") },
    ], { several: true }),
    submit(app.say("close")),
  );
}

function declining(app: App, slot: SlotView, why: Key): HTMLElement {
  return more(
    app, named("decline", slot), app.say("decline"),
    h("p", {}, app.say(why)),
    button(app.say("decline_yes"), () => {
      does(app, "decline", [slot.index, slot.facts?.matched ?? null, slot.period]);
    }),
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

function deciding(app: App, slot: SlotView, { mode, matched }: Facts): HTMLElement {
  const isVoucher = mode === VOUCHER;
  const name = named("code", slot);
  return h(
    "div",
    {},
    isVoucher && guidance(app),
    h("p", {}, app.say(isVoucher ? "line.buy_first" : "accept_parcel")),
    form(
      () => {
        const code = isVoucher ? needed(app, name) : null;
        const given = [slot.index, code, matched, slot.period];
        if (code !== "") does(app, "accept", given, { sent: [name] });
      },
      isVoucher && field(app, name, app.say("voucher_code")),
      submit(app.say(isVoucher ? "code_give" : "accept")),
    ),
    declining(app, slot, "decline_donor"),
  );
}

function sending(app: App, slot: SlotView): HTMLElement {
  const name = named("ordered", slot);
  return h(
    "div",
    {},
    ...slot.terms.split("\n").map((line, at) =>
      carried(app, at === 0 ? app.say("line.terms") : "", line),
    ),
    guidance(app),
    deliberate(
      () => {
        const given = [slot.index, draft(app, name), slot.facts?.matched ?? null, slot.period];
        does(app, "ordered", given, { sent: [name] });
      },
      field(app, name, app.say("ordered_what"), { most: MOST_CHARACTERS }),
      submit(app.say("ordered")),
    ),
  );
}

function replacing(app: App, slot: SlotView): HTMLElement {
  const name = named("code", slot);
  return form(
    () => {
      const code = needed(app, name);
      const given = [slot.index, code, slot.facts?.matched ?? null, slot.period];
      if (code !== "") does(app, "replaceCode", given, { sent: [name] });
    },
    guidance(app),
    field(app, name, app.say("voucher_code")),
    submit(app.say("code_replace")),
  );
}

function whoSees({ slots }: DonorView): readonly Key[] {
  const isDone = slots.some((slot) => slot.status === "finished");
  return [slots.length > 0 ? "offer_sees" : "sees_asked", isDone ? "sees_done" : "sees_no_store"];
}
