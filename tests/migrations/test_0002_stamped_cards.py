"""Cards that were posted before name no stamp."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import text

from api.store import migrate
from tests import backends
from tests.migrations.test_0001_first_tables import engine_in

CARD = {"address": b"a" * 32, "record": b"r" * 4_096, "epoch": 7, "expires": 20_000}
OCTETS = ("address", "record", "stamped")


def test_a_card_of_before_is_kept_and_names_no_stamp(
    tmp_path: Path, backend: backends.Backend
) -> None:
    engine = engine_in(tmp_path)
    migrate(engine, "0001")
    into = "INSERT INTO cards (address, record, epoch, expires)"
    with engine.begin() as connection:
        connection.execute(text(f"{into} VALUES (:address, :record, :epoch, :expires)"), CARD)

    migrate(engine)

    with engine.connect() as connection:
        held = connection.execute(text("SELECT * FROM cards")).one()._asdict()
        if backend.name == backends.POSTGRESQL:  # nothing of a card lies beside its row
            columns = "FROM pg_attribute WHERE attrelid = 'cards'::regclass"
            bytea = f"{columns} AND atttypid = 'bytea'::regtype"
            stored = connection.execute(text(f"SELECT attname, attstorage {bytea}"))
            assert {tuple(row) for row in stored} == {(name, "p") for name in OCTETS}
    assert held == {**CARD, "stamped": None}
    engine.dispose()
