"""A round: the frozen cards, all of them, and a commit that is one step."""

from __future__ import annotations

import json
import secrets

import pytest

from crypto.commit_headers import Part, part_digest, write_commit_header
from crypto.labels import hashed, u8, u32
from crypto.strict_json import write_text
from tests.api.nodes import TrialNode, assert_problem
from tests.api.people import (
    JSON,
    Card,
    RoundWork,
    a_record,
    as_coordinator,
    as_matcher,
    begin_epoch,
    frozen_cards,
    frozen_rows,
    look,
    new_card,
    post,
    round_work,
    whole_round,
)
from tests.circles import make_trial_circle

CARDS = 5


@pytest.fixture
def closed(node: TrialNode) -> TrialNode:
    """A node with epoch 1 closed over five cards, and one fresh card in epoch 2."""
    for _ in range(CARDS):
        post(node, new_card(node), 1)
    begin_epoch(node, 2)
    post(node, new_card(node), 2)
    return node


@pytest.fixture
def work(closed: TrialNode) -> RoundWork:
    return round_work(closed, 1)


def assert_refused(
    node: TrialNode, work: RoundWork, code: str, header: bytes | None = None
) -> None:
    work.upload(node)
    before = node.rows()
    assert_problem(work.commit(node, header), 409, code)
    assert node.rows() == before


def test_collecting_gives_the_frozen_cards_by_rising_address(closed: TrialNode) -> None:
    rows = frozen_rows(closed, 1)

    assert len(rows) == CARDS
    assert rows == sorted(rows)


def test_collecting_goes_on_after_an_address(closed: TrialNode) -> None:
    cards = frozen_cards(closed, 1)

    answer = as_matcher(closed, "GET", f"/operator/cards?epoch=1&after={cards[2][0].hex()}")

    assert answer.content == b"".join(b"".join(card) for card in cards[3:])


def test_a_card_names_its_stamp_until_its_round_is_committed(node: TrialNode) -> None:
    begin_epoch(node, 1)
    cards = [new_card(node) for _ in range(3)]
    for card in cards:
        assert post(node, card, 1).status_code == 201
    begin_epoch(node, 2)

    named = {record: stamped for _, stamped, record in frozen_cards(node, 1)}
    assert named == {
        card.record: hashed("klunak stamped", u32(card.stamp.period) + card.stamp.nonce)
        for card in cards
    }
    assert {row[-1] for row in node.rows()["cards"]} == set(named.values())
    # nothing else at the node has that name, so it leads from a card to no other row
    others = [row for table, rows in node.rows().items() if table != "cards" for row in rows]
    assert set(named.values()).isdisjoint(value for row in others for value in row)

    work = round_work(node, 1)
    work.upload(node)
    assert work.commit(node).status_code == 200
    assert {row[-1] for row in node.rows()["cards"]} == {None}
    assert post(node, fresh := new_card(node), 2).status_code == 201
    begin_epoch(node, 3)
    named = {record: stamped for _, stamped, record in frozen_cards(node, 2)}
    assert named.pop(fresh.record) != bytes(32)
    assert set(named.values()) == {bytes(32)}


@pytest.mark.parametrize("epoch", [2, 3])
def test_cards_that_are_not_frozen_are_not_shown(closed: TrialNode, epoch: int) -> None:
    assert_problem(as_matcher(closed, "GET", f"/operator/cards?epoch={epoch}"), 409, "wrong_epoch")


@pytest.mark.parametrize(
    "query", ["", "?epoch=0", "?epoch=x", "?epoch=1&after=zz", "?epoch=4294967296"]
)
def test_a_query_out_of_range_is_malformed(closed: TrialNode, query: str) -> None:
    assert_problem(as_matcher(closed, "GET", "/operator/cards" + query), 422, "malformed")


def test_reading_outboxes_gives_as_many_records_as_asked(closed: TrialNode) -> None:
    card = new_card(closed)
    post(closed, card, 2)

    body = b"".join(drop.r for drop in card.drops) + secrets.token_bytes(32)
    answer = as_matcher(closed, "POST", "/operator/read", body).content

    assert len(answer) == 6 * 4_096
    assert answer[: 5 * 4_096] == b"".join(drop.record for drop in card.drops)


@pytest.mark.parametrize(
    ("size", "status", "code"),
    [
        (0, 422, "wrong_length"),
        (33, 422, "wrong_length"),
        (256 * 32 + 32, 413, "too_large"),
    ],
)
def test_reading_takes_one_to_256_secrets(
    closed: TrialNode, size: int, status: int, code: str
) -> None:
    assert_problem(as_matcher(closed, "POST", "/operator/read", bytes(size)), status, code)


def test_a_commit_replaces_cards_and_leaves_notices_and_batches(
    closed: TrialNode, work: RoundWork
) -> None:
    before = {row[0]: row for row in closed.rows()["cards"]}
    work.upload(closed)

    assert work.commit(closed).json() == {"committed": 1}

    after = closed.rows()
    carried = dict(work.cards)
    for address, record, epoch, expires, _ in after["cards"]:
        assert epoch == 2
        assert expires == before[address][3]
        assert record == carried.get(address, before[address][1])
    assert sorted((row[0], row[1]) for row in after["notices"]) == work.notices
    assert sorted((row[1], row[2]) for row in after["batches"]) == sorted(work.batches)
    assert after["parts"] == []


def test_a_notice_can_be_looked_at_and_not_written(closed: TrialNode, work: RoundWork) -> None:
    from crypto.drops import address_of, reader_of, record_hash

    w = secrets.token_bytes(32)
    work.notices = sorted([*work.notices[1:], (address_of(w), a_record())])  # type: ignore[arg-type]
    work.upload(closed)
    work.commit(closed)
    record = dict(work.notices)[address_of(w)]  # type: ignore[index,arg-type]

    assert look(closed, [reader_of(w)])[0] == record  # type: ignore[arg-type]
    write = w + record_hash(record) + a_record()
    closed.post("/visit/leave", write + secrets.token_bytes(33_280 - len(write)))
    assert look(closed, [reader_of(w)])[0] == record  # type: ignore[arg-type]


def test_the_same_header_again_gets_the_same_answer(closed: TrialNode, work: RoundWork) -> None:
    work.upload(closed)
    header = work.header(closed)
    first = work.commit(closed, header)
    before = closed.rows()

    again = work.commit(closed, header)

    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert closed.rows() == before


def test_another_header_for_a_committed_round_is_a_conflict(
    closed: TrialNode, work: RoundWork
) -> None:
    work.upload(closed)
    work.commit(closed)
    before = closed.rows()

    other = work.header(closed, round_key=b"\1" * 4_096)

    assert_problem(work.commit(closed, other), 409, "commit_conflict")
    assert closed.rows() == before


def test_a_committed_header_can_be_read_back(closed: TrialNode, work: RoundWork) -> None:
    header = work.header(closed)
    assert_problem(as_matcher(closed, "GET", "/operator/rounds/1"), 404, "not_found")
    work.upload(closed)
    work.commit(closed, header)

    assert as_matcher(closed, "GET", "/operator/rounds/1").json() == json.loads(header)


def test_another_parts_body_replaces_the_first(closed: TrialNode, work: RoundWork) -> None:
    """A matcher that died and starts again seals everything anew."""
    work.upload(closed)
    again = round_work(closed, 1)

    again.upload(closed)

    assert len(closed.rows()["parts"]) == len(again.parts)
    assert again.commit(closed).status_code == 200


def test_a_larger_earlier_attempt_leaves_nothing_behind(closed: TrialNode, work: RoundWork) -> None:
    scattered = RoundWork(1, work.cards, work.notices, work.batches, part_rows=1)
    scattered.upload(closed)
    work.upload(closed)

    assert work.commit(closed).status_code == 200
    assert closed.rows()["parts"] == []


def test_many_small_parts_are_one_round(closed: TrialNode, work: RoundWork) -> None:
    work.part_rows = 2
    work.upload(closed)

    assert work.commit(closed).status_code == 200
    assert len(closed.rows()["notices"]) == CARDS


def test_an_epoch_without_cards_is_committed_like_any(node: TrialNode) -> None:
    whole_round(node, 1)

    assert len(node.rows()["batches"]) == 4
    assert node.get("/epoch").json()["committed"] == 1


def test_notices_of_the_last_two_rounds_are_kept(closed: TrialNode, work: RoundWork) -> None:
    work.upload(closed)
    work.commit(closed)
    second = whole_round(closed, 2)
    third = whole_round(closed, 3)

    kept = {row[0] for row in closed.rows()["notices"]}
    assert kept == {address for address, _ in second.notices + third.notices}


def test_headers_of_the_last_two_rounds_are_kept(closed: TrialNode, work: RoundWork) -> None:
    work.upload(closed)
    work.commit(closed)
    whole_round(closed, 2)
    whole_round(closed, 3)

    assert_problem(as_matcher(closed, "GET", "/operator/rounds/1"), 404, "not_found")
    assert as_matcher(closed, "GET", "/operator/rounds/2").status_code == 200
    assert as_matcher(closed, "GET", "/operator/rounds/3").status_code == 200


def test_a_missing_part_is_named(closed: TrialNode, work: RoundWork) -> None:
    work.part_rows = 2
    header = work.header(closed)
    for number, body in list(enumerate(work.parts))[:-1]:
        as_matcher(closed, "PUT", f"/operator/rounds/1/parts/{number}", body)
    before = closed.rows()

    assert_problem(work.commit(closed, header), 409, "part_missing")
    assert closed.rows() == before


def test_an_altered_part_does_not_pass(closed: TrialNode, work: RoundWork) -> None:
    header = work.header(closed)
    work.cards[0] = (work.cards[0][0], a_record())

    assert_refused(closed, work, "part_missing", header)


def spoil_cards(work: RoundWork, how: str) -> None:
    cards = {
        "one too few": work.cards[:-1],
        "one too many": sorted([*work.cards, (secrets.token_bytes(32), a_record())]),
        "one replaced": sorted([*work.cards[1:], (secrets.token_bytes(32), a_record())]),
        "one twice": sorted([*work.cards[1:], work.cards[1]]),
        "falling": work.cards[::-1],
    }[how]
    work.cards = cards
    work.notices = sorted((secrets.token_bytes(32), a_record()) for _ in cards)


@pytest.mark.parametrize(
    "how", ["one too few", "one too many", "one replaced", "one twice", "falling"]
)
@pytest.mark.parametrize("part_rows", [1, 256])
def test_a_commit_carries_exactly_the_frozen_cards(
    closed: TrialNode, work: RoundWork, how: str, part_rows: int
) -> None:
    spoil_cards(work, how)
    work.part_rows = part_rows

    assert_refused(closed, work, "wrong_cards")


def test_a_card_of_the_open_epoch_is_not_the_rounds(closed: TrialNode, work: RoundWork) -> None:
    open_card = next(row for row in closed.rows()["cards"] if row[2] == 2)
    work.cards = sorted([*work.cards[1:], (open_card[0], a_record())])

    assert_refused(closed, work, "wrong_cards")


@pytest.mark.parametrize("how", ["one twice", "falling", "a notice's"])
@pytest.mark.parametrize("part_rows", [1, 256])
def test_notices_come_at_fresh_rising_addresses(node: TrialNode, how: str, part_rows: int) -> None:
    for _ in range(2):
        post(node, new_card(node), 1)
    earlier = whole_round(node, 1)
    begin_epoch(node, 2 + 1)
    work = round_work(node, 2)
    work.part_rows = part_rows
    work.notices = {
        "one twice": [work.notices[0]] * 2,
        "falling": work.notices[::-1],
        "a notice's": sorted([work.notices[0], (earlier.notices[0][0], a_record())]),
    }[how]

    assert_refused(node, work, "wrong_notices")


def test_a_drop_where_a_notice_comes_stops_no_round_and_stays(node: TrialNode) -> None:
    """Whoever has a card can compute where its notices will be, and reserve the place."""
    card = new_card(node)
    post(node, card, 1)
    begin_epoch(node, 2)
    work = round_work(node, 1)
    work.notices = [(card.drops[4].row[:32], a_record())]

    work.upload(node)
    assert work.commit(node).status_code == 200
    assert look(node, [card.drops[4].r])[0] == card.drops[4].record


@pytest.mark.parametrize(
    "coordinators", [[], [0, 0, 1], [0, 0, 1, 1, 1], [0, 1, 0, 1], [1, 1, 0, 0], [0, 0, 2, 2]]
)
def test_every_coordinator_gets_the_same_number_of_batches(
    closed: TrialNode, work: RoundWork, coordinators: list[int]
) -> None:
    work.batches = [(number, a_record()) for number in coordinators]

    assert_refused(closed, work, "wrong_batches")


@pytest.mark.parametrize("epoch", [2, 3])
def test_only_the_closed_epoch_is_committed(closed: TrialNode, work: RoundWork, epoch: int) -> None:
    work.upload(closed)
    work.epoch = epoch
    before = closed.rows()

    assert_problem(work.commit(closed), 409, "wrong_epoch")
    assert closed.rows() == before


def test_a_header_is_for_the_epoch_it_is_sent_to(closed: TrialNode, work: RoundWork) -> None:
    work.upload(closed)
    header = work.header(closed)
    work.epoch = 2
    before = closed.rows()

    assert_problem(work.commit(closed, header), 409, "wrong_epoch")
    assert closed.rows() == before


def test_only_a_matchers_header_counts(closed: TrialNode, work: RoundWork) -> None:
    work.upload(closed)
    before = closed.rows()
    header = json.loads(work.header(closed))
    strangers = write_commit_header(
        make_trial_circle(name="another circle").circle,
        epoch=1,
        round_key=bytes(4_096),
        parts=(),
        signing_seed=closed.trial.matcher_seed,
    )
    coordinators = write_commit_header(
        closed.trial.circle,
        epoch=1,
        round_key=bytes(4_096),
        parts=(),
        signing_seed=closed.trial.coordinator_seeds[0],
    )
    altered = {**header, "header": header["header"].replace('"epoch":1', '"epoch":1 ')}
    for spoiled in (strangers, coordinators, altered, {**header, "signature": "00" * 64}):
        body = write_text(spoiled).encode()
        assert_problem(work.commit(closed, body), 403, "invalid_signature")
    assert closed.rows() == before


def test_a_part_that_is_not_what_its_header_says_is_missing(
    closed: TrialNode, work: RoundWork
) -> None:
    """Kind and rows stand in the header and in the body; they have to agree."""
    notices = u8(1) + b"".join(address + record for address, record in work.notices)
    work.upload(closed)
    parts = tuple(
        Part(kind=kind, rows=CARDS if kind < 2 else 4, digest=part_digest(body))
        for kind, body in ((0, notices), (1, work.parts[1]), (2, work.parts[2]))
    )
    as_matcher(closed, "PUT", "/operator/rounds/1/parts/0", notices)
    signed = write_commit_header(
        closed.trial.circle,
        epoch=1,
        round_key=bytes(4_096),
        parts=parts,
        signing_seed=closed.trial.matcher_seed,
    )
    before = closed.rows()

    assert_problem(work.commit(closed, write_text(signed).encode()), 409, "part_missing")
    assert closed.rows() == before


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (u8(3) + bytes(4_128), 422, "malformed"),
        (u8(0) + bytes(4_127), 422, "wrong_length"),
        (u8(0) + bytes(4_129), 422, "wrong_length"),
        (u8(2) + bytes(4_128), 422, "wrong_length"),
        (u8(0), 422, "wrong_length"),
        (b"", 422, "wrong_length"),
        (u8(0) + bytes(257 * 4_128), 413, "too_large"),
        (u8(2) + bytes(257 * 4_097), 422, "wrong_length"),
        (bytes(10_000_000), 413, "too_large"),
    ],
)
def test_a_part_that_is_no_part_is_refused(
    closed: TrialNode, body: bytes, status: int, code: str
) -> None:
    before = closed.rows()

    answer = as_matcher(closed, "PUT", "/operator/rounds/1/parts/0", body)

    assert_problem(answer, status, code)
    assert closed.rows() == before


def test_parts_are_for_the_closed_epoch_only(closed: TrialNode, work: RoundWork) -> None:
    before = closed.rows()

    for path in ("/operator/rounds/2/parts/0", "/operator/rounds/3/parts/0"):
        assert_problem(as_matcher(closed, "PUT", path, work.parts[0]), 409, "wrong_epoch")
    assert closed.rows() == before


def test_a_coordinator_has_no_part_in_a_round(closed: TrialNode, work: RoundWork) -> None:
    before = closed.rows()

    for method, path, body in (
        ("GET", "/operator/round", b""),
        ("GET", "/operator/cards?epoch=1", b""),
        ("GET", "/operator/answers", b""),
        ("GET", "/operator/rounds/1", b""),
        ("POST", "/operator/read", bytes(32)),
        ("PUT", "/operator/rounds/1/parts/0", work.parts[0]),
    ):
        assert_problem(as_coordinator(closed, 0, method, path, body), 403, "wrong_operator")
    header = work.header(closed)
    answer = as_coordinator(closed, 0, "POST", "/operator/rounds/1", header, JSON)
    assert_problem(answer, 403, "wrong_operator")
    assert closed.rows() == before


def test_a_retry_of_a_frozen_card_gets_its_answer(closed: TrialNode) -> None:
    card = Card(closed.trial.stamp(secrets.token_bytes(32)))
    post(closed, card, 2)
    whole = round_work(closed, 1)
    whole.upload(closed)
    whole.commit(closed)
    begin_epoch(closed, 3)

    assert post(closed, card, 3).json() == {"status": "accepted"}
