"""The first tables. What each column is stands in api/models.py.

PostgreSQL came while these were the only tables, so it begins with them, a little different: drops
and notices are partitioned (api/partitions.py says why), and a record lies in its row and not in
a side table under a running number.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def _octets(name, *, key=False):
    return sa.Column(name, sa.LargeBinary(), primary_key=key, nullable=False)


def _number(name, *, key=False):
    autoincrement = {"autoincrement": False} if key else {}
    return sa.Column(name, sa.BigInteger(), primary_key=key, nullable=False, **autoincrement)


def _text(name, *, nullable=False):
    return sa.Column(name, sa.Text(), nullable=nullable)


TABLES = {
    "drops": lambda: (_octets("address", key=True), _octets("record"), _number("expires")),
    "notices": lambda: (_octets("address", key=True), _octets("record"), _number("epoch")),
    "cards": lambda: (
        _octets("address", key=True),
        _octets("record"),
        _number("epoch"),
        _number("expires"),
    ),
    "burned": lambda: (
        _octets("burned", key=True),
        _octets("retry"),
        _number("expires"),
    ),
    "claims": lambda: (_octets("tag", key=True), _octets("token"), _number("expires")),
    "permits": lambda: (_octets("permit", key=True), _number("expires")),
    "invites": lambda: (
        _octets("kept", key=True),
        _number("coordinator"),
        _number("period"),
        _number("expires"),
    ),
    "waiting": lambda: (
        _octets("id", key=True),
        _number("first_coordinator"),
        _octets("first_record"),
        _number("second_coordinator"),
        _octets("second_record"),
        _number("expires"),
    ),
    "intake": lambda: (
        _octets("id", key=True),
        _number("coordinator"),
        _octets("record"),
        _number("expires"),
    ),
    "batches": lambda: (
        _octets("id", key=True),
        _number("coordinator"),
        _octets("record"),
        _number("expires"),
    ),
    "answers": lambda: (
        _octets("id", key=True),
        _number("coordinator"),
        _octets("record"),
        _number("epoch"),
    ),
    "invite_counts": lambda: (
        _number("coordinator", key=True),
        _number("day", key=True),
        _number("count"),
    ),
    "epochs": lambda: (
        _number("epoch", key=True),
        _text("descriptor"),
        _text("signature"),
        _octets("challenge"),
        _text("header", nullable=True),
        _text("header_signature", nullable=True),
    ),
    "parts": lambda: (
        _number("epoch", key=True),
        _number("number", key=True),
        _octets("digest"),
        _octets("body"),
    ),
    "circle": lambda: (_octets("digest", key=True), _number("serial"), _text("document")),
}

INDEXED = {
    "drops": ("expires",),
    "notices": ("epoch",),
    "cards": ("epoch", "expires"),
    "burned": ("expires",),
    "claims": ("expires",),
    "permits": ("expires",),
    "invites": ("expires",),
    "waiting": ("expires",),
    "intake": ("expires",),
    "batches": ("expires",),
    "answers": ("epoch",),
}


PARTITIONED = {"drops": "expires", "notices": "epoch"}
RECORDS = {
    "drops": "address",
    "notices": "address",
    "cards": "address",
    "intake": "id",
    "batches": "id",
    "answers": "id",
}
"""Tables whose rows hold one record, and their keys."""


def upgrade():
    postgresql = op.get_bind().dialect.name == "postgresql"
    for table, columns in TABLES.items():
        if postgresql and table in PARTITIONED:
            _create_partitioned(table, PARTITIONED[table])
            continue
        # Without a rowid there is no order of arrival to read.
        op.create_table(table, *columns(), sqlite_with_rowid=False)
        for column in INDEXED.get(table, ()):
            op.create_index(f"ix_{table}_{column}", table, [column])
    if postgresql:
        op.create_table("reserved", _octets("address", key=True), _number("expires"))
        op.create_index("ix_reserved_expires", "reserved", ["expires"])
        for table, key in RECORDS.items():
            # The key too: a row this long sends whatever else it may to a side table, numbered.
            for column in ("record", key):
                op.execute(f"ALTER TABLE {table} ALTER {column} SET STORAGE PLAIN")


def downgrade():
    postgresql = op.get_bind().dialect.name == "postgresql"
    if postgresql:
        op.drop_table("reserved")
    for table in reversed(TABLES):
        if not (postgresql and table in PARTITIONED):
            for column in INDEXED.get(table, ()):
                op.drop_index(f"ix_{table}_{column}", table)
        op.drop_table(table)


def _create_partitioned(table, by):
    # A key of a partitioned table contains what it is partitioned by.
    columns = [_octets("address"), _octets("record"), _number(by)]
    key = sa.PrimaryKeyConstraint("address", by)
    op.create_table(table, *columns, key, postgresql_partition_by=f"RANGE ({by})")
