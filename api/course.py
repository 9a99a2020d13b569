"""The course of epochs, as the database has it: which is open, which is closed, which are in."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, select
from sqlmodel import col

from api.errors import NoEpoch
from api.models import Card, Epoch
from api.statements import Done, Statement, run

NONE_YET = 0
"""Epochs are counted from 1."""


@dataclass(frozen=True, slots=True)
class OpenEpoch:
    """The epoch that takes cards."""

    epoch: int
    descriptor: str
    signature: str
    challenge: bytes


@dataclass(frozen=True, slots=True)
class Course:
    """Where the circle stands: the open epoch, the closed one or None, the last one committed."""

    open: int
    closed: int | None
    committed: int


def open_epoch(connection: Connection) -> OpenEpoch:
    """The open epoch. Raises NoEpoch before the first."""
    return newest(run(connection, NEWEST()))


def newest(found: Done) -> OpenEpoch:
    """The open epoch, where `NEWEST` was read together with other things. Raises NoEpoch."""
    if not found.rows:
        raise NoEpoch
    return OpenEpoch(*found.rows[0])


NEWEST = Statement(
    select(col(Epoch.epoch), col(Epoch.descriptor), col(Epoch.signature), col(Epoch.challenge))
    .order_by(col(Epoch.epoch).desc())
    .limit(1)
)


def course(connection: Connection) -> Course:
    """Where the circle stands in this transaction."""
    wanted = (
        select(col(Epoch.epoch), col(Epoch.header).is_not(None))
        .order_by(col(Epoch.epoch).desc())
        .limit(2)
    )
    last_two = connection.execute(wanted).all()
    if not last_two:
        return Course(open=NONE_YET, closed=None, committed=NONE_YET)
    opened = last_two[0][0]
    if len(last_two) == 1:
        return Course(open=opened, closed=None, committed=NONE_YET)
    before, is_committed = last_two[1]
    if is_committed:
        return Course(open=opened, closed=None, committed=before)
    # Epochs close only after the commit of the one before, so that one is in.
    return Course(open=opened, closed=before, committed=before - 1)


def frozen_count(connection: Connection, closed: int) -> int:
    """How many cards are frozen for the round of *closed*."""
    wanted = select(func.count()).select_from(Card).where(col(Card.epoch) == closed)
    return int(connection.execute(wanted).scalar_one())


def forget_epochs_before(connection: Connection, epoch: int) -> None:
    """Erase descriptors and headers nobody can ask for any more."""
    connection.execute(delete(Epoch).where(col(Epoch.epoch) < epoch))
