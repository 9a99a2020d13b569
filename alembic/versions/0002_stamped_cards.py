"""A card names its stamp until its round: the matcher counts no root under the stamp of another.

A card that was posted before this and has not had its round names none, and is carried as void.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("cards", sa.Column("stamped", sa.LargeBinary(), nullable=True))
    if op.get_bind().dialect.name == "postgresql":
        # In its row, as all of a card is: 0001 says why.
        op.execute("ALTER TABLE cards ALTER stamped SET STORAGE PLAIN")


def downgrade():
    op.drop_column("cards", "stamped")
