"""Donors of a crowd come as they are needed: offers that nobody waits for would be visits for
nothing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from clients.tour.donors import DonorMemory
from clients.tour.families import FamilyMemory
from crypto.labels import BLIND_COUNT

SPARE = 1.1
"""So many times as many slots as parcels are asked for: not every donor gives to every family."""


@dataclass
class Calling:
    """Who of the crowd has been called."""

    donors: Sequence[DonorMemory]
    called: int = 0
    confirmed: int = 0

    def call(self, families: Sequence[FamilyMemory], epoch: int) -> None:
        """Call as many in *epoch* as the crowd's *families* ask for and will ask for in the next:
        whoever is called is certified by then."""
        here = [f for f in families if f.player.is_of_crowd and f.player.arrives <= epoch]
        standing = sum(min(f.player.parcels, f.confirmed + 1) for f in here)
        before, self.confirmed = self.confirmed, sum(f.confirmed for f in here)
        soon = self.confirmed - before
        wanted = math.ceil(SPARE * (standing + soon) / BLIND_COUNT)
        for donor in self.donors[self.called : wanted]:
            donor.come_back = epoch
        self.called = max(self.called, min(wanted, len(self.donors)))
