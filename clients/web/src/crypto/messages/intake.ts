/** Between a person and a duty coordinator: the intake record and the thread's two drops. */

import { BLIND_COUNT } from "../labels.ts";
import {
  U16,
  message,
  octets,
  octetsUpTo,
  oneOf,
  optional,
  part,
  several,
  text,
  uint,
  type MessageOf,
} from "../shapes.ts";
import { Opening, SIGNATURE } from "./tokens.ts";

/** What a person or a coordinator can say at once, in UTF-8; what an intake record leaves. */
export const WORDS_BYTES = 900;

export const INVITE_CODE_BYTES = 8;

export const FAMILY = 0;
export const DONOR = 1;

export const NOTHING_YET = 0;
export const QUESTION = 1;
export const CERTIFIED = 2;
export const DECLINED = 3;

export const LANGUAGE = oneOf("be", "ru", "en");

/**
 * Values to sign, or signed: three for an intake, one for an exchange, none where nothing is due;
 * who reads them counts them.
 */
export const BLINDED = several(SIGNATURE, { atMost: BLIND_COUNT });

/**
 * What a duty coordinator learns: no name, no region, no need. Extras are stamps for the first
 * duty coordinator, a family's receipts for the second, none for a donor's second. With an opening
 * it asks for one of each, in exchange; without one for three.
 */
export const Intake = message("Intake", {
  role: uint(1),
  language: LANGUAGE,
  words: text(WORDS_BYTES),
  threadKey: octets(32),
  outRead: octets(32),
  inWrite: octets(32),
  blindedRoots: BLINDED,
  blindedExtras: BLINDED,
  inviteCode: octetsUpTo(INVITE_CODE_BYTES),
  opening: optional(part(Opening)),
});
export type Intake = MessageOf<typeof Intake>;

/** From the person: an answer to the question of *turn*. */
export const Out = message("Out", {
  turn: U16,
  words: text(WORDS_BYTES),
});
export type Out = MessageOf<typeof Out>;

/** To the person: nothing yet, a question, the signatures, or a decline. */
export const In = message("In", {
  kind: uint(DECLINED),
  turn: U16,
  words: text(WORDS_BYTES),
  signedRoots: BLINDED,
  signedExtras: BLINDED,
});
export type In = MessageOf<typeof In>;
