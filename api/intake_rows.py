"""The intake's rows: a pool that waits for the lot, and the coordinators' inboxes (section 7).

While it waits, an intake's two records lie side by side; handed out, they are two rows with
nothing in common.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence

from sqlalchemy import Connection, delete, func, insert, select
from sqlmodel import col

from api.models import Intake, Waiting
from api.statements import Statement, run
from crypto.certificates import Stamp, exchange_id
from crypto.labels import HASH_BYTES

Sealed = tuple[int, bytes]
"""A coordinator's number and the record sealed to it."""


def waiting_count(connection: Connection) -> int:
    """How many intakes wait in the pool."""
    ((waiting,),) = run(connection, _COUNT()).rows
    return int(waiting)


def put_into_pool(connection: Connection, first: Sealed, second: Sealed, expires: int) -> None:
    """Let an intake wait for the lot."""
    row = _WAIT(
        id=secrets.token_bytes(HASH_BYTES),
        first_coordinator=first[0],
        first_record=first[1],
        second_coordinator=second[0],
        second_record=second[1],
        expires=expires,
    )
    run(connection, row)


def hand_out(connection: Connection, records: Sequence[Sealed], expiry: Callable[[], int]) -> None:
    """Put *records* into their coordinators' inboxes."""
    if not records:
        return
    # In the order of the ids, which is nobody's order.
    ids = sorted(secrets.token_bytes(HASH_BYTES) for _ in records)
    rows = [
        {"id": id, "coordinator": coordinator, "record": record, "expires": expiry()}
        for id, (coordinator, record) in zip(ids, shuffled(records), strict=True)
    ]
    run(connection, _HAND_OUT.many(rows))


def hand_out_exchange(
    connection: Connection, records: Sequence[Sealed], stamp: Stamp, expiry: Callable[[], int]
) -> None:
    """Put *records* into their coordinators' inboxes under the ids that say: *stamp* was burned
    with them."""
    named = sorted((exchange_id(stamp, number), number, record) for number, record in records)
    rows = [
        {"id": id, "coordinator": number, "record": record, "expires": expiry()}
        for id, number, record in named
    ]
    run(connection, _HAND_OUT.many(rows))


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
    hand_out(
        connection,
        [
            sealed
            for row in rows
            for sealed in (
                (row.first_coordinator, row.first_record),
                (row.second_coordinator, row.second_record),
            )
        ],
        expiry,
    )
    connection.execute(delete(Waiting).where(col(Waiting.id).in_(drawn)))


_COUNT = Statement(select(func.count()).select_from(Waiting))
_WAIT = Statement(insert(Waiting), writes=True)
_HAND_OUT = Statement(insert(Intake), writes=True)
