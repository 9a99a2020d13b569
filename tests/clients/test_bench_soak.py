"""The soak: nothing is lost when a node is killed, and the bench would notice if it were."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from clients.bench.backends import BACKENDS
from clients.bench.soak import compared, soak
from clients.bench.town import Town, town_on
from clients.bench.town.person import Person
from crypto.drops import WriteSecret, address_of


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_node_that_is_killed_loses_nothing_that_it_acknowledged(backend: str) -> None:
    """A few seconds of it, by invite and by work; `klunak bench soak` takes its ten minutes."""
    found = soak(0.05, backend, node_kill_seconds=2, server_kill_seconds=2, invites=20)

    assert (found["lost"], found["duplicated"]) == (0, 0)
    assert found["acknowledged"] > 0
    # Once under load, and once before everything is read back.
    assert found["node_kills"] == 2
    assert found["server_kills"] == (backend == "postgresql")
    assert set(found["errors_by_code"]) <= {"no_answer", "busy", "no_storage"}


def test_what_a_node_lost_or_has_twice_is_counted() -> None:
    with town_on("sqlite") as town:
        town.print_invites(1)
        person = Person(town)
        person.settle()
        before = dict(person.ledger.drops)
        person.visit()
        person.intake()
        assert (person.missing(), person.ledger.lost) == (0, 0)

        spoil(town, next(iter(person.ledger.drops)))

        assert person.missing() == 2  # the drop and the claim
        assert compared(town, [person.ledger]) == (1, 1)
        # As if the node had undone the visit: whoever writes over it, is told.
        person.ledger.drops = before
        person.visit()
        assert person.ledger.lost >= 5
        person.close()


def spoil(town: Town, drop: WriteSecret) -> None:
    """Lose *drop*, all claims and an intake of one coordinator's, and have a card twice."""
    town.kill_node()
    with closing(sqlite3.connect(town.trial.node_data / "node.db")) as database, database:
        database.execute("DELETE FROM drops WHERE address = ?", (address_of(drop),))
        database.execute("DELETE FROM claims")
        database.execute("DELETE FROM intake WHERE coordinator = 1")
        database.execute(
            "INSERT INTO cards SELECT randomblob(32), record, epoch, expires, stamped"
            " FROM cards LIMIT 1"
        )
    town.start_node()
