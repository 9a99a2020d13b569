"""What many visits do, in one go: as if they came one after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import IntEnum
from operator import itemgetter
from typing import NamedTuple

from sqlalchemy import Connection

from api import drops
from api.circles import SERIAL, CircleKeeper
from api.claims import Claimed, Shown, held_claims, hold_claims, judged, known_permits
from api.days import claim_kept_until
from api.noise import noise
from api.statements import run, run_together
from crypto.drops import DropAddress, record_hash
from crypto.permits import PermitHash


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


class Meeting(NamedTuple):
    """What one meet asks: four pages under either kind of secret, and a claim."""

    as_read: Sequence[DropAddress]
    as_blank: Sequence[DropAddress]
    permit: PermitHash
    shown: Shown
    has_place: bool
    """Whether its card may add a claim today."""
    today: int


Records = Mapping[bytes, bytes]
"""By address."""


class Met(NamedTuple):
    """What a meet read, and what became of its claim."""

    records: Records
    verdict: Claimed
    is_added: bool


def look(connection: Connection, looks: Sequence[Sequence[DropAddress]]) -> list[Records]:
    """For each look the records there are at its addresses, among others'."""
    found = drops.read_with_notices(connection, [at for each in looks for at in each])
    return [found] * len(looks)


def meet(keeper: CircleKeeper, connection: Connection, meets: Sequence[Meeting]) -> list[Met]:
    """For each meet what it read, and what became of its claim."""
    addresses = {at for each in meets for at in (*each.as_read, *each.as_blank)}
    found, serial, permits, claims = run_together(
        connection,
        drops.standing(connection, [*addresses]),
        SERIAL(),
        known_permits([each.permit for each in meets]),  # always: the same steps for everybody
        held_claims([each.shown.tag for each in meets]),
    )
    policy = keeper.of_serial(connection, serial).policy
    standing = drops.by_address(found)
    now = {address: record for address, (_, record) in standing.items()}
    known = {permit for (permit,) in permits.rows}
    held: dict[bytes, bytes] = dict(claims.rows)
    met, added = [], []
    for each in meets:
        records: Records = {address: now[address] for address in each.as_read if address in now}
        now.update({address: noise(1)[0] for address in each.as_blank if address in now})
        may_add = each.has_place and each.permit in known
        verdict, is_added = judged(held, each.shown, may_add=may_add)
        if is_added:
            tag, token = each.shown.tag, each.shown.token
            held[tag] = token
            expires = claim_kept_until(each.today, policy)
            added.append({"tag": tag, "token": token, "expires": expires})
        met.append(Met(records, verdict, is_added))
    drops.replace(
        connection,
        {
            address: drops.Change(standing[address][0], before=None, after=now[address])
            for each in meets
            for address in each.as_blank
            if address in standing
        },
    )
    if added:
        run(connection, hold_claims(sorted(added, key=itemgetter("tag"))))
    return met


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
