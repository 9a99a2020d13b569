"""Which account a server of a trial runs under: some refuse root, and all can do without."""

from __future__ import annotations

import os
import pwd
from pathlib import Path
from typing import Any


def as_unprivileged(*names: str) -> dict[str, Any]:
    """Keyword arguments of a subprocess that must not be root: the first account of *names* that
    exists, then `nobody`. Empty for whoever is not root, or is root of a namespace with no other
    account in it."""
    if os.getuid() != 0:
        return {}
    for name in (*names, "nobody"):
        try:
            account = pwd.getpwnam(name)
        except KeyError:
            continue
        if _is_mapped(account.pw_uid):
            return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    return {}


def give(path: Path, account: dict[str, Any]) -> None:
    """Let *path* belong to *account*, as `as_unprivileged` gave it."""
    if account:
        os.chown(path, account["user"], account["group"])


def _is_mapped(uid: int) -> bool:
    """Whether this namespace has an account of that number."""
    for line in Path("/proc/self/uid_map").read_text().splitlines():
        first, _, count = map(int, line.split())
        if first <= uid < first + count:
            return True
    return False
