"""Invites as the database has them: the hashes of printed codes, until one is used."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, delete
from sqlmodel import col

from api.keyed import reading
from api.models import INVITES, Invite
from api.statements import Run, Statement
from crypto.labels import hashed

TOKEN_BYTES = 32


def kept_hash(token: bytes) -> bytes:
    """What the node keeps of a token."""
    return hashed("klunak kept", token)


read_invites = reading(INVITES, "coordinator", "period")
"""What finds those of given hashes that are kept, each with its coordinator and period."""


def use_invites(kept: Sequence[bytes]) -> Run:
    """What takes them away."""
    return _USE.many([{"used": one} for one in sorted(kept)])


_USE = Statement(delete(Invite).where(col(Invite.kept) == bindparam("used")), writes=True)
