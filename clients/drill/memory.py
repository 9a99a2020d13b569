"""The memory of a live process, as root or its owner can read it: every mapping, page by page.

    for place, data in memory_of(pid): …

The process is not stopped and need not help. Linux only (proc(5): /proc/pid/maps, /proc/pid/mem).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PIECE_BYTES = 1 << 24
OVERLAP_BYTES = 1 << 13
"""Pieces overlap, so that what lies across two of them is found; twice the longest marker."""

PAGE_BYTES = 1 << 12
_KERNELS_OWN = ("[vvar]", "[vvar_vclock]", "[vsyscall]")


@dataclass(frozen=True, slots=True)
class Mapping:
    """One line of /proc/pid/maps."""

    start: int
    end: int
    name: str
    shared: str = ""
    """Which part of which file, of what other processes have as well: memory that they share, and
    files that none of them writes to. Nothing for a process's own."""


def with_descendants(pid: int) -> list[int]:
    """*pid* and every process that it, or one of those, has begun."""
    found = [pid]
    for process in found:
        for task in Path(f"/proc/{process}/task").iterdir():
            with suppress(FileNotFoundError, ProcessLookupError):
                found += [int(child) for child in (task / "children").read_text().split()]
    return found


def mappings_of(pid: int) -> list[Mapping]:
    """Every mapping, also those that the process itself may not read."""
    found = []
    for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
        span, rights, offset, device, inode, *rest = line.split(maxsplit=5)
        name = rest[0] if rest else "anonymous"
        start, end = (int(bound, 16) for bound in span.split("-"))
        is_same = rights.endswith("s") or ("w" not in rights and inode != "0")
        shared = f"{device} {inode} {offset} {end - start}" if is_same else ""
        if name not in _KERNELS_OWN:
            found.append(Mapping(start, end, name, shared))
    return found


def memory_of(pid: int, shared: set[str] | None = None) -> Iterator[tuple[str, bytes]]:
    """Name of the mapping and its bytes, in pieces; what the kernel shows to nobody is left out.

    So is whatever stands in *shared*, as read of another process; what this one shares is added.

    Raises PermissionError where this process may not read that one.
    """
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        for mapping in mappings_of(pid):
            if shared is not None and mapping.shared:
                if mapping.shared in shared:
                    continue
                shared.add(mapping.shared)
            for start in range(mapping.start, mapping.end, PIECE_BYTES):
                end = min(start + PIECE_BYTES + OVERLAP_BYTES, mapping.end)
                if data := _read(memory.fileno(), start, end):
                    yield mapping.name, data


def _read(handle: int, start: int, end: int) -> bytes:
    """What can be read between two addresses; a page that cannot be reads as zeros."""
    found = bytearray()
    while (at := start + len(found)) < end:
        try:
            piece = os.pread(handle, end - at, at)
        except (OSError, OverflowError):
            piece = b""
        found += piece or bytes(min(PAGE_BYTES - at % PAGE_BYTES, end - at))
    return bytes(found) if found.count(0) < len(found) else b""
