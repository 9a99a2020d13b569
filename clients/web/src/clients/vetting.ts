/**
 * Vetting: what a person asks two duty coordinators for, and how their answers are taken.
 *
 *     ask ─▶ both in: nothing yet ─▶ question ⇄ answer ─▶ certified by both ─▶ shelf ─▶ blank
 *                                                      └▶ declined by one
 *
 * What a coordinator signs is blinded, so nothing of the certificate can be recognised later. An
 * answer counts only if every signature in it verifies; until they lie on the shelf and were read
 * back, the thread has the only copy and is left alone.
 */

import { concat, isWellFormed, utf8 } from "../crypto/bytes.ts";
import type { Circle } from "../crypto/circle.ts";
import type { NodeDescriptor } from "../crypto/descriptors.ts";
import { addressOf, readerOf, type WriteSecret } from "../crypto/drops.ts";
import { InvalidCertificate } from "../crypto/errors.ts";
import type { Language } from "../crypto/goods.ts";
import type { Person } from "../crypto/keys.ts";
import { BLIND_COUNT, hashed, u32, u8 } from "../crypto/labels.ts";
import {
  CERTIFIED,
  DECLINED,
  FAMILY,
  In,
  Intake,
  NOTHING_YET,
  Out,
  QUESTION,
  WORDS_BYTES,
} from "../crypto/messages/intake.ts";
import {
  ASKED,
  CERTIFIED as SHELF_CERTIFIED,
  DECLINED as SHELF_DECLINED,
  Shelf,
  type Slot,
  type Wish,
} from "../crypto/messages/shelf.ts";
import { closeRecord } from "../crypto/records.ts";
import { seal } from "../crypto/sealing.ts";
import { receiptAsked, rootAsked, signedAt, stampAsked, type Asked } from "./asking.ts";
import { NotPossible, TooLong } from "./errors.ts";
import type { InviteCodes } from "./invites_text.ts";
import { Breath } from "./pauses.ts";
import { Place, THREADS, classOf } from "./person.ts";
import * as seals from "./seals.ts";
import { newShelf, newSlot } from "./shelves.ts";
import type { State } from "./state.ts";
import { workFor, type Watch } from "./work.ts";

const WORK = 0;
const INVITE = 1;
const ADMISSION_BYTES = 64;

/** What somebody asks for, and how they watch it being prepared. */
export interface IntakeWish extends Watch {
  readonly role: number;
  readonly language: Language;
  readonly words: string;
  readonly wish: Wish;
  readonly asked: number;
  readonly invite: InviteCodes | null;
  readonly terms: NodeDescriptor;
  /** Told how much of the blinding is done, from 0 to 1. */
  readonly blinded?: ((done: number) => void) | undefined;
}

/** What is asked for one pseudonym: a root of each coordinator, an extra of one or of both. */
interface AskedOfBoth {
  readonly roots: readonly [Asked, Asked];
  readonly extras: readonly [Asked, Asked | null];
}

/** *words*, if they fit a thread. Raises TooLong. */
export function checkedWords(words: string): string {
  if (!isWellFormed(words) || utf8(words).length > WORDS_BYTES) throw new TooLong();
  return words;
}

/**
 * The whole intake request: kind, admission, retry, period, two records, five drops.
 *
 * Raises TooLong; NotPossible for an offer with an invite: an offer always needs a person's eye;
 * Cancelled.
 */
export async function intakeBody(
  circle: Circle,
  person: Person,
  wanted: IntakeWish,
): Promise<Uint8Array> {
  const { role, invite, terms, progress, signal } = wanted;
  if (invite !== null && role !== FAMILY) throw new NotPossible();
  checkedWords(wanted.words);
  const duty = circle.duty(person.period, classOf(role));
  const asked = await askedOfBoth(circle, person, wanted);
  const records = THREADS.map((number) => {
    const record = intakeRecord(circle, person, number, wanted, asked);
    return concat(u8(duty[number]), record);
  });
  const shelf = closeRecord(Shelf, newShelf(wanted), seals.shelf(person));
  const body = concat(
    person.intakeRetry,
    u32(person.period),
    ...records,
    drop(person.shelfWrite, shelf),
    ...THREADS.map((number) => threadDrops(person, number)),
  );
  const admission = new Uint8Array(ADMISSION_BYTES);
  if (invite !== null) {
    admission.set(concat(...invite.map((code) => hashed("klunak invite", code))));
    return concat(u8(INVITE), admission, body);
  }
  const { powChallenge: challenge, powBits: bits } = terms;
  admission.set(concat(challenge, await workFor(body, { challenge, bits, progress, signal })));
  return concat(u8(WORK), admission, body);
}

/** What follows from the two *in* drops: certified, declined, or a coordinator who failed. */
export function advance(state: State): State {
  const { shelf, ins } = state;
  if (shelf?.stage !== ASKED) return state;
  if (ins.some((answer) => answer?.kind === DECLINED)) {
    return state.withShelf({ stage: SHELF_DECLINED });
  }
  const [first, second] = ins;
  if (first?.kind !== CERTIFIED || second?.kind !== CERTIFIED) return state;
  try {
    const slots = certifiedSlots(state.circle, state.place.person, shelf.role, [first, second]);
    return state.withShelf({ stage: SHELF_CERTIFIED, slots, nextIndex: BLIND_COUNT });
  } catch (error) {
    if (error instanceof InvalidCertificate) return state.with({ coordinatorFailed: true });
    throw error;
  }
}

/**
 * Number and words of every coordinator that waits for an answer.
 *
 * Asked of *out*, not of the shelf: an answer that a node has lost is asked for again.
 */
export function openQuestions(state: State): readonly (readonly [number, string])[] {
  if (state.shelf?.stage !== ASKED) return [];
  return state.ins.flatMap((question, number) => {
    const isOpen = isQuestion(question) && answeredTurn(state.outs[number]) < question.turn;
    return isOpen ? [[number, question.words] as const] : [];
  });
}

/** *words* for every coordinator that has asked. Raises NotPossible, TooLong. */
export function answer(state: State, words: string): State {
  checkedWords(words);
  if (state.shelf?.stage !== ASKED || !state.ins.some(isQuestion)) throw new NotPossible();
  const turnOf = (number: number): number | null => {
    const question = state.ins[number] ?? null;
    return isQuestion(question) ? question.turn : null;
  };
  const outs = THREADS.map((number) => {
    const turn = turnOf(number);
    return turn === null ? (state.outs[number] ?? null) : { turn, words };
  });
  const answered = state.shelf.answered.map((before, number) => turnOf(number) ?? before);
  return state.with({ outs }).withShelf({ answered });
}

function isQuestion(message: In | null): message is In {
  return message?.kind === QUESTION;
}

function answeredTurn(out: Out | null | undefined): number {
  return out?.turn ?? 0;
}

/** For all three pseudonyms, one after the other, letting the page breathe. */
async function askedOfBoth(
  circle: Circle,
  person: Person,
  { role, blinded, signal }: IntakeWish,
): Promise<readonly AskedOfBoth[]> {
  const breath = new Breath();
  const asked: AskedOfBoth[] = [];
  for (let index = 0; index < BLIND_COUNT; index++) {
    await breath.take(signal);
    asked.push(askedFor(circle, new Place(person, index), role));
    blinded?.((index + 1) / BLIND_COUNT);
  }
  return asked;
}

function askedFor(circle: Circle, place: Place, role: number): AskedOfBoth {
  try {
    return {
      roots: [rootAsked(circle, place, role, 0), rootAsked(circle, place, role, 1)],
      extras: [stampAsked(circle, place), role === FAMILY ? receiptAsked(circle, place) : null],
    };
  } finally {
    place.forget();
  }
}

function intakeRecord(
  circle: Circle,
  person: Person,
  number: 0 | 1,
  { role, language, words, invite }: IntakeWish,
  asked: readonly AskedOfBoth[],
): Uint8Array {
  const thread = person.thread(number);
  const recipient = circle.sealingKeys[circle.duty(person.period, classOf(role))[number]];
  if (recipient === undefined) throw new NotPossible(); // the circle's reader has looked
  const intake: Intake = {
    role,
    language,
    words,
    threadKey: thread.key,
    outRead: readerOf(thread.outWrite),
    inWrite: thread.inWrite,
    blindedRoots: asked.map(({ roots }) => roots[number].blinded),
    blindedExtras: asked.flatMap(({ extras }) => extras[number]?.blinded ?? []),
    inviteCode: invite?.[number] ?? new Uint8Array(0),
  };
  return seal(Intake, intake, { recipient, info: seals.intakeInfo(person, number) });
}

/** All three slots, every signature verified. Raises InvalidCertificate. */
function certifiedSlots(
  circle: Circle,
  person: Person,
  role: number,
  answers: readonly [In, In],
): readonly Slot[] {
  const [first, second] = answers;
  return Array.from({ length: BLIND_COUNT }, (_, index) => {
    const { roots, extras } = askedFor(circle, new Place(person, index), role);
    return newSlot(
      index,
      [
        roots[0].unblinded(signed(first.signedRoots, index)),
        roots[1].unblinded(signed(second.signedRoots, index)),
      ],
      extras[0].unblinded(signed(first.signedExtras, index)),
      extras[1]?.unblinded(signed(second.signedExtras, index)) ?? null,
    );
  });
}

function signed(signatures: readonly Uint8Array[], index: number): Uint8Array {
  if (signatures.length !== BLIND_COUNT) throw new InvalidCertificate();
  return signedAt(signatures, index);
}

function threadDrops(person: Person, number: number): Uint8Array {
  const thread = person.thread(number);
  const nothingYet: In = {
    kind: NOTHING_YET,
    turn: 0,
    words: "",
    signedRoots: [],
    signedExtras: [],
  };
  const nothingSaid: Out = { turn: 0, words: "" };
  return concat(
    drop(thread.inWrite, closeRecord(In, nothingYet, seals.threadIn(person, number))),
    drop(thread.outWrite, closeRecord(Out, nothingSaid, seals.threadOut(person, number))),
  );
}

function drop(secret: WriteSecret, record: Uint8Array): Uint8Array {
  return concat(addressOf(secret), record);
}
