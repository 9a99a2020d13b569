"""A season notices what was accepted and did not arrive, whatever its lots dealt."""

from __future__ import annotations

from collections import Counter

from clients.tour.donors import Acceptance, DonorMemory
from clients.tour.families import FamilyMemory
from clients.tour.outcome import ARRIVES_WITHIN, missing
from clients.tour.scenario import compose
from matching.catalogue import Catalogue, Mode
from matching.trial_catalogue import TRIAL_CATALOGUE

EPOCH = 12
IN_TIME = EPOCH - ARRIVES_WITHIN - 1

_PEOPLE = compose(1, 1, seed=1, catalogue=Catalogue.from_json(TRIAL_CATALOGUE))


def family(*modes: Mode) -> FamilyMemory:
    """One whose parcels came like that."""
    return FamilyMemory(_PEOPLE.families[0], parcels=dict(enumerate(modes)))


def donor(*accepted: Acceptance) -> DonorMemory:
    """One who accepted those, each with another slot."""
    return DonorMemory(
        _PEOPLE.donors[0], accepted={(slot, 1): one for slot, one in enumerate(accepted)}
    )


def test_what_was_accepted_in_time_and_never_came_is_missing_in_its_mode() -> None:
    donors = [donor(Acceptance(Mode.LOCKER, IN_TIME)), donor(Acceptance(Mode.VOUCHER, IN_TIME))]

    found = missing([family(Mode.DELIVERY, Mode.VOUCHER)], donors, epoch=EPOCH)

    assert found == Counter({Mode.LOCKER: 1})


def test_what_is_still_on_its_way_is_not_missing() -> None:
    donors = [donor(Acceptance(Mode.LOCKER, IN_TIME + 1))]

    assert not missing([family()], donors, epoch=EPOCH)


def test_whatever_arrived_is_not_missing() -> None:
    both = [Acceptance(Mode.DELIVERY, IN_TIME), Acceptance(Mode.DELIVERY, IN_TIME)]

    assert not missing([family(Mode.DELIVERY), family(Mode.DELIVERY)], [donor(*both)], epoch=EPOCH)
    assert missing([family(Mode.DELIVERY)], [donor(*both)], epoch=EPOCH) == {Mode.DELIVERY: 1}
