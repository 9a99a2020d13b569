/**
 * Decisions that families and donors share, as acts on a state.
 *
 * An act that finds that it does not fit raises, and the visit leaves like any other.
 */

import { FINISHED } from "../crypto/messages/cards.ts";
import { Kind } from "../crypto/messages/pages.ts";
import type { Wish } from "../crypto/messages/shelf.ts";
import { MatchChanged, NotPossible } from "./errors.ts";
import { said } from "./meetings.ts";
import { spoken } from "./outboxes.ts";
import type { Act, State } from "./state.ts";

const SAYABLE: readonly Kind[] = [Kind.QUESTION, Kind.ANSWER, Kind.CANNOT];

/**
 * *act*, for a match that is verified, still on, and the one that was decided about.
 *
 * Raises NotPossible, MatchChanged.
 */
export function inMatch(act: Act, matched: number | null): Act {
  return (state) => {
    if (state.encounter === null || state.slot === null || state.outbox === null) {
      throw matched === null ? new NotPossible() : new MatchChanged();
    }
    if (matched !== null && matched !== state.matched) throw new MatchChanged();
    if (state.notice?.phase === FINISHED) throw new NotPossible();
    return act(state);
  };
}

/** A question, an answer, or that something cannot be done; once both shares are known. */
export function saying(kind: Kind, words: string): Act {
  return (state) => {
    if (state.conversationKey === null || !SAYABLE.includes(kind)) throw new NotPossible();
    return state.with({ mine: said(state.mine, kind, words) });
  };
}

/** *wish* onto the shelf, for the cards to come. */
export function wishing(wish: Wish): Act {
  return (state) => {
    if (state.shelf === null) throw new NotPossible();
    return state.withShelf({ wish });
  };
}

/** Not with this partner. */
export function declining(state: State): State {
  return spoken(state, { declined: state.matched });
}

/** Take the card back for good. */
export function withdrawing(state: State): State {
  if (state.slot === null || state.outbox === null) throw new NotPossible();
  return spoken(state, { withdrawn: true });
}
