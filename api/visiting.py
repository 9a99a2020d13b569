"""What many visits do to the drops, in one go: as if they came one after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import NamedTuple

from sqlalchemy import Connection

from api import drops
from crypto.drops import DropAddress, record_hash


class Written(IntEnum):
    """The verdict of a write."""

    KEPT = 0
    """Also for a drop that nobody reserved: the same answer, whatever is there."""
    STALE = 1
    """Another record stands there than the one that was read, or came at the same time."""


class Write(NamedTuple):
    """A new record for a drop, and the hash of the one it replaces."""

    address: DropAddress
    replaced_hash: bytes
    record: bytes


Records = Mapping[bytes, bytes]
"""By address."""


def look(connection: Connection, looks: Sequence[Sequence[DropAddress]]) -> list[Records]:
    """For each look the records there are at its addresses, among others'."""
    found = drops.read_with_notices(connection, [at for each in looks for at in each])
    return [found] * len(looks)


def leave(connection: Connection, leaves: Sequence[Sequence[Write]]) -> list[bytes]:
    """For each leave its verdicts.

    Where another transaction wrote first, the writes to that one drop are stale and all others are
    kept, so nobody holds up anybody else by writing to a drop of their own again and again.
    """
    addresses = {write.address for writes in leaves for write in writes}
    standing = drops.read_to_change(connection, [*addresses])
    now = {address: record for address, (_, record) in standing.items()}
    verdicts = [[_written(now, write) for write in writes] for writes in leaves]
    instead = drops.replace(
        connection,
        {
            address: drops.Change(expires, before=before, after=now[address])
            for address, (expires, before) in standing.items()
            if now[address] != before
        },
    )
    return [
        bytes(_in_the_end(verdict, write, instead) for verdict, write in zip(*both, strict=True))
        for both in zip(verdicts, leaves, strict=True)
    ]


def _written(now: dict[bytes, bytes], write: Write) -> Written:
    """The verdict of *write*, which changes what stands *now* if it is kept."""
    record = now.get(write.address)
    if record is None or record == write.record:
        return Written.KEPT
    if record_hash(record) != write.replaced_hash:
        return Written.STALE
    now[write.address] = write.record
    return Written.KEPT


def _in_the_end(verdict: Written, write: Write, instead: Records) -> Written:
    # Nothing is written a second time: two transactions could then wait for each other's rows.
    if write.address not in instead:
        return verdict
    return Written.KEPT if instead[write.address] == write.record else Written.STALE
