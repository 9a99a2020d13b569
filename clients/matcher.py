"""The matcher: once per epoch it opens, matches, commits and forgets (protocol.md, section 8).

    key e+1 durable ─▶ publish e+1, which freezes e ─▶ collect ─▶ open ─▶ hear, plan, pay
                    ─▶ commit e, whole ─▶ acknowledged ─▶ key e destroyed

Always true: what the keyring holds is enough to begin the round anew, and nothing outside seals
remembers a card between rounds. Killed at any point, a new process asks the node where the round
is: closed and not committed, it runs it from the start (nothing of the old attempt was in force);
committed, it only destroys the old key.
"""

from __future__ import annotations

import gc
import secrets
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace

from clients.errors import NodeMisbehaves, NodeRefused, NodeUnreachable
from clients.operators.epoch_keys import destroy_before, make_durable
from clients.operators.keyring import MatcherKeyring
from clients.operators.operator import PAGE_ROWS, OperatorClient
from clients.operators.rounds.hearing import hear
from clients.operators.rounds.opening import Keys, open_cards, open_round_key
from clients.operators.rounds.planning import move_everybody, plan_everybody
from clients.operators.rounds.population import Population, populate
from clients.operators.rounds.slots import collect, forget_delivered, make_batches
from clients.operators.rounds.writing import Commit, write_commit
from crypto.circle import Circle, replaces
from crypto.commit_headers import CommitHeader, read_commit_header
from crypto.descriptors import read_epoch_descriptor, write_epoch_descriptor
from crypto.drops import ReadSecret
from crypto.labels import SECRET_BYTES
from crypto.sealing import SealingKey
from matching.cards import Offer, Request
from matching.catalogue import Catalogue
from matching.pairing import shuffled
from matching.plan import Plan
from matching.states import Phase

MINUTE_SECONDS = 60
DAY_SECONDS = 86_400
FIRST_EPOCH = 1
SERVICE_UNAVAILABLE = 503
RETRY_SECONDS = 5.0

WORKED_OUT_ANEW = frozenset({"part_missing", "wrong_cards", "wrong_notices", "wrong_batches"})
"""Refusals after which the same bytes cannot succeed: a frozen card has expired meanwhile, say."""

Observer = Callable[[int, list[Request], list[Offer], Plan], None]
"""Told of a round's open cards and plan, in memory only: the epoch, who took part, the plan."""

Newest = Callable[[], Circle]
"""The circle as it is published now, verified."""


@dataclass(frozen=True, slots=True)
class RoundReport:
    """Counts of one round, and nothing that says who."""

    epoch: int
    live: int
    waiting: int
    matched: int
    reopened: int
    withdrawn: int
    confirmed: int
    slots: int
    void: int
    seconds: float

    def as_json(self) -> dict[str, int | float]:
        """The counts by name."""
        return asdict(self)


class Matcher:
    """One matcher of one circle at one node."""

    def __init__(
        self,
        keyring: MatcherKeyring,
        operator: OperatorClient,
        circle: Circle,
        *,
        observer: Observer | None = None,
        processes: int | None = None,
        newest: Newest | None = None,
    ) -> None:
        """*newest* is asked before every round: a new quarter's cards would be void for ever under
        the almanac of the old one. Raises CatalogueError for a circle whose catalogue is none."""
        self.keyring = keyring
        self.operator = operator
        self.circle = circle
        self._catalogue = Catalogue.from_json(circle.catalogue)
        self._observer = observer
        self._processes = processes
        self._newest = newest
        # A commit that was not acknowledged is sent again as it was, by this process.
        self._unacknowledged: tuple[Commit, RoundReport] | None = None

    def __repr__(self) -> str:
        return "<Matcher>"

    def open_first_epoch(self, now: float) -> bool:
        """Open epoch 1 if there is none; whether that was needed. *now* is unix seconds."""
        if self.operator.round_state().open:
            return False
        self._publish(FIRST_EPOCH, now)
        return True

    def round_once(self, now: float) -> RoundReport | None:
        """Close the open epoch and commit its round, or finish the one that is pending.

        Returns None when there was no epoch yet: the first is open then. Raises NodeUnreachable
        and NodeRefused; called again, it continues.
        """
        started = time.monotonic()
        self._keep_up()
        if self.open_first_epoch(now):
            return None
        state = self.operator.round_state()
        epoch = state.closed
        if epoch is None:
            self._finish_before(state.open)
            epoch = state.open
            self._publish(epoch + 1, now)
        if self._unacknowledged is None or self._unacknowledged[0].epoch != epoch:
            commit, report = self._work_out(epoch, now)
            report = replace(report, seconds=round(time.monotonic() - started, 3))
            self._unacknowledged = commit, report
        commit, report = self._unacknowledged
        self._send(commit)
        self._unacknowledged = None
        destroy_before(self.keyring, epoch + 1)
        # The two cards of a match hold each other, so that nobody else would forget them.
        gc.collect()
        return report

    def run_forever(
        self,
        interval: float,
        *,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        told: Callable[[RoundReport], None] = lambda _report: None,
        goes_on: Callable[[], bool] = lambda: True,
    ) -> None:
        """A round every *interval* seconds while *goes_on*; a node that is away is waited for.

        Started anew in the middle of an epoch, it lets the epoch run to its end: durations are
        counted in epochs, and a process that keeps restarting must not make them short.
        """
        is_first = True
        while goes_on():
            began = clock()
            try:
                if is_first:
                    sleep(min(interval, self._until_due(began)))
                    is_first = False
                    continue
                report = self.round_once(began)
            except (NodeUnreachable, NodeRefused) as error:
                if isinstance(error, NodeRefused) and error.status != SERVICE_UNAVAILABLE:
                    raise
                sleep(min(RETRY_SECONDS, interval))
                continue
            if report is not None:
                told(report)
            sleep(max(0.0, began + interval - clock()))

    def _until_due(self, now: float) -> float:
        """Seconds until the open epoch closes; 0 when there is something to do at once."""
        state = self.operator.round_state()
        if not state.open or state.closed is not None:
            return 0.0
        document, _ = self.operator.current_epoch()
        closes = read_epoch_descriptor(document, self.circle).closes * MINUTE_SECONDS
        return max(0.0, closes - now)

    def _keep_up(self) -> None:
        """Take a later almanac of the same circle; an earlier one is somebody's mistake."""
        if self._newest is None:
            return
        served = self._newest()
        if replaces(self.circle, served):
            self._catalogue = Catalogue.from_json(served.catalogue)
            self.circle = served

    def _publish(self, epoch: int, now: float) -> None:
        """Open *epoch*, whose key is on the disk before anybody can seal to it."""
        kept = make_durable(self.keyring, epoch)
        seconds = self.circle.policy.epoch_seconds
        descriptor = write_epoch_descriptor(
            self.circle,
            epoch=epoch,
            key=bytes(kept.epoch_key(epoch).public),
            opens=int(now) // MINUTE_SECONDS,
            closes=int(now + seconds) // MINUTE_SECONDS,
            signing_seed=kept.signing_seed,
        )
        self.operator.publish_epoch(descriptor)

    def _work_out(self, epoch: int, now: float) -> tuple[Commit, RoundReport]:
        """Everything of a round that happens in memory."""
        key = self.keyring.secrets.epoch_key(epoch)
        population = self._opened(epoch, key, int(now) // DAY_SECONDS)
        self._hear(population)
        answers = [record for _, record in self.operator.answers()]

        slots = collect(population, answers, circle=self.circle, epoch=epoch, key=key)
        forget_delivered(population)
        reopened, withdrawn, confirmed = move_everybody(population, self.circle, epoch)
        requests, offers, plan = plan_everybody(population, self.circle, self._catalogue, epoch)
        if self._observer is not None:
            self._observer(epoch, requests, offers, plan)
        commit = write_commit(
            population,
            make_batches(population, self.circle, epoch),
            circle=self.circle,
            epoch=epoch,
            next_key=bytes(self.keyring.secrets.epoch_key(epoch + 1).public),
            signing_seed=self.keyring.secrets.signing_seed,
        )
        phases = [one.state.phase for one in population.live.values()]
        return commit, RoundReport(
            epoch=epoch,
            live=len(phases),
            waiting=phases.count(Phase.WAITING),
            matched=len(plan.pairs),
            reopened=reopened,
            withdrawn=withdrawn,
            confirmed=confirmed,
            slots=slots,
            void=len(population.void),
            seconds=0.0,
        )

    def _opened(self, epoch: int, key: SealingKey, today: int) -> Population:
        cards = self.operator.cards(epoch)
        keys = Keys(
            circle=self.circle,
            epoch=epoch,
            epoch_seed=self.keyring.secrets.epoch_seed(epoch),
            round_key=self._round_key(epoch, key),
            today=today,
        )
        opened = open_cards(cards, keys, processes=self._processes)
        return populate([card.address for card in cards], opened, epoch)

    def _round_key(self, epoch: int, key: SealingKey) -> bytes | None:
        if epoch == FIRST_EPOCH:
            return None
        header = self._committed_header(epoch - 1)
        return open_round_key(header.round_key, circle=self.circle, epoch=epoch, key=key)

    def _hear(self, population: Population) -> None:
        """Read every outbox, in an order of chance, and as many again for void cards."""
        live = list(population.live.values())
        wanted = [(one, ReadSecret(one.card.outbox_read)) for one in live]
        decoys = [(None, ReadSecret(secrets.token_bytes(SECRET_BYTES))) for _ in population.void]
        by_lot = shuffled([*wanted, *decoys], secrets.randbelow)
        for start in range(0, len(by_lot), PAGE_ROWS):
            some = by_lot[start : start + PAGE_ROWS]
            records = self.operator.read([reader for _, reader in some])
            for (one, _), record in zip(some, records, strict=True):
                if one is not None:
                    hear(one, record, self.circle)

    def _send(self, commit: Commit) -> None:
        try:
            for number, body in enumerate(commit.parts):
                self.operator.put_part(commit.epoch, number, body)
        except NodeRefused as refused:
            # It may be in already: then the node wants no parts, and the same header is fine.
            if refused.code != "wrong_epoch":
                raise
        try:
            self.operator.commit(commit.epoch, commit.header)
        except NodeRefused as refused:
            if refused.code in WORKED_OUT_ANEW:
                self._unacknowledged = None
            raise

    def _finish_before(self, epoch: int) -> None:
        """A process that ended after its commit left an old key; destroy it now.

        The node's word is not enough for that: a commit is in if it is one that was signed.
        """
        kept = [held.epoch for held in self.keyring.secrets.epochs]
        if epoch not in kept:
            raise NodeMisbehaves("an epoch is open that was never published")
        if min(kept) < epoch:
            self._committed_header(epoch - 1)
            destroy_before(self.keyring, epoch)

    def _committed_header(self, epoch: int) -> CommitHeader:
        header = read_commit_header(self.operator.committed_header(epoch), self.circle)
        if header.epoch != epoch:
            raise NodeMisbehaves("the header of another round")
        return header
