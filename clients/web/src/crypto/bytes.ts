/**
 * What Python's `bytes` can do by itself: join, compare, spell in hex, be a text or a number.
 *
 * Only what every browser has; nothing of Node.
 */

import { WrongShape } from "./errors.ts";

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** Whether both are the same bytes. Takes time by value: for public values only. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

/** Lower-case hex. */
export function toHex(data: Uint8Array): string {
  return Array.from(data, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The bytes of lower-case hex. Raises WrongShape for any other text. */
export function fromHex(text: string): Uint8Array {
  if (!/^(?:[0-9a-f]{2})*$/.test(text)) throw new WrongShape("not lower-case hex");
  return Uint8Array.from({ length: text.length / 2 }, (_, at) =>
    Number.parseInt(text.slice(2 * at, 2 * at + 2), 16),
  );
}

const B64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** base64url without padding (RFC 4648, section 5). */
export function b64(data: Uint8Array): string {
  let text = "";
  for (let at = 0; at < data.length; at += 3) {
    const [a = 0, b = 0, c = 0] = data.subarray(at, at + 3);
    const group = (a << 16) | (b << 8) | c;
    const sextets = [group >> 18, (group >> 12) & 63, (group >> 6) & 63, group & 63];
    const written = Math.min(3, data.length - at) + 1;
    for (const sextet of sextets.slice(0, written)) text += B64.charAt(sextet);
  }
  return text;
}

/** The bytes of canonical base64url without padding. Raises WrongShape for any other text. */
export function fromB64(text: string): Uint8Array {
  const data = new Uint8Array(Math.floor((text.length * 3) / 4));
  let bits = 0;
  let held = 0;
  let at = 0;
  for (const character of text) {
    const sextet = B64.indexOf(character);
    if (sextet < 0) throw new WrongShape("not base64url without padding");
    held = ((held << 6) | sextet) & 0xffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      data[at++] = (held >> bits) & 0xff;
    }
  }
  // The last character may carry bits that no byte takes; only zeros are canonical.
  if (b64(data) !== text) throw new WrongShape("not canonical base64url");
  return data;
}

/** The UTF-8 of *text*, which must have no half of a surrogate pair: `isWellFormed` tells. */
export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** The text of UTF-8, byte order mark included. Raises TypeError. */
export function fromUtf8(data: Uint8Array): string {
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(data);
}

/** Whether *text* can be written as UTF-8: broken keyboards send half a surrogate pair. */
export function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}

/** The big-endian number *data* is. */
export function toInteger(data: Uint8Array): bigint {
  return data.length === 0 ? 0n : BigInt(`0x${toHex(data)}`);
}

/** *length* bytes, big-endian. Raises RangeError for a number that does not fit. */
export function fromInteger(number: bigint, length: number): Uint8Array {
  const hex = number.toString(16).padStart(2 * length, "0");
  if (number < 0n || hex.length > 2 * length) throw new RangeError("does not fit");
  return fromHex(hex);
}

/** *length* random bytes. */
export function randomBytes(length: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(length));
}
