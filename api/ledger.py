"""What many cards or intakes spend and reserve, in one go: as if they came one after the other.

    read what any of them rests on ──▶ judge each, knowing those before it ──▶ write it all

Two round trips for a group, however many are in it. Whoever is refused has written nothing, so
nothing has to be undone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter
from typing import NamedTuple, TypeVar

from sqlalchemy import Connection

from api import burned, drops
from api.errors import ApiError
from api.statements import Run, Values, run_together

T = TypeVar("T")


class Admission(NamedTuple):
    """What every card and intake brings: names under which it is burned, and drops."""

    kind: burned.Kind
    spent: Sequence[bytes]
    retry: bytes
    rows: Sequence[drops.Row]
    days: Sequence[int]
    """The day each drop expires on; empty if it is to be refused anyway."""
    burned_until: int
    refusal: ApiError | None
    """What it is refused with whatever stands, unless it was answered before."""


class Ledger:
    """What stands, and what those who are admitted add to it; nothing is written until `write`."""

    def __init__(self, connection: Connection, admissions: Sequence[Admission], *also: Run) -> None:
        """Read it, and *also* what `also` then holds, in that order."""
        self._connection = connection
        self._room = drops.Room(
            connection,
            [address for each in admissions for address, _ in each.rows],
            [day for each in admissions for day in each.days],
        )
        names = {name for each in admissions for name in each.spent}
        spent, *found = run_together(connection, burned.read([*names]), *self._room.reads, *also)
        self._retries: dict[bytes, bytes] = dict(spent.rows)
        self.also = found[len(self._room.reads) :]
        self._room.learn(found[: len(self._room.reads)])
        self._burned: list[Values] = []
        self._drops: list[tuple[bytes, bytes, int]] = []

    def is_repeated(self, one: Admission) -> bool:
        """Whether it was admitted before. Raises the kind's ``…_spent``, and its refusal if not."""
        if burned.is_repeated(self._retries, one.kind, one.spent, one.retry):
            return True
        if one.refusal is not None:
            raise one.refusal
        return False

    def require_free(self, one: Admission) -> None:
        """Return if each of its addresses is another and free. Raises AddressTaken."""
        self._room.require_free(one.rows)

    def admit(self, one: Admission) -> None:
        """Enter what it spends and reserves."""
        self._room.taken.update(address for address, _ in one.rows)
        self._retries.update((name, one.retry) for name in one.spent)
        self._burned += [
            {"burned": name, "retry": one.retry, "expires": one.burned_until} for name in one.spent
        ]
        self._drops += [(*row, day) for row, day in zip(one.rows, one.days, strict=True)]

    def write(self, *also: Run) -> None:
        """Write what was entered, and *also*."""
        if not self._burned:
            return
        # In the order of the keys, which is nobody's order, and the same for all who write: two
        # that meet wait, and neither for the other.
        rows = sorted(self._burned, key=itemgetter("burned"))
        run_together(
            self._connection, burned.add(rows), *self._room.adding(sorted(self._drops)), *also
        )


def refusals(judge: Callable[[T], None], each: Iterable[T]) -> list[ApiError | None]:
    """What *judge* refuses each with; None for those it admits."""
    return [refusal(judge, one) for one in each]


def refusal(judge: Callable[[T], None], one: T) -> ApiError | None:
    """What *judge* refuses *one* with, if it does."""
    try:
        judge(one)
    except ApiError as refused:
        return refused
    return None
