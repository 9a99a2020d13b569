"""The intake's rows: a pool that waits for the lot, and the coordinators' inboxes (section 7).

While it waits, an intake's two records lie side by side; handed out, they are two rows with
nothing in common.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from operator import itemgetter

from sqlalchemy import Connection, delete, func, select
from sqlmodel import col

from api.keyed import adding
from api.models import INTAKE, WAITING, Waiting
from api.statements import Done, Run, Statement, Values, run
from crypto.certificates import Stamp, exchange_id
from crypto.labels import HASH_BYTES

Sealed = tuple[int, bytes]
"""A coordinator's number and the record sealed to it."""


def waiting_count(connection: Connection) -> int:
    """How many intakes wait in the pool."""
    return counted(run(connection, COUNT()))


def counted(found: Done) -> int:
    """How many intakes wait, where `COUNT` was read together with other things."""
    ((waiting,),) = found.rows
    return int(waiting)


def waiting_row(first: Sealed, second: Sealed, expires: int) -> Values:
    """The row of an intake that waits for the lot."""
    return {
        "id": secrets.token_bytes(HASH_BYTES),
        "first_coordinator": first[0],
        "first_record": first[1],
        "second_coordinator": second[0],
        "second_record": second[1],
        "expires": expires,
    }


def inbox_rows(records: Sequence[Sealed], expiry: Callable[[], int]) -> list[Values]:
    """The rows of *records* in their coordinators' inboxes."""
    return [_inbox_row(secrets.token_bytes(HASH_BYTES), sealed, expiry()) for sealed in records]


def exchange_rows(
    records: Sequence[Sealed], stamp: Stamp, expiry: Callable[[], int]
) -> list[Values]:
    """The same under the ids that say: *stamp* was burned with them."""
    return [_inbox_row(exchange_id(stamp, sealed[0]), sealed, expiry()) for sealed in records]


def _inbox_row(id: bytes, sealed: Sealed, expires: int) -> Values:
    return {"id": id, "coordinator": sealed[0], "record": sealed[1], "expires": expires}


def hand_out(rows: Sequence[Values]) -> Run:
    """What puts rows into the inboxes, in the order of the ids, which is nobody's order."""
    return _hand_out(sorted(rows, key=itemgetter("id")))


def let_wait(rows: Sequence[Values]) -> Run:
    """What lets intakes wait for the lot."""
    return _let_wait(sorted(rows, key=itemgetter("id")))


def shuffled(records: Sequence[Sealed]) -> list[Sealed]:
    """*records* in an order from a cryptographic generator."""
    return secrets.SystemRandom().sample(records, len(records))


def draw_waiting(connection: Connection, draw: int, expiry: Callable[[], int]) -> None:
    """Draw *draw* of those who wait, each as likely as any other, and hand them out."""
    ids = list(connection.execute(select(col(Waiting.id))).scalars())
    drawn = secrets.SystemRandom().sample(ids, min(draw, len(ids)))
    if not drawn:
        return
    rows = connection.execute(select(Waiting).where(col(Waiting.id).in_(drawn))).all()
    records = [
        sealed
        for row in rows
        for sealed in (
            (row.first_coordinator, row.first_record),
            (row.second_coordinator, row.second_record),
        )
    ]
    run(connection, hand_out(inbox_rows(records, expiry)))
    connection.execute(delete(Waiting).where(col(Waiting.id).in_(drawn)))


COUNT = Statement(select(func.count()).select_from(Waiting))
_let_wait = adding(WAITING)
_hand_out = adding(INTAKE)
