"""Whatever is altered in what a node is sent, and can be told from noise, is refused.

Most of it cannot be told. To a node a secret, an address, a record, a retry token and the hash of
a permit are random bytes: with a bit flipped they are another secret, another card, another record,
and just as welcome. Their readers find out (tests/crypto/test_altered.py). A proof of work for
other bytes is one by luck, once in as many times as its price says. What is left is flipped bit by
bit here: everything ahead of the retry token, an intake's period and its pair of coordinators.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest

from crypto.labels import RECORD_BYTES
from tests.api.nodes import TrialNode
from tests.api.people import Intake, new_card
from tests.api.test_invites import give_invites
from tests.sizes import SIZES

pytestmark = pytest.mark.sqlite  # no refusal of these has got as far as the database's own words

EPOCH, STAMP = range(4), range(4, 296)
KIND, ADMISSION, PERIOD = range(1), range(1, 293), range(325, 329)
FIRST, SECOND = 329, 330 + RECORD_BYTES
"""Where an intake names its coordinators."""


def flipped(body: bytes, places: Iterable[int]) -> Iterator[bytes]:
    for place in places:
        for bit in range(8):
            yield body[:place] + bytes([body[place] ^ 1 << bit]) + body[place + 1 :]


def codes(node: TrialNode, path: str, bodies: Iterable[bytes]) -> set[str]:
    """All that *bodies* are refused with; that one is not fails."""
    answers = (node.post(path, body) for body in bodies)
    return {"" if answer.is_success else answer.json()["code"] for answer in answers}


def test_any_bit_of_a_cards_epoch_and_stamp_counts(node: TrialNode) -> None:
    card = new_card(node)
    body, before = card.body(1), node.rows()

    assert codes(node, "/cards", flipped(body, EPOCH)) == {"epoch_closed"}
    assert codes(node, "/cards", flipped(body, STAMP)) <= {"invalid_stamp", "stale_period"}
    assert node.rows() == before
    assert node.post("/cards", body).status_code == 201


def test_any_bit_of_an_invited_intakes_head_counts(node: TrialNode) -> None:
    body = Intake(node.trial.period).invited(*give_invites(node))
    before = node.rows()

    assert codes(node, "/intake", flipped(body, [FIRST, SECOND])) == {"wrong_coordinators"}
    assert codes(node, "/intake", flipped(body, PERIOD)) == {"stale_period"}
    assert "" not in codes(node, "/intake", flipped(body, KIND))
    assert codes(node, "/intake", flipped(body, ADMISSION)) <= {"unknown_invite", "malformed"}
    assert node.rows() == before
    assert node.post("/intake", body).status_code == 201


@pytest.mark.parametrize("path", SIZES)
def test_a_body_that_was_cut_or_has_grown_is_refused(node: TrialNode, path: str) -> None:
    size = SIZES[path]
    lengths = {*range(0, size, 997), size - 1}

    assert codes(node, path, map(bytes, lengths)) == {"wrong_length"}
    assert codes(node, path, [bytes(size + 1), bytes(2 * size)]) == {"too_large"}


@pytest.mark.long
@pytest.mark.parametrize("path", SIZES)
def test_a_body_that_was_cut_anywhere_is_refused(node: TrialNode, path: str) -> None:
    assert codes(node, path, map(bytes, range(SIZES[path]))) == {"wrong_length"}
