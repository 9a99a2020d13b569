"""Cards as matching sees them, and what a request and an offer can do for each other.

A card has coarse attributes and an id that means nothing here. ``fits`` is the definition of
eligibility, one pair at a time; ``request_cells`` and ``offer_cells`` are its canonical form, on
which types are built. A test holds the two against each other.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from matching.catalogue import Bits, Catalogue, Mode, Need, Region, Size, members
from matching.errors import CardError

CardId: TypeAlias = Hashable

AGAINS_MAX = 3
AGAIN_BYTES = 16
PRESET_MAX = 0xFF
URGENCY_MAX = 1
WAITED_MAX = 0xFFFF


@dataclass(frozen=True, slots=True)
class Request:
    """A family's card: one region, every mode it would accept, all of the needs at once."""

    id: CardId
    region: Region
    modes: Bits
    preset: int
    size: Size
    needs: Bits
    urgency: int = 0
    waited: int = 0
    """Rounds since the card was posted in which it was not idle."""
    agains: tuple[bytes, ...] = ()
    """Each names an earlier parcel with somebody; that person's card carries the same value."""
    reserved: bool = False
    """Young enough to be kept for an *again* that has not come (``lifecycle.is_reserved``)."""

    def __post_init__(self) -> None:
        _check_common(self.modes, self.preset, self.size, self.needs, self.agains)
        if not 0 <= self.region < len(Region):
            raise CardError("a request names exactly one region")
        if not 0 <= self.urgency <= URGENCY_MAX:
            raise CardError(f"urgency is 0 to {URGENCY_MAX}")
        if not 0 <= self.waited <= WAITED_MAX:
            raise CardError(f"waited is 0 to {WAITED_MAX}")


@dataclass(frozen=True, slots=True)
class Offer:
    """A donor's card: one slot, for any one request within these bounds."""

    id: CardId
    regions: Bits
    modes: Bits
    preset: int
    size: Size
    """The largest parcel it would send."""
    needs: Bits
    agains: tuple[bytes, ...] = ()
    reserved: bool = False

    def __post_init__(self) -> None:
        _check_common(self.modes, self.preset, self.size, self.needs, self.agains)
        _check_set(self.regions, len(Region), "regions")


class Way(NamedTuple):
    """How a parcel would travel."""

    mode: Mode
    region: Region
    store: int


class Level(NamedTuple):
    """How much of what. Ordered: every size, and every set of needs, covers the smaller ones."""

    size: Size
    needs: Bits

    def within(self, other: Level) -> bool:
        """Whether *other* covers this one."""
        return self.size <= other.size and not self.needs & ~other.needs


class Cell(NamedTuple):
    """A place in the graph: one way at one level."""

    way: Way
    level: Level


def fits(request: Request, offer: Offer, catalogue: Catalogue) -> set[Way]:
    """Every way in which *offer* can answer *request*; empty if they do not fit."""
    if not offer.regions >> request.region & 1:
        return set()
    if not Level(request.size, request.needs).within(Level(offer.size, offer.needs)):
        return set()
    reached = set(catalogue.reach(request.preset)) & set(catalogue.reach(offer.preset))
    return {
        Way(mode, request.region, number)
        for number in reached
        if not request.needs & ~catalogue.stores[number].needs
        for mode in members(Mode, request.modes & offer.modes)
        if catalogue.stores[number].serves(mode=mode, region=request.region)
    }


def request_cells(request: Request, catalogue: Catalogue) -> tuple[Cell, ...]:
    """The cells a request enters, in order: stores that stock all of its needs, at its level."""
    level = Level(request.size, request.needs)
    return tuple(
        Cell(Way(mode, request.region, number), level)
        for mode in members(Mode, request.modes)
        for number in catalogue.reach(request.preset)
        if not request.needs & ~catalogue.stores[number].needs
        and catalogue.stores[number].serves(mode=mode, region=request.region)
    )


def offer_cells(offer: Offer, catalogue: Catalogue) -> tuple[Cell, ...]:
    """The cells an offer is drawn from, in order, each at the highest level it reaches there.

    A store narrows the needs to its stock: nobody asks there for more, and offers that differ only
    in what the store does not have become one type.
    """
    return tuple(
        Cell(Way(mode, region, number), Level(offer.size, stocked))
        for mode in members(Mode, offer.modes)
        for region in members(Region, offer.regions)
        for number in catalogue.reach(offer.preset)
        if (stocked := Bits(offer.needs & catalogue.stores[number].needs))
        and catalogue.stores[number].serves(mode=mode, region=region)
    )


def one_region(regions: int) -> Region:
    """The only region in a posted request's set."""
    _check_set(regions, len(Region), "regions")
    found = list(members(Region, regions))
    if len(found) != 1:
        raise CardError("a request names exactly one region")
    return found[0]


def _check_common(
    modes: int, preset: int, size: int, needs: int, agains: tuple[bytes, ...]
) -> None:
    _check_set(modes, len(Mode), "modes")
    _check_set(needs, len(Need), "needs")
    if not 0 <= size < len(Size):
        raise CardError("size is not a level")
    if not 0 <= preset <= PRESET_MAX:
        raise CardError(f"preset is 0 to {PRESET_MAX}")
    if len(agains) > AGAINS_MAX or len(set(agains)) != len(agains):
        raise CardError(f"at most {AGAINS_MAX} different agains")
    if any(len(again) != AGAIN_BYTES for again in agains):
        raise CardError(f"an again is {AGAIN_BYTES} bytes")


def _check_set(held: int, codes: int, name: str) -> None:
    if not 0 < held < 1 << codes:
        raise CardError(f"{name} is not a non-empty set of the {codes} codes")
