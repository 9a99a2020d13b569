"""A parcel with nobody played: real node, matcher, clerks, family and donor, every step afresh."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from clients.donor import Donor, DonorView
from clients.family import Family, FamilyView
from clients.matcher import RoundReport
from clients.node import NodeClient
from clients.operators.invites import join_slips, make_invites
from crypto.messages.shelf import Wish
from tests.clients.operators import DAY, NOW, Desks, desks_at

VOUCHER, DELIVERY = 0b001, 0b100


@dataclass
class Season:
    """Two people with lists, and everybody who operates the circle."""

    desks: Desks
    modes: int
    reports: list[RoundReport] = field(default_factory=list)

    @property
    def wish(self) -> Wish:
        return Wish(regions=0b1, modes=self.modes, preset=0, size=1, needs=0b1, urgency=0)

    def family(self) -> Family:
        node = NodeClient(self.desks.url, self.desks.http)
        return Family(b"f" * 32, self.desks.trial.circle, node, DAY)

    def donor(self) -> Donor:
        node = NodeClient(self.desks.url, self.desks.http)
        return Donor(b"d" * 32, self.desks.trial.circle, node, DAY)

    def round(self) -> RoundReport:
        report = self.desks.matcher().round_once(NOW)
        assert report is not None
        for number in (0, 1):
            self.desks.clerk(number).clerk_once()
        self.reports.append(report)
        return report

    def held(self) -> Season:
        """Both are certified, posted and matched."""
        desks, halves = self.desks, []
        for number in (0, 1):
            desk = desks.coordinator(number)
            period = desks.trial.period
            halves.append(
                make_invites(desk.keyring, desk.operator, desk.circle, period=period, count=1)
            )
        (slip,) = join_slips(*halves)
        self.family().ask(self.wish, "be", invite=slip)
        self.donor().offer(self.wish, "en", "I can help")
        self.round()  # draws the donor's intake; the clerks certify the family
        for number in (0, 1):
            desk = desks.coordinator(number)
            (waiting,) = desk.inbox()
            desk.certify(waiting.id)
        self.family().visit()
        self.donor().visit()
        assert self.round().matched == 1
        return self

    def seen(self) -> tuple[FamilyView, DonorView]:
        return self.family().visit(), self.donor().visit()


@pytest.fixture(params=[VOUCHER, DELIVERY], ids=["voucher", "delivery"])
def season(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Season]:
    with desks_at(tmp_path) as desks:
        yield Season(desks, request.param)


def test_a_parcel_arrives_and_earns_a_slot(season: Season) -> None:
    season.held()
    (slot,) = [one for one in season.donor().visit().slots if one.facts is not None]
    if season.modes == VOUCHER:
        season.donor().accept(slot.index, "CODE-123")
        view = season.family().visit()
        assert view.card is not None
        assert view.card.code == "CODE-123"
    else:
        season.donor().accept(slot.index)
        season.family().show_address("Мінск, вул. Леніна 1")
        season.donor().visit()
        season.donor().ordered(slot.index)
    before = len(season.donor().visit().slots)
    season.family().received("Дзякуй")
    assert season.round().confirmed == 1

    for _ in range(5):
        season.seen()
        season.round()
    assert sum(report.slots for report in season.reports) == 1
    assert sum(report.void for report in season.reports) == 0
    view = season.donor().visit()
    assert len(view.slots) == before
    assert {one.index for one in view.slots} != set(range(before))
