/**
 * The values that coordinators are asked to sign blindly, and what their answers become.
 *
 * A blinding is derived, never drawn: a page that knows nothing but the list asks for the same
 * values again and can take the answer to an earlier request.
 */

import { blind, unblind, type BlindedValue } from "../crypto/blinding.ts";
import { certificateMessage, receiptMessage, stampMessage } from "../crypto/certificates.ts";
import { keyId, type CertifyingKey } from "../crypto/certifying_keys.ts";
import type { Circle } from "../crypto/circle.ts";
import { InvalidCertificate } from "../crypto/errors.ts";
import { BLIND_COUNT } from "../crypto/labels.ts";
import { DONOR } from "../crypto/messages/intake.ts";
import type { Slot } from "../crypto/messages/shelf.ts";
import type { Delivery, NextSlot } from "../crypto/messages/tokens.ts";
import { Place, classOf } from "./person.ts";
import { newSlot } from "./shelves.ts";
import { ASKING_STRIDE } from "./slot_names.ts";

/** A key, the message it is to sign, and that message blinded for it. */
export class Asked {
  readonly #value: BlindedValue;

  constructor(
    readonly key: CertifyingKey,
    readonly message: Uint8Array,
    value: BlindedValue,
  ) {
    this.#value = value;
  }

  /** What the coordinator is given, 256 bytes. */
  get blinded(): Uint8Array {
    return this.#value.blinded;
  }

  /** The signature, verified. Raises InvalidCertificate. */
  unblinded(blindSignature: Uint8Array): Uint8Array {
    return unblind(this.key, this.message, blindSignature, this.#value.inverse);
  }
}

/** The root of *place*, for duty coordinator *number* (0, 1) of its class. */
export function rootAsked(circle: Circle, place: Place, role: number, number: 0 | 1): Asked {
  const key = circle.certificateKeys(place.period, classOf(role))[number];
  return asked(place, key, certificateMessage(circle.digest, place.root(role)));
}

/** The stamp that goes with the root of *place*. */
export function stampAsked(circle: Circle, place: Place, role: number): Asked {
  const message = stampMessage(circle.digest, place.period, place.stampNonce(role));
  return asked(place, circle.stampKey(place.period), message);
}

/** The receipt with which a family confirms the parcel of *place*. */
export function receiptAsked(circle: Circle, place: Place): Asked {
  const message = receiptMessage(circle.digest, place.period, place.pseudonym.receiptNonce);
  return asked(place, circle.receiptKey(place.period), message);
}

/**
 * The pseudonym that a confirmation of *index* pays for.
 *
 * 0 earns 3, 3 earns 6: no two cards can ever earn the same one, whichever is posted first and
 * whatever was forgotten in between.
 */
export function earnedIndex(index: number): number {
  return index + BLIND_COUNT;
}

/** The first pseudonym that *asking* is about; what it earns stays below the next asking's. */
export function askedIndex(asking: number): number {
  return asking * ASKING_STRIDE;
}

/** What a donor's outbox asks for: the blinded root and stamp of the slot *place* earns. */
export function nextSlotOf(circle: Circle, place: Place): NextSlot {
  const [first, second, stamp] = earned(circle, place);
  return {
    index: earnedIndex(place.index),
    period: place.period,
    blindedRoots: [first.blinded, second.blinded],
    blindedStamp: stamp.blinded,
  };
}

/** The slot that *place* earned, every signature verified. Raises InvalidCertificate. */
export function earnedSlot(circle: Circle, place: Place, delivery: Delivery): Slot {
  const [first, second, stamp] = earned(circle, place).map((one, at) =>
    one.unblinded(signedAt(delivery.signatures, at)),
  );
  if (first === undefined || second === undefined || stamp === undefined) {
    throw new InvalidCertificate();
  }
  return newSlot(earnedIndex(place.index), [first, second], stamp, null);
}

/** Signature *at* of an answer. Raises InvalidCertificate if there is none. */
export function signedAt(signatures: readonly Uint8Array[], at: number): Uint8Array {
  const signature = signatures[at];
  if (signature === undefined) throw new InvalidCertificate();
  return signature;
}

function earned(circle: Circle, place: Place): readonly [Asked, Asked, Asked] {
  const later = new Place(place.person, earnedIndex(place.index));
  try {
    return [
      rootAsked(circle, later, DONOR, 0),
      rootAsked(circle, later, DONOR, 1),
      stampAsked(circle, later, DONOR),
    ];
  } finally {
    later.forget();
  }
}

function asked(place: Place, key: CertifyingKey, message: Uint8Array): Asked {
  const blinding = place.pseudonym.blinding(key.use, keyId(key.modulus));
  return new Asked(key, message, blind(key, message, blinding));
}
