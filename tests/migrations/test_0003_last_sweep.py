"""A database of before keeps its circle and has no last sweep."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import text

from api.store import migrate
from tests import backends
from tests.migrations.test_0001_first_tables import engine_in

CIRCLE = {"digest": b"d" * 32, "serial": 3, "document": "{}"}


def test_a_circle_of_before_is_kept_and_was_never_swept(
    tmp_path: Path, backend: backends.Backend
) -> None:
    engine = engine_in(tmp_path)
    migrate(engine, "0002")
    into = "INSERT INTO circle (digest, serial, document)"
    with engine.begin() as connection:
        connection.execute(text(f"{into} VALUES (:digest, :serial, :document)"), CIRCLE)

    migrate(engine)

    with engine.connect() as connection:
        held = connection.execute(text("SELECT * FROM circle")).one()._asdict()
    assert held == {**CIRCLE, "swept": None}
    engine.dispose()
