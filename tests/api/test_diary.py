"""A PostgreSQL that writes a diary is refused; one that is set up as we say writes none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from api.errors import SetupError
from api.postgresql import TELLING, require_quiet
from api.store import open_store
from clients.trial.postgresql import Cluster
from tests import backends
from tests.api.nodes import TrialNode
from tests.api.people import new_card, post

pytestmark = pytest.mark.postgresql

ROOT = Path(__file__).parents[2]

LOUD = {
    "log_min_messages": "warning",
    "log_min_error_statement": "error",
    "log_parameter_max_length_on_error": "64",
    "log_statement": "all",
    "log_duration": "on",
    "log_min_duration_statement": "0",
    "log_min_duration_sample": "0",
    "log_transaction_sample_rate": "1",
    "log_statement_stats": "on",
    "log_parser_stats": "on",
    "log_planner_stats": "on",
    "log_executor_stats": "on",
    "debug_print_parse": "on",
    "debug_print_rewritten": "on",
    "debug_print_plan": "on",
    "log_connections": "on",
    "log_disconnections": "on",
    "log_checkpoints": "on",
    "log_autovacuum_min_duration": "0",
    "log_lock_waits": "on",
    "log_temp_files": "0",
    "track_commit_timestamp": "on",
    "archive_mode": "on",
    "wal_recycle": "on",
    "auto_explain.log_min_duration": "0",
    "pg_stat_statements.track": "all",
    "pgaudit.log": "all",
}
NOT_HERE = {"log_statement_stats", "pgaudit.log"}
"""The first excludes the stats of parser, planner and executor; the module of the second is not
Debian's server's own."""

NEEDED = {"wal_level": "replica", "shared_preload_libraries": "auto_explain,pg_stat_statements"}
"""Without which the server would not take, or not know, some of them."""


@pytest.fixture(scope="module")
def loud() -> Iterator[Cluster]:
    """A server on which all of them are loud at once."""
    cluster = Cluster(**{k: v for k, v in LOUD.items() if k not in NOT_HERE}, **NEEDED)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.remove()


def test_every_setting_has_a_loud_value_here() -> None:
    assert LOUD.keys() == TELLING.keys()


def test_a_node_refuses_a_server_that_keeps_a_diary_and_names_every_setting(
    loud: Cluster,
) -> None:
    with pytest.raises(SetupError) as refusal:
        open_store(loud.url("postgres"))

    assert str(refusal.value).partition("see to ")[2].split(", ") == sorted(LOUD.keys() - NOT_HERE)


@pytest.mark.parametrize("setting", ["log_duration", "log_statement_stats"])
def test_a_node_refuses_a_server_for_one_loud_setting(setting: str, tmp_path: Path) -> None:
    url = backends.current.url(tmp_path)
    store = open_store(url)
    database = store.engine.url.database
    with store.engine.begin() as connection:
        connection.exec_driver_sql(f'ALTER DATABASE "{database}" SET {setting} = on')
    store.close()

    with pytest.raises(SetupError, match=f"see to {setting}$"):
        open_store(url)


@pytest.mark.parametrize("setting", TELLING)
def test_each_loud_setting_is_refused_by_itself(setting: str) -> None:
    def says(changed: dict[str, str]) -> SimpleNamespace:
        settings = {name: min(quiet) for name, quiet in TELLING.items()} | changed
        rows = [SimpleNamespace(name=name, setting=value) for name, value in settings.items()]
        return SimpleNamespace(execute=lambda _sql, _values: rows)

    require_quiet(says({}))  # type: ignore[arg-type]
    with pytest.raises(SetupError, match=f"see to {re.escape(setting)}$"):
        require_quiet(says({setting: LOUD[setting]}))  # type: ignore[arg-type]


def test_a_quiet_server_writes_no_line_of_what_a_loud_one_writes(
    node: TrialNode, loud: Cluster
) -> None:
    """Of a card that is refused because an address of it is in use, for one."""
    quiet = backends.cluster()
    printed = [cluster.directory / "printed" for cluster in (quiet, loud)]
    before = [file.stat().st_size for file in printed]
    card, other = new_card(node), new_card(node)
    other.drops = card.drops

    assert [post(node, each, 1).status_code for each in (card, other)] == [201, 409]
    with pytest.raises(SetupError):
        open_store(loud.url("postgres"))

    after = [file.stat().st_size for file in printed]
    assert after[0] == before[0]
    assert after[1] > before[1]


def settings_in(text: str) -> dict[str, str]:
    """What is set in postgresql.conf's manner, or on the server's command line."""
    found = re.findall(r"^(?:    |      - --)([a-z_.]+) ?= ?(\S*)", text, re.M)
    return dict(found)


@pytest.mark.parametrize("file", ["docs/deployment-postgresql.md", "compose.node.yaml"])
def test_what_we_tell_operators_to_set_is_quiet(node: TrialNode, file: str) -> None:
    """Whatever a server of today would not be by itself."""
    with node.engine.connect() as connection:
        named = connection.exec_driver_sql("SELECT name, boot_val FROM pg_settings").all()
    loud_at_first = {
        row.name for row in named if row.boot_val not in TELLING.get(row.name, {row.boot_val})
    }
    told = settings_in((ROOT / file).read_text(encoding="utf-8"))

    assert "log_min_messages" in loud_at_first
    assert loud_at_first <= told.keys()
    assert [name for name in told.keys() & TELLING.keys() if told[name] not in TELLING[name]] == []
