"""The steps of a parcel, and what each party can see at each of them.

One visit looks like another to the node: twelve reads, four reads and a claim, eight writes, all of
one size. So "a visit" below is all it sees, whatever happened in it.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import TypeAlias

A_VISIT = "the node sees a visit like any other"


class Step(Enum):
    """What happened, for the story, with who can see it."""

    ASKS = (
        "the node sees an intake of 29,163 bytes and burns an invite or a proof of work; two "
        "coordinators see a language, a role and words; nobody sees what is needed, or where"
    )
    ANSWERS = f"{A_VISIT}; one coordinator reads the answer"
    SLIPS = "the node sees a visit of drops that it does not know; the wrong list shows nothing"
    WITHDRAWS = f"{A_VISIT}; the matcher will read one word in the outbox"
    DECLINES = f"{A_VISIT}; the family will learn nothing but that the search goes on"
    BUYS = (
        f"{A_VISIT}; only the certified family can open page 1; the store sees who pays for a code"
    )
    ACCEPTS = f"{A_VISIT}; only the certified family can open the share of a key on page 1"
    SHOWS = (
        f"{A_VISIT}, and a claim tag like a decoy's; this one donor sees where to send, and the "
        "slot is spent by it"
    )
    ORDERS = f"{A_VISIT}; the store sees who paid and who will receive"
    CODE_FAILS = f"{A_VISIT}; the donor will read it under the key of these two"
    REPLACES = f"{A_VISIT}; the new code stands under the key of these two"
    GOODS = (
        f"{A_VISIT}, and one that blanks pages; the matcher passes a receipt to the clerks, who "
        "cannot tell whose it is"
    )
    AGAIN = f"{A_VISIT} and a card of the same shape; the matcher sees one equal random value"
    EARNS = f"{A_VISIT} and a card of the same shape; the clerks signed it blind"
    TOO_LATE = f"{A_VISIT}"
    ACCIDENT = "whatever was acknowledged has to be there afterwards"

    @property
    def seen(self) -> str:
        """Who can see what of it."""
        return self.value


Telling: TypeAlias = Callable[[Step, str], None]
"""Told of every step, with a line that says who did what."""


def in_silence(_step: Step, _line: str) -> None:
    """For a season that nobody watches."""
