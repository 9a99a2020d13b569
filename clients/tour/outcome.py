"""What a season came to: the figures of `klunak tour --json`, and checks that must hold.

certified   people who were vouched for by both coordinators
matched     pairs made, re-matches included; this, reopened and withdrawn are what the rounds
            reported, and a matcher killed before its report takes that round's counts with it
confirmed   receipts that both clerks burned; a tour ends within a quarter, so nothing else is
*_visits    medians of sittings; a family's until it had its goods, by how they came
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import median

from clients.operators.keyring import CoordinatorKeyring
from clients.tour.donors import DonorMemory
from clients.tour.families import FamilyMemory
from clients.tour.scenario import DonorHabit, FamilyHabit
from clients.tour.season import Season
from clients.tour.seizure import Loot
from clients.trial.circle import COORDINATORS
from matching.catalogue import Mode

ARRIVES_WITHIN = 5
"""Epochs after a donor's yes: the family has it after two, shows where to, and comes back after
three; or finds that a code fails, and comes back after two."""


@dataclass(frozen=True)
class Outcome:
    """The JSON of a tour, field by field."""

    families: int
    donors: int
    certified: int
    matched: int
    confirmed: int
    reopened: int
    withdrawn: int
    unserved: int
    slots_earned: int
    infiltrator_addresses: int
    family_visits: dict[str, float]
    donor_visits: float
    epochs_to_goods_p50: float
    rounds: int
    rounds_proved_optimal: int
    node_kills: int
    matcher_kills: int
    markers: int
    marker_hits: int
    controls_planted: int
    controls_found: int
    seconds: float

    def as_json(self) -> dict[str, object]:
        """By name."""
        return asdict(self)


class SeasonWentWrong(Exception):
    """Something happened that the protocol rules out."""


def outcome_of(season: Season, loot: Loot, *, seconds: float) -> Outcome:
    """Add everything up. Raises SeasonWentWrong."""
    _check(season)
    with_goods = [family for family in season.families if family.goods_epoch]
    return Outcome(
        families=len(season.families),
        donors=len(season.donors),
        certified=sum(family.certified for family in season.families)
        + sum(donor.certified for donor in season.donors),
        matched=_total(season, "matched"),
        confirmed=_receipts_burned_by_both(season),
        reopened=_total(season, "reopened"),
        withdrawn=_total(season, "withdrawn"),
        unserved=sum(_is_unserved(family) for family in season.families),
        slots_earned=sum(len(donor.earned) for donor in season.donors),
        infiltrator_addresses=sum(
            len(donor.addresses)
            for donor in season.donors
            if donor.player.habit is DonorHabit.INFILTRATOR
        ),
        family_visits={
            mode.name.lower(): _median(
                [
                    family.sittings_to_goods
                    for family in with_goods
                    if family.mode is mode and family.player.invited
                ]
            )
            for mode in Mode
        },
        donor_visits=_median([donor.player.sittings for donor in season.donors]),
        epochs_to_goods_p50=_median(
            [family.goods_epoch - family.asked_epoch for family in with_goods]
        ),
        rounds=len(season.reports),
        rounds_proved_optimal=sum("proved" in report for report in season.reports),
        node_kills=season.accidents.node_kills,
        matcher_kills=season.accidents.matcher_kills,
        markers=loot.markers,
        marker_hits=loot.marker_hits,
        controls_planted=loot.controls_planted,
        controls_found=loot.controls_found,
        seconds=round(seconds, 1),
    )


def _check(season: Season) -> None:
    """One code, one family; one address, one donor, unless that donor sent nothing; and whatever
    was accepted in time has arrived."""
    codes = [code for family in season.families for code in family.codes]
    if len(set(codes)) != len(codes):
        raise SeasonWentWrong("two families were given one code")
    if not set(codes) <= set(season.world.codes):
        raise SeasonWentWrong("a family was given a code that nobody bought")
    honest = [d for d in season.donors if d.player.habit is not DonorHabit.INFILTRATOR]
    addresses = [address for donor in honest for address in donor.addresses]
    shown = {terms for family in season.families for terms in family.player.terms.values()}
    again = {
        terms
        for family in season.families
        if family.player.habit is FamilyHabit.AGAIN
        for terms in family.player.terms.values()
    }
    once = [address for address in addresses if address not in again]
    if len(set(once)) != len(once):
        raise SeasonWentWrong("two honest donors hold one address")
    if not set(addresses) <= shown:
        raise SeasonWentWrong("a donor holds an address that nobody showed")
    for mode, late in missing(season.families, honest, epoch=season.epoch).items():
        raise SeasonWentWrong(f"{late} accepted parcels did not arrive by {mode.name.lower()}")
    confirmed = sum(family.confirmed for family in season.families)
    if _receipts_burned_by_both(season) > confirmed:
        raise SeasonWentWrong("a receipt was honoured that no family spent")


def missing(
    families: Sequence[FamilyMemory], donors: Sequence[DonorMemory], *, epoch: int
) -> Counter[Mode]:
    """How many parcels have not come though these *donors* accepted them in time, by their mode.

    Who is dealt to whom is up to the lots; that what was accepted arrives is not.
    """
    accepted = Counter(
        one.mode
        for donor in donors
        for one in donor.accepted.values()
        if one.epoch + ARRIVES_WITHIN < epoch
    )
    return accepted - Counter(mode for family in families for mode in family.parcels.values())


def _receipts_burned_by_both(season: Season) -> int:
    burned = [
        {
            burned.spent
            for burned in CoordinatorKeyring.open(
                season.trial.coordinator_keyring(number), season.trial.passphrase
            ).secrets.burned_for_slots
        }
        for number in range(COORDINATORS)
    ]
    return len(set.intersection(*burned))


def _is_unserved(family: FamilyMemory) -> bool:
    return family.player.habit is not FamilyHabit.WITHDRAWS and not family.goods_epoch


def _total(season: Season, name: str) -> int:
    return sum(report.get(name, 0) for report in season.reports)


def _median(values: list[int]) -> float:
    return float(median(values)) if values else 0.0
