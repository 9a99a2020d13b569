"""A season of the tour that ends in the middle of business: the node is frozen where it stands.

    live whole epochs ─▶ live half a one ─▶ freeze at a request drawn by lot ─▶ (search) ─▶ kill

Everything is real: the node and the matcher are processes, people speak the protocol.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

from clients.coordinator import Coordinator
from clients.drill.calling import Calling
from clients.drill.cores import end_by_a_dump
from clients.drill.crowd import PublicFacts, QuickDesk, QuickNode, QuickVisits
from clients.drill.memory import with_descendants
from clients.drill.noting import Notes, noted_clients
from clients.drill.recorded import Recording
from clients.drill.traffic import PATIENCE_SECONDS, Seized, Traffic
from clients.node import NodeClient
from clients.operators.operator import OperatorClient
from clients.operators.signed_http import SignedHttp
from clients.people.person import THREADS
from clients.tour.families import family_sits
from clients.tour.season import Season
from clients.trial.onlooker import Onlooker
from crypto.keys import Person

AT_ONCE = 8
"""Sittings; with fewer the node waits for people, who compute more than it does."""

A_LITTLE = 8
"""Requests; after them a pause is tried again."""

LAST = 1 << 20
"""The epoch in which somebody arrives who asks last and whom nobody has certified yet."""

LULL_SECONDS = 0.002
"""At most; between the alarm, as a request leaves, and the freezing of the node."""

MOMENTS = {
    "matcher_round": "/operator/read",  # cards are open; it asks for their outboxes
    "matcher_commit": "/operator/rounds/",  # pairs are drawn, and everything is written
}
"""When a matcher is frozen in a round, in this order: at its first request for such a path."""


@dataclass
class DrillSeason(Season):
    """A season that can be interrupted. Use as a context manager."""

    traffic: Traffic = field(default_factory=Traffic)

    def __post_init__(self) -> None:
        # Whoever goes the ordinary way comes by the onlooker and is recorded whole; of a crowd that
        # would fill the memory.
        self.recording = Recording()
        self._onlooker = Onlooker(self.recording.keep, self._comes)
        self._freeze_before = ""
        self._is_frozen = threading.Event()
        self.front = self._onlooker.before
        self._onlooker.__enter__()
        super().__post_init__()
        self.notes = Notes()
        usual, crowds = noted_clients(self.notes)
        self.world.family, self.world.donor = usual
        self.world.crowds_family, self.world.crowds_donor = crowds
        period = self.circle.period_on(self.today).number
        self._calling = Calling([donor for donor in self.donors if donor.player.is_of_crowd])
        self._facts = PublicFacts()
        self._quick = threading.local()
        self._quick_nodes: list[QuickNode] = []
        self._known = {
            person.thread(number).key: person
            for player in (*self.scenario.families, *self.scenario.donors)
            if player.is_of_crowd
            for person in [
                Person.from_list_key(player.key(), circle=self.circle.digest, period=period)
            ]
            for number in THREADS
        }

    def begin(self) -> None:
        """Start the processes; the onlooker stands since this was made."""
        self._ending.push(self._onlooker)
        super().begin()
        self._ending.callback(self._hang_up)
        self._ending.callback(self._end)

    def _end(self) -> None:
        """Whatever is going on: a frozen node hears no word, and nobody waits for it any longer."""
        self.traffic.is_seized = True
        self.node.kill()

    def _hang_up(self) -> None:
        while self._quick_nodes:
            self._quick_nodes.pop().hang_up()

    def connect(self) -> NodeClient:
        """A client of the node for one sitting, on a connection of its own."""
        return NodeClient(self.url, self.traffic.sitting(), recorder=self.recorder)

    def connect_quickly(self) -> QuickNode:
        """The client of whoever of the crowd sits in this thread."""
        if not hasattr(self._quick, "node"):
            self._quick.node = QuickNode(
                "127.0.0.1", self.port, self.traffic, self._facts, self.recording.note
            )
            self._quick_nodes.append(self._quick.node)
        node: QuickNode = self._quick.node
        return node

    def live_people(self) -> None:
        """Whoever means to comes for a sitting, and donors who are needed."""
        self._calling.call(self.families, self.world.epoch)
        super().live_people()

    def sit(self, sittings: Sequence[Callable[[], None]]) -> None:
        """Several at once."""
        self._facts.forget()
        self._at_once(sittings)
        self._hang_up()

    def _at_once(self, acts: Sequence[Callable[[], None]]) -> None:
        with ThreadPoolExecutor(AT_ONCE) as rooms:
            try:
                for done in [rooms.submit(self._patiently, act) for act in acts]:
                    done.result()
            except BaseException:  # somebody wants it to end, too
                self.traffic.is_seized = True
                rooms.shutdown(cancel_futures=True)
                raise

    def _desk(self, number: int) -> Coordinator:
        known = super()._desk(number)
        known.close()
        # Not by the onlooker, who keeps whole what it sees.
        node = f"http://127.0.0.1:{self.port}"
        signed = SignedHttp(node, known.keyring.secrets.signing_seed, self.circle.digest)
        visits = QuickVisits(node, self.connect_quickly)
        return QuickDesk(
            known.keyring, OperatorClient(signed), visits, self.circle, known=self._known
        )

    def _read_inbox(self, desk: Coordinator) -> None:
        assert isinstance(desk, QuickDesk)
        self._at_once(desk.crowd_waiting())
        super()._read_inbox(desk)

    def let_one_ask(self) -> None:
        """Whoever asks last does, and finds the desks empty."""
        for family in self.families:
            if family.player.arrives == LAST:
                self.sit([partial(family_sits, family, self.world)])

    def live_until_seized(self, requests: int, pause: Callable[[], int | None]) -> None:
        """Begin an epoch, *pause* about *requests* requests into it, and freeze the node then.

        While *pause* works nobody sends anything. It answers after how many requests more the node
        is to be frozen, or nothing if it wants to be called again a little later.
        """
        frozen, paused = threading.Event(), threading.Event()

        def freeze() -> None:
            threading.Event().wait(self.scenario.lot.uniform(0, LULL_SECONDS))
            stop_processes(self.node.pid)
            frozen.set()

        self.traffic.alarm = paused.set
        self.traffic.alarm_at = self.traffic.requests + max(1, requests)
        self._life = threading.Thread(target=self._live)
        self._life.start()
        more = None
        while more is None:
            while not paused.wait(0.05) and self._life.is_alive():
                pass
            paused.clear()
            with self.traffic.held():
                more = pause()
                if more is None and not self._life.is_alive():
                    more = 1  # nobody comes any more
                if more is not None:
                    self.traffic.alarm = lambda: threading.Thread(target=freeze).start()
                self.traffic.alarm_at = self.traffic.requests + (more or A_LITTLE)
        while not frozen.wait(0.05):
            if not self._life.is_alive():  # fewer requests than that; it is quiet now
                stop_processes(self.node.pid)
                break

    def end_life(self) -> bool:
        """End the frozen node at once, whoever waits for it giving up; whether it dumped a core."""
        self.traffic.is_seized = True
        is_dumped = end_by_a_dump(self.node.pid)
        self.node.kill()
        self._life.join()
        return is_dumped

    def in_the_middle_of_a_round(self, look: Callable[[str, int], None]) -> None:
        """Let the matcher work a round, and *look* at it at each of `MOMENTS`."""
        for number, (moment, path) in enumerate(MOMENTS.items()):
            self._is_frozen.clear()
            self._freeze_before = path
            if number:
                self._thaw_matcher()
            else:
                self.matcher.begin()
            if not self._is_frozen.wait(PATIENCE_SECONDS):
                raise self.matcher.failed(f"{moment} never came")
            look(moment, self.matcher.pid)
        self._thaw_matcher()
        self.reports.append(self.matcher.finish())
        self.world.epoch += 1

    def _thaw_matcher(self) -> None:
        for process in with_descendants(self.matcher.pid):
            os.kill(process, signal.SIGCONT)

    def _comes(self, path: str) -> None:
        """A request is about to reach the node."""
        if self._freeze_before and path.startswith(self._freeze_before):
            self._freeze_before = ""
            stop_processes(self.matcher.pid)
            self._is_frozen.set()

    def _live(self) -> None:
        try:
            self.live_people()
        except Seized:
            return


def stop_processes(pid: int) -> None:
    """Freeze a process and all that it began."""
    for process in with_descendants(pid):
        os.kill(process, signal.SIGSTOP)
