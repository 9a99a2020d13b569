"""A real node, matcher and clerks for a browser to talk to, with everybody who is no browser."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from crypto.goods import Language
from crypto.lists import draw_list, format_line, list_to_key
from tests.patience import PATIENCE_SECONDS

SERVER = Path(__file__).parents[2] / "clients/web/tests/clients/serve_trial.py"

VOUCHER, LOCKER, DELIVERY = 0, 1, 2


def wish(region: int, mode: int, *, size: int = 0) -> dict[str, int]:
    """Groceries, or what a locker holds, in one region and by one way: nobody else gets between."""
    needs = 0b1 if mode == VOUCHER else 0b100
    return {
        "regions": 1 << region,
        "modes": 1 << mode,
        "preset": 2,
        "size": size,
        "needs": needs,
        "urgency": 0,
    }


class Town:
    """The trial's processes. Use as a context manager."""

    def __init__(self, home: Path) -> None:
        self.home = home

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
        self._child.wait(PATIENCE_SECONDS)
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

    def neighbour(self, role: str) -> Neighbour:
        """Somebody new, with a list of its own."""
        return Neighbour(self, role)

    def settled_donor(self, region: int, mode: int) -> Neighbour:
        """A donor of the command line, certified, with three cards in the queue."""
        donor = self.neighbour("donor")
        donor.does("offer", wish(region, mode, size=2), "en", "help")
        self.epoch()
        self.certify()
        donor.does("visit")
        return donor

    def settled_family(self, region: int, mode: int) -> Neighbour:
        """A family of the command line, certified, with its card in the queue."""
        family = self.neighbour("family")
        family.does("ask", wish(region, mode), "be", "words")
        self.epoch()
        self.certify()
        family.does("visit")
        return family

    def tell(self, **told: Any) -> dict[str, Any]:
        """One line to the trial, and its answer."""
        return self._do(**told)

    def _do(self, **told: Any) -> dict[str, Any]:
        assert self._child.stdin is not None
        self._child.stdin.write(json.dumps(told) + "\n")
        self._child.stdin.flush()
        return self._read()

    def _read(self) -> dict[str, Any]:
        assert self._child.stdout is not None
        answer: dict[str, Any] = json.loads(self._child.stdout.readline())
        return answer


class Neighbour:
    """Somebody with a list who uses the command line; the same list opens the page."""

    def __init__(self, town: Town, role: str) -> None:
        self._town = town
        self._list = draw_list()
        self._key = list_to_key(self._list).hex()
        self.role = role

    def paper(self, language: Language = "en") -> list[str]:
        """What is written down."""
        return [format_line(line, language) for line in self._list.lines]

    def does(self, method: str, *given: Any, **named: Any) -> dict[str, Any]:
        """One sitting; its view."""
        answer = self._town.tell(
            do="person", role=self.role, key=self._key, method=method, args=given, kwargs=named
        )
        view: dict[str, Any] = answer["view"]
        return view

    def slot(self, status: str) -> int:
        """The one slot of a donor that stands so."""
        slots = self.does("visit")["slots"]
        (index,) = (slot["index"] for slot in slots if slot["status"] == status)
        return int(index)
