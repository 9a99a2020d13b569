"""Forgetting: rows past their day are erased, and erased pages leave the disk (section 7, *Days*).

Runs at the start, when an epoch closes and when a day begins. On SQLite erasing is overwriting
(`secure_delete`), on PostgreSQL a day's drops are a file that is removed. The tables are then laid
out anew, because a file shows in which order rows came; the write-ahead log, which still holds what
was overwritten, is cut in the end. Between two sweeps `api.layout` says when to do so again.

Several nodes on one database may sweep at once; each step is complete in itself.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from sqlalchemy import Connection, Table, and_, delete, func, select
from sqlmodel import col

from api.models import (
    Batch,
    Burned,
    Card,
    Claim,
    Drop,
    Epoch,
    Intake,
    Invite,
    InviteCount,
    Permit,
    Waiting,
)
from api.partitions import remove_before
from api.store import Store

CHUNK_ROWS = 500
"""Erased in one transaction, so that writers wait for a moment and not for a night."""

_EXPIRING: tuple[Any, ...] = (Card, Burned, Claim, Permit, Invite, Waiting, Intake, Batch)


def tidy(store: Store, today: int) -> None:
    """Erase what expired before *today* and cut the log. Safe to repeat and to interrupt."""
    if store.is_postgresql:
        store.write_alone(partial(remove_before, parent="drops", value=today))
    else:
        _sweep_all(store, Drop, today)
    for model in _EXPIRING:
        _sweep_all(store, model, today)
    store.write(partial(_forget_counts, today=today))
    store.forget_order()


def _sweep_all(store: Store, model: Any, today: int) -> None:
    while store.write(partial(_sweep, model=model, today=today)):
        pass


def _sweep(connection: Connection, *, model: Any, today: int) -> bool:
    table: Table = model.__table__
    expired = table.c.expires < today
    if model is Card:
        # A frozen card belongs to its round until the commit: the matcher answers for exactly
        # the cards it was shown.
        open_epoch = select(func.max(col(Epoch.epoch))).scalar_subquery()
        expired = and_(expired, table.c.epoch == open_epoch)
    (key,) = table.primary_key.columns
    chunk = select(key).where(expired).limit(CHUNK_ROWS)
    done = connection.execute(delete(table).where(key.in_(chunk)))
    return done.rowcount == CHUNK_ROWS


def _forget_counts(connection: Connection, *, today: int) -> None:
    connection.execute(delete(InviteCount).where(col(InviteCount.day) < today))
