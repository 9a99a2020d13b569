"""What may be asked for and offered, checked where it is typed.

The matcher carries a card with anything else as void: its stamp would be spent on nothing.
"""

from __future__ import annotations

from clients.errors import WishRefused
from crypto.messages.intake import FAMILY
from crypto.messages.shelf import Wish

REGIONS, MODES, NEEDS = 7, 3, 3
MOST_SIZE, MOST_URGENCY = 2, 1
"""How many there are of each in `matching.catalogue`; a test holds the two against each other."""


def checked_wish(wish: Wish, role: int) -> Wish:
    """*wish*, if a card can be made of it: a family names one region, a donor at least one.

    Raises WishRefused.
    """
    for held, codes in ((wish.regions, REGIONS), (wish.modes, MODES), (wish.needs, NEEDS)):
        if not 0 < held < 1 << codes:
            raise WishRefused
    if role == FAMILY and wish.regions.bit_count() != 1:
        raise WishRefused
    if not (0 <= wish.size <= MOST_SIZE and 0 <= wish.urgency <= MOST_URGENCY):
        raise WishRefused
    if not 0 <= wish.preset <= 0xFF:
        raise WishRefused
    return wish
