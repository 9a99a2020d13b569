"""A node that is killed where a test says: at the nth thing its database is told.

It is a process of its own over the test's database, and dies by SIGKILL in the middle of one
request. It is the database's driver that tells; the node has no fault points.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from pathlib import Path
from typing import Any

from sqlalchemy import event

from tests import backends
from tests.api.nodes import TrialNode, running_node
from tests.api.overheard import overhear
from tests.circles import TrialCircle

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["tests.api.faults"])


def died_at(
    point: int, directory: Path, trial: TrialCircle, body: bytes, path: str, *, as_matcher: bool
) -> bool:
    """Whether a node that was sent *body* reached *point*, and so is no more.

    Points: before every statement that writes, before and after every commit.
    """
    settings = backends.current.settings(directory)
    process = _CONTEXT.Process(
        target=_live_and_die, args=(point, directory, trial, body, path, as_matcher, settings)
    )
    process.start()
    process.join(60)
    died, ended = process.exitcode == -signal.SIGKILL, process.exitcode == 0
    process.close()
    assert died or ended
    return died


def _live_and_die(
    point: int,
    directory: Path,
    trial: TrialCircle,
    body: bytes,
    path: str,
    as_matcher: bool,
    settings: dict[str, Any],
) -> None:
    own = directory / "own"
    own.mkdir(exist_ok=True)
    settings = {"data_directory": directory / "data", **settings, "housekeeping_seconds": 3_600}
    with running_node(own, trial, **settings) as node:
        _install(node, point)
        if as_matcher:
            answer = node.operator(
                trial.matcher_seed, "POST", path, body, content_type="application/json"
            )
        else:
            answer = node.post(path, body)
        os._exit(0 if answer.is_success else 1)


def _install(node: TrialNode, point: int) -> None:
    seen = 0

    def reached(*_: object) -> None:
        nonlocal seen
        seen += 1
        if seen == point:
            os.kill(os.getpid(), signal.SIGKILL)

    def told(statement: str) -> None:
        if not statement.startswith("SELECT"):
            reached()

    overhear(node.engine, told)
    event.listen(node.engine, "commit", reached)
    dialect = node.engine.dialect
    commit = dialect.do_commit

    def committed(connection: Any) -> None:
        commit(connection)
        reached()

    dialect.do_commit = committed  # type: ignore[method-assign]
