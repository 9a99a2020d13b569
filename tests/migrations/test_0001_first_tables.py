"""The first tables: up from nothing, down to nothing, and equal to the models."""

from __future__ import annotations

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, Table, inspect, text
from sqlmodel import SQLModel

from api import models
from api.store import migrate, open_engine

TABLES: dict[str, Table] = dict(models.SQLModel.metadata.tables)


def engine_in(directory: Path) -> Engine:
    return open_engine(f"sqlite:///{directory / 'node.db'}")


def a_value(column: object) -> object:
    kind = getattr(column, "type").python_type  # noqa: B009
    return {bytes: b"\1" * 32, int: 7, str: "words"}[kind]


def a_row(table: Table) -> dict[str, object]:
    return {column.name: a_value(column) for column in table.columns}


def test_the_head_equals_the_models(tmp_path: Path) -> None:
    engine = engine_in(tmp_path)
    migrate(engine)

    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), SQLModel.metadata) == []
    engine.dispose()


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


def test_indexes_and_keys_are_the_same_in_both(tmp_path: Path) -> None:
    migrated, modelled = engine_in(tmp_path), open_engine(f"sqlite:///{tmp_path / 'models.db'}")
    migrate(migrated)
    SQLModel.metadata.create_all(modelled)

    left, right = inspect(migrated), inspect(modelled)
    for table in TABLES:
        assert left.get_pk_constraint(table) == right.get_pk_constraint(table)
        assert left.get_indexes(table) == right.get_indexes(table)
    migrated.dispose()
    modelled.dispose()


def test_up_with_rows_and_down_to_nothing(tmp_path: Path) -> None:
    engine = engine_in(tmp_path)
    migrate(engine)
    with engine.begin() as connection:
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
