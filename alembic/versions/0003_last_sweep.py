"""The node remembers the day it last swept, so that it can tell a clock that leapt."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("circle", sa.Column("swept", sa.BigInteger(), nullable=True))


def downgrade():
    op.drop_column("circle", "swept")
