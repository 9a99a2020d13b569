"""The node's own memory: what is freed is overwritten; none of it is dumped, swapped or shown.

For the length of a request the secrets of the drops it touches are in memory. Python and the C
library give memory back as it is, so without this they would lie there for hours: in objects that
were freed, and in a server's buffers. What can be done about it from Python:

* Every allocation goes to glibc, which overwrites what is freed (`glibc.malloc.perturb`) and keeps
  no cache of small blocks that it would hand back unchanged. Both are read when a process begins,
  so the node begins anew with them.
* The process is not dumpable: no core file, and its memory in /proc belongs to root.
* Where it may, it locks its memory, so that none of it is written to swap.

On another C library the first alone has no effect, and the log says so. `klunak drill` reads the
whole memory of a node and counts what is found.
"""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import sys
from collections.abc import Mapping
from pathlib import Path

from api.errors import log

TUNABLES = "glibc.malloc.perturb=85:glibc.malloc.tcache_count=0"
"""Any byte but 0 does. glibc manual, "Memory Allocation Tunables"."""

ALLOCATOR = "malloc"
"""For PYTHONMALLOC: Python's own allocator keeps freed objects as they were."""

_PR_SET_DUMPABLE = 4
_CAP_IPC_LOCK = 14
_MCL_CURRENT, _MCL_FUTURE, _MCL_ONFAULT = 1, 2, 4


def overwriting(environment: Mapping[str, str]) -> dict[str, str]:
    """*environment* with an allocator that overwrites what is freed."""
    given = environment.get("GLIBC_TUNABLES", "")
    tunables = given if given.endswith(TUNABLES) else ":".join(filter(None, (given, TUNABLES)))
    return {**environment, "PYTHONMALLOC": ALLOCATOR, "GLIBC_TUNABLES": tunables}


def overwrite_what_is_freed() -> None:
    """Begin this process anew with such an allocator, unless it has one."""
    if platform.libc_ver()[0] != "glibc":
        return
    wanted = overwriting(os.environ)
    if wanted != dict(os.environ):
        arguments = [sys.executable, *sys.orig_argv[1:]]
        os.execve(sys.executable, arguments, wanted)  # noqa: S606 - this very program


def hide(*, from_its_owner: bool = True) -> None:
    """Let no core be dumped; with *from_its_owner* let nobody but root read the memory."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if from_its_owner and not _made_undumpable():
        log.warning("memory cannot be hidden from other processes of this account")
    if platform.libc_ver()[0] != "glibc":
        log.warning("freed memory is not overwritten by this system's C library")


def keep_off_the_disk() -> None:
    """Lock all memory of this process, present and future, as it comes into use, if it may.

    A child has to do it for itself.
    """
    _, most = resource.getrlimit(resource.RLIMIT_MEMLOCK)
    # Under a limit, locking would succeed now and allocating fail later.
    may = most == resource.RLIM_INFINITY or _has_capability(_CAP_IPC_LOCK)
    flags = _MCL_CURRENT | _MCL_FUTURE | _MCL_ONFAULT
    if may:
        resource.setrlimit(resource.RLIMIT_MEMLOCK, (most, most))
        may = ctypes.CDLL(None, use_errno=True).mlockall(flags) == 0
    if not may:
        log.warning("memory could be swapped: allow it to be locked, or use no swap")


def _made_undumpable() -> bool:
    # prctl(2) is Linux's, whichever C library there is.
    if sys.platform != "linux":
        return False
    return not ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def _has_capability(number: int) -> bool:
    # Root in a container may well be without it.
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return False
    held = next(line for line in status.splitlines() if line.startswith("CapEff:"))
    return bool(int(held.split()[1], 16) >> number & 1)
