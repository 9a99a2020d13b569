/**
 * The key tree of a person (protocol.md, section 3): everything follows from the list.
 *
 *     list key ─▶ person (circle, period) ─┬▶ shelf
 *                                          ├▶ thread 0, thread 1
 *                                          └▶ pseudonym 0, 1, 2, …
 *
 * A person's device keeps nothing: a new page with the nine lines walks this tree again.
 */

import type { WriteSecret } from "./drops.ts";
import { PAGES, derive, deriveLong, u16, u32, u8 } from "./labels.ts";
import type { Permit } from "./permits.ts";
import { SealingKey } from "./sealing.ts";

/** 16 bytes more than a modulus, so that reducing leaves no bias worth naming. */
export const BLINDING_BYTES = 272;

/** Only its owner ever compares one: 16 bytes of a keyed value, for a shelf has eight slots. */
export const PARTNER_MARK_BYTES = 16;

const deriveWrite = (...walk: Parameters<typeof derive>): WriteSecret =>
  derive(...walk) as WriteSecret;

/** The two drops between a person and one duty coordinator, seen from the person. */
export interface Thread {
  readonly inWrite: WriteSecret;
  readonly outWrite: WriteSecret;
  readonly key: Uint8Array;
}

/** One list in one circle and one period. */
export class Person {
  readonly #secret: Uint8Array;

  constructor(
    readonly circle: Uint8Array,
    readonly period: number,
    secret: Uint8Array,
  ) {
    this.#secret = secret;
  }

  /** All below follows from it. A getter, so that printing or cloning a person shows nothing. */
  get secret(): Uint8Array {
    return this.#secret;
  }

  /** *listKey* 32 bytes (`listToKey`), *circle* the digest. */
  static fromListKey(
    listKey: Uint8Array,
    { circle, period }: { readonly circle: Uint8Array; readonly period: number },
  ): Person {
    return new Person(circle, period, derive(listKey, "person", circle, u32(period)));
  }

  /** w of the shelf. */
  get shelfWrite(): WriteSecret {
    return deriveWrite(this.#secret, "shelf write");
  }

  /** The shelf is under a key that never leaves its owner. */
  get shelfKey(): Uint8Array {
    return derive(this.#secret, "shelf key");
  }

  /** What makes a repeated intake recognisable as the same. */
  get intakeRetry(): Uint8Array {
    return derive(this.#secret, "intake retry");
  }

  /** The same for the exchange that is *asking* number 1..15 of the period. */
  exchangeRetry(asking: number): Uint8Array {
    return derive(this.#secret, "exchange retry", u8(asking));
  }

  /** w of the drop that an exchange reserves where an intake reserves a shelf that stands. */
  spareWrite(asking: number): WriteSecret {
    return deriveWrite(this.#secret, "exchange spare", u8(asking));
  }

  /** The thread with duty coordinator 0 or 1 about *asking*: 0 the intake, 1..15 exchanges. */
  thread(number: number, asking = 0): Thread {
    const secret = derive(this.#secret, "thread", u8(2 * asking + number));
    return {
      inWrite: deriveWrite(secret, "in write"),
      outWrite: deriveWrite(secret, "out write"),
      key: derive(secret, "thread key"),
    };
  }

  /** Pseudonym *index*, 0..65535. */
  pseudonym(index: number): Pseudonym {
    return new Pseudonym(derive(this.#secret, "pseudonym", u16(index)));
  }
}

/** The secrets behind one parcel (family) or one slot (donor). */
export class Pseudonym {
  readonly #secret: Uint8Array;
  // Key pairs take a tenth of a second without a JIT; all else is derived as it is asked for.
  #sealingKey: SealingKey | undefined;
  #throwawayKey: SealingKey | undefined;

  constructor(secret: Uint8Array) {
    this.#secret = secret;
  }

  get secret(): Uint8Array {
    return this.#secret;
  }

  /** The certified X-Wing key pair. */
  get sealingKey(): SealingKey {
    return (this.#sealingKey ??= new SealingKey(derive(this.#secret, "sealing key")));
  }

  /** What page 1 is sealed to before there is a partner; nobody ever opens it. */
  get throwawayKey(): SealingKey {
    return (this.#throwawayKey ??= new SealingKey(derive(this.#secret, "throwaway key")));
  }

  /** Registered once when an address is about to be shown to this pseudonym. */
  get claimTag(): Uint8Array {
    return derive(this.#secret, "claim tag");
  }

  /** Shown in every visit; the card brings its hash. */
  get claimPermit(): Permit {
    return derive(this.#secret, "claim permit") as Permit;
  }

  /** The token under which this pseudonym registers *tag*; stable, so retries are free. */
  claimToken(tag: Uint8Array): Uint8Array {
    return derive(this.#secret, "claim token", tag);
  }

  /** Given to the matcher; addresses and opens the notices and the outbox. */
  get noticeSecret(): Uint8Array {
    return derive(this.#secret, "notice secret");
  }

  /** w of the outbox. */
  get outboxWrite(): WriteSecret {
    return deriveWrite(this.#secret, "outbox write");
  }

  /** w of the four pages. */
  get pagesWrite(): readonly WriteSecret[] {
    return Array.from({ length: PAGES }, (_, at) =>
      deriveWrite(this.#secret, "page write", u8(at + 1)),
    );
  }

  /** The message of this pseudonym's receipt (families). */
  get receiptNonce(): Uint8Array {
    return derive(this.#secret, "receipt nonce");
  }

  /** What makes a repeated card recognisable as the same. */
  get cardRetry(): Uint8Array {
    return derive(this.#secret, "card retry");
  }

  /** 272 bytes that blind what goes to the certifying key *keyId*; another for each key. */
  blinding(use: string, keyId: Uint8Array): Uint8Array {
    return deriveLong(BLINDING_BYTES, this.#secret, `blinding ${use}`, keyId);
  }

  /** This side's share of a conversation's key; a fresh page finds the same. */
  share(rendezvous: Uint8Array, peerRoot: Uint8Array): Uint8Array {
    return derive(this.#secret, "share", rendezvous, peerRoot);
  }

  /**
   * 16 bytes by which a shelf knows the partner of epoch *matched* again. Nobody else can compute
   * them, so no other partner can be made to fit.
   */
  partnerMark(rendezvous: Uint8Array, peerRoot: Uint8Array, matched: number): Uint8Array {
    const context = [rendezvous, peerRoot, u32(matched)];
    return deriveLong(PARTNER_MARK_BYTES, this.#secret, "partner mark", ...context);
  }
}

/** w of the notice of *epoch*; its owner and the matcher both know it. */
export function noticeWrite(noticeSecret: Uint8Array, epoch: number): WriteSecret {
  return deriveWrite(noticeSecret, "notice write", u32(epoch));
}

/** The key of the notice of *epoch*. */
export function noticeKey(noticeSecret: Uint8Array, epoch: number): Uint8Array {
  return derive(noticeSecret, "notice key", u32(epoch));
}

/** The key of the outbox, shared by its owner and the matcher. */
export function outboxKey(noticeSecret: Uint8Array): Uint8Array {
  return derive(noticeSecret, "outbox key");
}

/** How the matcher recognises the answer to a batch entry without remembering it. */
export function slotTicket(noticeSecret: Uint8Array, index: number): Uint8Array {
  return derive(noticeSecret, "ticket", u16(index));
}
