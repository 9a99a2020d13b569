"""Whatever people and operators do, in whatever order, the node is what the protocol says it is.

Random operations, wrong and late and twice (`tests.api.machine`), are asked of a node and of a
model of it (`tests.api.model`); after each one every row of every table has to agree. The node is
stopped and started in between, and in the second half of this file killed, also while requests are
on their way (`tests.api.machine.flights`).
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from api.store import open_engine
from tests import backends
from tests.api.machine.desks import Desks
from tests.api.machine.flights import Flights
from tests.api.machine.machine import CLAIMS_PER_DAY
from tests.api.machine.rounds import Rounds
from tests.api.machine.visiting import Visiting
from tests.api.model import Tables
from tests.api.nodes import rows
from tests.api.servers import ServedProcess, SocketNode


class NodeMachine(Rounds, Visiting, Desks):
    """Everybody at once."""


class KilledNodeMachine(NodeMachine):
    """The same, by a served process that gets no warning of its end."""

    def start(self) -> None:
        clock_file = self.directory / "clock"
        clock_file.write_text(str(self.clock()))
        if not hasattr(self, "process"):
            self.process = ServedProcess(
                self.directory,
                self.trial,
                clock_file,
                claims_per_day=CLAIMS_PER_DAY,
                leap_seconds=0,
            )
        self.node = SocketNode(self.trial, self.process.start())
        self.model.added.clear()

    def stop(self) -> None:
        self.node.close()
        self.kill()

    def kill(self) -> None:
        self.process.kill()

    def tables(self) -> Tables:
        engine = open_engine(backends.current.url(self.directory))
        try:
            return rows(engine)
        finally:
            engine.dispose()

    def sweep_node(self) -> None:
        self.stop()
        self.start()

    def pass_days(self, days: int) -> None:
        super().pass_days(days)
        (self.directory / "clock").write_text(str(self.clock()))


class OvertakenNodeMachine(KilledNodeMachine, Flights):
    """The same, and its end comes while requests are on their way."""


def run(machine: type[NodeMachine], examples: int, steps: int) -> None:
    chosen = settings(
        max_examples=examples,
        stateful_step_count=steps,
        suppress_health_check=list(HealthCheck),
        # What is drawn inside differs from run to run, so a shorter example is worth little.
        phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
    )
    run_state_machine_as_test(machine, settings=chosen)


def test_a_node_is_what_its_model_says_whatever_happens(backend: backends.Backend) -> None:
    run(NodeMachine, examples=15, steps=40)


def test_a_killed_node_is_what_its_model_says(backend: backends.Backend) -> None:
    run(KilledNodeMachine, examples=2, steps=20)


def test_what_was_on_its_way_when_a_node_died_is_done_or_not(backend: backends.Backend) -> None:
    """Once of each kind, whatever the machine above happens to draw."""
    machine = OvertakenNodeMachine()
    try:
        machine.begin_epoch(1)
        machine.new_card(late=0, wrong="")
        machine.agrees()
        machine.die_while_people_come(cards=3, pause=10)
        machine.agrees()
        machine.die_while_an_epoch_closes(pause=10)
        machine.agrees()
        if machine.model.closed is None:
            machine.begin_epoch(machine.model.opened + 1)
        machine.die_while_a_round_is_committed(pause=10)
        machine.agrees()
    finally:
        machine.teardown()


@pytest.mark.long
def test_a_node_is_what_its_model_says_for_a_long_time(backend: backends.Backend) -> None:
    run(NodeMachine, examples=400, steps=80)


@pytest.mark.long
def test_a_node_killed_many_times_is_what_its_model_says(backend: backends.Backend) -> None:
    run(OvertakenNodeMachine, examples=15, steps=50)
