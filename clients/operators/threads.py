"""Threads: the two drops between a person and a duty coordinator, seen from the desk.

    intake record (sealed to the coordinator)  ─▶ thread key, R of *out*, w of *in*
    out  person ─▶ coordinator                    in  coordinator ─▶ person

They are read and written as by anybody, in visits of the usual shape
(`clients.operators.desk_visits`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from clients.errors import NodeMisbehaves
from clients.node import NodeClient
from clients.operators import desk_visits
from crypto.certifying_keys import CardClass, Use
from crypto.drops import ReadSecret, WriteSecret, reader_of, record_hash
from crypto.errors import CannotOpen
from crypto.labels import bound, u8, u32
from crypto.messages.intake import FAMILY, NOTHING_YET, In, Intake, Out
from crypto.records import close_record, open_record

STALE_TRIES = 4
DROPS_A_THREAD = 2


@dataclass(frozen=True, slots=True, repr=False)
class Opened:
    """An intake record that opened: of which period, and as which duty's."""

    id: bytes
    period: int
    position: int
    intake: Intake

    @property
    def card_class(self) -> CardClass:
        """What is asked for."""
        return CardClass.REQUEST if self.intake.role == FAMILY else CardClass.OFFER

    @property
    def extras_use(self) -> Use | None:
        """The key that signs the extras: stamps for the first duty, receipts for the second of
        requests."""
        if self.position == 0:
            return Use.STAMP
        return Use.RECEIPT if self.card_class is CardClass.REQUEST else None


@dataclass(frozen=True, slots=True, repr=False)
class Thread:
    """Both drops as just read. What does not open counts as nothing said."""

    told: In
    heard: Out
    replaced: bytes


class Threads:
    """The threads of one circle at one node."""

    def __init__(self, visits: NodeClient, circle: bytes) -> None:
        """*circle* is the digest."""
        self._visits = visits
        self._circle = circle

    def read(self, opened: Sequence[Opened]) -> Iterable[Thread]:
        """Both drops of each, twelve drops at a time."""
        at_once = desk_visits.LOOK_READS // DROPS_A_THREAD
        for start in range(0, len(opened), at_once):
            some = opened[start : start + at_once]
            readers: list[ReadSecret] = []
            for one in some:
                readers += [reader_of(_in_write(one)), ReadSecret(one.intake.out_read)]
            records = desk_visits.look(self._visits, readers)
            for one, told, heard in zip(some, records[::2], records[1::2], strict=True):
                yield self._thread(one, told, heard)

    def _thread(self, one: Opened, told: bytes, heard: bytes) -> Thread:
        key = one.intake.thread_key
        try:
            unverified_out = open_record(Out, heard, key=key, aad=self._aad("thread out", one))
        except CannotOpen:
            unverified_out = Out(turn=0, words="")
        try:
            told_in = open_record(In, told, key=key, aad=self._aad("thread in", one))
        except CannotOpen:
            told_in = said(NOTHING_YET, turn=0, words="")
        return Thread(told=told_in, heard=unverified_out, replaced=record_hash(told))

    def write(self, one: Opened, say: Callable[[In], In]) -> None:
        """Replace what *in* says. Somebody else writing meanwhile is seen and merged with."""
        for _ in range(STALE_TRIES):
            (thread,) = self.read([one])
            message = say(thread.told)
            if message == thread.told:
                return
            aad = self._aad("thread in", one)
            record = close_record(message, key=one.intake.thread_key, aad=aad)
            verdict = desk_visits.leave(self._visits, _in_write(one), thread.replaced, record)
            if verdict != desk_visits.STALE:
                return
        raise NodeMisbehaves("every write is stale")

    def _aad(self, label: str, one: Opened) -> bytes:
        return bound(label, self._circle, u32(one.period), u8(one.position))


def said(kind: int, *, turn: int, words: str) -> In:
    """A message without signatures."""
    return In(kind=kind, turn=turn, words=words, signed_roots=(), signed_extras=())


def _in_write(one: Opened) -> WriteSecret:
    return WriteSecret(one.intake.in_write)
