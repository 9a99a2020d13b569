/**
 * What a vector can ask for: one function per `operation`, JSON values in, JSON values out.
 *
 * The twin of tests/vectors/operations.py. Bytes are lower-case hex, messages are objects with the
 * names of their fields in snake_case and bytes as {"hex": …}.
 */

import { xchacha20poly1305 } from "@noble/ciphers/chacha.js";

import * as blinding from "../../src/crypto/blinding.ts";
import { fromHex, fromInteger, sameBytes, toHex, toInteger } from "../../src/crypto/bytes.ts";
import * as certificates from "../../src/crypto/certificates.ts";
import { Receipt, Stamp } from "../../src/crypto/certificates.ts";
import {
  Use,
  admitKey,
  challengeValue,
  keyId,
  type CardClass,
  type CertifyingKey,
} from "../../src/crypto/certifying_keys.ts";
import { readCircle, type Circle } from "../../src/crypto/circle.ts";
import * as conversations from "../../src/crypto/conversations.ts";
import { Meeting } from "../../src/crypto/conversations.ts";
import { readEpochDescriptor, readNodeDescriptor } from "../../src/crypto/descriptors.ts";
import {
  blankSecret,
  dropAddress,
  readSecret,
  recordHash,
  type WriteSecret,
} from "../../src/crypto/drops.ts";
import { encode } from "../../src/crypto/encoding.ts";
import * as keys from "../../src/crypto/keys.ts";
import { bound, deriveLong, hashed } from "../../src/crypto/labels.ts";
import { canonicalBytes, dishOf, listToKey, parseList } from "../../src/crypto/lists.ts";
import { Answers, Batch } from "../../src/crypto/messages/batches.ts";
import { Card, CarriedCard, RoundKey } from "../../src/crypto/messages/cards.ts";
import { In, Intake, Out } from "../../src/crypto/messages/intake.ts";
import { Notice } from "../../src/crypto/messages/notices.ts";
import { Outbox } from "../../src/crypto/messages/outboxes.ts";
import { Page, PageOne, Said } from "../../src/crypto/messages/pages.ts";
import { Shelf } from "../../src/crypto/messages/shelf.ts";
import { permitHash } from "../../src/crypto/permits.ts";
import { periodOf } from "../../src/crypto/periods.ts";
import {
  NONCE_BYTES,
  SHARED_FRAME_BYTES,
  _closeFromParts,
  openRecord,
} from "../../src/crypto/records.ts";
import {
  SEALED_FRAME_BYTES,
  SealingKey,
  _encapsulate,
  _sealFromParts,
  openSealed,
} from "../../src/crypto/sealing.ts";
import type { MessageKind, Wire } from "../../src/crypto/shapes.ts";
import { blindSign, readCommitHeader } from "./operators.ts";

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
export type JsonObject = Record<string, Json>;

/** The circle documents that other vectors name, by the names of their own; given before use. */
export const circleVectors = new Map<string, JsonObject>();

const SEALED_KINDS = { Intake, Card, RoundKey, PageOne, Batch, Answers };
const SHARED_KINDS = { Out, In, Shelf, CarriedCard, Notice, Outbox, Page };
const KINDS = { ...SEALED_KINDS, ...SHARED_KINDS } as unknown as Readonly<
  Record<string, MessageKind<object>>
>;

// Reading what a vector gives

class Given {
  constructor(private readonly values: JsonObject) {}

  has(name: string): boolean {
    return this.json(name) !== null;
  }

  json(name: string): Json {
    return this.values[name] ?? null;
  }

  text(name: string): string {
    const value = this.json(name);
    if (typeof value !== "string") throw new TypeError(`a vector lacks the text ${name}`);
    return value;
  }

  number(name: string): number {
    const value = this.json(name);
    if (typeof value !== "number") throw new TypeError(`a vector lacks the number ${name}`);
    return value;
  }

  list(name: string): Json[] {
    const value = this.json(name);
    if (!Array.isArray(value)) throw new TypeError(`a vector lacks the array ${name}`);
    return value;
  }

  texts(name: string): string[] {
    return this.list(name).map((value) => {
      if (typeof value !== "string") throw new TypeError(`not a text in ${name}`);
      return value;
    });
  }

  bytes(name: string): Uint8Array {
    return fromHex(this.text(name));
  }

  integer(name: string): bigint {
    return toInteger(this.bytes(name));
  }

  manyBytes(name: string): Uint8Array[] {
    return this.texts(name).map(fromHex);
  }

  object(name: string): JsonObject {
    return objectOf(this.json(name));
  }

  /** A document as it travels: a vector holds its text, or the object that a JSON text is. */
  document(): string {
    const value = this.json("document");
    return typeof value === "string" ? value : JSON.stringify(value);
  }

  kind(): MessageKind<object> {
    const kind = KINDS[this.text("kind")];
    if (kind === undefined) throw new TypeError("no such kind of message");
    return kind;
  }

  frameBytes(): number {
    return this.text("kind") in SEALED_KINDS ? SEALED_FRAME_BYTES : SHARED_FRAME_BYTES;
  }

  bound(): Uint8Array {
    return bound(this.text("label"), this.bytes("circle"), this.bytes("context"));
  }

  cardClass(): CardClass {
    return this.number("class") as CardClass;
  }

  use(): Use {
    return this.text("use") as Use;
  }

  meeting(): Meeting {
    return new Meeting({
      circle: this.bytes("circle"),
      rendezvous: this.bytes("rendezvous"),
      matched: this.number("matched"),
      requestRoot: this.bytes("request_root"),
      offerRoot: this.bytes("offer_root"),
    });
  }

  circle(): Circle {
    return acceptedCircle(this.text("circle_vector"));
  }
}

function objectOf(value: Json): JsonObject {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new TypeError("a vector lacks an object");
  }
  return value;
}

const circles = new Map<string, Circle>();

function acceptedCircle(name: string): Circle {
  const known = circles.get(name);
  if (known !== undefined) return known;
  const circle = readCircle(new Given(objectOf(circleVectors.get(name)?.["input"] ?? null)).document());
  circles.set(name, circle);
  return circle;
}

// Messages as JSON

/** The fields by name, in the order of the array. */
function toJson(value: unknown): Json {
  if (value instanceof Uint8Array) return { hex: toHex(value) };
  if (Array.isArray(value)) return value.map(toJson);
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([name, field]) => [snakeCase(name), toJson(field)]),
    );
  }
  return value as Json;
}

/** The message whose fields are these, in this order. Raises WrongShape. */
function fromJson<T>(kind: MessageKind<T>, value: Json): T {
  const message = kind.read(toWire(value));
  if (JSON.stringify(toJson(message)) !== JSON.stringify(value)) {
    throw new Error(`a vector names the fields of ${kind.name} otherwise`);
  }
  return message;
}

function toWire(value: Json): Wire {
  if (Array.isArray(value)) return value.map(toWire);
  if (typeof value === "object" && value !== null) {
    const hex = value["hex"];
    if (Object.keys(value).length === 1 && typeof hex === "string") return fromHex(hex);
    return Object.values(value).map(toWire);
  }
  return value;
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function same(again: Uint8Array, record: Uint8Array): void {
  if (!sameBytes(again, record)) throw new Error("writing again gives other bytes");
}

function publicKeyOf(modulus: Uint8Array, more: Partial<CertifyingKey> = {}): CertifyingKey {
  return { coordinator: 0, use: Use.STAMP, period: 0, challenges: [], modulus, ...more };
}

export const OPERATIONS: Readonly<Record<string, (given: Given) => Json | Promise<Json>>> = {
  // Hashes, drops, periods

  hash: (given) => ({ digest: toHex(hashed(given.text("person"), given.bytes("data"))) }),

  derive: (given) => ({
    key: toHex(
      deriveLong(
        given.number("length"),
        given.bytes("secret"),
        given.text("label"),
        given.bytes("context"),
      ),
    ),
  }),

  bound: (given) => ({ bytes: toHex(given.bound()) }),

  drop(given) {
    const blank = blankSecret(given.bytes("write") as WriteSecret);
    const read = readSecret(blank);
    return { blank: toHex(blank), read: toHex(read), address: toHex(dropAddress(read)) };
  },

  record_hash: (given) => ({ hash: toHex(recordHash(given.bytes("record"))) }),

  period: (given) => ({ period: periodOf(given.number("day")) }),

  // Lists and keys

  async list(given) {
    const groceries = parseList(given.texts("lines"));
    const listKey = await listToKey(groceries);
    return {
      canonical: toHex(canonicalBytes(groceries)),
      list_key: toHex(listKey),
      dish: dishOf(listKey).number,
    };
  },

  person(given) {
    const who = keys.Person.fromListKey(given.bytes("list_key"), {
      circle: given.bytes("circle"),
      period: given.number("period"),
    });
    return {
      person: toHex(who.secret),
      shelf_write: toHex(who.shelfWrite),
      shelf_key: toHex(who.shelfKey),
      intake_retry: toHex(who.intakeRetry),
      exchange_retry: toHex(who.exchangeRetry(1)),
      spare_write: toHex(who.spareWrite(1)),
      threads: [0, 1, 2, 3, 30, 31].map((each) => {
        const thread = who.thread(each % 2, Math.floor(each / 2));
        return {
          in_write: toHex(thread.inWrite),
          out_write: toHex(thread.outWrite),
          thread_key: toHex(thread.key),
        };
      }),
    };
  },

  pseudonym(given) {
    const person = new keys.Person(
      given.bytes("circle"),
      given.number("period"),
      given.bytes("person"),
    );
    const who = person.pseudonym(given.number("index"));
    const { noticeSecret } = who;
    const epoch = given.number("epoch");
    const [rendezvous, peerRoot] = [given.bytes("rendezvous"), given.bytes("peer_root")];
    return {
      pseudonym: toHex(who.secret),
      public_key: toHex(who.sealingKey.public),
      throwaway_public_key: toHex(who.throwawayKey.public),
      claim_tag: toHex(who.claimTag),
      claim_token: toHex(who.claimToken(who.claimTag)),
      claim_permit: toHex(who.claimPermit),
      claim_permit_hash: toHex(permitHash(who.claimPermit)),
      notice_secret: toHex(noticeSecret),
      outbox_write: toHex(who.outboxWrite),
      receipt_nonce: toHex(who.receiptNonce),
      card_retry: toHex(who.cardRetry),
      share: toHex(who.share(rendezvous, peerRoot)),
      partner_mark: toHex(who.partnerMark(rendezvous, peerRoot, epoch)),
      outbox_key: toHex(keys.outboxKey(noticeSecret)),
      notice_write: toHex(keys.noticeWrite(noticeSecret, epoch)),
      notice_key: toHex(keys.noticeKey(noticeSecret, epoch)),
      ticket: toHex(keys.slotTicket(noticeSecret, given.number("slot"))),
      pages_write: who.pagesWrite.map(toHex),
      blinding: Object.fromEntries(
        Object.values(Use).map((use) => [use, toHex(who.blinding(use, given.bytes("key_id")))]),
      ),
    };
  },

  sealing_key: (given) => ({ public_key: toHex(new SealingKey(given.bytes("seed")).public) }),

  xwing(given) {
    const key = new SealingKey(given.bytes("seed"));
    const { enc, shared } = _encapsulate(key.public, given.bytes("eseed"));
    return { pk: toHex(key.public), ct: toHex(enc), ss: toHex(shared) };
  },

  // Messages and records

  encode(given) {
    const kind = given.kind();
    const frame = encode(kind, fromJson(kind, given.json("message")), given.frameBytes());
    const length = Number(toInteger(frame.slice(0, 2)));
    return { encoded: toHex(frame.slice(2, 2 + length)) };
  },

  open_shared(given) {
    const kind = given.kind();
    const record = given.bytes("record");
    const shared = { key: given.bytes("key"), aad: given.bound() };
    const message = openRecord(kind, record, shared);
    const nonce = record.slice(0, NONCE_BYTES);
    same(_closeFromParts(kind, message, { ...shared, nonce }), record);
    return { message: toJson(message) };
  },

  open_sealed(given) {
    const kind = given.kind();
    const record = given.bytes("record");
    const key = new SealingKey(given.bytes("seed"));
    const info = given.bound();
    const message = openSealed(kind, record, { key, info });
    const eseed = given.bytes("eseed");
    same(_sealFromParts(kind, message, { recipient: key.public, info, eseed }), record);
    return { message: toJson(message) };
  },

  // Conversations

  conversation(given) {
    const key = given.meeting().conversationKey({
      shareDonor: given.bytes("share_donor"),
      shareFamily: given.bytes("share_family"),
    });
    return { key: toHex(key), again: toHex(conversations.againValue(key)) };
  },

  open_page_one(given) {
    const message = given.meeting().openPageOne(given.bytes("record"), {
      direction: given.number("direction"),
      key: new SealingKey(given.bytes("seed")),
    });
    return { message: toJson(message) };
  },

  open_page(given) {
    const message = given.meeting().openPage(given.bytes("record"), {
      key: given.bytes("key"),
      direction: given.number("direction"),
      number: given.number("number"),
    });
    return { message: toJson(message) };
  },

  lay_out(given) {
    const transcript = given.list("transcript").map((said) => Said.read(toWire(said)));
    return { pages: toJson(conversations.layOut(transcript)) };
  },

  // Certificates, stamps, receipts

  root(given) {
    const publicKey = given.bytes("public_key");
    const claimTag = given.bytes("claim_tag");
    const root = certificates.rootOf(
      given.bytes("circle"),
      given.cardClass(),
      given.number("period"),
      publicKey,
      claimTag,
    );
    return {
      root: toHex(root),
      key_part: toHex(certificates.keyPart(publicKey)),
      tag_part: toHex(certificates.tagPart(claimTag)),
    };
  },

  stamp_nonce: (given) => ({ nonce: toHex(certificates.stampNonce(given.bytes("root"))) }),

  certificate_message: (given) => ({
    message: toHex(certificates.certificateMessage(given.bytes("circle"), given.bytes("root"))),
  }),

  stamp_message: (given) => ({
    message: toHex(
      certificates.stampMessage(
        given.bytes("circle"),
        given.number("period"),
        given.bytes("nonce"),
      ),
    ),
  }),

  receipt_message: (given) => ({
    message: toHex(
      certificates.receiptMessage(
        given.bytes("circle"),
        given.number("period"),
        given.bytes("nonce"),
      ),
    ),
  }),

  read_token(given) {
    const token = Stamp.fromBytes(given.bytes("bytes"));
    same(token.toBytes(), given.bytes("bytes"));
    return { period: token.period, nonce: toHex(token.nonce), signature: toHex(token.signature) };
  },

  blind(given) {
    const key = publicKeyOf(given.bytes("modulus"));
    const value = blinding.blind(key, given.bytes("message"), given.bytes("blinding"));
    return { blinded: toHex(value.blinded), inverse: toHex(fromInteger(value.inverse, 256)) };
  },

  blind_sign(given) {
    const signed = blindSign(given.integer("p"), given.integer("q"), given.bytes("blinded"));
    return { blind_signature: toHex(signed) };
  },

  unblind: (given) => ({
    signature: toHex(
      blinding.unblind(
        publicKeyOf(given.bytes("modulus")),
        given.bytes("message"),
        given.bytes("blind_signature"),
        given.integer("inverse"),
      ),
    ),
  }),

  verify_signature(given) {
    const key = publicKeyOf(given.bytes("modulus"));
    certificates.verifySignature(key, given.bytes("message"), given.bytes("signature"));
    return {};
  },

  challenge(given) {
    const value = challengeValue(
      given.bytes("modulus"),
      given.bytes("circle"),
      given.number("period"),
      given.use(),
      given.number("number"),
    );
    return { challenge: toHex(fromInteger(value, 256)) };
  },

  admit_key(given) {
    const key = publicKeyOf(given.bytes("modulus"), {
      use: given.use(),
      period: given.number("period"),
      challenges: given.manyBytes("challenges"),
    });
    return { key_id: toHex(keyId(admitKey(key, given.bytes("circle")).modulus)) };
  },

  // Circles and what is signed in them

  circle(given) {
    const found = readCircle(given.document(), {
      pinnedDigest: given.has("pinned_digest") ? given.bytes("pinned_digest") : undefined,
      pinnedSigners: given.has("pinned_signers") ? given.manyBytes("pinned_signers") : undefined,
    });
    return {
      digest: toHex(found.digest),
      name: found.name,
      serial: found.serial,
      trial: found.trial,
      coordinators: found.coordinators.map(toHex),
      matchers: found.matchers.map(toHex),
      nodes: found.nodes.map((node) => ({ key: toHex(node.key), address: node.address })),
      periods: found.periods.map((period) => ({
        period: period.number,
        from_day: period.fromDay,
        to_day: period.toDay,
        request: [...period.request],
        offer: [...period.offer],
        key_ids: period.keys.map((key) => toHex(keyId(key.modulus))),
      })),
    };
  },

  epoch_descriptor(given) {
    const found = readEpochDescriptor(given.document(), given.circle());
    return {
      epoch: found.epoch,
      opens: found.opens,
      closes: found.closes,
      key: toHex(found.key),
      matcher: toHex(found.matcher),
    };
  },

  node_descriptor(given) {
    const found = readNodeDescriptor(given.document(), given.circle());
    return {
      day: found.day,
      pow_bits: found.powBits,
      intake_open: found.intakeOpen,
      node: toHex(found.node),
      pow_challenge: toHex(found.powChallenge),
    };
  },

  commit_header(given) {
    const found = readCommitHeader(given.document(), given.circle());
    return {
      epoch: found.epoch,
      cards: found.cards,
      notices: found.notices,
      parts: found.parts.map((part) => ({
        kind: part.kind,
        rows: part.rows,
        digest: toHex(part.digest),
      })),
      round_key: toHex(found.roundKey),
      matcher: toHex(found.matcher),
    };
  },

  certificate(given) {
    const root = certificates.verifyCertificate(
      given.circle(),
      given.cardClass(),
      given.number("period"),
      given.bytes("public_key"),
      given.bytes("claim_tag"),
      given.manyBytes("signatures"),
    );
    return { root: toHex(root) };
  },

  stamp(given) {
    certificates.verifyStamp(given.circle(), Stamp.fromBytes(given.bytes("bytes")));
    return {};
  },

  receipt(given) {
    certificates.verifyReceipt(given.circle(), Receipt.fromBytes(given.bytes("bytes")));
    return {};
  },
};

/** Whether the record of *input* decrypts, whatever may be inside. */
export function decrypts(input: JsonObject): boolean {
  const given = new Given(input);
  const record = given.bytes("record");
  if (given.has("seed")) {
    return new SealingKey(given.bytes("seed"))._decrypt(record, given.bound()).length > 0;
  }
  const cipher = xchacha20poly1305(
    given.bytes("key"),
    record.slice(0, NONCE_BYTES),
    given.bound(),
  );
  return cipher.decrypt(record.slice(NONCE_BYTES)).length > 0;
}

/** What *operation* gives for *input*; raises what the code under test raises. */
export async function perform(operation: string, input: JsonObject): Promise<Json> {
  const work = OPERATIONS[operation];
  if (work === undefined) throw new Error(`no operation ${operation} here`);
  return work(new Given(input));
}
