/** Where a visit goes: one pseudonym of one list, in one circle and one period. */

import { rootOf, stampNonce } from "../crypto/certificates.ts";
import { CardClass } from "../crypto/certifying_keys.ts";
import { blankSecret, readerOf, type BlankSecret, type ReadSecret } from "../crypto/drops.ts";
import type { Person, Pseudonym, Thread } from "../crypto/keys.ts";
import { FAMILY } from "../crypto/messages/intake.ts";

/** The threads with the two duty coordinators, in the order of duty. */
export const THREADS = [0, 1] as const;

/** Families post requests, donors offers. */
export function classOf(role: number): CardClass {
  return role === FAMILY ? CardClass.REQUEST : CardClass.OFFER;
}

/** Pseudonym *index* of *person*; *asking* is whose threads a visit there reads. */
export class Place {
  #pseudonym: Pseudonym | undefined;
  #pageBlanks: readonly BlankSecret[] | undefined;

  constructor(
    readonly person: Person,
    readonly index: number,
    readonly asking = 0,
  ) {}

  /** The circle's digest. */
  get circle(): Uint8Array {
    return this.person.circle;
  }

  /** The period whose shelf this pseudonym stands on. */
  get period(): number {
    return this.person.period;
  }

  /** The thread with duty coordinator 0 or 1. */
  thread(number: number): Thread {
    return this.person.thread(number, this.asking);
  }

  /** R of in 0, in 1. */
  threadReads(): readonly ReadSecret[] {
    return THREADS.map((number) => readerOf(this.thread(number).inWrite));
  }

  /** R of out 0, out 1. */
  outReads(): readonly ReadSecret[] {
    return THREADS.map((number) => readerOf(this.thread(number).outWrite));
  }

  /** R of the shelf. */
  shelfRead(): ReadSecret {
    return readerOf(this.person.shelfWrite);
  }

  /** Kept for the sitting: drawing a key pair anew for each use would cost most of it. */
  get pseudonym(): Pseudonym {
    return (this.#pseudonym ??= this.person.pseudonym(this.index));
  }

  /** B of this card's own pages, which a partner is given. */
  get pageBlanks(): readonly BlankSecret[] {
    return (this.#pageBlanks ??= this.pseudonym.pagesWrite.map(blankSecret));
  }

  /** The certified root of this pseudonym. */
  root(role: number): Uint8Array {
    const { sealingKey, claimTag } = this.pseudonym;
    return rootOf(this.circle, classOf(role), this.period, sealingKey.public, claimTag);
  }

  /** The message of the stamp that goes with this root. */
  stampNonce(role: number): Uint8Array {
    return stampNonce(this.root(role));
  }

  /** R of outbox and pages 1 to 4. */
  ownReads(): readonly ReadSecret[] {
    return [this.pseudonym.outboxWrite, ...this.pseudonym.pagesWrite].map(readerOf);
  }

  /** Overwrite the secret behind the pseudonym; what was derived of it is left to the collector. */
  forget(): void {
    this.#pseudonym?.secret.fill(0);
    this.#pseudonym = undefined;
    this.#pageBlanks?.forEach((blank) => blank.fill(0));
    this.#pageBlanks = undefined;
  }
}
