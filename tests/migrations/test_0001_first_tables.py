"""The first tables: up from nothing, down to nothing, and equal to the models."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, Table, inspect, text
from sqlmodel import SQLModel

from api import models
from api.partitions import PARTITIONED, make_room
from api.store import migrate, open_engine
from tests import backends

TABLES: dict[str, Table] = dict(models.SQLModel.metadata.tables)


def engine_in(directory: Path) -> Engine:
    return open_engine(backends.current.url(directory))


def a_value(column: object) -> object:
    kind = getattr(column, "type").python_type  # noqa: B009
    return {bytes: b"\1" * 32, int: 7, str: "words"}[kind]


def a_row(table: Table) -> dict[str, object]:
    return {column.name: a_value(column) for column in table.columns}


def test_the_head_equals_the_models(tmp_path: Path) -> None:
    engine = engine_in(tmp_path)
    migrate(engine)

    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), SQLModel.metadata)
    engine.dispose()
    if engine.dialect.name == "postgresql":
        # All that is different there: sentences stay in the code, partitions need no index on
        # what they are partitioned by, and one table says where a drop is.
        assert {_named(each) for each in differences if not _is_comment(each)} == {
            ("remove_index", "ix_reserved_expires"),
            ("remove_table", "reserved"),
            *(("add_index", f"ix_{table}_{by}") for table, by in PARTITIONED.items()),
        }
    else:
        assert differences == []


def _is_comment(difference: Any) -> bool:
    changes = difference if isinstance(difference, list) else [difference]
    return all("comment" in change[0] for change in changes)


def _named(difference: Any) -> tuple[str, str]:
    kind, what = difference[0], difference[1]
    return kind, what.name


@pytest.mark.sqlite
def test_every_table_is_without_rowid_in_both(tmp_path: Path) -> None:
    migrated, modelled = engine_in(tmp_path), open_engine(f"sqlite:///{tmp_path / 'models.db'}")
    migrate(migrated)
    SQLModel.metadata.create_all(modelled)

    for engine in (migrated, modelled):
        with engine.connect() as connection:
            made = connection.execute(
                text("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
            )
            sql = {row.name: row.sql for row in made}
        for table in TABLES:
            assert sql[table].rstrip().endswith("WITHOUT ROWID"), table
        engine.dispose()


def test_indexes_and_keys_are_the_same_in_both(tmp_path: Path, backend: backends.Backend) -> None:
    migrated, modelled = engine_in(tmp_path), engine_in(tmp_path / "models")
    migrate(migrated)
    SQLModel.metadata.create_all(modelled)

    left, right = inspect(migrated), inspect(modelled)
    for table in set(TABLES) - (set(PARTITIONED) if backend.name == backends.POSTGRESQL else set()):
        keys = (each.get_pk_constraint(table)["constrained_columns"] for each in (left, right))
        assert len(set(map(tuple, keys))) == 1, table
        indexes = (each.get_indexes(table) for each in (left, right))
        assert len({repr(sorted(each, key=repr)) for each in indexes}) == 1, table
    migrated.dispose()
    modelled.dispose()


def test_up_with_rows_and_down_to_nothing(tmp_path: Path) -> None:
    engine = engine_in(tmp_path)
    migrate(engine)
    with engine.begin() as connection:
        for parent in PARTITIONED:
            make_room(connection, parent, [7])
        for table in TABLES.values():
            connection.execute(table.insert(), a_row(table))
            assert connection.execute(table.select()).one()._asdict() == a_row(table)

    migrate(engine)  # again, with rows: nothing changes
    with engine.connect() as connection:
        for table in TABLES.values():
            assert connection.execute(table.select()).one()._asdict() == a_row(table)

    migrate(engine, "base")
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}

    migrate(engine)
    with engine.connect() as connection:
        for table in TABLES.values():
            assert connection.execute(table.select()).all() == []
    engine.dispose()


def test_a_migration_that_fails_leaves_nothing_half_done(tmp_path: Path) -> None:
    engine = engine_in(tmp_path)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE parts (in_the_way INTEGER)"))

    try:
        migrate(engine)
    except Exception:  # noqa: BLE001 - which one is the database's affair
        pass
    else:
        raise AssertionError("the migration did not fail")

    assert set(inspect(engine).get_table_names()) == {"parts"}
    engine.dispose()


def test_every_column_has_its_sentence() -> None:
    for table in TABLES.values():
        for column in table.columns:
            assert column.comment, f"{table.name}.{column.name}"
