"""What a PostgreSQL server has in memory, prints and keeps is searched, all of it."""

from __future__ import annotations

import secrets
import signal
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from clients.drill.server import DATABASE, begin_server, plant, search_the_server, seize_server
from clients.thief import Patterns, files_below, search


@pytest.mark.postgresql
def test_what_a_server_caches_prints_and_keeps_is_found(tmp_path: Path) -> None:
    secret = secrets.token_bytes(32)
    with ExitStack() as ending:
        cluster = begin_server(ending)
        in_log, in_row = plant(cluster)
        with psycopg.connect(cluster.conninfo(DATABASE)) as session:
            session.execute("CREATE TABLE kept (secret bytea)")
            session.execute("INSERT INTO kept VALUES (%s)", [secret])
        patterns = Patterns([*in_log.items(), *in_row.items(), ("a secret", secret)])
        place = search_the_server(cluster, patterns, in_row)
        cluster.stop(signal.SIGQUIT)
        seize_server(cluster, tmp_path)

    assert place.control_found
    assert {find.marker for find in place.hits} == {"a secret"}
    found = search(files_below(tmp_path), {**in_log, **in_row})
    assert {find.marker for find in found} == {*in_log, *in_row}
