"""Decisions that families and donors share, as acts on a state.

An act that finds that it does not fit raises, and the visit leaves like any other.
"""

from __future__ import annotations

from dataclasses import replace

from clients.errors import MatchChanged, NotPossible
from clients.people.meetings import said
from clients.people.outboxes import spoken
from clients.people.state import Act, State
from crypto.messages.cards import FINISHED
from crypto.messages.pages import Kind
from crypto.messages.shelf import Wish


def in_match(act: Act, matched: int | None) -> Act:
    """*act*, for a match that is verified, still on, and the one that was decided about.

    Raises NotPossible, MatchChanged.
    """

    def guarded(state: State) -> State:
        if state.encounter is None or state.slot is None or state.outbox is None:
            raise MatchChanged if matched is not None else NotPossible
        if matched is not None and matched != state.matched:
            raise MatchChanged
        if state.notice is not None and state.notice.phase == FINISHED:
            raise NotPossible
        return act(state)

    return guarded


def saying(kind: Kind, words: str) -> Act:
    """A question, an answer, or that something cannot be done; once both shares are known."""

    def act(state: State) -> State:
        if state.conversation_key is None or kind not in (Kind.QUESTION, Kind.ANSWER, Kind.CANNOT):
            raise NotPossible
        return replace(state, mine=said(state.mine, kind, words))

    return act


def wishing(wish: Wish) -> Act:
    """*wish* onto the shelf, for the cards to come."""

    def act(state: State) -> State:
        if state.shelf is None:
            raise NotPossible
        return replace(state, shelf=replace(state.shelf, wish=wish))

    return act


def declining(state: State) -> State:
    """Not with this partner."""
    return spoken(state, declined=state.matched)


def withdrawing(state: State) -> State:
    """Take the card back for good."""
    if state.slot is None or state.outbox is None:
        raise NotPossible
    return spoken(state, withdrawn=True)
