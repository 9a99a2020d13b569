"""Every statement that a database is told, whoever tells it: SQLAlchemy or the driver."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

import psycopg
from sqlalchemy import Engine, event


def overhear(engine: Engine, hear: Callable[[str], None]) -> None:
    """From now on call *hear* with each statement before it is run, in whichever thread."""

    class Overheard(psycopg.Cursor[Any]):
        def execute(self, query: Any, *rest: Any, **more: Any) -> Any:
            hear(str(query))
            return super().execute(query, *rest, **more)

        def executemany(self, query: Any, *rest: Any, **more: Any) -> Any:
            hear(str(query))
            return super().executemany(query, *rest, **more)

    def checked_out(raw: Any, _record: object, _proxy: object) -> None:
        if isinstance(raw, sqlite3.Connection):
            raw.set_trace_callback(hear)
        else:
            raw.cursor_factory = Overheard

    event.listen(engine, "checkout", checked_out)
