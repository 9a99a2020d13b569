/**
 * Real implementations of what stands at the other end of a wire, small enough for a test.
 *
 * `FakeNode` keeps drops, claims and burned stamps in maps and answers as protocol.md, section 7,
 * says. `Coordinators` and `Matchmaker` are honest operators with every key at hand, and with no
 * more life in them than a journey of one parcel needs.
 */

import { ed25519 } from "@noble/curves/ed25519.js";

import { b64, concat, randomBytes, sameBytes, toHex, toInteger } from "../../src/crypto/bytes.ts";
import { Stamp, rootOf, stampNonce, verifyStamp } from "../../src/crypto/certificates.ts";
import { CardClass, Use } from "../../src/crypto/certifying_keys.ts";
import {
  addressOf,
  dropAddress,
  readSecret,
  recordHash,
  type BlankSecret,
  type ReadSecret,
  type WriteSecret,
} from "../../src/crypto/drops.ts";
import { CannotOpen } from "../../src/crypto/errors.ts";
import { noticeKey, noticeWrite, outboxKey } from "../../src/crypto/keys.ts";
import { RECORD_BYTES, bound, hashed, u32, u8 } from "../../src/crypto/labels.ts";
import { AGREED, Card, FINISHED, HELD, IDLE, WAITING } from "../../src/crypto/messages/cards.ts";
import { CERTIFIED, FAMILY, In, Intake, QUESTION } from "../../src/crypto/messages/intake.ts";
import { Notice, type Match } from "../../src/crypto/messages/notices.ts";
import { Outbox } from "../../src/crypto/messages/outboxes.ts";
import type { Delivery } from "../../src/crypto/messages/tokens.ts";
import { permitHash, type Permit } from "../../src/crypto/permits.ts";
import { closeRecord, openRecord, randomRecord } from "../../src/crypto/records.ts";
import { SealingKey, openSealed } from "../../src/crypto/sealing.ts";
import { DAY, PERIOD, type TrialCircle } from "./circles.ts";
import { OCTETS, json, problem, response } from "./responses.ts";

/** Everything a node remembers, as plain data: a test begins with a copy. */
export interface Memory {
  drops: Map<string, Uint8Array>;
  notices: Map<number, Map<string, Uint8Array>>;
  claims: Map<string, Uint8Array>;
  /** By the hash of the permit: how many claims it added today. */
  permits: Map<string, number>;
  burned: Map<string, string>;
  intake: { readonly number: number; readonly record: Uint8Array }[];
  cards: Uint8Array[];
  live: Live[];
  epoch: number;
  committed: number;
}

const ACCEPTED = { status: "accepted" };

export const CLAIMS_PER_DAY = 32;

/** A card that the matchmaker carries. */
export interface Live {
  readonly card: Card;
  phase: number;
  counter: number;
  match: Match | null;
  partner: Live | null;
  outbox: Outbox | null;
  delivery: Delivery | null;
  confirmed: boolean;
}

/** A node as a few maps. */
export class FakeNode {
  powBits = 0;
  matcherSeed: Uint8Array;

  constructor(
    readonly trial: TrialCircle,
    readonly memory: Memory = {
      drops: new Map(),
      notices: new Map(),
      claims: new Map(),
      permits: new Map(),
      burned: new Map(),
      intake: [],
      cards: [],
      live: [],
      epoch: 1,
      committed: 0,
    },
  ) {
    this.matcherSeed = trial.matcherSeed;
  }

  /** The key of the open epoch, fixed by its number. */
  get epochKey(): SealingKey {
    return new SealingKey(hashed("fake epoch", u32(this.memory.epoch)));
  }

  /** In the place of the browser's own. */
  readonly fetch: typeof globalThis.fetch = (url, init) => {
    const body = (init?.body ?? new Uint8Array(0)) as Uint8Array;
    return Promise.resolve(this.answer(new URL(url as string).pathname, body));
  };

  /** The answer to one request. */
  answer(path: string, body: Uint8Array): Response {
    const routes: Readonly<Record<string, (body: Uint8Array) => Response>> = {
      "/epoch": () => json(200, { ...this.#epoch(), committed: this.memory.committed }),
      "/node": () => json(200, this.#node()),
      "/intake": (sent) => this.#intake(sent),
      "/cards": (sent) => this.#card(sent),
      "/visit/look": (sent) => octets(cut(sent, 32).map((read) => this.read(read as ReadSecret))),
      "/visit/meet": (sent) => this.#meet(sent),
      "/visit/leave": (sent) => octets(cut(sent, 64 + RECORD_BYTES).map((row) => this.#left(row))),
    };
    return routes[path]?.(body) ?? refused("not_found", 404);
  }

  /** What a drop or a notice holds. */
  read(read: ReadSecret): Uint8Array {
    const address = toHex(dropAddress(read));
    const shelves = [this.memory.drops, ...this.memory.notices.values()];
    const holding = shelves.find((shelf) => shelf.has(address));
    return holding?.get(address) ?? randomRecord();
  }

  #epoch(): object {
    const { epoch } = this.memory;
    const text = JSON.stringify({
      version: 1,
      circle: toHex(this.trial.circle.digest),
      epoch,
      key: b64(this.epochKey.public),
      opens: epoch,
      closes: epoch + 1,
      matcher: toHex(ed25519.getPublicKey(this.matcherSeed)),
    });
    return this.trial.signed("epoch", text, this.matcherSeed);
  }

  #node(): object {
    const text = JSON.stringify({
      version: 1,
      circle: toHex(this.trial.circle.digest),
      node: toHex(ed25519.getPublicKey(this.trial.nodeSeed)),
      day: DAY,
      pow_bits: this.powBits,
      pow_challenge: "01".repeat(16),
      intake_open: true,
    });
    return this.trial.signed("node", text, this.trial.nodeSeed);
  }

  #intake(body: Uint8Array): Response {
    const isExchange = body[0] === 2;
    const admission = body.slice(1, 293);
    const stamp = isExchange ? verifyStamp(this.trial.circle, Stamp.fromBytes(admission)) : null;
    const spent = stamp === null ? toHex(admission) : toHex(stamp.nonce);
    const retry = toHex(body.subarray(293, 325));
    const records = cut(body.subarray(329, 329 + 2 * 4_097), 4_097);
    const rows = cut(body.subarray(329 + 2 * 4_097), 32 + RECORD_BYTES);
    const earlier = this.memory.burned.get(spent);
    if (earlier !== undefined) {
      if (earlier === retry) return json(201, ACCEPTED);
      return refused(isExchange ? "stamp_spent" : "work_spent");
    }
    if (rows.some((row) => this.memory.drops.has(toHex(row.subarray(0, 32))))) {
      return refused("address_taken");
    }
    this.#keep(rows);
    this.memory.burned.set(spent, retry);
    for (const [number = 0, ...record] of records) {
      this.memory.intake.push({ number, record: Uint8Array.from(record) });
    }
    return json(201, ACCEPTED);
  }

  #card(body: Uint8Array): Response {
    const epoch = Number(toInteger(body.subarray(0, 4)));
    const stamp = verifyStamp(this.trial.circle, Stamp.fromBytes(body.slice(4, 296)));
    const retry = toHex(body.subarray(296, 328));
    const earlier = this.memory.burned.get(toHex(stamp.nonce));
    if (earlier !== undefined) {
      return earlier === retry ? json(201, ACCEPTED) : refused("stamp_spent");
    }
    if (epoch !== this.memory.epoch) return refused("epoch_closed");
    this.#keep(cut(body.subarray(360 + RECORD_BYTES), 32 + RECORD_BYTES));
    this.memory.permits.set(toHex(body.subarray(328, 360)), 0);
    this.memory.burned.set(toHex(stamp.nonce), retry);
    this.memory.cards.push(body.slice(360, 360 + RECORD_BYTES));
    return json(201, ACCEPTED);
  }

  #meet(body: Uint8Array): Response {
    const rows = cut(body, 32);
    const [permit, tag, token] = rows.slice(4) as [Permit, Uint8Array, Uint8Array];
    const records = rows.slice(0, 4).map((secret) => {
      const address = toHex(dropAddress(readSecret(secret as BlankSecret)));
      if (this.memory.drops.has(address)) this.memory.drops.set(address, randomRecord());
      return this.read(secret as ReadSecret);
    });
    return octets([...records, u8(this.#claim(permit, tag, token)), new Uint8Array(15)]);
  }

  #claim(permit: Permit, tag: Uint8Array, token: Uint8Array): number {
    const { claims, permits } = this.memory;
    const held = claims.get(toHex(tag));
    if (held !== undefined) return sameBytes(held, token) ? 0 : 1;
    const kept = toHex(permitHash(permit));
    const added = permits.get(kept) ?? CLAIMS_PER_DAY;
    if (added >= CLAIMS_PER_DAY) return 2;
    permits.set(kept, added + 1);
    claims.set(toHex(tag), token);
    return 0;
  }

  #left(row: Uint8Array): Uint8Array {
    const address = toHex(addressOf(row.subarray(0, 32) as WriteSecret));
    const [replaced, record] = [row.subarray(32, 64), row.slice(64)];
    const now = this.memory.drops.get(address);
    if (now === undefined) return u8(0);
    if (!sameBytes(now, record) && !sameBytes(recordHash(now), replaced)) return u8(1);
    this.memory.drops.set(address, record);
    return u8(0);
  }

  #keep(rows: readonly Uint8Array[]): void {
    for (const row of rows) this.memory.drops.set(toHex(row.subarray(0, 32)), row.slice(32));
  }
}

/** A root counts with its own stamp alone. */
function requireBurned({ burned }: Memory, root: Uint8Array): void {
  if (!burned.has(toHex(stampNonce(root)))) throw new Error("another's stamp");
}

/** Both duty coordinators of a trial circle. */
export class Coordinators {
  constructor(readonly node: FakeNode) {}

  /** Every intake record, with the number of the coordinator it is for, and its period. */
  opened(): readonly (readonly [number, Intake, number])[] {
    const { circle, sealingKeys } = this.node.trial;
    return this.node.memory.intake.map(({ number, record }) => {
      const key = sealingKeys[number];
      if (key === undefined) throw new Error("no such coordinator");
      const open = (period: number): Intake => {
        const info = bound("intake", circle.digest, u32(period), u8(number));
        return openSealed(Intake, record, { key, info });
      };
      try {
        return [number, open(PERIOD), PERIOD] as const;
      } catch {
        return [number, open(PERIOD - 1), PERIOD - 1] as const;
      }
    });
  }

  /** Certify everybody; with *spoil* one signature of the second coordinator is wrong. */
  certify({ spoil = false } = {}): void {
    for (const [number, intake, period] of this.opened()) {
      if (intake.opening !== null) requireBurned(this.node.memory, intake.opening.root);
      const use = intake.role === FAMILY ? Use.REQUEST : Use.OFFER;
      const extra = number === 0 ? Use.STAMP : Use.RECEIPT;
      const sign = (by: Use, values: readonly Uint8Array[]): Uint8Array[] =>
        values.map((value) => this.node.trial.blindSign(by, number, value));
      const roots = sign(use, intake.blindedRoots);
      this.say(number, intake, {
        kind: CERTIFIED,
        turn: 0,
        words: "",
        signedRoots: spoil && number === 1 ? roots.reverse() : roots,
        signedExtras: sign(extra, intake.blindedExtras),
      }, period);
    }
  }

  /** A question from the first coordinator to everybody. */
  ask(turn: number, words: string): void {
    for (const [number, intake] of this.opened()) {
      if (number > 0) continue;
      this.say(0, intake, { kind: QUESTION, turn, words, signedRoots: [], signedExtras: [] });
    }
  }

  /** Write *in*. */
  say(number: number, intake: Intake, message: In, period = PERIOD): void {
    const aad = bound("thread in", this.node.trial.circle.digest, u32(period), u8(number));
    const record = closeRecord(In, message, { key: intake.threadKey, aad });
    this.node.memory.drops.set(toHex(addressOf(intake.inWrite as WriteSecret)), record);
  }
}

/** A matcher that pairs whom it is told to and hears the words that a parcel needs. */
export class Matchmaker {
  constructor(readonly node: FakeNode) {}

  /** The cards of one class, in the order in which they came. */
  of(cardClass: CardClass): readonly Live[] {
    return this.node.memory.live.filter(({ card }) => card.cardClass === cardClass);
  }

  /** Close the open epoch, hear, pair, write the notices, open the next. */
  round(pair?: () => void): void {
    const { memory, trial, epochKey } = this.node;
    const { epoch } = memory;
    const info = bound("card", trial.circle.digest, u32(epoch));
    const begun = { counter: 0, match: null, partner: null, outbox: null, delivery: null };
    for (const record of memory.cards.splice(0)) {
      const card = openSealed(Card, record, { key: epochKey, info });
      const { period, publicKey, claimTag } = card;
      const cardClass = card.cardClass === 0 ? CardClass.REQUEST : CardClass.OFFER;
      requireBurned(memory, rootOf(trial.circle.digest, cardClass, period, publicKey, claimTag));
      memory.live.push({ card, phase: WAITING, confirmed: false, ...begun });
    }
    for (const live of memory.live) this.#hear(live);
    for (const live of memory.live) this.#move(live);
    pair?.();
    const aad = bound("notice", trial.circle.digest, u32(epoch));
    const rows = memory.live.map((live) => {
      const secret = live.card.noticeSecret;
      const record = closeRecord(Notice, noticeOf(live), { key: noticeKey(secret, epoch), aad });
      return [toHex(addressOf(noticeWrite(secret, epoch))), record] as const;
    });
    memory.notices.delete(epoch - 2);
    memory.notices.set(epoch, new Map(rows));
    memory.committed = epoch;
    memory.epoch = epoch + 1;
  }

  /** Pair the first waiting request with the first waiting offer. */
  pairFirst(mode: number): () => void {
    return () => {
      const [request, offer] = [CardClass.REQUEST, CardClass.OFFER].map((each) =>
        this.of(each).find((live) => live.phase === WAITING),
      );
      if (request === undefined || offer === undefined) throw new Error("nobody waits");
      this.match(request, offer, mode);
    };
  }

  /** Hold the two for each other. */
  match(request: Live, offer: Live, mode: number): void {
    const { epoch } = this.node.memory;
    const rendezvous = randomBytes(32);
    for (const [live, { card }] of [
      [request, offer],
      [offer, request],
    ] as const) {
      const { period, publicKey, claimTag, signatures } = card;
      const peer = { period, publicKey, claimTag, signatures };
      const asked = { mode, store: 0, region: 0, size: 1, needs: 1 };
      live.match = { rendezvous, matched: epoch, since: epoch, ...asked, peer };
      live.phase = HELD;
    }
    [request.partner, offer.partner] = [offer, request];
  }

  /** The donor was silent: the request waits again, the offer idles. */
  reopen(request: Live): void {
    const { partner } = request;
    if (partner === null) throw new Error("not matched");
    [request.phase, partner.phase] = [WAITING, IDLE];
    request.match = partner.match = null;
  }

  #hear(live: Live): void {
    const record = this.node.read(live.card.outboxRead as ReadSecret);
    const key = outboxKey(live.card.noticeSecret);
    const aad = bound("outbox", this.node.trial.circle.digest);
    try {
      const outbox = openRecord(Outbox, record, { key, aad });
      if (outbox.counter <= live.counter) return;
      [live.outbox, live.counter] = [outbox, outbox.counter];
      if (live.phase === IDLE) live.phase = WAITING;
    } catch (error) {
      if (!(error instanceof CannotOpen)) throw error;
    }
  }

  #move(live: Live): void {
    const { outbox: words, match, partner } = live;
    if (words === null) return;
    const isOffer = live.card.cardClass === CardClass.OFFER;
    if (live.confirmed && isOffer) live.delivery = words.got > 0 ? null : this.#delivery(words);
    if (words.withdrawn && live.phase !== FINISHED) {
      if (partner !== null && partner.match !== null) this.reopen(live);
      live.phase = FINISHED;
    }
    if (match === null || partner === null) return;
    const isOn = live.phase === HELD || live.phase === AGREED;
    if (live.phase === HELD && isOffer && words.accepted === match.matched) {
      live.phase = partner.phase = AGREED;
    }
    if (isOn && words.declined === match.matched) {
      live.phase = partner.phase = WAITING;
      live.match = partner.match = null;
    } else if (isOn && words.received === match.matched && words.receipt !== null) {
      live.phase = partner.phase = FINISHED;
      live.confirmed = partner.confirmed = true;
    }
  }

  #delivery({ nextSlot }: Outbox): Delivery {
    if (nextSlot === null) throw new Error("nothing to sign");
    const { trial } = this.node;
    const [first, second] = nextSlot.blindedRoots;
    if (first === undefined || second === undefined) throw new Error("two roots");
    const signatures = [
      trial.blindSign(Use.OFFER, 0, first),
      trial.blindSign(Use.OFFER, 1, second),
      trial.blindSign(Use.STAMP, 0, nextSlot.blindedStamp),
    ];
    return { index: nextSlot.index, signatures };
  }
}

function noticeOf(live: Live): Notice {
  const { phase, counter, match, delivery } = live;
  return { phase, counter, pages: (live.partner ?? live).card.pagesRead, match, delivery };
}

function cut(data: Uint8Array, size: number): readonly Uint8Array[] {
  return Array.from({ length: data.length / size }, (_, at) =>
    data.slice(at * size, (at + 1) * size),
  );
}

function octets(parts: readonly Uint8Array[]): Response {
  return response(concat(...parts), OCTETS);
}

function refused(code: string, status = 409): Response {
  return problem(code, status);
}
