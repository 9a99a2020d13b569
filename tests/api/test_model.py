"""Whatever people and operators do, in whatever order, the node is what the protocol says it is.

Random operations, wrong and late and twice, are asked of a node and of a model of it
(`tests.api.model`); after each one every row of every table has to agree. The node is stopped and
started in between, and in the second half of this file killed.
"""

from __future__ import annotations

import json
import secrets
import tempfile
from contextlib import ExitStack
from dataclasses import replace
from functools import cache
from pathlib import Path

import httpx
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from api.store import open_engine
from api.sweep import tidy
from api.work import work_bits
from crypto.certificates import Stamp
from crypto.labels import hashed, u32
from crypto.periods import days_of
from tests import backends
from tests.api.model import INVITE, WORK, Model, Tables, kept
from tests.api.nodes import Clock, Spoken, assert_problem, rows, running_node
from tests.api.people import (
    JSON,
    Card,
    Claim,
    Drop,
    Intake,
    RoundWork,
    a_record,
    as_coordinator,
    as_matcher,
    epoch_descriptor,
    frozen_rows,
    meet,
)
from tests.api.servers import ServedProcess
from tests.api.test_batches import rows_of
from tests.api.test_invites import invites_body
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


class NodeMachine(RuleBasedStateMachine):
    """Everybody at once."""

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
            self.directory, self.trial, self.clock, claims_per_day=CLAIMS_PER_DAY
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

    # Its life

    @initialize(rounds=st.sampled_from((1, 2, 0, None)))
    def begin(self, rounds: int | None) -> None:
        if rounds is not None:
            self.begin_epoch(1)
        for _ in range(rounds or 0):
            self.new_card(late=0, wrong="")
            self.whole_round(part_rows=1)

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

    # People

    @rule(
        late=st.sampled_from((0, 0, 0, 0, -1, 1)),
        wrong=st.sampled_from(("",) * 5 + ("signature", "period", "twice", "taken", "permit")),
    )
    def new_card(self, late: int, wrong: str) -> None:
        period = self.trial.period - (wrong == "period")
        stamp = self.trial.stamp(secrets.token_bytes(32), period)
        if wrong == "signature":
            stamp = Stamp(stamp.period, stamp.nonce, bytes(256))
        card = Card(stamp)
        if wrong == "twice":
            card.drops[4] = Drop(card.drops[0].w)
        if wrong == "taken" and self.drops:
            card.drops[2] = Drop(self.drops[-1].w)
        if wrong == "permit" and self.cards:
            card.permit = self.cards[-1].permit
        self.post_card(card, self.model.opened + late, genuine=wrong != "signature")

    @precondition(lambda self: self.cards)
    @rule(
        one=which,
        late=st.sampled_from((0, 0, -1, 1)),
        change=st.sampled_from(("", "", "record", "retry", "drops")),
    )
    def card_again(self, one: int, late: int, change: str) -> None:
        card = self.cards[one % len(self.cards)]
        if change:
            other = Card(card.stamp)
            card = replace(card, **{change: getattr(other, change)})
        self.post_card(card, max(0, self.model.opened + late))

    def post_card(self, card: Card, epoch: int, *, genuine: bool = True) -> None:
        epoch = max(0, epoch)
        reasons = self.model.card_reasons(card, epoch, genuine=genuine)
        answer = self.node.post("/cards", card.body(epoch))
        if expect(answer, reasons, 201):
            assert answer.json() == {"status": "accepted"}
            self.model.post_card(card, epoch)
        if genuine:
            self.cards.append(card)
            self.drops += card.drops

    @rule(
        count=st.integers(1, 3),
        number=coordinator,
        wrong=st.sampled_from(("", "", "", "period", "other pair")),
    )
    def print_slips(self, count: int, number: int, wrong: str) -> None:
        """Slips of two codes, one for each coordinator; sometimes only one hands its half in."""
        slips = [
            (
                hashed("klunak invite", secrets.token_bytes(8)),
                hashed("klunak invite", secrets.token_bytes(8)),
            )
            for _ in range(count)
        ]
        self.slips += slips
        period = self.trial.period - (wrong == "period")
        for place in (0, 1) if wrong != "other pair" else (number,):
            self.hand_in(place, [kept(slip[place]) for slip in slips], period)

    @precondition(lambda self: self.invitations)
    @rule(one=which, number=coordinator)
    def hand_in_again(self, one: int, number: int) -> None:
        _, hashes, period = self.invitations[one % len(self.invitations)]
        self.hand_in(number, hashes, period)

    def hand_in(self, number: int, hashes: list[bytes], period: int) -> None:
        reasons = self.model.invite_reasons(number, hashes, period)
        body = invites_body(period, hashes)
        answer = as_coordinator(self.node, number, "POST", "/operator/invites", body, JSON)
        if expect(answer, reasons, 201):
            self.model.keep_invites(number, hashes, period)
        self.invitations.append((number, hashes, period))

    @precondition(lambda self: self.slips)
    @rule(one=which, wrong=st.sampled_from(("", "", "", "pair", "period", "twice", "token")))
    def invited_intake(self, one: int, wrong: str) -> None:
        tokens = list(self.slips[one % len(self.slips)])
        if wrong == "token":
            tokens[1] = secrets.token_bytes(32)
        self.post_intake(self.an_intake(wrong), INVITE, b"".join(tokens))

    @rule(wrong=st.sampled_from(("", "", "", "pair", "period", "twice", "challenge")))
    def worked_intake(self, wrong: str) -> None:
        intake = self.an_intake(wrong)
        known = wrong != "challenge" and bool(self.challenges)
        challenge = self.challenges[-1] if known else secrets.token_bytes(16)
        bits = work_bits(len(self.model.waiting), self.model.policy.intake_pool)
        admission = intake.worked(challenge, bits)[1:65]
        self.post_intake(intake, WORK, admission, known_challenge=known)

    def an_intake(self, wrong: str) -> Intake:
        pair = (1, 0) if wrong == "pair" else (0, 1)
        intake = Intake(self.trial.period - (wrong == "period"), pair)
        if wrong == "twice":
            intake.drops[3] = Drop(intake.drops[1].w)
        return intake

    @precondition(lambda self: self.intakes)
    @rule(one=which, change=st.sampled_from(("", "", "", "retry", "drops")))
    def intake_again(self, one: int, change: str) -> None:
        intake, kind, admission = self.intakes[one % len(self.intakes)]
        if change:
            intake = replace(intake, **{change: getattr(Intake(intake.period), change)})
        # The work was done for other bytes, or for a challenge that no longer counts.
        self.post_intake(intake, kind, admission, known_challenge=False)

    def post_intake(
        self, intake: Intake, kind: int, admission: bytes, *, known_challenge: bool = True
    ) -> None:
        reasons = self.model.intake_reasons(
            intake, kind, admission, known_challenge=known_challenge
        )
        answer = self.node.post("/intake", bytes([kind]) + admission + intake.rest)
        if kind == WORK and reasons == {"wrong_work"} and answer.status_code == 201:
            return self.lucky(intake, kind, admission)
        if expect(answer, reasons, 201):
            assert answer.json() == {"status": "accepted"}
            self.model.post_intake(intake, kind, admission)
        self.intakes.append((intake, kind, admission))
        self.drops += intake.drops
        return None

    def lucky(self, intake: Intake, kind: int, admission: bytes) -> None:
        """Other bytes under the same nonce are worth a place once in sixteen times."""
        assert admission[:16] in self.challenges[-2:]
        self.model.post_intake(intake, kind, admission)
        self.drops += intake.drops

    @precondition(lambda self: self.drops or self.noticed)
    @rule(picked=st.lists(st.tuples(which, st.sampled_from("rrrrbwa?")), min_size=1, max_size=12))
    def look(self, picked: list[tuple[int, str]]) -> None:
        asked = [self.secret_of(one, how) for one, how in picked]
        asked += [secrets.token_bytes(32) for _ in range(12 - len(asked))]
        answer = self.node.post("/visit/look", b"".join(asked))
        assert (answer.status_code, len(answer.content)) == (200, 49_152)
        for place, secret in enumerate(asked):
            found = answer.content[place * 4_096 : (place + 1) * 4_096]
            standing = self.model.read(hashed("klunak address", secret))
            assert found == standing or (standing is None and found not in self.all_records())

    @precondition(lambda self: self.drops)
    @rule(
        picked=st.lists(st.tuples(which, st.sampled_from("rrbb?")), max_size=4),
        how=st.sampled_from(("new", "new", "mine", "theirs", "elses")),
        one=which,
        has_card=st.sampled_from((True, True, False)),
    )
    def meet(self, picked: list[tuple[int, str]], how: str, one: int, has_card: bool) -> None:
        asked = [self.secret_of(number, what) for number, what in picked]
        asked += [secrets.token_bytes(32) for _ in range(4 - len(asked))]
        claim = Claim()
        if has_card and self.cards:
            claim.permit = self.cards[one % len(self.cards)].permit
        if how != "new" and self.claimed:
            earlier = self.claimed[one % len(self.claimed)]
            claim.tag = earlier.tag
            claim.token = earlier.token if how == "mine" else claim.token
        before = self.all_records()
        records, verdict = meet(self.node, claim, asked)
        for secret, found in zip(asked, records, strict=True):
            address = hashed("klunak address", secret)
            standing = self.model.drops[address].record if address in self.model.drops else None
            assert found == standing or (standing is None and found not in before)
        for secret in asked:
            self.model.blank(hashed("klunak address", hashed("klunak read", secret)))
        assert verdict == self.model.claim(claim)
        self.claimed.append(claim)

    @precondition(lambda self: self.drops)
    @rule(
        picked=st.lists(
            st.tuples(
                which, st.sampled_from("wwwwb?"), st.sampled_from(("now", "now", "old", "same"))
            ),
            max_size=8,
        )
    )
    def leave(self, picked: list[tuple[int, str, str]]) -> None:
        body, expected = b"", b""
        for one, how, over in picked:
            drop, secret = self.drops[one % len(self.drops)], self.secret_of(one, how)
            standing = self.model.read(drop.row[:32]) or drop.record
            replaced = bytes(32) if over == "old" else hashed("klunak record", standing)
            record = standing if over == "same" else a_record()
            body += secret + replaced + record
            written = hashed(
                "klunak address", hashed("klunak read", hashed("klunak blank", secret))
            )
            expected += bytes([self.model.write(written, replaced, record)])
        decoys = 8 - len(picked)
        body += b"".join(Drop().write(a_record()) for _ in range(decoys))
        answer = self.node.post("/visit/leave", body)
        assert (answer.status_code, answer.content) == (200, expected + bytes(decoys))

    def secret_of(self, one: int, how: str) -> bytes:
        every = [*self.drops, *self.noticed]
        drop = every[one % len(every)]
        return {"r": drop.r, "b": drop.b, "w": drop.w, "a": drop.row[:32]}.get(
            how, secrets.token_bytes(32)
        )

    def all_records(self) -> set[bytes]:
        drops = {drop.record for drop in self.model.drops.values() if drop.record}
        return drops | {record for record, _ in self.model.notices.values()}

    # The matcher

    @rule(step=st.sampled_from((1, 1, 1, 1, 0, 2)), other=st.booleans())
    def publish(self, step: int, other: bool) -> None:
        self.begin_epoch(self.model.opened + step, other=other)

    def begin_epoch(self, epoch: int, *, other: bool = False) -> None:
        if epoch == 0:
            return
        document = self.documents.get(epoch)
        if document is None or other:
            document = epoch_descriptor(self.node, epoch, secrets.token_bytes(1_216))
        reasons = self.model.epoch_reasons(epoch, document)
        answer = as_matcher(self.node, "POST", "/operator/epochs", document, JSON)
        if expect(answer, reasons, 200, 201):
            assert answer.status_code == self.model.begin_epoch(epoch, document)
            self.documents[epoch] = document
            if answer.status_code == 201:
                tables = self.tables()
                self.challenges = [row[3] for row in sorted(tables["epochs"])[-2:]]
                self.model.learn(tables)
                self.model.sweep()

    @rule()
    def ask_where_the_round_is(self) -> None:
        answer = as_matcher(self.node, "GET", "/operator/round")
        assert answer.json() == {
            "open": self.model.opened,
            "closed": self.model.closed,
            "committed": self.model.committed,
            "cards": 0 if self.model.closed is None else len(self.model.frozen()),
        }
        epoch = self.node.get("/epoch")
        if expect(epoch, set() if self.model.opened else {"no_epoch"}, 200):
            assert epoch.json()["committed"] == self.model.committed

    @precondition(lambda self: self.model.closed)
    @rule(part_rows=st.sampled_from((1, 2, 256)))
    def collect(self, part_rows: int) -> None:
        closed = self.model.closed
        assert closed is not None
        frozen = frozen_rows(self.node, closed)
        assert {record for _, record in frozen} == set(self.model.frozen())
        self.own = dict(frozen)
        self.noticed += [Drop() for _ in frozen]
        new = self.noticed[len(self.noticed) - len(frozen) :]
        self.work = RoundWork(
            closed,
            cards=[(address, a_record()) for address, _ in frozen],
            notices=sorted((drop.row[:32], drop.record) for drop in new),
            batches=[(number, a_record()) for number in (0, 0, 1, 1)],
            part_rows=part_rows,
        )
        answers = rows_of(as_matcher(self.node, "GET", "/operator/answers").content)
        assert answers == {
            i: record for i, (_, record, epoch) in self.model.answers.items() if epoch <= closed
        }

    @precondition(lambda self: self.work)
    @rule(one=which, whole=st.booleans(), stray=st.sampled_from((False, False, True)))
    def upload(self, one: int, whole: bool, stray: bool) -> None:
        assert self.work is not None
        parts = list(enumerate(self.work.parts))
        if not whole:
            parts = [parts[one % len(parts)]]
        for number, body in parts[::-1]:
            self.upload_part(self.work.epoch, number, body if not stray else body[:1] + body[:0:-1])

    def upload_part(self, epoch: int, number: int, body: bytes) -> None:
        path = f"/operator/rounds/{epoch}/parts/{number}"
        reasons = set() if epoch == self.model.closed else {"wrong_epoch"}
        if expect(as_matcher(self.node, "PUT", path, body), reasons, 204):
            self.model.parts[number] = body

    @precondition(lambda self: self.work)
    @rule(
        wrong=st.sampled_from(
            (
                "",
                "",
                "",
                "card missing",
                "stranger",
                "falling",
                "notice in use",
                "over a drop",
                "batch",
            )
        ),
        uploaded=st.booleans(),
    )
    def commit(self, wrong: str, uploaded: bool) -> None:
        assert self.work is not None
        work = self.spoilt(self.work, wrong)
        header = work.header(self.node)
        if uploaded:
            for number, body in enumerate(work.parts):
                self.upload_part(work.epoch, number, body)
        self.send_commit(work, header)

    def spoilt(self, work: RoundWork, wrong: str) -> RoundWork:
        cards, notices, batches = work.cards, work.notices, work.batches
        if wrong == "card missing" and cards:
            cards, notices = cards[1:], notices[1:]
        elif wrong == "stranger":
            cards = sorted([*cards, (secrets.token_bytes(32), a_record())])
            notices = sorted([*notices, (secrets.token_bytes(32), a_record())])
        elif wrong == "falling":
            cards = cards[::-1]
        elif wrong == "notice in use" and notices and self.model.notices:
            notices = sorted([*notices[1:], (min(self.model.notices), a_record())])
        elif wrong == "over a drop" and notices and self.drops:
            # Not wrong: a card's owner may have reserved the place of its own notice.
            notices = sorted([*notices[1:], (self.drops[-1].row[:32], a_record())])
        elif wrong == "batch":
            batches = batches[1:]
        return replace(work, cards=cards, notices=notices, batches=batches)

    @precondition(lambda self: self.model.opened)
    @rule(part_rows=st.sampled_from((1, 2, 256)))
    def whole_round(self, part_rows: int) -> None:
        """What the other rules seldom do in the right order."""
        if self.model.closed is None:
            self.begin_epoch(self.model.opened + 1)
        self.collect(part_rows)
        self.commit(wrong="", uploaded=True)

    @precondition(lambda self: self.model.opened)
    @rule()
    def matcher_sleeps(self) -> None:
        """Cards that were posted in time wait for a round that comes when their days are over."""
        if self.model.closed is None:
            self.new_card(late=0, wrong="")
            self.begin_epoch(self.model.opened + 1)
        self.days_pass(days=7, swept=True)

    @precondition(lambda self: self.headers)
    @rule(one=which)
    def commit_again(self, one: int) -> None:
        self.send_commit(*self.headers[one % len(self.headers)])

    def send_commit(self, work: RoundWork, header: bytes) -> None:
        reasons = self.model.commit_reasons(work, header, self.own)
        answer = work.commit(self.node, header)
        if expect(answer, reasons, 200):
            assert answer.json() == {"committed": work.epoch}
            self.model.commit(work, header, self.own)
        self.headers.append((work, header))

    @precondition(lambda self: self.headers)
    @rule(one=which)
    def read_header(self, one: int) -> None:
        epoch = self.headers[one % len(self.headers)][0].epoch
        answer = as_matcher(self.node, "GET", f"/operator/rounds/{epoch}")
        committed = self.model.headers.get(epoch)
        if expect(answer, set() if committed else {"not_found"}, 200):
            assert committed is not None
            assert answer.json() == json.loads(committed)

    # Coordinators

    @rule(number=coordinator, one=which, erase=st.booleans())
    def read_inbox(self, number: int, one: int, erase: bool) -> None:
        inbox = rows_of(as_coordinator(self.node, number, "GET", "/operator/intake").content)
        assert set(inbox.values()) == {r for n, r in self.model.inboxes if n == number}
        if erase and inbox:
            gone = sorted(inbox)[one % len(inbox)]
            for who in (1 - number, number, number):  # a stranger's word changes nothing
                answer = as_coordinator(self.node, who, "DELETE", f"/operator/intake/{gone.hex()}")
                assert answer.status_code == 204
            del self.model.inboxes[number, inbox[gone]]

    @rule(number=coordinator)
    def read_batches(self, number: int) -> None:
        found = rows_of(as_coordinator(self.node, number, "GET", "/operator/batches").content)
        assert set(found.values()) == {r for n, r in self.model.batches if n == number}
        self.known_batches.update({i: (number, record) for i, record in found.items()})

    @precondition(lambda self: self.known_batches)
    @rule(
        one=which,
        late=st.sampled_from((0, 0, 0, -1, 1)),
        strange=st.sampled_from((False,) * 4 + (True,)),
    )
    def answer(self, one: int, late: int, strange: bool) -> None:
        batch = sorted(self.known_batches)[one % len(self.known_batches)]
        known = self.known_batches[batch]
        who, epoch, record = known[0], self.model.opened + late, a_record()
        reasons = self.model.answer_reasons(batch, known, epoch)
        if strange:
            who, reasons = 1 - who, {"unknown_batch"}
        path = f"/operator/answers/{batch.hex()}"
        if expect(as_coordinator(self.node, who, "PUT", path, u32(epoch) + record), reasons, 204):
            self.model.answer(batch, known, epoch, record)


class SocketNode(Spoken):
    """A node in another process."""

    def __init__(self, trial: TrialCircle, address: str) -> None:
        self.trial = trial
        self._client = httpx.Client(base_url=address, trust_env=False)

    def request(self, method: str, path: str, **kwargs: object) -> httpx.Response:
        return self._client.request(method, path, **kwargs)  # type: ignore[arg-type]

    def close(self) -> None:
        self._client.close()


class KilledNodeMachine(NodeMachine):
    """The same, by a served process that gets no warning of its end."""

    def start(self) -> None:
        clock_file = self.directory / "clock"
        clock_file.write_text(str(self.clock()))
        if not hasattr(self, "process"):
            self.process = ServedProcess(
                self.directory, self.trial, clock_file, claims_per_day=CLAIMS_PER_DAY
            )
        self.node = SocketNode(self.trial, self.process.start())
        self.model.added.clear()

    def stop(self) -> None:
        self.node.close()
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


def run(machine: type[NodeMachine], examples: int, steps: int) -> None:
    chosen = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        # What is drawn inside differs from run to run, so a shorter example is worth little.
        phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
    )
    run_state_machine_as_test(machine, settings=chosen)


def test_a_node_is_what_its_model_says_whatever_happens(backend: backends.Backend) -> None:
    run(NodeMachine, examples=15, steps=40)


def test_a_killed_node_is_what_its_model_says(backend: backends.Backend) -> None:
    run(KilledNodeMachine, examples=2, steps=20)


@pytest.mark.long
def test_a_node_is_what_its_model_says_for_a_long_time(backend: backends.Backend) -> None:
    run(NodeMachine, examples=400, steps=80)


@pytest.mark.long
def test_a_node_killed_many_times_is_what_its_model_says(backend: backends.Backend) -> None:
    run(KilledNodeMachine, examples=15, steps=50)
