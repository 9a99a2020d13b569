"""A crowd beside a scenario's people: many more of the plain kind, whose keys are drawn.

What they type, ask for and are sent is composed as for everybody. Only the nine lines are not what
their key is made from: a crowd of thousands would spend its days in Argon2id.
"""

from __future__ import annotations

from dataclasses import replace

from clients.tour.scenario import (
    DonorHabit,
    FamilyHabit,
    Scenario,
    donor_by_lot,
    family_by_lot,
    scenario_texts,
)
from crypto.labels import BLIND_COUNT, SECRET_BYTES
from matching.catalogue import Catalogue

FAMILIES_ARRIVE = 4
"""Over so many epochs."""

UNCALLED = 1 << 30
"""No epoch: donors come once they are called."""


def with_crowd(scenario: Scenario, families: int, donors: int, *, catalogue: Catalogue) -> Scenario:
    """*scenario* and so many more, without invites; a family asks `BLIND_COUNT` times, one after
    another, which is what its certificates are worth."""
    texts, lot = scenario_texts(), scenario.lot
    first_family, first_donor = len(scenario.families), len(scenario.donors)
    asking = [
        replace(
            family_by_lot(
                first_family + n, FamilyHabit.PLAIN, texts, lot, catalogue, invited=False
            ),
            drawn_key=lot.randbytes(SECRET_BYTES),
            parcels=BLIND_COUNT,
            arrives=1 + n * FAMILIES_ARRIVE // families,
        )
        for n in range(families)
    ]
    giving = [
        replace(
            donor_by_lot(first_donor + n, DonorHabit.PLAIN, texts, lot, catalogue),
            drawn_key=lot.randbytes(SECRET_BYTES),
            arrives=UNCALLED,
        )
        for n in range(donors)
    ]
    return replace(
        scenario,
        families=[*scenario.families, *asking],
        donors=[*scenario.donors, *giving],
    )
