"""What a node is sent does not depend on whether anybody was matched (P2)."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from dataclasses import astuple, dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from clients.cli.operators import today
from clients.tour.scenario import DonorHabit, FamilyHabit, compose
from clients.tour.season import Season
from crypto.permits import Permit, permit_hash
from matching.catalogue import Catalogue, Mode, Region, bits
from matching.trial_catalogue import TRIAL_CATALOGUE
from tests.journeys.onlooker import Onlooker, Shape

EPOCHS = 5
"""Enough for goods to be confirmed and receipts to go to the clerks; before slots are earned."""

VISIT = [
    ("POST", "/visit/look", 384, 49_152),
    ("POST", "/visit/meet", 224, 16_400),
    ("POST", "/visit/leave", 33_280, 8),
]


@dataclass
class Seen:
    """A season from in front of the node: visits and cards, and each epoch's operators."""

    visits: list[tuple[str, str, int, int]]
    cards: set[Shape]
    intakes: set[Shape]
    operators: list[list[Shape]]
    matched: int
    tags: list[bytes]
    """What each visit claimed."""
    with_card: int
    """How many visits there were whose card had been posted."""
    rows: int
    """Of claims, as a thief would count them."""


def season_seen(home: Path, *, fitting: bool) -> Seen:
    """Families in Minsk; donors for Minsk, or for Brest only."""
    catalogue = Catalogue.from_json(TRIAL_CATALOGUE)
    scenario = compose(4, 2, seed=11, catalogue=catalogue)
    region = Region.MINSK_CITY if fitting else Region.BREST
    for family in scenario.families:
        family.habit, family.invited, family.words = FamilyHabit.PLAIN, True, ""
        family.wish = _wish(family.wish, Region.MINSK_CITY)
    for donor in scenario.donors:
        donor.habit = DonorHabit.PLAIN
        donor.wish = replace(_wish(donor.wish, region), size=2, needs=0b111)
    operators = []
    people: list[tuple[str, str, int, int]] = []
    with_card: list[bytes] = []
    posted: set[bytes] = set()
    tags: list[bytes] = []

    def recorder(method: str, path: str, body: bytes, answer_bytes: int) -> None:
        people.append((method, path, len(body), answer_bytes))
        if path == "/visit/meet":
            tags.append(body[160:192])
            with_card.extend({permit_hash(Permit(body[128:160]))} & posted)
        elif path == "/cards":
            posted.add(body[328:360])

    with Onlooker() as onlooker:
        season = Season(
            scenario,
            home,
            today(),
            prove=False,
            asks=False,  # by lot, and whoever is asked back posts a card later
            front=onlooker.before,
            recorder=recorder,
        )
        with season:
            season.hand_out_invites()
            for _ in range(EPOCHS):
                begin = len(onlooker.seen)
                season.live_one_epoch()
                epoch = [_normal(s) for s in onlooker.seen[begin:]]
                operators.append([s for s in epoch if s.path.startswith("/operator")])
            with closing(sqlite3.connect(season.trial.node_data / "node.db")) as database:
                (rows,) = database.execute("SELECT count(*) FROM claims").fetchone()
        seen = onlooker.seen
    return Seen(
        visits=[request for request in people if request[1].startswith("/visit")],
        cards={s for s in seen if s.path == "/cards"},
        intakes={s for s in seen if s.path == "/intake"},
        operators=operators,
        matched=sum(report.get("matched", 0) for report in season.reports),
        tags=tags,
        with_card=len(with_card),
        rows=rows,
    )


def _wish(wish: Any, region: Region) -> Any:
    return replace(wish, regions=bits([region]), modes=bits([Mode.VOUCHER]), preset=2, size=0)


def _normal(shape: Shape) -> Shape:
    """Ids are random bytes of one length; only their place and length are compared."""
    return replace(shape, path=re.sub(r"[0-9a-f]{64}", "<id>", shape.path))


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Seen, Seen]:
    matched = season_seen(tmp_path_factory.mktemp("matched"), fitting=True)
    waiting = season_seen(tmp_path_factory.mktemp("waiting"), fitting=False)
    assert matched.matched >= 4
    assert waiting.matched == 0
    return matched, waiting


@pytest.mark.journey
def test_every_visit_is_three_requests_of_one_shape(both: tuple[Seen, Seen]) -> None:
    for seen in both:
        visits, rest = divmod(len(seen.visits), len(VISIT))
        assert visits > 10
        assert rest == 0
        assert seen.visits == VISIT * visits


@pytest.mark.journey
def test_every_visit_claims_something_new_and_every_visit_with_a_card_adds_a_row(
    both: tuple[Seen, Seen],
) -> None:
    for seen in both:
        assert len(set(seen.tags)) == len(seen.tags)
        assert seen.rows == seen.with_card > 10


@pytest.mark.journey
def test_every_card_and_every_intake_is_one_request_of_one_shape(both: tuple[Seen, Seen]) -> None:
    matched, waiting = both
    assert matched.cards == waiting.cards
    assert matched.intakes == waiting.intakes
    assert len(matched.cards) == len(matched.intakes) == 1


@pytest.mark.journey
def test_what_matcher_and_clerks_send_is_equal_in_number_and_size(both: tuple[Seen, Seen]) -> None:
    """Closing, collecting, parts, commit; batches and answers."""
    matched, waiting = both
    for with_pairs, without in zip(matched.operators, waiting.operators, strict=True):
        assert _by_kind(with_pairs) == _by_kind(without)


def _by_kind(shapes: list[Shape]) -> dict[str, list[Shape]]:
    # Two clerks work at once: what is compared is what each kind of request comes to in all.
    # Intake is left out: whether a coordinator asks somebody back is by lot, in both seasons.
    kinds: dict[str, list[Shape]] = {}
    for shape in shapes:
        if shape.path.startswith("/operator/intake"):
            continue
        kinds.setdefault(shape.path.split("?")[0], []).append(shape)
    return {kind: sorted(some, key=astuple) for kind, some in kinds.items()}
