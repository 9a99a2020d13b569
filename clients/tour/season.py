"""A season through real processes: a node, a matcher, two clerks, and people who come and go.

Each epoch: whoever means to comes for a sitting, coordinators read their inboxes, clerks work
through invites and receipts, and the matcher closes the epoch. The matcher's reports are counts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from clients.coordinator import Coordinator, Standing
from clients.errors import NodeUnreachable
from clients.invites_text import InviteCodes
from clients.node import NodeClient, Recorder
from clients.operators.invites import join_slips, make_invites
from clients.operators.keyring import CoordinatorKeyring
from clients.operators.operator import OperatorClient
from clients.operators.signed_http import SignedHttp
from clients.tour.accidents import Accidents
from clients.tour.donors import DonorMemory, donor_sits
from clients.tour.families import FamilyMemory, family_sits
from clients.tour.scenario import Scenario
from clients.tour.steps import Telling, in_silence
from clients.tour.world import World
from clients.trial.circle import COORDINATORS, Trial
from clients.trial.entered import Entered
from clients.trial.interrupts import uninterrupted
from clients.trial.ports import free_port
from clients.trial.processes import NodeProcess, StepProcess
from crypto.almanac import DEFAULT_POLICY, Policy

INVITES_AT_ONCE = 20
"""As many as a node registers in one request."""

TRIES = 8
"""How often a person tries a sitting while the node is down; each try may last some seconds."""


def tour_policy() -> Policy:
    """The default durations, with enough invites a day for everybody of a tour."""
    return Policy(**{**DEFAULT_POLICY.model_dump(), "invites_per_day": 256, "batch_records": 24})


@dataclass
class Season(Entered):
    """The processes and people of one tour. Use as a context manager."""

    scenario: Scenario
    home: Path
    today: int
    told: Telling = in_silence
    recorder: Recorder | None = None
    prove: bool = True
    asks: bool = True
    accidents: Accidents = field(default_factory=Accidents)
    policy: Policy = field(default_factory=tour_policy)
    front: Callable[[int], str] | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    reports: list[dict[str, Any]] = field(default_factory=list)
    clerked: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self.trial = Trial(self.home / "trial")
        self.port = free_port()
        # Whoever wants to see what a node sees stands in front of it.
        self.url = f"http://127.0.0.1:{self.port}" if self.front is None else self.front(self.port)
        self.trial.found(today=self.today, address=self.url, policy=self.policy)
        self.circle = self.trial.circle()
        self.world = World(
            self.circle,
            self.today,
            self.connect,
            self.scenario.lot,
            told=self.told,
            connect_quickly=self.connect_quickly,
        )
        self.families = [
            FamilyMemory(player, come_back=player.arrives) for player in self.scenario.families
        ]
        self.donors = [
            DonorMemory(player, come_back=player.arrives) for player in self.scenario.donors
        ]
        self._asked: set[bytes] = set()

    def begin(self) -> None:
        """Start the processes, and open the first epoch."""
        with uninterrupted():
            # Accidents put others in their places: whichever they are then is stopped.
            self.node = self.start_node()
            self._ending.callback(lambda: self.node.stop())
            self.matcher = self.start_matcher()
            self._ending.callback(lambda: self.matcher.stop())
            self.clerks = [
                self._ending.enter_context(self._start_clerk(number))
                for number in range(COORDINATORS)
            ]
        self._desks = [
            self._ending.enter_context(closing(self._desk(number)))
            for number in range(COORDINATORS)
        ]
        self._ending.callback(self.accidents.end)
        self.matcher.step()  # opens the first epoch

    @property
    def is_over(self) -> bool:
        """Whether every family has what it came for or has gone, and no accident is to come."""
        everybody = all(family.over for family in self.families)
        return everybody and self.accidents.are_over(self.world.epoch)

    @property
    def epoch(self) -> int:
        """The one that is open."""
        return self.world.epoch

    def connect(self) -> NodeClient:
        """A client of the node, for one sitting."""
        return NodeClient(self.url, recorder=self.recorder)

    def connect_quickly(self) -> NodeClient:
        """A client for one of a crowd; here as for everybody."""
        return self.connect()

    def restart_node(self) -> None:
        """Kill the node as a power cut would, and start it over the same files."""
        self.node.kill()
        self.node = self.start_node()

    def start_node(self) -> NodeProcess:
        """The node's process, ready, in the surroundings that the season gives it."""
        node = self.trial.node(self.port, environment=self.environment)
        try:
            return node.wait_until_ready()
        except BaseException:  # nobody else knows of it yet
            node.kill()
            raise

    def committed(self) -> int:
        """The last epoch whose round is in, by the node's word."""
        client = self.connect()
        try:
            return client.epoch(self.circle).committed
        finally:
            client.close()

    def start_matcher(self) -> StepProcess:
        """The matcher's process, over its keyring."""
        arguments = ["matcher", "run", str(self.trial.matcher_keyring)]
        return self._start(arguments, "matcher", prove=self.prove)

    def hand_out_invites(self) -> None:
        """Slips for all families that have one, from both coordinators' halves."""
        invited = [memory for memory in self.families if memory.player.invited]
        if not invited:
            return
        slips: list[InviteCodes] = []
        while len(slips) < len(invited):
            count = min(INVITES_AT_ONCE, len(invited) - len(slips))
            slips += join_slips(*(self._half(desk, count) for desk in self._desks))
        for memory, slip in zip(invited, slips, strict=True):
            memory.invite = slip

    def _half(self, desk: Coordinator, count: int) -> list[bytes]:
        period = self.circle.period_on(self.today).number
        return make_invites(desk.keyring, desk.operator, self.circle, period=period, count=count)

    def live_one_epoch(self) -> dict[str, Any]:
        """People, coordinators, clerks, and the round that ends it; the round's report."""
        self.accidents.begin_epoch(self)
        self.live_people()
        self.live_desks()
        return self.close_epoch()

    def close_epoch(self) -> dict[str, Any]:
        """The matcher's round; its report."""
        report = self.accidents.close_epoch(self)
        self.reports.append(report)
        self.world.epoch += 1
        return report

    def live_people(self) -> None:
        """Whoever means to comes for a sitting."""
        due = [m for m in self.families if not m.over and m.come_back <= self.world.epoch]
        giving = [m for m in self.donors if not m.over and m.come_back <= self.world.epoch]
        sittings: list[Callable[[], None]] = [
            *(partial(family_sits, family, self.world) for family in due),
            *(partial(donor_sits, donor, self.world) for donor in giving),
        ]
        self.scenario.lot.shuffle(sittings)
        self.sit(sittings)

    def sit(self, sittings: Sequence[Callable[[], None]]) -> None:
        """One after the other; each comes again while the node is away."""
        for sitting in sittings:
            self._patiently(sitting)

    def live_desks(self) -> None:
        """Coordinators read their inboxes, clerks work through invites and receipts."""
        self._vet()
        for clerk in self.clerks:
            clerk.begin()
        self.clerked.extend(clerk.finish() for clerk in self.clerks)

    def _patiently(self, act: Callable[[], None]) -> None:
        """A person tries again when the node is away; every step may be repeated."""
        for attempt in range(TRIES):
            try:
                return act()
            except NodeUnreachable:
                if attempt == TRIES - 1:
                    raise
        return None

    def _vet(self) -> None:
        """What two people at their desks do: ask some, certify everybody who answered."""
        for desk in self._desks:
            self._patiently(partial(self._read_inbox, desk))

    def _read_inbox(self, desk: Coordinator) -> None:
        for waiting in desk.inbox():
            if waiting.standing is Standing.UNREADABLE or waiting.invited:
                continue
            asks = self.asks and desk.number == 0 and waiting.id[0] % 3 == 0
            if asks and waiting.id not in self._asked:
                desk.ask(waiting.id, self.scenario.lot.choice(self.scenario.questions))
                self._asked.add(waiting.id)
            elif not asks or waiting.answer:
                desk.certify(waiting.id)

    def _desk(self, number: int) -> Coordinator:
        keyring = CoordinatorKeyring.open(
            self.trial.coordinator_keyring(number), self.trial.passphrase
        )
        operator = OperatorClient(
            SignedHttp(self.url, keyring.secrets.signing_seed, self.circle.digest)
        )
        return Coordinator(keyring, operator, NodeClient(self.url), self.circle)

    def _start_clerk(self, number: int) -> StepProcess:
        keyring = str(self.trial.coordinator_keyring(number))
        return self._start(["coordinator", "clerk", keyring], f"clerk-{number}")

    def _start(self, arguments: list[str], name: str, *, prove: bool = False) -> StepProcess:
        return StepProcess(
            [
                *arguments,
                *("--node", self.url),
                *("--circle", str(self.trial.document)),
                *(["--prove"] if prove else []),
            ],
            log=self.home / f"{name}.log",
            passphrase=self.trial.passphrase,
        )
