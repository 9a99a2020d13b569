"""What can be spent once: stamps, invites, proofs of work (protocol.md, section 7, *Retries*).

    burned = H("klunak burned", kind u8 ‖ what was spent)      0 work: challenge 16 ‖ nonce 8
                                                               1 invite: token 64
                                                               2 stamp: period u32 ‖ nonce 32
    retry  = H("klunak retry", retry token 32 ‖ addresses)

The retry hash stands beside, so that whoever lost an answer gets it again, and nobody else does.
No epoch and no day of its own: a thief would read how much was posted when.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import IntEnum

from api.drops import Row
from api.errors import ApiError, InviteSpent, StampSpent, WorkSpent
from api.keyed import adding, reading
from api.models import BURNED
from crypto.labels import hashed, u8


class Kind(IntEnum):
    """What was spent: each admits an intake, once. A stamp admits a card or an exchange."""

    WORK = 0
    INVITE = 1
    STAMP = 2


_SPENT: dict[Kind, type[ApiError]] = {
    Kind.WORK: WorkSpent,
    Kind.INVITE: InviteSpent,
    Kind.STAMP: StampSpent,
}


def burned_hash(kind: Kind, spent: bytes) -> bytes:
    """The name under which *spent* is burned."""
    return hashed("klunak burned", u8(kind) + spent)


def retry_hash(retry_token: bytes, rows: Sequence[Row]) -> bytes:
    """What only the same request can show again."""
    return hashed("klunak retry", retry_token + b"".join(address for address, _ in rows))


def is_repeated(
    retries: Mapping[bytes, bytes], kind: Kind, hashes: Sequence[bytes], retry: bytes
) -> bool:
    """Whether the same request was answered before, *retries* being what stands beside each hash;
    False if nothing of it was spent.

    Raises the *kind*'s ``…_spent`` when something of it was spent on another request.
    """
    found = [retries[one] for one in hashes if one in retries]
    if not found:
        return False
    if len(found) != len(hashes) or any(kept != retry for kept in found):
        raise _SPENT[kind]
    return True


read = reading(BURNED, "retry")
"""What finds those of given hashes that are burned, each with its retry hash."""

add = adding(BURNED)
"""What burns hashes for good."""
