"""What a thief of the node's database can estimate, beside what was true.

Nothing here is hidden by the node: rows can be counted. The figures say how much that tells.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

DROPS_PER_CARD = 5
DROPS_PER_PERSON = 5


@dataclass(frozen=True)
class Estimate:
    """A thief's number and the true one."""

    estimated: float
    true: float

    def as_json(self) -> dict[str, float | None]:
        """Both, and by how much the estimate is off."""
        error = None if not self.true else round(abs(self.estimated - self.true) / self.true, 3)
        return {**asdict(self), "relative_error": error}


def estimate(
    counts: Mapping[str, int], *, cards: int, matches: int, parcels: int, people: int
) -> dict[str, Estimate]:
    """From rows counted by table; the truth is the season's."""
    stored = counts["cards"]
    asked = max(0.0, (counts["drops"] - DROPS_PER_CARD * stored) / DROPS_PER_PERSON)
    # Nothing tells a family from a donor or a confirmed parcel from another. Who takes them for
    # equally many, and knows that a family asks again only once it has confirmed, comes closest.
    families, requests = asked / 2, stored / 2
    confirmed = max(0.0, requests - families)
    return {
        "open_cards": Estimate(stored, cards),
        "matches": Estimate(stored / 2, matches),
        "parcels": Estimate(confirmed, parcels),
        "active_people": Estimate(asked, people),
    }
