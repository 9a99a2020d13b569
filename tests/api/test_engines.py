"""A node writes to PostgreSQL and to nothing that only speaks like it."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import inspect

from api.engines import FOREIGN, OLDEST, banner_of, require_postgresql
from api.errors import SetupError
from api.store import open_engine, open_store
from tests import backends
from tests.circles import TrialCircle

BANNERS = {
    "CockroachDB": "CockroachDB CCL v23.1.11 (x86_64-pc-linux-gnu, built 2023/09/27, go1.19.10)",
    "YugabyteDB": "PostgreSQL 15.2-YB-2.25.1.0-b0 on x86_64-pc-linux-gnu, 64-bit",
    "Redshift": "PostgreSQL 8.0.2 on i686-pc-linux-gnu, compiled by GCC gcc, Redshift 1.0.63590",
    "RisingWave": "PostgreSQL 13.14.0-RisingWave-2.1.0 (0123abc)",
    "Materialize": "PostgreSQL 9.5 on x86_64-unknown-linux-gnu (Materialize v0.130.0)",
}


@pytest.mark.no_database
@pytest.mark.parametrize("engine", BANNERS)
def test_a_foreign_engine_is_named_and_refused(engine: str) -> None:
    with pytest.raises(SetupError, match=f"this is {engine}: .*needs PostgreSQL itself"):
        require_postgresql(BANNERS[engine])


@pytest.mark.no_database
def test_every_engine_that_is_known_has_a_banner_here() -> None:
    assert {engine for engine, _ in FOREIGN.values()} == set(BANNERS)


@pytest.mark.no_database
@pytest.mark.parametrize("banner", ["", "MariaDB 10.11", "a PostgreSQL 16", "PostgreSQL", "16.1"])
def test_what_does_not_say_that_it_is_postgresql_is_refused(banner: str) -> None:
    with pytest.raises(SetupError, match="no PostgreSQL"):
        require_postgresql(banner)


@pytest.mark.no_database
def test_an_old_one_is_told_what_is_needed() -> None:
    with pytest.raises(SetupError, match=f"{OLDEST - 1} is too old.*{OLDEST} or later"):
        require_postgresql(f"PostgreSQL {OLDEST - 1}.11 on x86_64-pc-linux-gnu")


@pytest.mark.no_database
@pytest.mark.parametrize("version", ["15.14 (Debian 15.14-0+deb12u1)", "18beta1", "19devel"])
def test_postgresql_is_taken(version: str) -> None:
    require_postgresql(f"PostgreSQL {version} on x86_64-pc-linux-gnu, compiled by gcc, 64-bit")


@pytest.mark.postgresql
def test_a_real_server_is_asked_before_anything_is_written(
    tmp_path: Path, trial: TrialCircle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server under the tests is real; only the oldest that a node takes is played."""
    empty = backends.begin(backends.POSTGRESQL, migrated=False)
    try:
        with monkeypatch.context() as played:
            played.setattr("api.engines.OLDEST", 1_000)
            with pytest.raises(SetupError, match="too old"):
                open_store(empty.url(tmp_path))
        engine = open_engine(empty.url(tmp_path))
        with engine.connect() as connection:
            assert not inspect(connection).get_table_names()
            require_postgresql(banner_of(connection))
        engine.dispose()
    finally:
        empty.end()
