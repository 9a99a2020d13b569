"""Moving house: a node takes a new address, and is reached by the old one for so many days more.

    public/                  the identity in force; tor makes one where there is none
    public-until-<day>/      one from before a move, answered through that day and then erased

Days are counted from 1970-01-01 (UTC). Both addresses lead to the same node, whose circle document
names the new one once the circle's signers have signed it: so the old address announces the new.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from api.onion.authorization import Unsound

MOST_DAYS = 365
_FORMER = re.compile(r"public-until-(\d{1,6})")


def move(public_service: Path, *, today: int, days: int) -> Path:
    """Lay the identity of *public_service* aside; where it is now. Raises Unsound, OSError."""
    if not 1 <= days <= MOST_DAYS:
        raise Unsound(f"the old address is kept for 1 to {MOST_DAYS} days")
    if not (public_service / "hostname").exists():
        raise Unsound("there is no address yet to move from")
    aside = public_service.with_name(f"public-until-{today + days}")
    if aside.exists():
        raise Unsound("another address is kept until that very day already")
    return public_service.rename(aside)


def former(tor_data: Path, *, today: int) -> list[Path]:
    """The identities that are still answered beside the one in force."""
    return [path for path, day in _former(tor_data) if day >= today]


def forget(tor_data: Path, *, today: int) -> None:
    """Erase the identities whose day is over. Raises OSError."""
    for path, day in _former(tor_data):
        if day < today:
            shutil.rmtree(path)


def _former(tor_data: Path) -> list[tuple[Path, int]]:
    found = ((path, _FORMER.fullmatch(path.name)) for path in sorted(tor_data.iterdir()))
    return [(path, int(name[1])) for path, name in found if name is not None]
