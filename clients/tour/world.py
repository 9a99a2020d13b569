"""What is true for everybody of a tour at one moment, and how anybody comes to the node.

Every sitting derives the key from the nine lines and starts a client that knows nothing. What a
player remembers between sittings is what a person would: that it asked, when to come back, and
what came of it (`clients.tour.families`, `clients.tour.donors`).
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from clients.donor import Donor
from clients.family import Family
from clients.node import NodeClient
from clients.tour.scenario import Player
from clients.tour.steps import Telling, in_silence
from crypto.circle import Circle

FAILING = "FAILS-"
"""How a code begins that the store will not take; only the tour's families know."""


class WordLost(Exception):
    """Something that was acknowledged is not there any more."""


@dataclass
class World:
    """What is true for everybody at this moment."""

    circle: Circle
    today: int
    connect: Callable[[], NodeClient]
    lot: random.Random = field(repr=False)
    epoch: int = 1
    codes: list[str] = field(default_factory=list, repr=False)
    told: Telling = in_silence
    connect_quickly: Callable[[], NodeClient] | None = None
    family: type[Family] = Family
    donor: type[Donor] = Donor
    """What people's devices run."""
    crowds_family: type[Family] = Family
    crowds_donor: type[Donor] = Donor
    """The same for those of a crowd."""

    def client_for(self, player: Player) -> NodeClient:
        """The node, as *player* comes to it."""
        if player.is_of_crowd and self.connect_quickly is not None:
            return self.connect_quickly()
        return self.connect()

    def family_for(self, player: Player, client: NodeClient) -> Family:
        """The device of *player*, a family, at *client*."""
        kind = self.crowds_family if player.is_of_crowd else self.family
        return kind(player.key(), self.circle, client, self.today)

    def donor_for(self, player: Player, client: NodeClient) -> Donor:
        """The device of *player*, a donor, at *client*."""
        kind = self.crowds_donor if player.is_of_crowd else self.donor
        return kind(player.key(), self.circle, client, self.today)
