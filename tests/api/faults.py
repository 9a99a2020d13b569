"""A node that is killed where a test says: at the nth thing its database is told.

It is a process of its own over a database, and dies by SIGKILL in the middle of one deed. It is
the database's driver that tells; the node has no fault points.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from pathlib import Path
from typing import Any

from sqlalchemy import event

from tests import backends
from tests.api.deeds import Deed
from tests.api.nodes import Clock, TrialNode, running_node
from tests.api.overheard import overhear
from tests.circles import TrialCircle
from tests.patience import PATIENCE_SECONDS

WRITE, COMMITTING, COMMITTED = "write", "committing", "committed"
"""Where a node can die: before a statement that writes, before a commit, after it."""

NEVER = 0
"""No point at all."""

_NO_WRITES = ("SELECT", "BEGIN", "COMMIT", "ROLLBACK", "PRAGMA", "SET")

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["tests.api.faults"])


def died_at(point: int, directory: Path, trial: TrialCircle, deed: Deed, clock: Clock) -> bool:
    """Whether a node in *directory* reached *point*, the first is 1, in *deed*, and so is no more.

    Otherwise it did the deed, and ended without another word to its database.
    """
    settings = backends.current.settings(directory)
    process = _CONTEXT.Process(
        target=_live_and_die, args=(point, directory, trial, deed, clock, settings)
    )
    process.start()
    process.join(PATIENCE_SECONDS)
    died, ended = process.exitcode == -signal.SIGKILL, process.exitcode == 0
    process.close()
    assert died or ended
    return died


def points_passed(directory: Path) -> list[str]:
    """What the points were that the last node in *directory* came past."""
    return _passed(directory).read_text().split()


def _passed(directory: Path) -> Path:
    return directory / "points"


def _live_and_die(
    point: int,
    directory: Path,
    trial: TrialCircle,
    deed: Deed,
    clock: Clock,
    settings: dict[str, Any],
) -> None:
    chosen: dict[str, Any] = {"housekeeping_seconds": 3_600, "leap_seconds": 0, **settings}
    with running_node(directory, trial, clock, **chosen) as node:
        _install(node, point, _passed(directory))
        os._exit(0 if deed.is_done_by(node) else 1)


def _install(node: TrialNode, point: int, passed: Path) -> None:
    seen = 0
    passed.write_text("")

    def reached(what: str) -> None:
        nonlocal seen
        seen += 1
        if seen == point:
            os.kill(os.getpid(), signal.SIGKILL)
        with passed.open("a") as file:
            file.write(f"{what}\n")

    def told(statement: str) -> None:
        if not statement.startswith(_NO_WRITES):
            reached(WRITE)

    overhear(node.engine, told)
    event.listen(node.engine, "commit", lambda _connection: reached(COMMITTING))
    dialect = node.engine.dialect
    commit = dialect.do_commit

    def committed(connection: Any) -> None:
        commit(connection)
        reached(COMMITTED)

    dialect.do_commit = committed  # type: ignore[method-assign]
