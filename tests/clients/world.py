"""A node, its operators and two people with lists, for tests of what people do.

Every call makes a new client object: nothing is carried from one step to the next but the list.
"""

from __future__ import annotations

import copy
from collections.abc import Callable

import httpx

from clients.donor import Donor
from clients.family import Family
from clients.node import NodeClient
from crypto.messages.shelf import Wish
from tests.circles import TrialCircle, make_trial_circle
from tests.fakes import DAY, Coordinators, FakeNode, Killed, KilledAfter, Matchmaker

FAMILY_LIST, DONOR_LIST, UNKNOWN_LIST = b"f" * 32, b"d" * 32, b"?" * 32
WISH = Wish(regions=0b1, modes=0b111, preset=0, size=1, needs=0b1, urgency=0)
VOUCHER, LOCKER, DELIVERY = 0, 1, 2

Requests = list[tuple[str, int, int]]
Step = Callable[["World", httpx.BaseTransport | None], object]


_STARTS: list[World] = []


class World:
    """One circle and everybody in it."""

    def __init__(self, trial: TrialCircle | None = None) -> None:
        self.trial = make_trial_circle() if trial is None else trial
        self.node = FakeNode(self.trial)
        self.coordinators = Coordinators(self.node)
        self.matchmaker = Matchmaker(self.node)
        self.requests: Requests = []

    def client(self, transport: httpx.BaseTransport | None = None) -> NodeClient:
        """A client of the node, or of whatever stands before it."""
        return NodeClient(
            "http://node",
            self.node if transport is None else transport,
            recorder=lambda _, path, body, size: self.requests.append((path, len(body), size)),
            pause=lambda _: None,
        )

    def family(
        self, transport: httpx.BaseTransport | None = None, list_key: bytes = FAMILY_LIST
    ) -> Family:
        """A family in a new process."""
        return Family(list_key, self.trial.circle, self.client(transport), self.node.today)

    def donor(
        self, transport: httpx.BaseTransport | None = None, list_key: bytes = DONOR_LIST
    ) -> Donor:
        """A donor in a new process."""
        return Donor(list_key, self.trial.circle, self.client(transport), self.node.today)

    def recorded(self, act: Callable[[], object]) -> Requests:
        """The requests of one act."""
        self.requests.clear()
        act()
        return list(self.requests)

    def asked(self) -> World:
        """Both have asked."""
        self.family().ask(WISH, "be", "we need food")
        self.donor().offer(WISH, "en", "I can help")
        return self

    def posted(self) -> World:
        """Both are certified, and their cards stand."""
        if self.node.drops or self.trial is not make_trial_circle():
            return self._posted()
        if not _STARTS:
            _STARTS.append(World()._posted())
        # The same start for every test: signing it anew would take most of a test's time.
        copied = copy.deepcopy(_STARTS[0], {id(self.trial): self.trial})
        self.node, self.requests = copied.node, copied.requests
        self.coordinators, self.matchmaker = copied.coordinators, copied.matchmaker
        return self

    def _posted(self) -> World:
        self.asked().coordinators.certify()
        self.family().visit()
        self.donor().visit()
        return self

    def held(self, mode: int = VOUCHER) -> World:
        """The family is held for the donor's slot 0."""
        self.posted().matchmaker.round(self.matchmaker.pair_first(mode))
        return self

    def agreed(self, mode: int = VOUCHER) -> World:
        """The donor has accepted, in voucher mode with CODE-1; the round has heard it."""
        self.held(mode).donor().accept(0, "CODE-1" if mode == VOUCHER else None)
        self.matchmaker.round()
        return self

    def finished(self, mode: int = VOUCHER) -> World:
        """The family has confirmed, with thanks; the slot is on its way."""
        self.agreed(mode)
        if mode != VOUCHER:
            self.family().show_address("Vulica 1")
            self.donor().ordered(0, "tomorrow")
        self.family().received("thank you", again=True)
        self.matchmaker.round()
        self.matchmaker.round()
        return self


def after_kills(world: World, step: Step, count: int, *, arrives: bool) -> None:
    """Run *step* in a process that dies with request *count*, then as often as it takes."""
    try:
        step(world, KilledAfter(world.node, count, arrives=arrives))
    except Killed:
        step(world, None)


__all__ = ["DAY", "DELIVERY", "DONOR_LIST", "LOCKER", "VOUCHER", "WISH", "World", "after_kills"]
