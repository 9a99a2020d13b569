"""A node and a model of it, side by side; whoever uses them adds rules of its own."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import httpx
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from api.sweep import tidy
from crypto.periods import days_of
from tests.api.model import Model, Tables
from tests.api.nodes import Clock, Spoken, assert_problem, running_node
from tests.api.people import Card, Claim, Drop, Intake, RoundWork
from tests.circles import TrialCircle, make_trial_circle

TRIAL_POLICY = {
    "intake_pool": 4,
    "intake_draw": 2,
    "invites_per_day": 4,
    "drop_days": 6,
    "jitter_days": 0,
    "keep_days": 9,
}

CLAIMS_PER_DAY = 2

which = st.integers(0, 255)
"""Which of those that were made; taken modulo how many there are."""

coordinator = st.sampled_from((0, 1))


@cache
def trial_circle() -> TrialCircle:
    return make_trial_circle(**TRIAL_POLICY)


def expect(answer: httpx.Response, reasons: set[str], *statuses: int) -> bool:
    """Whether it was granted: exactly when there is no reason against it."""
    if not reasons:
        assert answer.status_code in statuses, answer.text
        return True
    assert answer.json()["code"] in reasons
    assert_problem(answer, answer.status_code, answer.json()["code"])
    return False


class Machine(RuleBasedStateMachine):
    """A node and its model, their days, and all that anybody remembers of them.

    Always true: every row of every table is what the model says.
    """

    def __init__(self) -> None:
        super().__init__()
        self.open_things = ExitStack()
        self.directory = Path(self.open_things.enter_context(tempfile.TemporaryDirectory()))
        self.trial = trial_circle()
        self.clock = Clock()
        self.model = Model(self.trial, day=self.today, claims_per_day=CLAIMS_PER_DAY)
        self.cards: list[Card] = []
        self.intakes: list[tuple[Intake, int, bytes]] = []
        self.slips: list[tuple[bytes, bytes]] = []
        self.invitations: list[tuple[int, list[bytes], int]] = []
        self.drops: list[Drop] = []
        self.noticed: list[Drop] = []
        self.claimed: list[Claim] = []
        self.challenges: list[bytes] = []
        self.documents: dict[int, bytes] = {}
        self.work: RoundWork | None = None
        self.own: dict[bytes, bytes] = {}
        self.headers: list[tuple[RoundWork, bytes]] = []
        self.known_batches: dict[bytes, tuple[int, bytes]] = {}
        self.start()

    # The node under test

    node: Spoken

    def start(self) -> None:
        self.life = ExitStack()
        running = running_node(
            self.directory, self.trial, self.clock, claims_per_day=CLAIMS_PER_DAY, leap_seconds=0
        )
        self.node = self.life.enter_context(running)
        self.model.added.clear()

    def stop(self) -> None:
        self.life.close()

    def tables(self) -> Tables:
        return self.node.rows()

    def sweep_node(self) -> None:
        tidy(self.node.node.store, self.today)

    def pass_days(self, days: int) -> None:
        self.clock.pass_days(days)

    def teardown(self) -> None:
        self.stop()
        self.open_things.close()

    @property
    def today(self) -> int:
        return int(self.clock() // 86_400)

    @invariant()
    def agrees(self) -> None:
        self.model.agree(self.tables())

    @rule(really=st.sampled_from((True, False, False)))
    def restart(self, really: bool) -> None:
        if really:
            self.stop()
            self.start()
            self.model.sweep()

    @rule(days=st.sampled_from((1, 3, 7, 7, 30)), swept=st.sampled_from((True, True, False)))
    def days_pass(self, days: int, swept: bool) -> None:
        if self.today + days <= days_of(self.trial.period)[1] + 10:
            self.pass_days(days)
            self.model.day = self.today
        if swept:
            self.sweep()

    @rule()
    def sweep(self) -> None:
        self.sweep_node()
        self.model.sweep()
