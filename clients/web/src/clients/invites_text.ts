/**
 * An invite, as it is printed on a slip and typed by somebody who is in a hurry.
 *
 *     16 bytes (a code of 8 for each duty coordinator) = 128 bits ─▶ 26 characters
 *
 * Crockford's base32: no I, L, O or U is ever printed; i and l are read as 1, o as 0, and case,
 * spaces and dashes do not matter. 26 characters hold 130 bits; the first two must be zero.
 */

import { concat, fromInteger, toInteger } from "../crypto/bytes.ts";
import { INVITE_CODE_BYTES } from "../crypto/messages/intake.ts";
import { InviteTextError } from "./errors.ts";

export const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
export const CHARACTERS = 26;
export const GROUPS = [5, 5, 5, 5, 6] as const;

/** The codes for the first and the second duty coordinator of requests, 8 bytes each. */
export type InviteCodes = readonly [Uint8Array, Uint8Array];

// A byte order mark is a space to JavaScript and none to Python, so it does not count here.
const BETWEEN = /(?!\uFEFF)[\s\u001C-\u001F\u0085\-‐‑‒–—_.·]/g;

/** The 26 characters, in groups joined by dashes. */
export function formatInvite(codes: InviteCodes): string {
  if (codes.some((code) => code.length !== INVITE_CODE_BYTES)) {
    throw new RangeError("an invite code has 8 bytes");
  }
  const number = toInteger(concat(...codes));
  const digits = Array.from({ length: CHARACTERS }, (_, at) =>
    ALPHABET.charAt(Number((number >> BigInt(5 * (CHARACTERS - 1 - at))) & 31n)),
  );
  return GROUPS.map((size) => digits.splice(0, size).join("")).join("-");
}

/** The codes of what was *typed*. Raises InviteTextError, which repeats nothing of it. */
export function parseInvite(typed: string): InviteCodes {
  const characters = typed
    .replace(BETWEEN, "")
    .toUpperCase()
    .replace(/[IL]/g, "1")
    .replace(/O/g, "0");
  if (Array.from(characters).length !== CHARACTERS) {
    throw new InviteTextError(`an invite has ${String(CHARACTERS)} characters`);
  }
  let number = 0n;
  for (const character of characters) {
    const value = ALPHABET.indexOf(character);
    if (value < 0) {
      throw new InviteTextError("an invite has only letters and digits, and no U");
    }
    number = (number << 5n) | BigInt(value);
  }
  if (number >> 128n) throw new InviteTextError("the beginning is not that of an invite");
  const both = fromInteger(number, 2 * INVITE_CODE_BYTES);
  return [both.slice(0, INVITE_CODE_BYTES), both.slice(INVITE_CODE_BYTES)];
}
