"""Who listens where, as the kernel has it."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

TABLES = {"tcp": "0A", "tcp6": "0A", "udp": "07", "udp6": "07"}
"""The kernel's tables, and the state of a socket in them that anybody may send to."""


@dataclass(frozen=True)
class Listening:
    """One socket; *address* is hexadecimal, as the kernel's tables have it on this machine."""

    address: str
    inode: str


def listening() -> list[Listening]:
    """All sockets of this network namespace that something can be sent to from elsewhere."""
    found = []
    for table, state in TABLES.items():
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == state:
                found.append(Listening(fields[1].partition(":")[0], f"socket:[{fields[9]}]"))
    return found


def descendants(pid: int) -> dict[int, str]:
    """Every process that *pid* started, and that those started, with its program's name."""
    found: dict[int, str] = {}
    with suppress(FileNotFoundError, ProcessLookupError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in map(int, (task / "children").read_text().split()):
                found |= {child: Path(f"/proc/{child}/comm").read_text().strip()}
                found |= descendants(child)
    return found


def sockets_of(pid: int) -> set[str]:
    """The inodes of a process's sockets; none of a process that shows them to root alone."""
    inodes = set()
    with suppress(PermissionError):
        for file in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(FileNotFoundError):
                inodes.add(os.readlink(file))
    return inodes
