"""A core of a node: none is dumped, whatever signal ends it.

The frozen node is ended with SIGABRT, which dumps a core of whatever may be dumped; the kernel says
whether it did. A program without a node's precautions ends in the same way beside it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from clients.controls import control_word
from clients.drill.memory import with_descendants
from clients.drill.place import Place

UNPROTECTED = """
import os, resource
try:
    resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
except (OSError, ValueError):
    pass
os.abort()
"""


def end_by_a_dump(pid: int) -> bool:
    """Abort *pid*, a child of this process, and what it began; whether a core of it was dumped.

    The child is not reaped.
    """
    for process in with_descendants(pid):
        os.kill(process, signal.SIGABRT)
        os.kill(process, signal.SIGCONT)
    return _is_dumped(pid)


def node_core(is_dumped: bool, *, scratch: Path) -> Place | None:
    """The place, given how the node ended; None on a machine that dumps no core of anything."""
    word = control_word("core")
    directory = scratch / "core-control"
    directory.mkdir()
    control = subprocess.Popen(  # noqa: S603 - our own interpreter and program
        [sys.executable, "-c", UNPROTECTED, word], cwd=directory, stderr=subprocess.DEVNULL
    )
    can_be_dumped = _is_dumped(control.pid)
    control.wait()
    if not can_be_dumped:
        return None
    # Where a core goes is the machine's to say; one that came here has to hold the word.
    cores = [file.read_bytes() for file in directory.iterdir()]
    return Place(
        "node_core",
        weaknesses=["a core of the node was dumped"] if is_dumped else [],
        controls_planted=1,
        controls_found=int(all(word.encode() in core for core in cores)),
        note="" if is_dumped else "there is none; the control left one",
    )


def _is_dumped(pid: int) -> bool:
    ended = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    return ended is not None and ended.si_code == os.CLD_DUMPED
