"""Who is whose partner at the moment of a seizure, and what passed between them that still stands.

A match is live from the round that made it until its family has confirmed, which blanks the pages
of both: from then on neither list may open an address, a code or what was ordered. One thing
outlasts it: a donor's shelf has the last code of each slot until the donor comes back and sees that
it was confirmed (docs/threat-model.md, *A donor, coerced*).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from clients.drill.truth import TrueCard
from clients.tour.season import Season

OF_A_MATCH = ("name", "phone", "street", "terms", "order facts")
"""What one tells the other; gone once the parcel was confirmed."""


@dataclass(repr=False)
class Ties:
    """Of one person: the partners of live matches, and the codes that passed in them."""

    partners: set[str] = field(default_factory=set)
    codes: set[str] = field(default_factory=set)
    """Names of markers."""

    def may_show(self, marker: str, own: str, finished: Iterable[str]) -> bool:
        """Whether the list of *own* may open *marker*; *finished* may still be thanking."""
        whose, _, what = marker.partition(": ")
        if marker.startswith("code "):
            return marker in self.codes
        if whose == own:
            return bool(self.partners) or not what.startswith(OF_A_MATCH)
        if what.startswith("thanks"):
            return own.startswith("donor") and (whose in self.partners or whose in finished)
        return whose in self.partners and what.startswith(OF_A_MATCH)


def ties(season: Season, cards: Iterable[TrueCard]) -> Mapping[str, Ties]:
    """Everybody's, by name, as the matcher's *cards* and people's own memory have it."""
    by_row = {card.row: card for card in cards}
    confirmed = {
        (f"family {family.player.number}", matched)
        for family in season.families
        for matched in family.confirmed_in
    }
    numbers = {code: number for number, code in enumerate(season.world.codes)}
    found: dict[str, Ties] = defaultdict(Ties)
    sent: dict[tuple[str, int], set[str]] = defaultdict(set)
    for donor in season.donors:
        name = f"donor {donor.player.number}"
        for given in donor.codes:
            sent[name, given.matched].add(f"code {numbers[given.code]}")
        last = {given.index: f"code {numbers[given.code]}" for given in donor.codes}
        found[name].codes.update(last.values())
    for request in by_row.values():
        if not request.is_request or request.partner not in by_row:
            continue
        family, donor_name = request.owner, by_row[request.partner].owner
        if (family, request.matched) in confirmed:
            continue
        for one, other in ((family, donor_name), (donor_name, family)):
            found[one].partners.add(other)
            found[one].codes |= sent[donor_name, request.matched]
    return found
