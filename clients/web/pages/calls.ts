/**
 * What page and Worker say to each other. The Worker holds every key, the goods and the network;
 * the page holds words and what is on the screen. Ending the Worker forgets all of it at once.
 */

import type { Language } from "../src/crypto/goods.ts";
import type { DonorView, FamilyView, Wish } from "../src/clients/index.ts";

export type Role = "family" | "donor";
export type InLanguages = Readonly<Record<Language, string>>;

/** A good and how many of it, as numbers; that is all of a line that matters. */
export interface TypedLine {
  readonly good: number;
  readonly quantity: number;
}

export interface Suggestion {
  readonly good: number;
  readonly names: InLanguages;
}

export interface Dish {
  readonly picture: string;
  readonly names: InLanguages;
}

/** A new list as it is shown, and whether it is the one that a later call opens. */
export interface Drawn {
  readonly lines: readonly InLanguages[];
  readonly dish: Dish;
}

/** What of the circle a page shows. Everything in it is signed. */
export interface CircleFacts {
  readonly trial: boolean;
  readonly epochSeconds: number;
  /** How many epochs whoever is found has to answer. */
  readonly answerEpochs: number;
  readonly catalogue: unknown;
  /** Where the nodes are now, if the circle no longer names the address one came by. */
  readonly movedTo: readonly string[];
}

/** A view, and when the open epoch closes: unix minutes. */
export interface Seen<View> {
  readonly view: View;
  /** Whether nothing was done but to look: no decision, no intake, no card. */
  readonly onlyLooked: boolean;
  readonly epoch: number;
  readonly closes: number;
}

export interface Intake {
  readonly wish: Wish;
  /** How many slots a donor offers at once; a family's is 1. */
  readonly atOnce: number;
  readonly language: Language;
  readonly words: string;
  readonly invite: string;
}

/** A method of `Family` or `Donor` with its arguments. */
export interface Act {
  readonly name: string;
  readonly arguments: readonly unknown[];
}

/** How far something is: its share from 0 to 1, or tries made of about so many. */
export type Progress = { readonly done: number } | { readonly tries: number; readonly expected: number };

export interface Calls {
  circle(): Promise<CircleFacts>;
  suggest(typed: string): Promise<readonly Suggestion[]>;
  /** One line as a person may write it whole. Rejects with unknown_good or wrong_quantity. */
  read(typed: string): Promise<TypedLine & { readonly names: InLanguages }>;
  draw(): Promise<Drawn>;
  /** The dish of these nine; their key is the one used from now on. */
  open(lines: readonly TypedLine[]): Promise<Dish>;
  /** Whether these nine are the list in use. */
  same(lines: readonly TypedLine[]): Promise<boolean>;
  ask(intake: Intake): Promise<Seen<FamilyView>>;
  offer(intake: Intake): Promise<Seen<DonorView>>;
  family(act: Act): Promise<Seen<FamilyView>>;
  donor(act: Act): Promise<Seen<DonorView>>;
}

export interface Call {
  readonly id: number;
  readonly name: keyof Calls;
  readonly arguments: readonly unknown[];
}

export type Reply =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly code: string }
  | { readonly id: number; readonly progress: Progress };
