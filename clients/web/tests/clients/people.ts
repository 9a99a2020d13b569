/**
 * How people behave in a journey: one sitting after another, with nothing in hand but the list.
 *
 * Families and donors of both languages come behind the same few methods, so that one habit does
 * for either. Every call makes a client anew.
 */

import { toHex } from "../../src/crypto/bytes.ts";
import type { Circle } from "../../src/crypto/circle.ts";
import type { Wish } from "../../src/crypto/messages/shelf.ts";
import {
  Donor,
  Family,
  Kind,
  NodeClient,
  Status,
  parseInvite,
  slotOfView,
  type DonorView,
  type FamilyView,
  type NodeOptions,
} from "../../src/clients/index.ts";
import type { Ready, TrialProcess } from "./trial.ts";

export interface AnyFamily {
  ask(wish: Wish, words: string, invite: string | null): Promise<FamilyView>;
  visit(): Promise<FamilyView>;
  answerQuestion(words: string): Promise<FamilyView>;
  showAddress(terms: string, matched: number): Promise<FamilyView>;
  codeFailed(words: string): Promise<FamilyView>;
  received(thanks: string): Promise<FamilyView>;
}

export interface AnyDonor {
  offer(wish: Wish, words: string): Promise<DonorView>;
  visit(): Promise<DonorView>;
  answerQuestion(words: string): Promise<DonorView>;
  accept(index: number, code: string | null, matched: number): Promise<DonorView>;
  ordered(index: number, words: string): Promise<DonorView>;
  replaceCode(index: number, code: string): Promise<DonorView>;
  close(index: number): Promise<DonorView>;
  postCard(index: number): Promise<DonorView>;
}

/** One call of one fresh client; what does the calling may break it off and call again. */
export type Calling = <T>(call: (node: NodeClient) => Promise<T>) => Promise<T>;

/** Every call with a node of its own, to its end. */
export function undisturbed(ready: Ready, options: NodeOptions = {}): Calling {
  return (call) => call(new NodeClient(ready.url, options));
}

/** As many requests as a call makes where nothing but its own card is visited. */
const NEAR = 7;

/**
 * Broken off after the first answer, begun anew, broken off after the second, and so on; far into
 * a call only at every third, another third in each call, since there one visit follows another.
 */
export function interrupted(ready: Ready, kills: { count: number }): Calling {
  let calls = 0;
  return async (call) => {
    calls += 1;
    for (let lives = 1; ; lives++) {
      while (lives > NEAR && (lives + calls) % 3 !== 0) lives += 1;
      let answers = 0;
      const node = new NodeClient(ready.url, {
        recorder: () => {
          if (++answers === lives) node.close();
        },
      });
      const ended = await call(node).then(
        (value) => ({ value }),
        (error: unknown) => ({ error }),
      );
      if ("value" in ended) return ended.value;
      if (answers < lives) throw ended.error;
      kills.count += 1;
    }
  };
}

/** A family of this language. */
export function webFamily(circle: Circle, ready: Ready, key: Uint8Array, call: Calling): AnyFamily {
  const one = (act: (family: Family) => Promise<FamilyView>): Promise<FamilyView> =>
    call((node) => act(new Family(key.slice(), circle, node, ready.today)));
  return {
    ask: (wish, words, invite) =>
      one((f) =>
        f.ask(wish, "be", { words, invite: invite === null ? null : parseInvite(invite) }),
      ),
    visit: () => one((f) => f.visit()),
    answerQuestion: (words) => one((f) => f.answerQuestion(words)),
    showAddress: (terms, matched) => one((f) => f.showAddress(terms, matched)),
    codeFailed: (words) => one((f) => f.codeFailed(words)),
    received: (thanks) => one((f) => f.received(thanks, { again: true })),
  };
}

/** A donor of this language. */
export function webDonor(circle: Circle, ready: Ready, key: Uint8Array, call: Calling): AnyDonor {
  const one = (act: (donor: Donor) => Promise<DonorView>): Promise<DonorView> =>
    call((node) => act(new Donor(key.slice(), circle, node, ready.today)));
  return {
    offer: (wish, words) => one((d) => d.offer(wish, "en", { words })),
    visit: () => one((d) => d.visit()),
    answerQuestion: (words) => one((d) => d.answerQuestion(words)),
    accept: (index, code, matched) => one((d) => d.accept(index, code, matched)),
    ordered: (index, words) => one((d) => d.ordered(index, words)),
    replaceCode: (index, code) => one((d) => d.replaceCode(index, code)),
    close: (index) => one((d) => d.close(index, { again: true })),
    postCard: (index) => one((d) => d.postCard(index)),
  };
}

/** A family of the other language. */
export function pythonFamily(trial: TrialProcess, key: Uint8Array): AnyFamily {
  const one = async (method: string, args: unknown[], kwargs = {}): Promise<FamilyView> =>
    (await trial.person({
      role: "family",
      key: toHex(key),
      method,
      args,
      kwargs,
    })) as FamilyView;
  return {
    ask: (wish, words, invite) =>
      one("ask", [wish, "ru", words], invite === null ? {} : { invite }),
    visit: () => one("visit", []),
    answerQuestion: (words) => one("answer_question", [words]),
    showAddress: (terms, matched) => one("show_address", [terms, matched]),
    codeFailed: (words) => one("code_failed", [words]),
    received: (thanks) => one("received", [thanks], { again: true }),
  };
}

/** A donor of the other language. */
export function pythonDonor(trial: TrialProcess, key: Uint8Array): AnyDonor {
  const one = async (method: string, args: unknown[], kwargs = {}): Promise<DonorView> =>
    (await trial.person({
      role: "donor",
      key: toHex(key),
      method,
      args,
      kwargs,
    })) as DonorView;
  return {
    offer: (wish, words) => one("offer", [wish, "en", words]),
    visit: () => one("visit", []),
    answerQuestion: (words) => one("answer_question", [words]),
    accept: (index, code, matched) => one("accept", [index, code, matched]),
    ordered: (index, words) => one("ordered", [index, words]),
    replaceCode: (index, code) => one("replace_code", [index, code]),
    close: (index) => one("close", [index], { again: true }),
    postCard: (index) => one("post_card", [index]),
  };
}

export const WHERE = "Лунінец, вул. Лясная 7, кв. 12";
export const HOW = "ordered for Friday, from 16 to 18";
export const THANKS = "Дзякуй! Усё дайшло.";
export const FIRST_CODE = "FAILS-0001";
export const SECOND_CODE = "KAVA-2026";

/** What came of a parcel, as both saw it. */
export interface Parcel {
  readonly name: string;
  readonly family: AnyFamily;
  readonly donor: AnyDonor;
  readonly statuses: Set<string>;
  code: string;
  terms: string;
  thanks: string;
  again: boolean;
  familyIsOver: boolean;
  earned: boolean;
}

/** A parcel that nobody has asked for yet. */
export function newParcel(name: string, family: AnyFamily, donor: AnyDonor): Parcel {
  return {
    name,
    family,
    donor,
    statuses: new Set(),
    code: "",
    terms: "",
    thanks: "",
    again: false,
    familyIsOver: false,
    earned: false,
  };
}

/** What a family does when it comes. */
export async function familySits(parcel: Parcel): Promise<void> {
  if (parcel.familyIsOver) return;
  const { family } = parcel;
  const { status, card } = await family.visit();
  parcel.statuses.add(`family ${status}`);
  if (status === Status.QUESTION) await family.answerQuestion("з Лунінца");
  if (status === Status.NEEDS_ADDRESS) await family.showAddress(WHERE, card?.facts?.matched ?? 0);
  if (status === Status.CODE && card?.code === FIRST_CODE) await family.codeFailed("не бярэ");
  else if (status === Status.CODE || status === Status.ORDERED) {
    parcel.code = card?.code ?? "";
    await family.received(THANKS);
  }
  parcel.familyIsOver = status === Status.FINISHED;
}

/** What a donor does when it comes. */
export async function donorSits(parcel: Parcel, isVoucher: boolean): Promise<void> {
  if (parcel.earned) return;
  const { donor } = parcel;
  const view = await donor.visit();
  if (view.status === Status.QUESTION) await donor.answerQuestion("from Vilnius");
  for (const slot of view.slots) {
    parcel.statuses.add(`donor ${slot.status}`);
    if (slot.status === Status.HELD) {
      await donor.accept(slot.index, isVoucher ? FIRST_CODE : null, slot.facts?.matched ?? 0);
    }
    if (slot.status === Status.CODE_FAILED) await donor.replaceCode(slot.index, SECOND_CODE);
    if (slot.status === Status.ADDRESS_SHOWN) {
      parcel.terms = slot.terms;
      await donor.ordered(slot.index, HOW);
    }
    if (slot.status === Status.FINISHED && parcel.thanks === "") {
      parcel.thanks = slot.message?.kind === Kind.THANKS ? slot.message.words : "";
      parcel.again = slot.again;
      await donor.close(slot.index);
    }
    if (slot.index >= 3 && slot.status === Status.CERTIFIED) {
      const posted = await donor.postCard(slot.index);
      parcel.earned = slotOfView(posted, slot.index)?.status === Status.WAITING;
    }
  }
}
