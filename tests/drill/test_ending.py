"""A drill that is told to end leaves neither a process nor a file behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from clients.drill.memory import with_descendants


@pytest.fixture
def outside() -> Iterator[Path]:
    """A directory that PostgreSQL's user can enter, as it cannot where pytest keeps its own."""
    with tempfile.TemporaryDirectory() as directory:
        Path(directory).chmod(0o711)
        yield Path(directory)


NEEDED = {"sqlite": ["-m api serve", "matcher run"], "postgresql": ["matcher run", "postgres -D"]}


def begun_by(pid: int) -> dict[int, str]:
    """What every process that *pid* began was started with."""
    found = {}
    with suppress(FileNotFoundError, ProcessLookupError):
        for process in with_descendants(pid)[1:]:
            arguments = Path(f"/proc/{process}/cmdline").read_bytes()
            found[process] = arguments.replace(b"\0", b" ").decode()
    return found


@pytest.mark.journey
@pytest.mark.parametrize(
    ("backend", "told"),
    [
        ("sqlite", signal.SIGINT),
        pytest.param("postgresql", signal.SIGTERM, marks=pytest.mark.postgresql),
    ],
)
def test_whoever_ends_a_drill_ends_all_that_it_started(
    outside: Path, backend: str, told: signal.Signals
) -> None:
    drill = subprocess.Popen(
        [sys.executable, "-m", "clients.cli", "drill", "--parcels", "600", "--backend", backend],
        env={**os.environ, "TMPDIR": str(outside)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        begun: dict[int, str] = {}
        while not all(any(what in line for line in begun.values()) for what in NEEDED[backend]):
            assert drill.poll() is None, drill.communicate()[1].decode()
            time.sleep(0.05)
            begun = begun_by(drill.pid)
        drill.send_signal(told)
        _, said = drill.communicate()
    finally:
        with suppress(ProcessLookupError):
            os.killpg(drill.pid, signal.SIGKILL)
        drill.wait()

    assert drill.returncode != 0
    assert b"Traceback" not in said
    assert [process for process in begun if Path(f"/proc/{process}").exists()] == []
    assert list(outside.iterdir()) == []
