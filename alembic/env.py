"""Runs migrations on the connection the node gives, or on ``-x url=…`` by hand."""

from alembic import context

from api import models
from api.store import open_engine


def run(connection):
    """Bring the tables to the wanted revision, in one transaction."""
    context.configure(
        connection=connection,
        target_metadata=models.SQLModel.metadata,
        transactional_ddl=True,
        render_as_batch=True,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    engine = open_engine(context.get_x_argument(as_dictionary=True)["url"])
    with engine.connect() as by_hand:
        run(by_hand)
    engine.dispose()
