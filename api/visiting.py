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
    """Another record stands there than the one that was read."""


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
    """For each leave its verdicts. Raises Overtaken."""
    addresses = {write.address for writes in leaves for write in writes}
    standing = drops.read_to_change(connection, [*addresses])
    now = {address: record for address, (_, record) in standing.items()}
    answers = []
    for writes in leaves:
        verdicts = bytearray()
        for write in writes:
            verdict = _verdict(now.get(write.address), write)
            verdicts.append(verdict)
            if write.address in now and verdict is Written.KEPT:
                now[write.address] = write.record
        answers.append(bytes(verdicts))
    drops.replace(
        connection,
        {
            address: drops.Change(expires, before=before, after=now[address])
            for address, (expires, before) in standing.items()
            if now[address] != before
        },
    )
    return answers


def _verdict(now: bytes | None, write: Write) -> Written:
    if now is None or now == write.record or record_hash(now) == write.replaced_hash:
        return Written.KEPT
    return Written.STALE
