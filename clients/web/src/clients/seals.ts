/**
 * What every record of a person is opened and closed with: key and binding, said once.
 *
 * protocol.md, section 6, names the bindings. A function here returns what `crypto/records` takes,
 * or the `info` that `crypto/sealing` takes.
 */

import { noticeKey, outboxKey, type Person, type Pseudonym } from "../crypto/keys.ts";
import { bound, u32, u8 } from "../crypto/labels.ts";
import type { SharedKey } from "../crypto/records.ts";
import type { Place } from "./person.ts";

/** The shelf of one period. */
export function shelf(person: Person): SharedKey {
  return { key: person.shelfKey, aad: bound("shelf", person.circle, u32(person.period)) };
}

/** What coordinator *number* (0, 1 in the order of duty) says. */
export function threadIn(place: Place, number: number): SharedKey {
  return thread("thread in", place, number);
}

/** What the person says to coordinator *number*. */
export function threadOut(place: Place, number: number): SharedKey {
  return thread("thread out", place, number);
}

/** The notice of *epoch*. */
export function notice(circle: Uint8Array, pseudonym: Pseudonym, epoch: number): SharedKey {
  return {
    key: noticeKey(pseudonym.noticeSecret, epoch),
    aad: bound("notice", circle, u32(epoch)),
  };
}

/** The outbox of a card. */
export function outbox(circle: Uint8Array, pseudonym: Pseudonym): SharedKey {
  return { key: outboxKey(pseudonym.noticeSecret), aad: bound("outbox", circle) };
}

/** The seal of the intake record for coordinator *number*. */
export function intakeInfo(person: Person, number: number): Uint8Array {
  return bound("intake", person.circle, u32(person.period), u8(number));
}

/** The seal of a card posted in *epoch*. */
export function cardInfo(circle: Uint8Array, epoch: number): Uint8Array {
  return bound("card", circle, u32(epoch));
}

function thread(label: string, place: Place, number: number): SharedKey {
  return {
    key: place.thread(number).key,
    aad: bound(label, place.circle, u32(place.period), u8(number)),
  };
}
