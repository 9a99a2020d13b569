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
import type { Opening } from "../crypto/messages/tokens.ts";
import { closeRecord } from "../crypto/records.ts";
import { seal } from "../crypto/sealing.ts";
import { askedIndex, receiptAsked, rootAsked, signedAt, stampAsked, type Asked } from "./asking.ts";
import { NotPossible, TooLong } from "./errors.ts";
import type { InviteCodes } from "./invites_text.ts";
import { Breath } from "./pauses.ts";
import { Place, THREADS, classOf } from "./person.ts";
import * as seals from "./seals.ts";
import { hasRoom, newShelf, newSlot, withSlot } from "./shelves.ts";
import type { State } from "./state.ts";
import { workFor, type Watch } from "./work.ts";

const WORK = 0;
const INVITE = 1;

/** What admits an intake, filled with zeros: a stamp is the longest of them. */
export const ADMISSION_BYTES = 292;

/** What somebody asks for, and how they watch it being prepared. */
export interface IntakeWish extends Watch {
  readonly role: number;
  readonly language: Language;
  readonly words: string;
  readonly wish: Wish;
  readonly atOnce: number;
  readonly asked: number;
  readonly invite: InviteCodes | null;
  readonly terms: NodeDescriptor;
  /** Told how much of the blinding is done, from 0 to 1. */
  readonly blinded?: ((done: number) => void) | undefined;
}

/** What is asked for one pseudonym: a root of each coordinator, an extra of one or of both. */
export interface AskedOfBoth {
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
  const place = new Place(person, 0);
  const shelf = newShelf(wanted);
  const asked = await askedOfBoth(circle, place, shelf, wanted);
  const records = THREADS.map((number) => {
    const { words } = wanted;
    return intakeRecord(circle, place, number, shelf, asked, { words, code: invite?.[number] });
  });
  const body = concat(
    person.intakeRetry,
    u32(person.period),
    ...records,
    drop(person.shelfWrite, closeRecord(Shelf, shelf, seals.shelf(person))),
    threadDrops(place),
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
  if (shelf?.stage !== ASKED || shelf.asking !== state.place.asking) return state;
  if (ins.some((answer) => answer?.kind === DECLINED)) {
    // An exchange that is refused takes nothing from the slots that are there.
    return state.withShelf({
      stage: shelf.exchanged === null ? SHELF_DECLINED : SHELF_CERTIFIED,
    });
  }
  const [first, second] = ins;
  if (first?.kind !== CERTIFIED || second?.kind !== CERTIFIED) return state;
  // Until there is room, the thread keeps the only copy.
  if (shelf.exchanged !== null && !hasRoom(shelf)) return state;
  try {
    const slots = certifiedSlots(state.circle, state.place, shelf, [first, second]);
    return state.with({ shelf: { ...slots.reduce(withSlot, shelf), stage: SHELF_CERTIFIED } });
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

/** For all pseudonyms asked about, one after the other, letting the page breathe. */
export async function askedOfBoth(
  circle: Circle,
  place: Place,
  shelf: Shelf,
  { blinded, signal }: Pick<IntakeWish, "blinded" | "signal"> = {},
): Promise<readonly AskedOfBoth[]> {
  const breath = new Breath();
  const asked: AskedOfBoth[] = [];
  const places = placesAsked(place, shelf);
  for (const each of places) {
    await breath.take(signal);
    asked.push(askedFor(circle, each, shelf.role));
    blinded?.(asked.length / places.length);
  }
  return asked;
}

function askedFor(circle: Circle, place: Place, role: number): AskedOfBoth {
  try {
    return {
      roots: [rootAsked(circle, place, role, 0), rootAsked(circle, place, role, 1)],
      extras: [stampAsked(circle, place, role), role === FAMILY ? receiptAsked(circle, place) : null],
    };
  } finally {
    place.forget();
  }
}

/** coordinator u8 ‖ record: what coordinator *number* is asked about `place.asking`. */
export function intakeRecord(
  circle: Circle,
  place: Place,
  number: 0 | 1,
  { role, language }: Shelf,
  asked: readonly AskedOfBoth[],
  also: {
    readonly words?: string;
    readonly code?: Uint8Array | undefined;
    readonly opening?: Opening;
  },
): Uint8Array {
  const thread = place.thread(number);
  const duty = circle.duty(place.period, classOf(role))[number];
  const recipient = circle.sealingKeys[duty];
  if (recipient === undefined) throw new NotPossible(); // the circle's reader has looked
  const intake: Intake = {
    role,
    language,
    words: also.words ?? "",
    threadKey: thread.key,
    outRead: readerOf(thread.outWrite),
    inWrite: thread.inWrite,
    blindedRoots: asked.map(({ roots }) => roots[number].blinded),
    blindedExtras: asked.flatMap(({ extras }) => extras[number]?.blinded ?? []),
    inviteCode: also.code ?? new Uint8Array(0),
    opening: also.opening ?? null,
  };
  const info = seals.intakeInfo(place.person, number);
  return concat(u8(duty), seal(Intake, intake, { recipient, info }));
}

/** 4 × (A ‖ record): in 0, out 0, in 1, out 1, with nothing said in them. */
export function threadDrops(place: Place): Uint8Array {
  const nothingYet: In = {
    kind: NOTHING_YET,
    turn: 0,
    words: "",
    signedRoots: [],
    signedExtras: [],
  };
  const nothingSaid: Out = { turn: 0, words: "" };
  const drops = THREADS.flatMap((number) => {
    const thread = place.thread(number);
    return [
      drop(thread.inWrite, closeRecord(In, nothingYet, seals.threadIn(place, number))),
      drop(thread.outWrite, closeRecord(Out, nothingSaid, seals.threadOut(place, number))),
    ];
  });
  return concat(...drops);
}

/** A ‖ record. */
export function drop(secret: WriteSecret, record: Uint8Array): Uint8Array {
  return concat(addressOf(secret), record);
}

/** Three pseudonyms for an intake, one for an exchange. */
function placesAsked(place: Place, shelf: Shelf): readonly Place[] {
  const first = askedIndex(shelf.asking);
  const length = shelf.exchanged === null ? BLIND_COUNT : 1;
  return Array.from({ length }, (_, each) => new Place(place.person, first + each));
}

/** All slots asked for, every signature verified. Raises InvalidCertificate. */
function certifiedSlots(
  circle: Circle,
  place: Place,
  shelf: Shelf,
  [first, second]: readonly [In, In],
): readonly Slot[] {
  const places = placesAsked(place, shelf);
  const signed = (signatures: readonly Uint8Array[], at: number): Uint8Array => {
    if (signatures.length !== places.length) throw new InvalidCertificate();
    return signedAt(signatures, at);
  };
  return places.map((each, at) => {
    const { roots, extras } = askedFor(circle, each, shelf.role);
    return newSlot(
      each.index,
      [
        roots[0].unblinded(signed(first.signedRoots, at)),
        roots[1].unblinded(signed(second.signedRoots, at)),
      ],
      extras[0].unblinded(signed(first.signedExtras, at)),
      extras[1]?.unblinded(signed(second.signedExtras, at)) ?? null,
    );
  });
}
