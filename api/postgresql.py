"""PostgreSQL: several processes, on several machines, over one database.

Every write holds one advisory lock for the length of its transaction: shared for most of them,
exclusive for what needs the database to stand still (an epoch that closes, a round's commit, a
sweep, a migration). What ordinary writes can do to each other is left to unique keys and
compare-and-set, and a loser is tried again a bounded number of times.

A read is one statement, committed by itself: two statements of one read may see two moments.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from api.errors import ApiError, Broken, Busy, NoStorage, SetupError

WRITES_LOCK = 0x6B6C756E
"""The advisory lock; "klun"."""

SESSION = {
    "synchronous_commit": "on",  # acknowledged means on the disk
    "default_transaction_isolation": r"read\ committed",
    "idle_in_transaction_session_timeout": "60s",  # a node that vanished holds no lock for long
    "client_min_messages": "error",
    # Every statement goes by key: one plan does for any values, and to plan it anew would take
    # longer than to run it, with a partition for each day. It may be made while a table is empty,
    # and so must never be to read the whole of it.
    "plan_cache_mode": "force_generic_plan",
    "enable_seqscan": "off",
    "jit": "off",
}

TELLING = {
    # A log of errors says which key was there already. At "fatal" nothing below is written either,
    # but that is one setting, which somebody may change for a night.
    "log_min_messages": {"fatal", "panic"},
    "log_min_error_statement": {"log", "fatal", "panic"},
    "log_parameter_max_length_on_error": {"0"},
    "log_statement": {"none"},
    "log_duration": {"off"},
    "log_min_duration_statement": {"-1"},
    "log_min_duration_sample": {"-1"},
    "log_transaction_sample_rate": {"0"},
    "log_statement_stats": {"off"},
    "log_parser_stats": {"off"},
    "log_planner_stats": {"off"},
    "log_executor_stats": {"off"},
    "debug_print_parse": {"off"},
    "debug_print_rewritten": {"off"},
    "debug_print_plan": {"off"},
    "log_connections": {"off", ""},
    "log_disconnections": {"off"},
    "log_checkpoints": {"off"},
    "log_autovacuum_min_duration": {"-1"},
    "log_lock_waits": {"off"},
    "log_temp_files": {"-1"},
    "track_commit_timestamp": {"off"},
    "archive_mode": {"off"},
    "wal_recycle": {"off"},  # a piece of the log that is used again shows what it held
    # Of modules that may be loaded.
    "auto_explain.log_min_duration": {"-1"},
    "pg_stat_statements.track": {"none"},
    "pgaudit.log": {"none"},
}
"""Settings of the server that would keep more than SQLite does, and their quiet values."""

_GONE = {
    "57P01",  # admin_shutdown
    "57P02",  # crash_shutdown
    "57P03",  # cannot_connect_now: starting or ending
}
_NOW_OR_LATER = {
    "40001",  # serialization_failure
    "40P01",  # deadlock_detected
    "23505",  # unique_violation: another node was first, and the next try will see it
    "42P07",  # duplicate_table: another node made the same partition
    "42P01",  # undefined_table: a sweep removed a partition since its rows were looked up
    *_GONE,
}
_BUSY = {
    "40001",
    "40P01",
    "55P03",  # lock_not_available
    "57014",  # query_canceled
    "53300",  # too_many_connections
}
_NO_STORAGE = {*_GONE, "25006", "58030"}  # read_only_sql_transaction, io_error
_NO_STORAGE_CLASS = "53"  # insufficient_resources: disk_full, out_of_memory


def open_postgresql(url: URL, busy_seconds: float, connections: int) -> Engine:
    """An engine on the database of *url*; nothing is asked of it yet."""
    options = {**SESSION, "lock_timeout": f"{int(busy_seconds * 1_000)}"}
    return create_engine(
        url.set(drivername="postgresql+psycopg"),
        hide_parameters=True,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=busy_seconds,
        connect_args={
            "options": " ".join(f"-c {name}={value}" for name, value in options.items()),
            "connect_timeout": 5,
            "application_name": "klunak",
        },
    )


def take_turn(connection: Connection, *, alone: bool) -> None:
    """Wait until this transaction may write: beside others, or with nobody else."""
    shared = "" if alone else "_shared"
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock{shared}({WRITES_LOCK})")


def require_quiet(connection: Connection) -> None:
    """Return if the server writes no diary. Raises SetupError with the settings to change.

    What the server does not know (another engine that speaks its protocol) it does not do.
    """
    wanted = text("SELECT name, setting FROM pg_settings WHERE name = ANY(:names)")
    found: Iterable[tuple[str, str]] = (
        (row.name, row.setting) for row in connection.execute(wanted, {"names": list(TELLING)})
    )
    loud = sorted(name for name, setting in found if setting not in TELLING[name])
    if loud:
        raise SetupError(f"PostgreSQL would write down too much; see to {', '.join(loud)}")


def cut_log(engine: Engine) -> None:
    """Let the server forget its write-ahead log up to now, where this role may ask for it."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        may = connection.exec_driver_sql(
            "SELECT has_function_privilege('pg_switch_wal()', 'execute')"
            " AND pg_has_role('pg_checkpoint', 'member')"
        ).scalar()
        if may:
            connection.exec_driver_sql("SELECT pg_switch_wal()")
            connection.exec_driver_sql("CHECKPOINT")


def may_pass(error: DBAPIError) -> bool:
    """Whether the same work may well succeed when it is tried again."""
    # After a lost connection nobody knows whether the commit came through. Every write of the
    # protocol may be repeated, so finding out is trying again.
    return error.connection_invalidated or _state(error) in _NOW_OR_LATER


def translated(error: DBAPIError) -> ApiError:
    """The refusal that *error* means."""
    state = _state(error)
    if state in _BUSY:
        return Busy()
    is_gone = error.connection_invalidated or not state
    if is_gone or state in _NO_STORAGE or state.startswith(_NO_STORAGE_CLASS):
        return NoStorage()
    return Broken()


def _state(error: DBAPIError) -> str:
    # Empty when there was no server to say anything.
    return getattr(error.orig, "sqlstate", None) or ""
