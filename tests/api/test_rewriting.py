"""PostgreSQL after a sweep: no order, no groups, no earlier versions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from api import drops, postgresql_drops
from api.partitions import PARTITIONED, partitions, reserved
from api.rewriting import KEYS, STANDALONE, has_history
from api.statements import Done, Run, run_together
from api.sweep import tidy
from tests import backends
from tests.api.nodes import TrialNode, running_node
from tests.api.people import Claim, a_record, begin_epoch, meet, new_card, post, whole_round
from tests.api.test_sweep import EXPIRING, fill
from tests.circles import TrialCircle

pytestmark = pytest.mark.postgresql


def histories(connection: Connection) -> dict[str, set[str]]:
    """Of which transactions the rows of each table tell."""
    parts = [name for parent in PARTITIONED for name, _ in partitions(connection, parent)]
    return {
        name: set(
            connection.exec_driver_sql(f"SELECT CAST(xmin AS text) FROM {name}").scalars().all()
        )
        for name in (*STANDALONE, *parts)
    }


def files_of(node: TrialNode, backend: backends.Backend, tmp_path: Path) -> bytes:
    with node.engine.connect() as connection:
        connection.exec_driver_sql("CHECKPOINT")
    database = backend.places(tmp_path)[0]
    return b"".join(file.read_bytes() for file in database.iterdir() if file.is_file())


def test_after_a_sweep_no_two_rows_were_written_apart(node: TrialNode) -> None:
    cards = [new_card(node) for _ in range(6)]
    for card in cards:
        post(node, card, 1)
    whole_round(node, 1)
    with node.engine.connect() as connection:
        assert len(histories(connection)["reserved"]) >= 1

    tidy(node.node.store, node.node.today())

    with node.engine.connect() as connection:
        told = [numbers for numbers in histories(connection).values() if numbers]
        assert all(len(numbers) == 1 for numbers in told)
        # Nor does any table share its number with another: that would tell who came together.
        assert len(set.union(*told)) == len(told)
        for parent in ("drops", "notices"):
            for name, _ in partitions(connection, parent):
                assert not has_history(connection, name)


def files_and_orders(connection: Connection) -> dict[str, tuple[int, list[Any], list[Any]]]:
    """Of each table that has rows: its file, its rows' keys as they lie, and those sorted."""
    named = [(name, KEYS[name]) for name in STANDALONE]
    named += [
        (name, KEYS[each]) for each in PARTITIONED for name, _ in partitions(connection, each)
    ]
    found = {}
    for name, key in named:
        lying, ordered = (
            list(connection.exec_driver_sql(f"SELECT {key} FROM {name} ORDER BY {by}").all())
            for by in ("ctid", key)
        )
        file = connection.exec_driver_sql(f"SELECT pg_relation_filenode('{name}')").scalar_one()
        if lying:
            found[name] = (int(file), lying, ordered)
    return found


def test_every_table_lies_in_the_order_of_its_keys_in_a_file_of_its_own(
    tmp_path: Path, trial: TrialCircle
) -> None:
    # A node that would not lay the tables out by itself while it is filled.
    with running_node(tmp_path, trial, layout_most_mib=0) as node:
        begin_epoch(node, 1)
        for _ in range(12):
            card = new_card(node)
            post(node, card, 1)
            for _ in range(2):
                meet(node, Claim(card.permit))
        fill(node)
        with node.engine.connect() as connection:
            before = files_and_orders(connection)
            told = {name for name, numbers in histories(connection).items() if len(numbers) > 1}

        tidy(node.node.store, node.node.today())

        with node.engine.connect() as connection:
            after = files_and_orders(connection)
    assert {*EXPIRING} - {*PARTITIONED} <= after.keys()
    assert len(after["reserved"][1]) > 60
    # Twenty-four random keys come in their order once in 10^23 draws.
    assert before["claims"][1] != before["claims"][2]
    assert [name for name, (_, lying, ordered) in after.items() if lying != ordered] == []
    assert told >= {"reserved", "claims", "permits", "burned"}
    assert [name for name in told if before[name][0] == after[name][0]] == []


def test_a_single_card_is_not_told_by_its_number(node: TrialNode) -> None:
    """Alone in all its partitions, each of which it made."""
    post(node, new_card(node), 1)

    tidy(node.node.store, node.node.today())

    with node.engine.connect() as connection:
        told = [numbers for numbers in histories(connection).values() if numbers]
        assert len(set.union(*told)) == len(told)


def test_a_sweep_after_a_sweep_writes_no_partition_again(node: TrialNode) -> None:
    post(node, new_card(node), 1)
    tidy(node.node.store, node.node.today())
    with node.engine.connect() as connection:
        names = [name for name, _ in partitions(connection, "drops")]
        before = {name: histories(connection)[name] for name in names}

    tidy(node.node.store, node.node.today())

    with node.engine.connect() as connection:
        assert {name: histories(connection)[name] for name in names} == before


def test_after_a_sweep_rows_lie_in_the_order_of_their_keys(node: TrialNode) -> None:
    for _ in range(6):
        post(node, new_card(node), 1)

    tidy(node.node.store, node.node.today())

    with node.engine.connect() as connection:
        lying = connection.execute(reserved.select()).all()
        assert len(lying) == 30
        assert [row.address for row in lying] == sorted(row.address for row in lying)


def test_what_was_replaced_is_in_no_table_after_a_sweep(
    node: TrialNode, backend: backends.Backend, tmp_path: Path
) -> None:
    card = new_card(node)
    card.drops[0].record = (b"marked by a test " * 241)[:4_096]
    post(node, card, 1)
    assert b"marked by a test" in files_of(node, backend, tmp_path)
    rest = b"".join(drop.write(a_record()) for drop in [*card.drops[1:], *card.drops[1:4]])
    assert node.post("/visit/leave", card.drops[0].write(a_record()) + rest).status_code == 200

    tidy(node.node.store, node.node.today())

    assert b"marked by a test" not in files_of(node, backend, tmp_path)


def test_expired_drops_are_a_file_that_is_gone(node: TrialNode) -> None:
    post(node, new_card(node), 1)
    with node.engine.connect() as connection:
        days = sorted(day for _, day in partitions(connection, "drops"))

    tidy(node.node.store, days[0] + 1)

    with node.engine.connect() as connection:
        assert [day for _, day in partitions(connection, "drops")] == days[1:]
        left = {row.expires for row in connection.execute(reserved.select())}
        assert left == set(days[1:])


def test_everything_still_works_on_tables_written_anew(node: TrialNode) -> None:
    for epoch in (1, 2, 3):
        card = new_card(node)
        assert post(node, card, epoch).status_code == 201
        assert post(node, card, epoch).status_code == 201
        whole_round(node, epoch)
        tidy(node.node.store, node.node.today())
    assert begin_epoch(node, 4).status_code == 200


def test_no_value_lies_outside_its_row(node: TrialNode) -> None:
    """A side table numbers its values one after the other."""
    with node.engine.connect() as connection:
        stored = connection.exec_driver_sql(
            "SELECT relname, attstorage FROM pg_attribute JOIN pg_class ON oid = attrelid"
            " WHERE attname = 'record' AND relkind IN ('r', 'p')"
        ).all()
    assert len(stored) >= 6
    assert {storage for _, storage in stored} == {"p"}


def test_a_day_that_nobody_foresaw_gets_its_partition(node: TrialNode) -> None:
    node.clock.pass_days(1)
    assert post(node, new_card(node), 1).status_code == 201
    node.clock.pass_days(-2)
    assert post(node, new_card(node), 1).status_code == 201
    assert len(node.rows()["drops"]) == 10


def test_a_look_fetches_as_much_whether_drops_are_there_or_not(
    node: TrialNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As many statements and as many records; SQLite's own test counts every step."""
    cards = [new_card(node) for _ in range(6)]
    for each in cards:
        post(node, each, 1)
    whole_round(node, 1)
    # Every other one, so that no two have the same next; the last has none after it.
    known = sorted(drop.row[:32] for each in cards for drop in each.drops)[:24:2]
    unknown = [address[:31] + bytes([address[31] ^ 1]) for address in known]

    def fetched(addresses: list[bytes]) -> tuple[int, int, int]:
        statements, records = 0, 0

        def counted(connection: Connection, *runs: Run) -> list[Done]:
            nonlocal statements, records
            done = run_together(connection, *runs)
            statements += sum(len(one.each) for one in runs)
            records += sum(len(one.rows) for one in done)
            return done

        monkeypatch.setattr(postgresql_drops, "run_together", counted)
        with node.engine.connect() as connection:
            found = drops.read_with_notices(connection, addresses)
        return statements, records, len(found.keys() & set(addresses))

    assert fetched(known)[2] == 12
    assert fetched(unknown)[2] == 0
    assert fetched(known)[0] == fetched(unknown)[0] == 2
    # Twelve drops, and the notices there are after them.
    assert fetched(known)[1] == fetched(unknown)[1] >= 12
