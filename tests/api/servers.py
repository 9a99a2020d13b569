"""A node on a real socket: uvicorn as it is served, in a thread or in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from api.app import create_app
from api.serve import listening, server
from api.settings import Settings
from clients.trial.ports import free_port
from tests.api.nodes import Clock, Spoken, write_setup
from tests.circles import TrialCircle
from tests.patience import PATIENCE_SECONDS, wait_until

SERVE = """
from api.serve import serve
from api.settings import Settings
serve(Settings())
"""

SERVE_BY_CLOCK = """
import sys
from pathlib import Path
from api.serve import serve
from api.settings import Settings
serve(Settings(), clock=lambda: float(Path(sys.argv[1]).read_text()))
"""


@contextmanager
def served(
    directory: Path, trial: TrialCircle, clock: Clock | None = None, **settings: Any
) -> Iterator[str]:
    """The address of a node that runs in a thread of this process."""
    chosen = Settings(**{**write_setup(directory, trial), "port": free_port(), **settings})
    running = server(chosen, create_app(chosen, clock=clock or Clock()))
    thread = threading.Thread(target=running.run, args=(listening(chosen),))
    thread.start()
    while not running.started and thread.is_alive():
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{chosen.port}"
    finally:
        running.should_exit = True
        thread.join()


class ServedProcess:
    """A node in a process of its own, with everything it prints kept in a file."""

    def __init__(
        self,
        directory: Path,
        trial: TrialCircle,
        clock: Path | None = None,
        *,
        program: str = SERVE,
        **settings: object,
    ) -> None:
        """With *clock* the node reads the time, in unix seconds, from that file."""
        self.directory = directory
        serving = ["-c", program] if clock is None else ["-c", SERVE_BY_CLOCK, str(clock)]
        self._command = [sys.executable, *serving]
        self.printed = directory / "printed.txt"
        given = {**write_setup(directory, trial), **settings}
        self._environment = {
            **{name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
            **{f"KLUNAK_{name.upper()}": str(value) for name, value in given.items()},
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> str:
        """Start, wait until it answers, and return its address."""
        port = free_port()
        with self.printed.open("ab") as printed:
            self._process = subprocess.Popen(
                self._command,
                env={**self._environment, "KLUNAK_PORT": str(port)},
                stdout=printed,
                stderr=subprocess.STDOUT,
            )
        address = f"http://127.0.0.1:{port}"
        wait_until(lambda: self._answers(address))
        return address

    def _answers(self, address: str) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.printed.read_text()
        try:
            httpx.get(address, timeout=PATIENCE_SECONDS)
        except httpx.TransportError:
            return False
        return True

    @property
    def pid(self) -> int:
        """The number of the process that was started."""
        assert self._process is not None
        return self._process.pid

    def kill(self) -> None:
        """End it without a warning, as a power cut does."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        """End it as a person does."""
        assert self._process is not None
        self._process.terminate()
        self._process.wait(PATIENCE_SECONDS)


class SocketNode(Spoken):
    """A node in another process."""

    def __init__(self, trial: TrialCircle, address: str) -> None:
        self.trial = trial
        self._client = httpx.Client(base_url=address, trust_env=False, timeout=PATIENCE_SECONDS)

    def request(self, method: str, path: str, **kwargs: object) -> httpx.Response:
        return self._client.request(method, path, **kwargs)  # type: ignore[arg-type]

    def close(self) -> None:
        self._client.close()
