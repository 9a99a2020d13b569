"""The matcher: epochs, rounds and commits, in any order and spoilt in many ways."""

from __future__ import annotations

import json
import secrets
from dataclasses import replace

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from tests.api.machine.machine import expect, which
from tests.api.machine.posting import Posting
from tests.api.people import (
    JSON,
    Drop,
    RoundWork,
    a_record,
    as_matcher,
    epoch_descriptor,
    frozen_rows,
)
from tests.api.test_batches import rows_of


class Rounds(Posting):
    """What comes in by `/operator/epochs` and `/operator/rounds`."""

    @initialize(rounds=st.sampled_from((1, 2, 0, None)))
    def begin(self, rounds: int | None) -> None:
        if rounds is not None:
            self.begin_epoch(1)
        for _ in range(rounds or 0):
            self.new_card(late=0, wrong="")
            self.whole_round(part_rows=1)

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
