"""A coordinator's desk: who waits, what they say, and the three things one can answer.

    intake record ──▶ inbox ──▶ ask back        *in*: question     the record waits on
                            └─▶ certify         *in*: signatures   the record is deleted
                            └─▶ decline         *in*: declined     the record is deleted

The desk keeps nothing: every step reads the intake record and the thread again and can be repeated.
A repetition signs the same values with the same keys and so gives the same bytes. What is signed is
blinded: the desk cannot tell later whom it vouched for.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from clients.errors import NoSuchIntake, NotOnDuty
from clients.node import NodeClient
from clients.operators.keyring import CoordinatorKeyring
from clients.operators.operator import OperatorClient
from clients.operators.threads import Opened, Thread, Threads, said
from crypto.blinding import blind_sign
from crypto.circle import Circle
from crypto.errors import CannotOpen
from crypto.labels import BLIND_COUNT, bound, u8, u32
from crypto.messages.intake import (
    CERTIFIED,
    DECLINED,
    FAMILY,
    NOTHING_YET,
    QUESTION,
    In,
    Intake,
)
from crypto.sealing import open_sealed


class Standing(Enum):
    """Where a thread is, seen from the desk."""

    NEW = "new"
    ASKED = "asked"
    ANSWERED = "answered"
    CERTIFIED = "certified"
    DECLINED = "declined"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True, repr=False)
class Waiting:
    """One line of the inbox. `id` is the node's and means nothing else."""

    id: bytes
    standing: Standing
    role: int = FAMILY
    language: str = ""
    words: str = ""
    question: str = ""
    answer: str = ""
    invited: bool = False


class Coordinator:
    """One coordinator of one circle at one node."""

    def __init__(
        self,
        keyring: CoordinatorKeyring,
        operator: OperatorClient,
        visits: NodeClient,
        circle: Circle,
    ) -> None:
        """*visits* is a client of its own: threads and operator's requests share no connection.

        Raises NotOnDuty if the circle does not know the keyring's key.
        """
        if keyring.public_key not in circle.coordinators:
            raise NotOnDuty
        self.keyring = keyring
        self.operator = operator
        self.visits = visits
        self.threads = Threads(visits, circle.digest)
        self.circle = circle
        self.number = circle.coordinators.index(keyring.public_key)

    def close(self) -> None:
        """Close both connections."""
        self.operator.close()
        self.visits.close()

    def inbox(self) -> list[Waiting]:
        """Everybody who waits, unreadable records last."""
        rows = self.operator.intake()
        opened = {row_id: self._opened(row_id, record) for row_id, record in rows}
        # An exchange is for the clerk: there is nobody to vouch for and nothing to weigh.
        readable = [one for one in opened.values() if one is not None and not one.intake.opening]
        lines = [
            _line(one, thread)
            for one, thread in zip(readable, self.threads.read(readable), strict=True)
        ]
        unreadable = [row_id for row_id, one in opened.items() if one is None]
        return lines + [Waiting(row_id, Standing.UNREADABLE) for row_id in unreadable]

    def ask(self, intake_id: bytes, words: str) -> None:
        """Ask *words* back; the person answers in the thread. Raises NoSuchIntake."""
        one = self.find(intake_id)

        def question(told: In) -> In:
            if told.kind == CERTIFIED or (told.kind == QUESTION and told.words == words):
                return told
            return said(QUESTION, turn=told.turn + 1, words=words)

        self.threads.write(one, question)

    def certify(self, intake_id: bytes) -> None:
        """Sign what was asked for, and forget the person. Raises NoSuchIntake."""
        self.hand_over(self.find(intake_id))

    def decline(self, intake_id: bytes, words: str = "") -> None:
        """Say no, with *words* if there is something to say. Raises NoSuchIntake."""
        self.turn_away(self.find(intake_id), words)

    def turn_away(self, one: Opened, words: str = "") -> None:
        """Write the decline into *in*, then delete the record."""

        def declined(told: In) -> In:
            # Signatures that are out cannot be taken back, only lost to somebody.
            return told if told.kind == CERTIFIED else said(DECLINED, turn=told.turn, words=words)

        self.threads.write(one, declined)
        self.operator.delete_intake(one.id)

    def opened(self) -> list[Opened]:
        """Every intake record that opens, exchanges apart."""
        return [one for one in self._readable() if one.intake.opening is None]

    def exchanges(self) -> list[Opened]:
        """Every record that asks for a slot in exchange."""
        return [one for one in self._readable() if one.intake.opening is not None]

    def _readable(self) -> list[Opened]:
        found = (self._opened(row_id, record) for row_id, record in self.operator.intake())
        return [one for one in found if one is not None]

    def find(self, intake_id: bytes) -> Opened:
        """The readable record of that id. Raises NoSuchIntake."""
        for one in self.opened():
            if one.id == intake_id:
                return one
        raise NoSuchIntake

    def hand_over(self, one: Opened) -> None:
        """Write the signatures into *in*, then delete the record: in this order, so that a crash
        leaves somebody who is certified twice with the same bytes, and nobody who is lost."""
        roots, extras = self._sign(one)

        def certified(told: In) -> In:
            return replace(
                said(CERTIFIED, turn=told.turn, words=""), signed_roots=roots, signed_extras=extras
            )

        self.threads.write(one, certified)
        self.operator.delete_intake(one.id)

    def _sign(self, one: Opened) -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
        kept = self.keyring.secrets
        class_key = kept.signing_key(one.period, one.card_class.use)
        roots = tuple(blind_sign(class_key, value) for value in one.intake.blinded_roots)
        if one.extras_use is None:
            return roots, ()
        extras_key = kept.signing_key(one.period, one.extras_use)
        return roots, tuple(blind_sign(extras_key, value) for value in one.intake.blinded_extras)

    def _opened(self, row_id: bytes, record: bytes) -> Opened | None:
        sealing_key = self.keyring.secrets.sealing_key
        for period in reversed(self.circle.periods):
            for position in (0, 1):
                if self.number not in (period.request[position], period.offer[position]):
                    continue
                info = bound("intake", self.circle.digest, u32(period.number), u8(position))
                try:
                    intake = open_sealed(Intake, record, key=sealing_key, info=info)
                except CannotOpen:
                    continue
                one = Opened(row_id, period.number, position, intake)
                # It opens as nothing else. Asking too little, or the wrong one, it is nobody's.
                return one if self._may_ask(one) else None
        return None

    def _may_ask(self, one: Opened) -> bool:
        on_duty = self.circle.duty(one.period, one.card_class)[one.position] == self.number
        count = BLIND_COUNT if one.intake.opening is None else 1
        extras = 0 if one.extras_use is None else count
        asked = len(one.intake.blinded_roots), len(one.intake.blinded_extras)
        return on_duty and asked == (count, extras)


def _line(one: Opened, thread: Thread) -> Waiting:
    told, heard = thread.told, thread.heard
    answered = told.kind == QUESTION and heard.turn == told.turn
    standing = {
        NOTHING_YET: Standing.NEW,
        QUESTION: Standing.ANSWERED if answered else Standing.ASKED,
        CERTIFIED: Standing.CERTIFIED,
        DECLINED: Standing.DECLINED,
    }[told.kind]
    return Waiting(
        id=one.id,
        standing=standing,
        role=one.intake.role,
        language=one.intake.language,
        words=one.intake.words,
        question=told.words if told.kind == QUESTION else "",
        answer=heard.words if answered else "",
        invited=bool(one.intake.invite_code),
    )
