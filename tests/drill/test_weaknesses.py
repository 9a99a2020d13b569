"""Deliberate weaknesses: each makes the search, the guesses or the reading of tables notice.

    a body in the log                     test_a_body_in_the_log_is_found
    a rowid table                         test_a_table_with_numbered_rows_is_noticed
    a match that is kept                  test_a_node_that_keeps_who_reads_whose_pages_is_noticed
    a region in plain                     test_common.py::test_a_region_…_in_plain_is_found
    no secure_delete                      test_pages_that_are_freed_and_not_overwritten_are_noticed
    seconds, no padding, nothing erased   test_a_careless_row_is_noticed
    rows in the order they came in        test_a_table_that_was_not_laid_out_anew_links_drops
    HPKE where XChaCha is due             test_a_seal_where_a_shared_key_is_due_is_noticed
    a status for unknown drops            test_an_answer_of_its_own_for_unknown_drops_is_noticed

The eleventh, a secret in an address, is the gate's (`test_gate.py`).
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from api import sqlite
from clients.drill.answers import told_apart
from clients.drill.attacks import link
from clients.drill.places import search_disk
from clients.drill.recorded import OUTBOX
from clients.drill.tables import recognisable, rows_of, weaknesses
from clients.drill.truth import TrueCard
from clients.people.outboxes import first_outbox
from clients.thief import Patterns
from crypto.drops import address_of, reader_of
from crypto.records import close_record
from crypto.sealing import SealingKey, seal
from tests import backends
from tests.api.nodes import OCTETS, Clock, TrialNode, running_node
from tests.api.people import Card, begin_epoch, new_card, post
from tests.api.servers import SERVE, ServedProcess
from tests.circles import TrialCircle, make_trial_circle
from tests.patience import PATIENCE_SECONDS

CARDS = 40

LOGS_BODIES = """
from api import limits
from api.errors import log
from api.serve import serve
from api.settings import Settings
kept = limits._replaying
def spied(data, receive):
    log.info("posted %s", data.hex())
    return kept(data, receive)
limits._replaying = spied
serve(Settings())
"""


TELLS_UNKNOWN_DROPS = """
from api import visits
from api.bodies import Octets, rows_of
from api.serve import serve
from api.settings import Settings
from crypto.drops import ReadSecret, drop_address
kept = visits.look
async def look(node, body):
    answer = await kept(node, body)
    addresses = [drop_address(ReadSecret(secret)) for secret in rows_of(body, 32)]
    found = await node.looks.ask(addresses)
    if not any(address in found for address in addresses):
        {instead}
    return answer
for route in visits.router.routes:
    if route.path.endswith("/look"):
        route.endpoint = look
serve(Settings(), clock=lambda: {now})
"""


KEEPS_MATCHES = """
from sqlalchemy import text
from api import visits
from api.bodies import rows_of
from api.serve import serve
from api.settings import Settings
from crypto.drops import ReadSecret, drop_address
kept = {{"look": visits.look, "meet": visits.meet}}
last = []
async def look(node, body):
    last[:] = [drop_address(ReadSecret(rows_of(body, 32)[7]))]
    return await kept["look"](node, body)
async def meet(node, body):
    partner = drop_address(ReadSecret(rows_of(body, 32)[0]))
    def remember(connection):
        connection.execute(text(
            "CREATE TABLE IF NOT EXISTS matches"
            " (own BLOB PRIMARY KEY, partner BLOB NOT NULL) WITHOUT ROWID"
        ))
        connection.execute(
            text("INSERT INTO matches VALUES (:own, :partner)"),
            {{"own": last[0], "partner": partner}},
        )
    node.store.write(remember)
    return await kept["meet"](node, body)
for route in visits.router.routes:
    route.endpoint = {{"look": look, "meet": meet}}.get(route.path.split("/")[-1], route.endpoint)
serve(Settings(), clock=lambda: {now})
"""


@pytest.fixture(scope="module")
def trial() -> TrialCircle:
    backends.begin(backends.SQLITE)
    return make_trial_circle()


def file_of(directory: Path) -> Path:
    return directory / "data" / "node.db"


def posted_cards(node: TrialNode) -> list[Card]:
    cards = [new_card(node) for _ in range(CARDS)]
    for card in cards:
        assert post(node, card, 1).status_code == 201
    return cards


def truth_of(cards: list[Card]) -> list[TrueCard]:
    """What the owners know: which five drops are one card's."""
    known = []
    for card in cards:
        outbox, *pages = (address_of(drop.w) for drop in card.drops)
        known.append(
            TrueCard(
                row=b"",
                outbox=outbox,
                pages=tuple(pages),
                notice=b"",
                is_request=True,
                is_matched=False,
                posted=1,
                partner=None,
            )
        )
    return known


def test_a_table_that_was_not_laid_out_anew_links_drops(tmp_path: Path, trial: TrialCircle) -> None:
    with running_node(tmp_path, trial) as node:
        begin_epoch(node, 1)
        truth = truth_of(posted_cards(node))
        node.node.store.shed_erased()
        as_they_came = link(truth, rows_of(node.engine, tmp_path / "data"))
        begin_epoch(node, 2)
        laid_out = link(truth, rows_of(node.engine, tmp_path / "data"))

    assert as_they_came["page_outbox"].advantage > 0.4
    assert laid_out["page_outbox"].trials == CARDS
    assert laid_out["page_outbox"].advantage < 0.4


@pytest.mark.parametrize("overwrites", [True, False])
def test_pages_that_are_freed_and_not_overwritten_are_noticed(
    tmp_path: Path, trial: TrialCircle, monkeypatch: pytest.MonkeyPatch, overwrites: bool
) -> None:
    if not overwrites:
        monkeypatch.setitem(sqlite.PRAGMAS, "secure_delete", "OFF")
    with running_node(tmp_path, trial) as node:
        begin_epoch(node, 1)
        posted_cards(node)
        node.node.store.write(lambda connection: connection.exec_driver_sql("DELETE FROM drops"))
        node.node.store.shed_erased()
        found = weaknesses(node.engine, file_of(tmp_path), today=node.node.today())

    assert bool(found) is not overwrites
    assert all("freed and not overwritten" in one for one in found)


CARELESS = {
    "drops keeps a time finer than a day": "UPDATE drops SET expires = expires * 86400",
    "claims keeps what was to be erased": (
        "INSERT INTO claims (tag, token, expires) VALUES (zeroblob(32), zeroblob(32), :yesterday)"
    ),
    "cards has records of another length": "UPDATE cards SET record = substr(record, 1, 900)",
}


@pytest.mark.parametrize("said", CARELESS)
def test_a_careless_row_is_noticed(tmp_path: Path, trial: TrialCircle, said: str) -> None:
    """Seconds are stored, expired rows are not swept, a record is not padded."""
    with running_node(tmp_path, trial) as node:
        begin_epoch(node, 1)
        posted_cards(node)
        node.node.store.shed_erased()
        before = weaknesses(node.engine, file_of(tmp_path), today=node.node.today())
        yesterday = {"yesterday": node.node.today() - 1}
        node.node.store.write(
            lambda connection: connection.execute(text(CARELESS[said]), yesterday)
        )
        node.node.store.shed_erased()
        after = weaknesses(node.engine, file_of(tmp_path), today=node.node.today())

    assert before == []
    assert said in after


def closed(kind: str) -> bytes:
    """A record as it is under a shared key, or sealed to a key as if one were."""
    said = first_outbox(None)
    if kind == "under a key":
        return close_record(said, key=bytes(32), aad=b"outbox")
    return seal(said, recipient=bytes(SealingKey(bytes(32)).public), info=b"outbox")


@pytest.mark.parametrize("kind", ["under a key", "sealed"])
def test_a_seal_where_a_shared_key_is_due_is_noticed(
    tmp_path: Path, trial: TrialCircle, kind: str
) -> None:
    with running_node(tmp_path, trial) as node:
        begin_epoch(node, 1)
        cards = truth_of(posted_cards(node))
        records = {card.outbox: closed(kind) for card in cards}
        node.node.store.write(
            lambda connection: [
                connection.execute(
                    text("UPDATE drops SET record = :record WHERE address = :address"),
                    {"record": record, "address": address},
                )
                for address, record in records.items()
            ]
        )
        found = recognisable(node.engine, cards)

    sealed = ["every outbox is recognisable as sealed to a key"]
    assert found == (sealed if kind == "sealed" else [])


def test_a_table_with_numbered_rows_is_noticed(tmp_path: Path, trial: TrialCircle) -> None:
    with running_node(tmp_path, trial) as node:
        assert weaknesses(node.engine, file_of(tmp_path), today=node.node.today()) == []
        node.node.store.write(
            lambda connection: connection.exec_driver_sql("CREATE TABLE matches (a BLOB, b BLOB)")
        )
        found = weaknesses(node.engine, file_of(tmp_path), today=node.node.today())

    assert found == [
        "matches is no table of the schema",
        "matches numbers its rows in the order in which they came",
    ]


def posted(url: str, body: bytes) -> httpx.Response:
    headers = {"content-type": OCTETS}
    return httpx.post(url, content=body, headers=headers, timeout=PATIENCE_SECONDS)


@pytest.mark.parametrize("keeps", [True, False])
def test_a_node_that_keeps_who_reads_whose_pages_is_noticed(
    tmp_path: Path, trial: TrialCircle, keeps: bool
) -> None:
    """A family's visit reads its own drops and then its donor's pages: there is the match."""
    with running_node(tmp_path, trial) as node:
        begin_epoch(node, 1)
        family, donor = (new_card(node) for _ in range(2))
        for card in (family, donor):
            assert post(node, card, 1).status_code == 201
    program = KEEPS_MATCHES.format(now=Clock().seconds) if keeps else SERVE
    process = ServedProcess(tmp_path, trial, program=program)
    address = process.start()
    own = [reader_of(drop.w) for drop in family.drops]
    pages = [reader_of(drop.w) for drop in donor.drops[1:]]
    for path, body in {
        "look": bytes(OUTBOX * 32) + b"".join(own),
        "meet": b"".join(pages) + bytes(96),
    }.items():
        answer = posted(f"{address}/visit/{path}", body)
        assert answer.status_code == 200
    process.stop()
    with running_node(tmp_path, trial) as node:
        found = weaknesses(node.engine, file_of(tmp_path), today=node.node.today())

    told = [
        "matches is no table of the schema",
        "matches.own names rows of other tables",
        "matches.partner names rows of other tables",
    ]
    assert found == (told if keeps else [])


@pytest.mark.parametrize("logs", [True, False])
def test_a_body_in_the_log_is_found(tmp_path: Path, trial: TrialCircle, logs: bool) -> None:
    marker = random.Random(2).randbytes(32)
    process = ServedProcess(tmp_path, trial, program=LOGS_BODIES if logs else SERVE)
    address = process.start()
    answer = posted(f"{address}/visit/look", marker * 12)
    process.stop()
    assert answer.status_code == 200
    (tmp_path / "scratch").mkdir()
    found = search_disk(
        "node_disk",
        [tmp_path],
        Patterns([("R of a visitor", marker)]),
        scratch=tmp_path / "scratch",
    )

    assert found.control_found
    assert bool(found.hits) is logs
    assert {find.encoding for find in found.hits} == ({"hex"} if logs else set())


ANSWERS = {
    "as it is": "",
    "status": "answer.status_code = 404",
    "header": "answer.headers['x-found'] = 'no'",
    "length": "answer = Octets(b'')",
}


@pytest.mark.parametrize("differs", ANSWERS)
def test_an_answer_of_its_own_for_unknown_drops_is_noticed(
    tmp_path: Path, trial: TrialCircle, differs: str
) -> None:
    with running_node(tmp_path, trial) as node:
        begin_epoch(node, 1)
        card = new_card(node)
        assert post(node, card, 1).status_code == 201
    program = TELLS_UNKNOWN_DROPS.format(instead=ANSWERS[differs] or "pass", now=Clock().seconds)
    process = ServedProcess(tmp_path, trial, program=program)
    reads = [reader_of(drop.w) for drop in card.drops]
    found = told_apart(process.start(), (reads * 3)[:12])
    process.stop()

    # Another length stands in a header as well.
    expected = {"as it is": set(), "length": {"header", "length"}}.get(differs, {differs})
    assert {one.rsplit(" ", 1)[1] for one in found} == expected


@pytest.fixture
def postgresql() -> Iterator[None]:
    backends.begin(backends.POSTGRESQL)
    yield
    backends.current.end()
    backends.begin(backends.SQLITE)


@pytest.mark.postgresql
@pytest.mark.usefixtures("postgresql")
def test_rows_that_a_visit_meant_to_write_show_it(tmp_path: Path, trial: TrialCircle) -> None:
    """What was locked together and then left keeps the transaction that locked it."""
    with running_node(tmp_path, trial) as node:
        begin_epoch(node, 1)
        visited, other = (new_card(node) for _ in range(2))
        for card in (visited, other):
            assert post(node, card, 1).status_code == 201
        node.node.store.shed_erased()
        together = {address_of(drop.w) for drop in visited.drops}
        with node.engine.connect() as connection:
            for address in together:
                connection.execute(
                    text("UPDATE drops SET expires = expires WHERE address = :address"),
                    {"address": address},
                )
            connection.rollback()
        rows = rows_of(node.engine, tmp_path)

    (locker,) = {row.locked for row in rows.values()} - {0}
    assert {address for address, row in rows.items() if row.locked == locker} == together


@pytest.mark.postgresql
@pytest.mark.usefixtures("postgresql")
@pytest.mark.parametrize("stored", ["PLAIN", "EXTENDED"])
def test_values_that_are_numbered_beside_their_rows_are_noticed(
    tmp_path: Path, trial: TrialCircle, stored: str
) -> None:
    """A row that is too long for one place sends its key to a side table, under a number."""
    with running_node(tmp_path, trial) as node:
        begin_epoch(node, 1)
        node.node.store.write(
            lambda connection: connection.exec_driver_sql(
                f"ALTER TABLE cards ALTER address SET STORAGE {stored}"
            )
        )
        assert post(node, new_card(node), 1).status_code == 201
        found = weaknesses(node.engine, None, today=node.node.today())

    numbered = ["cards numbers its long values in the order in which they came"]
    assert found == ([] if stored == "PLAIN" else numbered)
