"""One tor process, under an account that is not root where that is possible.

home/defaults   what a trial adds to a torrc: its network, its control socket
home/torrc      the torrc, empty, unless another program runs tor with its own
home/data/      everything that tor keeps
home/log        what it said
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from clients.trial.accounts import give
from clients.trial.tor_control import Control

STOP_SECONDS = 60.0
"""Longer than a program that runs tor waits for it: a tor whose keeper is killed runs on."""
PAUSE_SECONDS = 0.1
_PROGRESS = re.compile(r"PROGRESS=(\d+)")


class TorFailed(Exception):
    """tor ended, or did not get as far as it should have; with the end of its log."""


def program(name: str) -> str:
    """Where Debian's *name* is. Raises TorFailed where there is none."""
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/bin")
    if found is None:
        raise TorFailed(f"there is no {name}; scripts/need-tor.sh installs it")
    return found


def directory_of(path: Path, account: dict[str, Any]) -> Path:
    """A directory of *account*'s own, its parents too; tor refuses one that others can enter."""
    if not path.exists():
        directory_of(path.parent, account)
        path.mkdir(mode=0o700)
        give(path, account)
    return path


class TorProcess:
    """A tor that ends with its `with`, and with this process."""

    def __init__(
        self,
        home: Path,
        account: dict[str, Any],
        defaults: Sequence[str],
        *,
        run_by: Sequence[str | Path] = (),
    ) -> None:
        """*defaults* hold unless a torrc says otherwise: that of *run_by*, a program that runs tor
        with the arguments it is given and ends it when it is ended itself."""
        self.home = directory_of(home, account)
        self.control = home / "control"
        self.log = home / "log"
        self._account = account
        own = [
            f"DataDirectory {directory_of(home / 'data', account)}",
            f"ControlPort unix:{self.control}",
            f"__OwningControllerProcess {os.getpid()}",
            "Log notice stdout",
        ]
        added, torrc = home / "defaults", home / "torrc"
        added.write_text("\n".join([*own, *defaults, ""]))
        torrc.touch()
        self._command = [*(run_by or (program("tor"), "-f", torrc)), "--defaults-torrc", added]
        self._child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; `wait_for_bootstrap` tells when it is of use."""
        with self.log.open("ab") as log:
            self._child = subprocess.Popen(  # noqa: S603 - Debian's program, our own arguments
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.home,
                **self._account,
            )

    def stop(self) -> None:
        """Ask it to end, and wait; kill it if it does not."""
        if self._child is None:
            return
        self.send(signal.SIGTERM)
        try:
            self._child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()
        self._child = None

    def send(self, number: signal.Signals) -> None:
        """A signal, as an administrator sends it: SIGHUP reloads the torrc."""
        if self._child is not None:
            self._child.send_signal(number)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """The process's number. Raises TorFailed when it does not run."""
        if self._child is None:
            raise self.failed("tor was not started")
        return self._child.pid

    @property
    def children(self) -> list[int]:
        """The tor that runs now, where another program runs it."""
        told = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text()
        return [int(child) for child in told.split()]

    def wait_for_bootstrap(self, percent: int, seconds: float) -> None:
        """Return when it has come so far with its network. Raises TorFailed."""

        def far_enough() -> bool:
            with Control(self.control) as control:
                found = _PROGRESS.search(control.get("status/bootstrap-phase"))
            return found is not None and int(found[1]) >= percent

        self.until(far_enough, seconds)

    def until(self, happened: Callable[[], bool], seconds: float) -> None:
        """Return when *happened*; whatever stands in the way meanwhile is waited out, but not the
        end of this process. Raises TorFailed."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self._child is None or self._child.poll() is not None:
                raise self.failed("tor ended")
            try:
                if happened():
                    return
            except OSError:
                pass  # its sockets are not there yet
            time.sleep(PAUSE_SECONDS)
        raise self.failed("tor did not get far enough in time")

    def failed(self, what: str) -> TorFailed:
        """An error with the end of the log."""
        said = self.log.read_text(errors="replace") if self.log.exists() else ""
        return TorFailed(f"{what}\n{said[-3_000:]}")
