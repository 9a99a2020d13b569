"""A crowd is quicker than people are, and sends and is sent nothing else."""

from __future__ import annotations

import secrets

import pytest

from clients.drill.crowd import as_if_blindly
from clients.people.asking import Asked, receipt_asked, root_asked, stamp_asked
from clients.people.person import Place
from clients.tour.crowd import with_crowd
from clients.tour.markers import is_typed, typed_markers
from clients.tour.scenario import compose
from clients.trial.native_keys import native_signer
from crypto.blinding import blind_sign
from crypto.certifying_keys import Use
from crypto.keys import Person
from crypto.labels import BLIND_COUNT
from crypto.messages.intake import DONOR, FAMILY
from matching.catalogue import Catalogue
from matching.trial_catalogue import TRIAL_CATALOGUE
from tests.circles import TrialCircle, make_trial_circle

CATALOGUE = Catalogue.from_json(TRIAL_CATALOGUE)


@pytest.fixture(scope="module")
def trial() -> TrialCircle:
    return make_trial_circle()


@pytest.mark.parametrize("index", range(BLIND_COUNT))
def test_a_desk_that_knows_whom_it_signs_for_answers_with_the_same_bytes(
    trial: TrialCircle, index: int
) -> None:
    person = Person.from_list_key(
        secrets.token_bytes(32), circle=trial.circle.digest, period=trial.period
    )
    place = Place(person, index)
    everything: list[Asked] = [
        root_asked(trial.circle, place, FAMILY, 0),
        root_asked(trial.circle, place, DONOR, 1),
        stamp_asked(trial.circle, place, DONOR),
        receipt_asked(trial.circle, place),
    ]
    for asked in everything:
        key = asked.key
        held = trial.signing_key(trial.period, Use(key.use), key.coordinator)
        signer = native_signer(held)
        answered = as_if_blindly(signer, key, asked.message, place.pseudonym)

        assert answered == blind_sign(held, asked.blinded)
        assert asked.unblinded(answered)


def test_a_crowd_stands_beside_the_people_of_a_scenario_and_changes_none() -> None:
    alone = compose(4, 3, seed=7, catalogue=CATALOGUE)
    beside = with_crowd(
        compose(4, 3, seed=7, catalogue=CATALOGUE), families=20, donors=24, catalogue=CATALOGUE
    )

    assert beside.families[:4] == alone.families
    assert beside.donors[:3] == alone.donors
    everybody = [*beside.families, *beside.donors]
    assert len({player.key() for player in everybody}) == len(everybody) == 51
    assert sum(family.parcels for family in beside.families[4:]) == 20 * BLIND_COUNT
    assert not any(family.invited for family in beside.families[4:])


def test_what_is_typed_is_told_from_keys_by_its_name() -> None:
    scenario = compose(9, 9, seed=7, catalogue=CATALOGUE)
    names = [name for name, _ in typed_markers(scenario, ["KV-1"])]

    assert all(map(is_typed, names))
    assert len(names) == len(set(names)) > 18 * 9
    for secret in ("family 1: list key", "donor 2: pseudonym 0 w of page 1", "epoch 3 key"):
        assert not is_typed(secret)
