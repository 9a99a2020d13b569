"""A slot is spent once, on a card or in exchange, whatever stamps another list has to spare.

An invited family's list comes by three stamps without anybody's vouching. They are good stamps, so
a node and a clerk take them; but a root counts with its own stamp alone, and that is burned once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from clients.matcher import RoundReport
from crypto.certificates import CardClass, Stamp, stamp_nonce
from crypto.messages.intake import DECLINED, DONOR, FAMILY
from tests.api.nodes import Clock
from tests.api.servers import served
from tests.circles import TODAY
from tests.clients.operators import DAY, Desks, Owner, client_trial
from tests.clients.test_exchange_desk import Exchange, both_clerks

ROLES = (FAMILY, DONOR)
CLASSES = {FAMILY: CardClass.REQUEST, DONOR: CardClass.OFFER}
SPARE = b"s" * 32
"""The nonce of a stamp that somebody else asked for."""


@dataclass
class Quarters:
    """Operators around a node whose clock stands in the quarter before."""

    desks: Desks
    clock: Clock

    def slot(self, role: int) -> Owner:
        """Somebody certified in the quarter before."""
        trial, period = self.desks.trial, self.desks.trial.period - 1
        owner = Owner(self.desks, CLASSES[role])
        key, tag = bytes(owner.pseudonym.sealing_key.public), owner.pseudonym.claim_tag
        signatures = trial.certificate(owner.card_class, key, tag, period)
        owner.changes = {"period": period, "signatures": signatures}
        return owner

    def stamp(self, nonce: bytes, *, before: int = 1) -> Stamp:
        """A stamp of the quarter before, or of this one."""
        return self.desks.trial.stamp(nonce, self.desks.trial.period - before)

    def round(self) -> RoundReport:
        """What a new process of the matcher says of its round."""
        report = self.desks.matcher().round_once(self.clock())
        assert report is not None
        return report

    def turn(self) -> None:
        """The next quarter begins."""
        self.clock.pass_days(DAY - TODAY + 10)


@pytest.fixture
def quarters(tmp_path: Path) -> Iterator[Quarters]:
    (tmp_path / "node").mkdir()
    trial, clock = client_trial(), Clock(TODAY - 10)
    with served(tmp_path / "node", trial, clock) as url:
        desks = Desks(trial, url, tmp_path)
        assert desks.matcher().open_first_epoch(clock())
        yield Quarters(desks, clock)
        desks.http.close()


@pytest.mark.parametrize("role", ROLES)
def test_a_root_with_a_card_is_not_exchanged_with_a_spare_stamp(
    quarters: Quarters, role: int
) -> None:
    owner = quarters.slot(role)
    owner.post(stamp=quarters.stamp(stamp_nonce(owner.root)))
    for _ in range(2):  # posted, and then carried
        report = quarters.round()
        assert (report.live, report.void) == (1, 0)
    quarters.turn()

    # a family's is shown with the receipt that its parcel has not yet spent
    spared = Exchange(quarters.desks, role, old=owner.pseudonym, spare=SPARE).sent()
    again = Exchange(quarters.desks, role, old=owner.pseudonym).shown()

    assert both_clerks(quarters.desks) == [(0, 1), (0, 1)]
    assert spared.kinds() == [DECLINED, DECLINED]
    assert again.json()["code"] == "stamp_spent"


@pytest.mark.parametrize("role", ROLES)
def test_a_card_under_a_spare_stamp_is_void_and_leaves_its_root_to_be_exchanged(
    quarters: Quarters, role: int
) -> None:
    owner = quarters.slot(role)
    owner.post(stamp=quarters.stamp(SPARE))
    for _ in range(2):
        report = quarters.round()
        assert (report.live, report.void) == (0, 1)
    quarters.turn()

    exchange = Exchange(quarters.desks, role, old=owner.pseudonym).sent()

    assert exchange.exchanged(both_clerks(quarters.desks))
    assert quarters.round().live == 0


@pytest.mark.parametrize("role", ROLES)
def test_a_root_that_was_exchanged_has_no_card_under_its_nonce_in_the_new_quarter(
    quarters: Quarters, role: int
) -> None:
    quarters.turn()
    owner = quarters.slot(role)
    exchange = Exchange(quarters.desks, role, old=owner.pseudonym).sent()
    assert exchange.exchanged(both_clerks(quarters.desks))

    # whoever asks for stamps chooses their nonces, and the period is another
    owner.post(stamp=quarters.stamp(stamp_nonce(owner.root), before=0))

    report = quarters.round()
    assert (report.live, report.void) == (0, 1)
