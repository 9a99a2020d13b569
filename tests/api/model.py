"""Section 7 of the protocol as dictionaries: what a node should hold and say, and nothing else.

The model does not know in which order a node looks at a request: it gives *every* reason for
which the request may be refused, and a refusal has to be one of them. Without a reason there is
no refusal. What the node draws by lot (ids, blanked records, who leaves the pool) is learnt from
its tables by `agree`, which checks that it could have been drawn.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from crypto.certificates import stamped
from crypto.commit_headers import part_digest
from crypto.labels import hashed, u8, u32
from crypto.periods import days_of, period_of
from crypto.permits import permit_hash
from tests.api.people import Card, Claim, Drop, Intake, RoundWork
from tests.circles import TrialCircle

Tables = dict[str, list[tuple[Any, ...]]]

WORK, INVITE, STAMP = 0, 1, 2
COORDINATORS = 2


def kept(token: bytes) -> bytes:
    return hashed("klunak kept", token)


def burned_name(kind: int, spent: bytes) -> bytes:
    return hashed("klunak burned", u8(kind) + spent)


def retry_name(retry: bytes, drops: Sequence[Drop]) -> bytes:
    return hashed("klunak retry", retry + b"".join(drop.row[:32] for drop in drops))


@dataclass
class Reserved:
    """A drop; blanked, its record is unknown (None) until it was seen, and never the one before."""

    record: bytes | None
    expires: int
    never: bytes = b""


@dataclass
class Model:
    """A node in memory. Expiry is certain: its circle has no jitter."""

    trial: TrialCircle
    day: int
    opened: int = 0
    closed: int | None = None
    committed: int = 0
    descriptors: dict[int, bytes] = field(default_factory=dict)
    headers: dict[int, bytes] = field(default_factory=dict)
    drops: dict[bytes, Reserved] = field(default_factory=dict)
    notices: dict[bytes, tuple[bytes, int]] = field(default_factory=dict)
    cards: dict[bytes, tuple[int, int, bytes | None]] = field(default_factory=dict)
    burned: dict[bytes, tuple[bytes, int]] = field(default_factory=dict)
    claims: dict[bytes, tuple[bytes, int]] = field(default_factory=dict)
    permits: dict[bytes, int] = field(default_factory=dict)
    claims_per_day: int = 32
    added: Counter[tuple[bytes, int]] = field(default_factory=Counter)
    """Claims that a permit added on a day, since the node was started."""
    invites: dict[bytes, tuple[int, int, int]] = field(default_factory=dict)
    counts: Counter[tuple[int, int]] = field(default_factory=Counter)
    waiting: dict[tuple[int, bytes, int, bytes], int] = field(default_factory=dict)
    inboxes: dict[tuple[int, bytes], int] = field(default_factory=dict)
    batches: dict[tuple[int, bytes], int] = field(default_factory=dict)
    answers: dict[bytes, tuple[int, bytes, int]] = field(default_factory=dict)
    parts: dict[int, bytes] = field(default_factory=dict)
    drawn: int = 0
    """How many left the pool since the tables were last seen."""

    @property
    def policy(self) -> Any:
        return self.trial.circle.policy

    # People

    def card_reasons(self, card: Card, epoch: int, *, genuine: bool = True) -> set[str]:
        """Why a card may be refused; never if it is the same request again."""
        retry = retry_name(card.retry, card.drops)
        spent = self.burned.get(burned_name(STAMP, u32(card.stamp.period) + card.stamp.nonce))
        if spent and spent[0] == retry:
            return set()
        reasons = {"stamp_spent"} if spent else set()
        if not genuine:
            reasons.add("invalid_stamp")
        if not self.opened or self.opened != epoch:
            reasons.add("epoch_closed" if self.opened else "no_epoch")
        if permit_hash(card.permit) in self.permits:
            reasons.add("address_taken")
        return reasons | self._period_reasons(card.stamp.period) | self._drop_reasons(card.drops)

    def post_card(self, card: Card, epoch: int) -> None:
        name = burned_name(STAMP, u32(card.stamp.period) + card.stamp.nonce)
        if name not in self.burned:
            self._burn(name, retry_name(card.retry, card.drops), card.stamp.period)
            self._reserve(card.drops, self._expiry())
            stamp = stamped(card.stamp.period, card.stamp.nonce)
            self.cards[card.record] = (epoch, self._expiry(), stamp)
            self.permits[permit_hash(card.permit)] = self._expiry()

    def intake_reasons(
        self, intake: Intake, kind: int, admission: bytes, *, known_challenge: bool = True
    ) -> set[str]:
        """Why an intake may be refused. Work is done as asked; its challenge may be another."""
        names, retry = self._spent(kind, admission), retry_name(intake.retry, intake.drops)
        spent = [self.burned[name] for name in names if name in self.burned]
        if len(spent) == len(names) and all(row[0] == retry for row in spent):
            return set()
        reasons: set[str] = set()
        if kind == INVITE:
            if spent:
                reasons.add("invite_spent")
            for token, number in zip(_halves(admission), intake.coordinators, strict=True):
                if self.invites.get(kept(token), ())[:2] != (number, intake.period):
                    reasons.add("unknown_invite")
        else:
            if spent:
                reasons.add("work_spent")
            if not known_challenge:
                reasons.add("wrong_work")
            if not self.opened:
                reasons.add("no_epoch")
            if len(self.waiting) >= self.policy.intake_pool:
                reasons.add("intake_full")
        if intake.coordinators != (0, 1):
            reasons.add("wrong_coordinators")
        return reasons | self._period_reasons(intake.period) | self._drop_reasons(intake.drops)

    def post_intake(self, intake: Intake, kind: int, admission: bytes) -> None:
        names = self._spent(kind, admission)
        if names[0] in self.burned:
            return
        for name in names:
            self._burn(name, retry_name(intake.retry, intake.drops), intake.period)
        last_day = days_of(intake.period)[1]
        self._reserve(intake.drops, last_day + self.policy.drop_days)
        sealed = list(zip(intake.coordinators, intake.records, strict=True))
        if kind == INVITE:
            for token in _halves(admission):
                del self.invites[kept(token)]
            self.inboxes.update(dict.fromkeys(sealed, self._expiry()))
        else:
            self.waiting[sealed[0] + sealed[1]] = self._expiry()

    def read(self, address: bytes) -> bytes | None:
        """The record that a look must give, None where any random bytes do."""
        if address in self.drops:
            return self.drops[address].record
        return self.notices[address][0] if address in self.notices else None

    def blank(self, address: bytes) -> None:
        if address in self.drops:
            drop = self.drops[address]
            self.drops[address] = Reserved(None, drop.expires, drop.record or b"")

    def write(self, address: bytes, replaced: bytes, record: bytes) -> int:
        """The verdict."""
        drop = self.drops.get(address)
        if drop is None or drop.record == record:
            return 0
        if drop.record is None or hashed("klunak record", drop.record) != replaced:
            return 1
        drop.record = record
        return 0

    def claim(self, claim: Claim) -> int:
        """The verdict."""
        tag, token = hashed("klunak claim tag", claim.tag), hashed("klunak claim", claim.token)
        if tag not in self.claims:
            permit = permit_hash(claim.permit)
            if permit not in self.permits or self.added[permit, self.day] >= self.claims_per_day:
                return 2
            last_day = days_of(period_of(self.day))[1]
            self.claims[tag] = (token, last_day + self.policy.keep_days)
            self.added[permit, self.day] += 1
        return int(self.claims[tag][0] != token)

    # Operators

    def epoch_reasons(self, epoch: int, document: bytes) -> set[str]:
        if epoch == self.opened:
            return set() if self.descriptors[epoch] == document else {"epoch_conflict"}
        reasons = {"wrong_epoch"} if epoch != self.opened + 1 else set()
        return reasons | ({"round_pending"} if self.closed is not None else set())

    def begin_epoch(self, epoch: int, document: bytes) -> int:
        """The status to answer."""
        if epoch == self.opened:
            return 200
        self.closed = self.opened or None
        self.opened, self.descriptors[epoch] = epoch, document
        self.drawn += min(len(self.waiting), self.policy.intake_draw)
        return 201

    def invite_reasons(self, number: int, hashes: Sequence[bytes], period: int) -> set[str]:
        fresh = set(hashes) - set(self.invites)
        full = self.counts[number, self.day] + len(fresh) > self.policy.invites_per_day
        limit = {"invite_limit"} if fresh and full else set()
        return limit | self._period_reasons(period)

    def keep_invites(self, number: int, hashes: Sequence[bytes], period: int) -> None:
        for fresh in set(hashes) - set(self.invites):
            self.invites[fresh] = (number, period, days_of(period)[1])
            self.counts[number, self.day] += 1

    def frozen(self) -> dict[bytes, int]:
        """Frozen cards and their expiry."""
        return {r: expires for r, (at, expires, _) in self.cards.items() if at == self.closed}

    def commit_reasons(self, work: RoundWork, header: bytes, own: dict[bytes, bytes]) -> set[str]:
        """Why a commit may be refused; *own* are the records of the frozen cards by address."""
        if work.epoch in self.headers:
            return set() if self.headers[work.epoch] == header else {"commit_conflict"}
        if work.epoch != self.closed:
            return {"wrong_epoch"}
        reasons = set()
        if any(self.parts.get(number) != body for number, body in enumerate(work.parts)):
            reasons.add("part_missing")
        if [address for address, _ in work.cards] != sorted(own):
            reasons.add("wrong_cards")
        addresses = [address for address, _ in work.notices]
        in_use = not self.notices.keys().isdisjoint(addresses)
        if in_use or addresses != sorted(set(addresses)):
            reasons.add("wrong_notices")
        per_coordinator = self.policy.batch_records
        if [n for n, _ in work.batches] != [
            number for number in range(COORDINATORS) for _ in range(per_coordinator)
        ]:
            reasons.add("wrong_batches")
        return reasons

    def commit(self, work: RoundWork, header: bytes, own: dict[bytes, bytes]) -> None:
        if work.epoch in self.headers:
            return
        expiry = self.frozen()
        for address, record in work.cards:
            old = own[address]
            del self.cards[old]
            self.cards[record] = (work.epoch + 1, expiry[old], None)
        new = {address: (record, work.epoch) for address, record in work.notices}
        recent = {a: row for a, row in self.notices.items() if row[1] >= work.epoch - 1}
        self.notices = {**recent, **new}
        self.batches.update({batch: self._expiry() for batch in work.batches})
        self.answers = {i: row for i, row in self.answers.items() if row[2] > work.epoch}
        self.parts = {}
        self.closed, self.committed = None, work.epoch
        self.headers[work.epoch] = header
        for past in [epoch for epoch in self.descriptors if epoch < work.epoch - 1]:
            del self.descriptors[past]
            self.headers.pop(past, None)

    def answer_reasons(self, batch: bytes, known: tuple[int, bytes] | None, epoch: int) -> set[str]:
        """Why an answer may be refused; *known* is the batch of that id, if it is one's own."""
        if known in self.batches:
            return set() if epoch == self.opened else {"epoch_closed"}
        return set() if batch in self.answers else {"unknown_batch"}

    def answer(self, batch: bytes, known: tuple[int, bytes], epoch: int, record: bytes) -> None:
        if known in self.batches:
            del self.batches[known]
            self.answers[batch] = (known[0], record, epoch)
        elif epoch == self.opened == self.answers[batch][2]:
            self.answers[batch] = (known[0], record, epoch)

    def sweep(self) -> None:
        """Forget what is past its day; a frozen card stays for its round."""
        for table in (self.waiting, self.inboxes, self.batches, self.permits):
            _forget(table, lambda expires: expires < self.day)
        for rows in (self.burned, self.claims, self.invites):
            _forget(rows, lambda row: row[-1] < self.day)
        _forget(self.drops, lambda drop: drop.expires < self.day)
        _forget(self.cards, lambda row: row[1] < self.day and row[0] == self.opened)
        self.counts = Counter({key: n for key, n in self.counts.items() if key[1] >= self.day})

    # The tables

    def agree(self, tables: Tables) -> None:
        """Raise unless *tables* are this model's, row by row; learn what was drawn by lot."""
        self.learn(tables)
        drops = {a: (drop.record, drop.expires) for a, drop in self.drops.items()}
        assert {row[0]: row[1:] for row in tables["drops"]} == drops
        assert {row[0]: row[1:] for row in tables["notices"]} == self.notices
        assert {row[1]: row[2:] for row in tables["cards"]} == self.cards
        assert {row[0]: row[1:] for row in tables["burned"]} == self.burned
        assert {row[0]: row[1:] for row in tables["claims"]} == self.claims
        assert dict(tables["permits"]) == self.permits
        assert {row[0]: row[1:] for row in tables["invites"]} == self.invites
        counts = {key: count for key, count in self.counts.items() if count}
        assert {row[:2]: row[2] for row in tables["invite_counts"]} == counts
        assert {row[1:5]: row[5] for row in tables["waiting"]} == self.waiting
        assert {row[1:3]: row[3] for row in tables["intake"]} == self.inboxes
        assert {row[1:3]: row[3] for row in tables["batches"]} == self.batches
        assert {row[0]: row[1:] for row in tables["answers"]} == self.answers
        assert {row[1]: row[2:] for row in tables["parts"]} == {
            number: (part_digest(body), body) for number, body in self.parts.items()
        }
        assert {row[0] for row in tables["epochs"]} == set(self.descriptors)
        assert {row[0] for row in tables["epochs"] if row[4] is not None} == set(self.headers)
        assert len(tables["circle"]) == 1

    def learn(self, tables: Tables) -> None:
        """Take over what the node drew, if it could have drawn it."""
        for address, record, _ in tables["drops"]:
            drop = self.drops.get(address)
            if drop is not None and drop.record is None:
                assert record != drop.never
                drop.record = record
        handed_out = {row[1:3] for row in tables["intake"]}
        left = {s for s in self.waiting if s[:2] in handed_out and s[2:] in handed_out}
        assert len(left) == self.drawn
        for sealed in left:
            del self.waiting[sealed]
            self.inboxes.update(dict.fromkeys((sealed[:2], sealed[2:]), self._expiry()))
        self.drawn = 0

    # Details

    def _expiry(self) -> int:
        return int(self.day + self.policy.drop_days)

    def _period_reasons(self, period: int) -> set[str]:
        return set() if period == period_of(self.day) else {"stale_period"}

    def _drop_reasons(self, drops: Sequence[Drop]) -> set[str]:
        addresses = [drop.row[:32] for drop in drops]
        free = {*self.drops, *self.notices}.isdisjoint(addresses)
        return set() if free and len(set(addresses)) == len(addresses) else {"address_taken"}

    def _reserve(self, drops: Sequence[Drop], expires: int) -> None:
        for drop in drops:
            self.drops[drop.row[:32]] = Reserved(drop.record, expires)

    def _burn(self, name: bytes, retry: bytes, period: int) -> None:
        self.burned[name] = (retry, days_of(period)[1] + self.policy.keep_days)

    def _spent(self, kind: int, admission: bytes) -> list[bytes]:
        if kind == WORK:
            return [burned_name(WORK, admission[:24])]
        return [burned_name(INVITE, token) for token in _halves(admission)]


def _halves(admission: bytes) -> tuple[bytes, bytes]:
    return admission[:32], admission[32:64]


def _forget(table: dict[Any, Any], is_past: Any) -> None:
    for key in [key for key, row in table.items() if is_past(row)]:
        del table[key]
