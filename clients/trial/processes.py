"""Real processes: a node on a real socket, and programs that take a step when told to.

Used by `klunak run`, by the tour and by the tests: nothing here stands in for anything.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

READY_SECONDS = 300
"""On a machine that is busy with much else; a process that ends is noticed at once."""

STOP_SECONDS = 20


class ProcessFailed(Exception):
    """A process ended, or did not answer, when it should not have."""


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


class Process:
    """A child process that ends with its parent's `with`."""

    def __init__(
        self,
        arguments: Sequence[str],
        *,
        log: Path,
        environment: Mapping[str, str] | None = None,
        piped: bool = False,
    ) -> None:
        """PWD in *environment* is where it works, and PYTHONPYCACHEPREFIX where it may keep its
        compiled modules; otherwise it keeps none."""
        self.log = log
        told = environment or {}
        caches = [] if "PYTHONPYCACHEPREFIX" in told else ["-B"]
        pipe = subprocess.PIPE if piped else subprocess.DEVNULL
        with open(log, "ab", opener=_private) as errors:
            self._child = subprocess.Popen(  # noqa: S603  our own interpreter and modules
                [sys.executable, *caches, *arguments],
                stdin=pipe,
                stdout=pipe,
                stderr=errors,
                env={**os.environ, **told},
                cwd=told.get("PWD"),
            )

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._child.pid

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self._child.poll() is None

    def kill(self) -> None:
        """End it at once, as a power cut would (SIGKILL)."""
        self._child.kill()
        self._child.wait()

    def stop(self) -> None:
        """Ask it to end, and wait; kill it if it does not."""
        if self.running:
            self._child.send_signal(signal.SIGTERM)
        try:
            self._child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
        for stream in (self._child.stdin, self._child.stdout):
            if stream is not None:
                stream.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def failed(self, what: str) -> ProcessFailed:
        """An error with the end of the log, which by the node's own rule names nobody."""
        tail = self.log.read_text(errors="replace")[-2_000:]
        return ProcessFailed(f"{what}\n{tail}")


class NodeProcess(Process):
    """A node: `python -m api serve` over its own data directory."""

    def __init__(
        self,
        *,
        circle_document: Path,
        node_key: Path,
        data: Path,
        port: int,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.url = f"http://127.0.0.1:{port}"
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        super().__init__(
            ["-m", "api", "serve"],
            log=data / "node.log",
            environment={
                "KLUNAK_CIRCLE_DOCUMENT": str(circle_document),
                "KLUNAK_NODE_KEY": str(node_key),
                "KLUNAK_DATA_DIRECTORY": str(data),
                "KLUNAK_PORT": str(port),
                **(environment or {}),
            },
        )

    def wait_until_ready(self) -> Self:
        """Return when the node serves its circle. Raises ProcessFailed."""
        deadline = time.monotonic() + READY_SECONDS
        with httpx.Client(trust_env=False) as http:
            while time.monotonic() < deadline:
                if not self.running:
                    raise self.failed("the node ended while starting")
                try:
                    if http.get(f"{self.url}/circle").status_code == httpx.codes.OK:
                        return self
                except httpx.HTTPError:
                    time.sleep(0.05)
        raise self.failed("the node did not answer")


class StepProcess(Process):
    """A program started with `--step`: a line in, work, one JSON line out."""

    def __init__(self, arguments: Sequence[str], *, log: Path, passphrase: str) -> None:
        super().__init__(["-m", "clients.cli", *arguments, "--step"], log=log, piped=True)
        self._write(passphrase)

    def begin(self) -> None:
        """Let it take a step, without waiting; several programs can work at once."""
        self._write("step")

    def finish(self) -> dict[str, Any]:
        """What the step came to. Raises ProcessFailed when the program ended instead."""
        if self._child.stdout is None:
            raise self.failed("not started with pipes")
        line = self._child.stdout.readline()
        if not line:
            raise self.failed("the program ended in the middle of a step")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def step(self) -> dict[str, Any]:
        """One step from beginning to end."""
        self.begin()
        return self.finish()

    def _write(self, line: str) -> None:
        if self._child.stdin is None:
            raise self.failed("not started with pipes")
        try:
            self._child.stdin.write(line.encode() + b"\n")
            self._child.stdin.flush()
        except BrokenPipeError:
            raise self.failed("the program ended") from None
