/** Between a family and a donor: the pages of a conversation. */

import { PAGES } from "../labels.ts";
import { exactly, message, octets, part, several, text, uint, type MessageOf } from "../shapes.ts";

export const CODE_BYTES = 64;

/** 300 characters of the widest kind. */
export const WORDS_BYTES = 1_200;

export const MESSAGES_A_PAGE = 16;

/** What a message says; each is a fixed phrase in the reader's language, plus words. */
export const Kind = {
  ACCEPT: 1,
  TERMS: 2,
  CODE: 3,
  ORDERED: 4,
  QUESTION: 5,
  ANSWER: 6,
  CANNOT: 7,
  CODE_FAILED: 8,
  CODE_REPLACED: 9,
  RECEIVED: 10,
  THANKS: 11,
  AGAIN: 12,
} as const;
export type Kind = (typeof Kind)[keyof typeof Kind];

/** One message of a transcript. */
export const Said = message("Said", {
  kind: uint(Kind.AGAIN, { minimum: Kind.ACCEPT }),
  words: text(WORDS_BYTES),
});
export type Said = MessageOf<typeof Said>;

/** A part of one side's transcript; pages 2, 3 and 4 joined are the whole of it. */
export const Page = message("Page", {
  messages: several(part(Said), { atMost: MESSAGES_A_PAGE }),
});
export type Page = MessageOf<typeof Page>;

/**
 * The handshake: a share of the key, the right to blank one's pages, and the voucher's code when
 * a donor answers in voucher mode.
 */
export const PageOne = message("PageOne", {
  share: octets(32),
  blanks: exactly(PAGES, octets(32)),
  code: text(CODE_BYTES),
});
export type PageOne = MessageOf<typeof PageOne>;
