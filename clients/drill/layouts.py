"""When the tables of a node were last laid out anew, and how long ago a real one would have been.

A drill lives a day in a minute, so its node lays tables out more often than one in earnest. What a
thief finds at a random moment is what came since the last time; the drill waits for one, and then
lives as much of a day as would go by until the next.
"""

from __future__ import annotations

import random
import time
from contextlib import closing
from dataclasses import dataclass, field

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from api import rewriting, sqlite
from api.layout import LayoutTimer
from api.partitions import PARTITIONED, partitions
from api.settings import Settings
from api.store import open_engine
from clients.drill.attacks import Advantage

DAY_SECONDS = 86_400

QUICKLY = {
    "KLUNAK_HOUSEKEEPING_SECONDS": "5",
    "KLUNAK_LAYOUT_SECONDS": "20",
    "KLUNAK_LAYOUT_BYTES_PER_SECOND": "10000000",
}
"""Of the drill's node: a tenth of its time at the most."""

PATIENCE_SECONDS = 300.0
LOOK_SECONDS = 0.2


@dataclass
class SinceLayout:
    """What was written between the last laying out and the seizure."""

    seconds_of_a_day: float = 0.0
    """From one laying out to the next in a node in earnest with so large a database, at most."""
    requests: int = 0
    """That went by since the last one; drawn from those of so many seconds of a day."""
    rows: int = 0
    """That show that they were written since."""
    link: dict[str, Advantage] = field(default_factory=dict)
    """Guesses at these rows alone; informational."""

    def as_json(self) -> dict[str, object]:
        """The figures."""
        return {
            "seconds_of_a_day": round(self.seconds_of_a_day),
            "requests": self.requests,
            "rows": self.rows,
            "link": {name: one.as_json() for name, one in self.link.items() if one.trials},
        }


class Layouts:
    """Looks at a database from outside. Close it."""

    def __init__(self, url: str) -> None:
        self._engine: Engine = open_engine(url)
        self._is_postgresql = self._engine.dialect.name == "postgresql"

    def close(self) -> None:
        """Give every connection back."""
        self._engine.dispose()

    def seconds(self) -> float:
        """Between two, of a node with every setting as it is by default and a database like this.

        A whole day where it leaves its tables to the sweep.
        """
        usual = {name: one.default for name, one in Settings.model_fields.items()}
        _, size = self._mark_and_size()
        most = usual["layout_most_mib"] << 20
        if size > most:
            return DAY_SECONDS
        timer = LayoutTimer(
            least_seconds=usual["layout_seconds"],
            bytes_per_second=usual["layout_bytes_per_second"],
            most_bytes=most,
        )
        # A node asks at every turn of its housekeeping.
        return min(DAY_SECONDS, timer.seconds(size) + float(usual["housekeeping_seconds"]))

    def wait_for_one(self) -> bool:
        """Whether one came while nobody writes. None does if nothing was written since the last."""
        before, _ = self._mark_and_size()
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            if self._lies_anew() if self._is_postgresql else self._mark_and_size()[0] != before:
                return True
            time.sleep(LOOK_SECONDS)
        return False

    def _mark_and_size(self) -> tuple[int, int]:
        of = rewriting if self._is_postgresql else sqlite
        with self._engine.connect() as connection:
            mark, size = of.mark_and_size(connection)
        return mark, size

    def _lies_anew(self) -> bool:
        try:
            with self._engine.connect() as connection:
                return not _has_any_history(connection)
        except DBAPIError:  # a table was exchanged meanwhile
            return False


def _has_any_history(connection: Connection) -> bool:
    parts = [name for parent in PARTITIONED for name, _ in partitions(connection, parent)]
    return any(rewriting.has_history(connection, name) for name in parts) or any(
        rewriting.has_new_rows(connection, name) for name in rewriting.never_empty(connection)
    )


def laid_out_lately(since: SinceLayout, url: str, usual: int, lot: random.Random) -> int | None:
    """Wait until the tables of the database at *url* lie anew, while nobody sends anything.

    After how many requests more the node is to be frozen, of *usual* ones in a day, and noted in
    *since*; or nothing if nothing had been written that could be laid out.
    """
    with closing(Layouts(url)) as layouts:
        since.seconds_of_a_day = layouts.seconds()
        if since.seconds_of_a_day < DAY_SECONDS and not layouts.wait_for_one():
            return None
    of_these = round(usual * since.seconds_of_a_day / DAY_SECONDS)
    since.requests = lot.randint(1, max(1, of_these))
    return since.requests
