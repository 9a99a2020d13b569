"""Whether a server is PostgreSQL, and new enough, by what it says of itself.

Other engines speak PostgreSQL's protocol and keep rows in their own way. On those that are named
here a node would lose its locks, or could never make its tables forget (docs/decisions/0010).
"""

from __future__ import annotations

import re

from sqlalchemy import Connection, text

from api.errors import SetupError

OLDEST = 15
"""The first with a role that may be granted what cuts the write-ahead log (`pg_checkpoint`)."""

FOREIGN = {
    "CockroachDB": ("CockroachDB", "it has no partitions to drop and keeps the time of every row"),
    "-YB-": ("YugabyteDB", "it has no xmin to forget by and keeps the time of every row"),
    "Redshift": ("Redshift", "it keeps no key unique"),
    "RisingWave": ("RisingWave", "it has no transactions to write in"),
    "Materialize": ("Materialize", "it keeps no key unique"),
}
"""Part of a foreign banner: whose it is, and what a node lacks there."""

_POSTGRESQL = re.compile(r"PostgreSQL (\d+)")


def require_postgresql(banner: str) -> None:
    """Return if *banner*, a server's `version()`, is one that a node may write to.

    Raises SetupError with what is wrong.
    """
    for part, (engine, why) in FOREIGN.items():
        if part in banner:
            raise SetupError(f"this is {engine}: {why}; a node needs PostgreSQL itself")
    found = _POSTGRESQL.match(banner)
    if found is None:
        raise SetupError("this is no PostgreSQL by its version(); a node needs PostgreSQL itself")
    if int(found[1]) < OLDEST:
        raise SetupError(f"PostgreSQL {found[1]} is too old; a node needs {OLDEST} or later")


def banner_of(connection: Connection) -> str:
    """What the server says of itself."""
    return str(connection.execute(text("SELECT version()")).scalar_one())
