/** What a family needs or a donor can give, and who vouches. Asked once, kept on the shelf. */

import type { App, Screen } from "../app.ts";
import { bits, MODES, modesFor, NEEDS, REGIONS, SIZES, VOUCHER } from "../catalogue.ts";
import { h } from "../dom.ts";
import { ALL_PARCELS } from "../kinds.ts";
import {
  back, capital, choices, chosen, draft, drop, field, form, heading, MOST_CHARACTERS, named, sees,
  storeAsks, storeName, submit,
} from "../parts.ts";
import { start } from "./begin.ts";
import { does, shown, stands } from "./visit.ts";
import type { Wish } from "../../src/clients/index.ts";

/** A first request or offer with its words; or a further card, which needs none. */
export type Occasion = "ask" | "next";

const DRAFTS = ["regions", "needs", "size", "preset", "modes", "urgent", "at_once"];

const WORDS_MOST = MOST_CHARACTERS;

const SLOTS = Array.from({ length: ALL_PARCELS }, (_, before) => String(before + 1));

export function wish(occasion: Occasion): Screen {
  return (app) => {
    preset(app, occasion);
    const isFamily = app.role === "family";
    const redraw = (): void => {
      const { scrollY } = globalThis;
      const focused = document.activeElement?.id ?? "";
      app.redraw();
      scrollTo(0, scrollY);
      document.getElementById(focused)?.focus({ preventScroll: true });
    };
    const regions = chosen(app, "regions");
    const possible = modesFor(
      app.catalogue,
      regions.length > 0 ? regions : REGIONS.map((_, region) => region),
      Number(draft(app, "preset")),
      isFamily ? chosen(app, "needs") : [],
    );
    return [
      heading(app.say(isFamily ? "needs" : occasion === "ask" ? "offer" : "offer_again")),
      form(
        () => {
          if (chosen(app, "modes").every((mode) => !possible.includes(mode))) {
            drop(app, "modes");
          }
          if (["regions", "modes", "needs"].some((name) => draft(app, name) === "")) {
            app.complain(() => app.say("error.WishRefused"));
          } else if (occasion === "ask") app.go(words);
          else post(app, possible);
        },
        choices(
          app, "regions", app.say("where"),
          REGIONS.map((name, code) => ({ value: String(code), text: named(app, `region.${name}`) })),
          { several: !isFamily, changed: redraw },
        ),
        choices(
          app, "needs", app.say("what"),
          NEEDS.map((name, code) => ({ value: String(code), text: named(app, `need.${name}`) })),
          { several: true, changed: redraw },
        ),
        choices(
          app, "size", app.say(isFamily ? "size" : "size_most"),
          SIZES.map((name, code) => ({ value: String(code), text: named(app, `size.${name}`) })),
        ),
        isFamily && h("p", { class: "quiet" }, app.say("size_small")),
        choices(
          app, "preset", app.say("stores"),
          app.catalogue.presets.map((stores, code) => ({
            value: String(code),
            text: stores.map((number) => storeName(app, number)).join(", "),
            note: asksOf(app, stores),
          })),
          { changed: redraw },
        ),
        choices(
          app, "modes", app.say(isFamily ? "how" : "how_give"),
          MODES.map((name, code) => ({
            value: String(code),
            text: named(app, `mode.${name}`),
            disabled: !possible.includes(code),
            note: possible.includes(code) ? seenBy(app, code) : app.say("how_none"),
          })),
          { several: true, changed: redraw },
        ),
        !isFamily && occasion === "ask" &&
          choices(app, "at_once", app.say("at_once"), SLOTS.map((value) => ({ value, text: value }))),
        !isFamily && occasion === "ask" && h("p", { class: "quiet" }, app.say("at_once_is")),
        isFamily &&
          choices(app, "urgent", "", [
            { value: "1", text: app.say("urgent") },
          ], { several: true }),
        submit(app.say("go_on")),
      ),
      back(app, app.family ?? app.donor ? stands : start),
      sees(app, isFamily ? "needs_sees" : "offer_sees", "sees_no_store"),
    ];
  };
}

/** What each group of stores asks for, all of its stores together. */
function asksOf(app: App, numbers: readonly number[]): string {
  const stores = numbers.map((number) => app.catalogue.stores[number]).filter((store) => store !== undefined);
  return storeAsks(app, {
    name: "", regions: [], modes: [], needs: [],
    foreignCards: stores.every((store) => store.foreignCards),
    foreignCardsAsOf: Math.min(...stores.map((store) => store.foreignCardsAsOf)),
    asksPhone: stores.some((store) => store.asksPhone),
    asksName: stores.some((store) => store.asksName),
  });
}

function seenBy(app: App, mode: number): string {
  if (app.role === "donor") return app.say(mode === VOUCHER ? "sees_voucher_donor" : "sees_parcel_donor");
  const sentences = app.say(`sees.${MODES[mode] ?? "delivery"}`);
  // They begin with the name of the way, which stands beside its box already.
  return capital(sentences.slice(sentences.indexOf(": ") + 2));
}

/** What stands there before anybody chooses; for a further card, what was chosen last. */
function preset(app: App, occasion: Occasion): void {
  const all = REGIONS.map((_, code) => String(code)).join(" ");
  const last = occasion === "next" ? (app.family ?? app.donor)?.view.wish : null;
  const before: Readonly<Record<string, string>> = {
    regions: app.role === "donor" ? all : "",
    needs: "0",
    size: "0",
    preset: String(Math.max(0, app.catalogue.presets.length - 1)),
    modes: "0",
    at_once: String(ALL_PARCELS),
    ...(last && {
      regions: codes(REGIONS, last.regions),
      needs: codes(NEEDS, last.needs),
      size: String(last.size),
      preset: String(last.preset),
      modes: codes(MODES, last.modes),
    }),
  };
  for (const [name, value] of Object.entries(before)) {
    if (!app.drafts.has(name)) app.drafts.set(name, value);
  }
}

/** The codes in a set, as drafts hold them. */
function codes(names: readonly string[], held: number): string {
  return names.map((_, code) => code).filter((code) => (held >> code) & 1).join(" ");
}

function wishOf(app: App, possible: readonly number[]): Wish {
  return {
    regions: bits(chosen(app, "regions")),
    modes: bits(chosen(app, "modes").filter((mode) => possible.includes(mode))),
    preset: Number(draft(app, "preset")),
    size: Number(draft(app, "size")),
    needs: bits(chosen(app, "needs")),
    urgency: app.role === "family" && draft(app, "urgent") === "1" ? 1 : 0,
  };
}

function possibleNow(app: App): readonly number[] {
  return modesFor(
    app.catalogue, chosen(app, "regions"), Number(draft(app, "preset")),
    app.role === "family" ? chosen(app, "needs") : [],
  );
}

function post(app: App, possible: readonly number[]): void {
  const made = wishOf(app, possible);
  const index = draft(app, "slot");
  const which = index === "" ? null : Number(index);
  does(app, "postCard", app.role === "family" ? [made] : [which, made], { sent: ["slot", ...DRAFTS] });
}

/** Who vouches: an invite, or words to the coordinators. */
const words: Screen = (app) => {
  const isFamily = app.role === "family";
  return [
    heading(app.say("words")),
    h("p", {}, app.say(isFamily ? "words_family" : "words_donor")),
    form(
      () => {
        send(app);
      },
      isFamily && field(app, "invite", app.say("invite"), { hint: app.say("invite_hint") }),
      field(app, "words", app.say("words_label"), { long: true, most: WORDS_MOST }),
      h("p", { class: "quiet" }, app.say("words_work")),
      submit(app.say("send")),
    ),
    back(app, wish("ask")),
    sees(app, isFamily ? "line.who_asks" : "line.who_offers", "sees_no_store"),
  ];
};

function send(app: App): void {
  const intake = {
    wish: wishOf(app, possibleNow(app)),
    atOnce: app.role === "family" ? 1 : Number(draft(app, "at_once")),
    language: app.language,
    words: draft(app, "words"),
    invite: app.role === "family" ? draft(app, "invite") : "",
  };
  if (intake.words === "" && intake.invite === "") {
    app.complain(() => app.say("words_need"));
    return;
  }
  void app.run(
    "line.sending",
    (tell) => app.client.call(app.role === "family" ? "ask" : "offer", [intake], tell),
    (seen) => {
      // The first card is for another sitting, unless the person says otherwise.
      app.asked = true;
      drop(app, "invite", "words", ...DRAFTS);
      shown(app, seen);
    },
  );
}
