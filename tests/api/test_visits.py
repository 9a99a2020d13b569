"""Looking, meeting and leaving: one shape each, whatever is there."""

from __future__ import annotations

import secrets

import pytest

from api import drops
from tests.api.nodes import TrialNode, assert_problem
from tests.api.people import (
    Card,
    Claim,
    Drop,
    a_record,
    look,
    meet,
    new_card,
    no_pages,
    post,
    whole_round,
)


@pytest.fixture
def card(node: TrialNode) -> Card:
    card = new_card(node)
    assert post(node, card, 1).status_code == 201
    return card


def leave(node: TrialNode, writes: list[bytes]) -> list[int]:
    decoys = [Drop().write(a_record()) for _ in range(8 - len(writes))]
    answer = node.post("/visit/leave", b"".join(writes + decoys))
    assert answer.status_code == 200
    assert len(answer.content) == 8
    return list(answer.content[: len(writes)])


def test_look_reads_what_was_stored_in_the_order_asked(node: TrialNode, card: Card) -> None:
    found = look(node, [drop.r for drop in reversed(card.drops)])

    assert found[:5] == [drop.record for drop in reversed(card.drops)]


def test_unknown_drops_read_as_fresh_random_bytes(node: TrialNode) -> None:
    before = node.rows()
    asked = [secrets.token_bytes(32) for _ in range(12)]

    first, second = look(node, asked), look(node, asked)

    assert len({*first, *second}) == 24
    assert node.rows() == before


def test_only_r_reads(node: TrialNode, card: Card) -> None:
    drop = card.drops[0]

    assert drop.record not in look(node, [drop.w, drop.b, drop.row[:32]])


def test_a_write_replaces_the_record_it_names(node: TrialNode, card: Card) -> None:
    drop, new = card.drops[0], a_record()

    assert leave(node, [drop.write(new)]) == [0]
    assert look(node, [drop.r])[0] == new


def test_the_same_write_again_is_kept(node: TrialNode, card: Card) -> None:
    drop, new = card.drops[0], a_record()
    leave(node, [drop.write(new)])

    assert leave(node, [drop.write(new)]) == [0]


def test_a_write_over_what_somebody_wrote_since_is_stale(node: TrialNode, card: Card) -> None:
    drop, theirs = card.drops[0], a_record()
    leave(node, [drop.write(theirs)])
    before = node.rows()

    assert leave(node, [drop.write(a_record())]) == [1]
    assert node.rows() == before


def test_one_stale_write_does_not_hold_up_the_others(node: TrialNode, card: Card) -> None:
    first, second = card.drops[0], card.drops[1]
    new = a_record()
    stale = first.w + bytes(32) + a_record()

    assert leave(node, [stale, second.write(new)]) == [1, 0]
    assert look(node, [first.r, second.r])[:2] == [first.record, new]


def test_a_drop_written_twice_in_one_visit_follows_the_order(node: TrialNode, card: Card) -> None:
    drop = card.drops[0]
    once = Drop(drop.w, a_record())
    twice = a_record()

    assert leave(node, [drop.write(once.record), once.write(twice)]) == [0, 0]
    assert look(node, [drop.r])[0] == twice


def test_a_write_to_an_unreserved_address_vanishes_without_a_word(node: TrialNode) -> None:
    before = node.rows()
    drop = Drop()

    assert leave(node, [drop.write(a_record())]) == [0]
    assert node.rows() == before


def test_b_does_not_write(node: TrialNode, card: Card) -> None:
    drop = card.drops[0]
    before = node.rows()

    leave(node, [drop.b + drop.write(a_record())[32:]])

    assert node.rows() == before


def test_b_blanks_and_answers_with_noise(node: TrialNode, card: Card) -> None:
    page = card.drops[1]

    answered, _ = meet(node, four=[page.b, *no_pages()[1:]])

    standing = look(node, [page.r])[0]
    assert page.record not in (answered[0], standing)
    assert answered[0] != standing


def test_a_blanked_drop_stays_reserved(node: TrialNode, card: Card) -> None:
    page = card.drops[1]
    meet(node, four=[page.b, *no_pages()[1:]])
    now = Drop(page.w, look(node, [page.r])[0])
    new = a_record()

    assert leave(node, [now.write(new)]) == [0]
    assert look(node, [page.r])[0] == new


@pytest.mark.parametrize("what", ["a wrong B", "w", "A"])
def test_nothing_but_b_blanks(node: TrialNode, card: Card, what: str) -> None:
    page = card.drops[1]
    secret = {"a wrong B": secrets.token_bytes(32), "w": page.w, "A": page.row[:32]}[what]
    before = node.rows()

    meet(node, four=[secret, *no_pages()[1:]])

    assert node.rows() == before


def test_meet_reads_the_partners_pages(node: TrialNode, card: Card) -> None:
    pages, _ = meet(node, four=[drop.r for drop in card.drops[1:]])

    assert pages == [drop.record for drop in card.drops[1:]]


@pytest.mark.parametrize(("path", "size"), [("look", 384), ("meet", 224), ("leave", 33_280)])
def test_a_byte_more_or_less_is_refused(node: TrialNode, path: str, size: int) -> None:
    before = node.rows()

    assert_problem(node.post(f"/visit/{path}", bytes(size - 1)), 422, "wrong_length")
    assert_problem(node.post(f"/visit/{path}", bytes(size + 1)), 413, "too_large")
    assert_problem(node.post(f"/visit/{path}", b""), 422, "wrong_length")
    assert node.rows() == before


def test_known_and_unknown_drops_get_answers_of_the_same_size_and_headers(
    node: TrialNode, card: Card
) -> None:
    """Byte for byte the same but for the records themselves."""
    known, unknown = card.drops, [Drop() for _ in card.drops]

    def asked(drops: list[Drop]) -> list[tuple[int, int, list[tuple[bytes, bytes]]]]:
        reads = b"".join((drops * 3)[number].r for number in range(12))
        pages = b"".join(drop.r for drop in drops[1:])
        blanks = b"".join(drop.b for drop in drops[1:])
        claim = Claim().body
        writes = b"".join((drops * 2)[number].write(a_record()) for number in range(8))
        return [
            (answer.status_code, len(answer.content), answer.headers.raw)
            for answer in (
                node.post("/visit/look", reads),
                node.post("/visit/meet", pages + claim),
                node.post("/visit/leave", writes),
                node.post("/visit/meet", blanks + claim),
            )
        ]

    assert asked(known) == asked(unknown)


@pytest.mark.sqlite
def test_a_look_takes_the_database_the_same_steps_whether_drops_are_there_or_not(
    node: TrialNode,
) -> None:
    cards = [new_card(node) for _ in range(3)]
    for each in cards:
        post(node, each, 1)
    whole_round(node, 1)  # so that there are notices as well
    # The last row of all has nothing after it, so nobody here asks beyond it.
    known = sorted(drop.row[:32] for each in cards for drop in each.drops)[:12]
    unknown = [address[:31] + bytes([address[31] ^ 1]) for address in known]

    def steps(addresses: list[bytes]) -> tuple[int, int]:
        count = 0

        def step() -> int:
            nonlocal count
            count += 1
            return 0

        with node.engine.connect() as connection:
            raw = connection.connection.driver_connection
            drops.read_with_notices(connection, addresses)
            raw.set_progress_handler(step, 1)
            found = drops.read_with_notices(connection, addresses)
            raw.set_progress_handler(None, 0)
        return count, len(found.keys() & set(addresses))

    assert steps(known)[1] == 12
    assert steps(unknown)[1] == 0
    assert steps(known)[0] == steps(unknown)[0] > 12
