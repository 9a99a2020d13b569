"""The same way through a node on a real socket, a real matcher, coordinators and clerks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from clients.donor import Donor
from clients.errors import NodeRefused, NotToday, VisitContended
from clients.family import Family
from clients.node import NodeClient
from clients.people.views import Status
from crypto.messages.shelf import Wish
from tests import backends
from tests.api.servers import served
from tests.clients.operators import DAY, NOW, Desks, client_trial
from tests.clients.world import DELIVERY, DONOR_LIST, FAMILY_LIST, LOCKER, VOUCHER

WISH = Wish(regions=0b1, modes=0b111, preset=1, size=0, needs=0b1, urgency=0)

CLAIMS_PER_DAY = 3


class Town:
    """A family and a donor at a real node; each call is a new process."""

    def __init__(self, desks: Desks, mode: int) -> None:
        self.desks = desks
        self.wish = replace(WISH, modes=1 << mode)

    def family(self) -> Family:
        node = NodeClient(self.desks.url, self.desks.http)
        return Family(FAMILY_LIST, self.desks.trial.circle, node, DAY)

    def donor(self) -> Donor:
        node = NodeClient(self.desks.url, self.desks.http)
        return Donor(DONOR_LIST, self.desks.trial.circle, node, DAY)

    def round(self) -> None:
        self.desks.matcher(processes=1).round_once(NOW)

    def certify_everybody(self) -> None:
        for number in (0, 1):
            coordinator = self.desks.coordinator(number)
            for waiting in coordinator.inbox():
                coordinator.certify(waiting.id)

    def posted(self) -> None:
        self.round()
        assert self.family().ask(self.wish, "be", "їжа").status == Status.ASKED
        self.donor().offer(self.wish, "en", "help")
        self.round()  # work waits for the lottery of a closing epoch
        self.certify_everybody()
        assert self.family().visit().status == Status.WAITING
        assert [slot.status for slot in self.donor().visit().slots] == [Status.WAITING] * 3
        self.round()

    def match(self) -> int:
        """The slot that was matched."""
        held = [slot.index for slot in self.donor().visit().slots if slot.status == Status.HELD]
        assert len(held) == 1
        assert self.family().visit().status == Status.HELD
        return held[0]


@pytest.fixture(params=backends.NAMES)
def desks(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desks]:
    trial = client_trial()
    with backends.using(request.param), served(tmp_path, trial) as url:
        found = Desks(trial, url, tmp_path)
        yield found
        found.http.close()


@pytest.mark.parametrize("mode", [VOUCHER, LOCKER, DELIVERY])
def test_a_parcel_goes_the_whole_way_and_a_slot_is_earned(desks: Desks, mode: int) -> None:
    town = Town(desks, mode)
    town.posted()
    index = town.match()

    if mode == VOUCHER:
        town.donor().accept(index, "CODE-1")
        town.round()
        assert town.family().visit().status == Status.CODE
        town.family().code_failed("no")
        town.round()
        assert town.donor().visit().slot(index).status == Status.CODE_FAILED
        town.donor().replace_code(index, "CODE-2")
        town.round()
        card = town.family().visit().card
        assert card is not None
        assert card.code == "CODE-2"
    else:
        town.donor().accept(index)
        town.round()
        assert town.family().visit().status == Status.NEEDS_ADDRESS
        assert town.family().show_address("Вуліца 1").status == Status.ADDRESS_SHOWN
        town.round()
        assert town.donor().visit().slot(index).terms == "Вуліца 1"
        town.donor().ordered(index, "tomorrow")
        town.round()
        assert town.family().visit().status == Status.ORDERED
    town.family().received("дзякуй", again=True)
    town.round()
    thanked = town.donor().visit().slot(index)
    for number in (0, 1):
        desks.clerk(number).clerk_once()
    town.round()
    earned = town.donor().visit()
    town.round()
    left = town.donor().visit()
    posted = town.donor().post_card(index + 3)

    assert thanked.status == Status.FINISHED
    assert thanked.message is not None
    assert (thanked.message.words, thanked.again) == ("дзякуй", True)
    assert earned.slot(index + 3).status == Status.CERTIFIED
    assert index not in [slot.index for slot in left.slots]
    assert posted.slot(index + 3).status == Status.WAITING
    assert town.family().visit().status == Status.FINISHED


def test_an_address_waits_when_its_card_was_here_too_often(tmp_path: Path) -> None:
    """Until the node counts anew; the match waits too, and the donor is shown nothing meanwhile."""
    desks = Desks(client_trial(), "", tmp_path)
    town = Town(desks, DELIVERY)
    with served(tmp_path, desks.trial, claims_per_day=CLAIMS_PER_DAY) as desks.url:
        town.posted()
        index = town.match()
        town.donor().accept(index)
        town.round()
        for _ in range(CLAIMS_PER_DAY):
            assert town.family().visit().status == Status.NEEDS_ADDRESS
        with pytest.raises(NotToday):
            town.family().show_address("Вуліца 1")
        assert town.donor().visit().slot(index).terms == ""

    with served(tmp_path, desks.trial, claims_per_day=CLAIMS_PER_DAY) as desks.url:
        assert town.family().show_address("Вуліца 1").status == Status.ADDRESS_SHOWN
        assert town.donor().visit().slot(index).terms == "Вуліца 1"
    desks.http.close()


def test_a_donor_who_falls_silent_loses_the_match_and_comes_back(desks: Desks) -> None:
    town = Town(desks, DELIVERY)
    town.posted()
    index = town.match()
    for _ in range(desks.trial.circle.policy.answer_epochs):
        town.round()

    # Another of the donor's slots may be held for the family at once; the silent one idles.
    assert town.family().visit().status in (Status.HELD, Status.PEER_SILENT)
    assert town.donor().visit().slot(index).status == Status.IDLE
    town.round()
    assert town.donor().visit().slot(index).status in (Status.PEER_SILENT, Status.HELD)


def test_a_node_that_was_asked_twice_says_so_by_its_code(desks: Desks) -> None:
    town = Town(desks, VOUCHER)
    town.round()
    first, second = town.family(), town.family()
    assert first.ask(town.wish, "be").status == Status.ASKED

    try:
        view = second.ask(town.wish, "be")
    except (NodeRefused, VisitContended) as error:  # pragma: no cover
        pytest.fail(type(error).__name__)

    assert view.status == Status.ASKED
