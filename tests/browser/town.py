"""A real node, matcher and clerks for a browser to talk to, with everybody who is no browser."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from crypto.lists import draw_list, list_to_key

SERVER = Path(__file__).parents[2] / "clients/web/tests/clients/serve_trial.py"

DONOR_WISH = {"regions": 0b1, "modes": 0b111, "preset": 2, "size": 2, "needs": 0b111, "urgency": 0}
FAMILY_WISH = {"regions": 0b1, "modes": 0b1, "preset": 2, "size": 0, "needs": 0b1, "urgency": 0}


class Town:
    """The trial's processes. Use as a context manager."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.keys = {role: list_to_key(draw_list()).hex() for role in ("family", "donor")}

    def __enter__(self) -> Self:
        today = int(time.time()) // 86_400
        self._child = subprocess.Popen(
            [sys.executable, "-B", str(SERVER), str(self.home), str(today)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=SERVER.parents[4],
            text=True,
        )
        self.url: str = self._read()["url"]
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        assert self._child.stdin is not None
        self._child.stdin.close()
        self._child.wait(60)
        assert self._child.stdout is not None
        self._child.stdout.close()

    def invite(self) -> str:
        """A slip with a code of both duty coordinators."""
        return str(self._do(do="invite")["invite"])

    def ask(self, words: str) -> None:
        """Both coordinators ask everybody who is new."""
        self._do(do="ask", words=words)

    def certify(self) -> None:
        """Both coordinators certify everybody who waits."""
        self._do(do="certify")

    def epoch(self) -> None:
        """Clerks work, and the matcher closes the epoch."""
        self._do(do="epoch")

    def person(self, role: str, method: str, *given: Any, **named: Any) -> dict[str, Any]:
        """One sitting of a Python family or donor; its view."""
        answer = self._do(
            do="person",
            role=role,
            key=self.keys[role],
            method=method,
            args=given,
            kwargs=named,
        )
        view: dict[str, Any] = answer["view"]
        return view

    def _do(self, **told: Any) -> dict[str, Any]:
        assert self._child.stdin is not None
        self._child.stdin.write(json.dumps(told) + "\n")
        self._child.stdin.flush()
        return self._read()

    def _read(self) -> dict[str, Any]:
        assert self._child.stdout is not None
        answer: dict[str, Any] = json.loads(self._child.stdout.readline())
        return answer
