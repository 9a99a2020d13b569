"""What a clerk signs in exchange, and what it refuses whoever shows it: on a real node."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx
import pytest
from sqlalchemy import delete

from api.models import Burned
from api.store import open_store
from clients.operators.clerk import Clerk
from crypto.certificates import CardClass, Stamp, root_of, stamp_nonce
from crypto.certifying_keys import CertifyingKey
from crypto.keys import Pseudonym
from crypto.labels import u8
from crypto.messages.intake import CERTIFIED, DECLINED, DONOR, FAMILY
from crypto.messages.tokens import Opening, SpentReceipt
from crypto.periods import days_of
from tests import backends
from tests.circles import TrialCircle, make_trial_circle
from tests.clients.operators import (
    DAY,
    OCTETS,
    Asking,
    Desks,
    NextSlotWanted,
    admit,
    desks_at,
)
from tests.clients.test_clerk import commit_batches, entry_of


@dataclass
class Exchange(Asking):
    """Somebody with a slot of the period before. *opened* changes what is shown of it."""

    old: Pseudonym = field(default_factory=lambda: Pseudonym(secrets.token_bytes(32)))
    opened: dict[str, object] = field(default_factory=dict)
    spare: bytes | None = None
    """The nonce of another's stamp, to be shown in place of the root's own."""

    def stamp(self, root: bytes) -> Stamp:
        """What is shown with *root*."""
        nonce = stamp_nonce(root) if self.spare is None else self.spare
        return self.desks.trial.stamp(nonce, self.desks.trial.period - 1)

    def opening(self, trial: TrialCircle | None = None, role: int | None = None) -> Opening:
        """The slot, as *trial* certified it for a *role*."""
        trial = self.desks.trial if trial is None else trial
        shown_class = (CardClass.REQUEST, CardClass.OFFER)[self.role if role is None else role]
        period, own, receipt = trial.period - 1, self.old, None
        key, tag = bytes(own.sealing_key.public), own.claim_tag
        if self.role == FAMILY:
            signed = trial.receipt(own.receipt_nonce, period)
            receipt = SpentReceipt(period, signed.nonce, signed.signature)
        root = root_of(trial.circle.digest, shown_class, period, key, tag)
        return Opening(
            root=root,
            signatures=trial.certificate(shown_class, key, tag, period),
            stamp=self.stamp(root).signature,
            receipt=receipt,
        )

    def wants(self, position: int) -> tuple[list[tuple[CertifyingKey, bytes, bytes]], ...]:
        """One root and one extra."""
        return tuple(some[:1] for some in super().wants(position))

    def shown(self, opening: Opening | None = None) -> httpx.Response:
        """What the node says to it."""
        shown = self.opening() if opening is None else opening
        self.changes["opening"] = shown
        body = u8(2) + self.stamp(shown.root).to_bytes() + self.body()
        return self.desks.http.post(self.desks.url + "/intake", content=body, headers=OCTETS)

    def sent(self, opening: Opening | None = None) -> Exchange:
        """Past the node, with its stamp burned."""
        answer = self.shown(opening)
        assert answer.status_code == 201, answer.text
        return self

    def exchanged(self, reports: list[tuple[int, int]]) -> bool:
        """Whether both clerks signed it and nothing else, as they and its threads say."""
        return reports == [(1, 0), (1, 0)] and self.kinds() == [CERTIFIED, CERTIFIED]

    def kinds(self) -> list[int]:
        """What both coordinators said."""
        return [self.told(position).kind for position in (0, 1)]


@pytest.fixture
def desks(tmp_path: Path) -> Iterator[Desks]:
    with desks_at(tmp_path) as found:
        yield found


def both_clerks(desks: Desks) -> list[tuple[int, int]]:
    """What each signed and refused."""
    reports = [desks.clerk(number).clerk_once() for number in (0, 1)]
    return [(report.exchanged, report.exchanges_refused) for report in reports]


@pytest.mark.parametrize("role", [FAMILY, DONOR])
def test_a_slot_is_exchanged_for_one(desks: Desks, role: int) -> None:
    person = Exchange(desks, role).sent()

    assert desks.coordinator(0).inbox() == []  # nothing for a person to weigh
    assert both_clerks(desks) == [(1, 0), (1, 0)]
    assert both_clerks(desks) == [(0, 0), (0, 0)]

    for position in (0, 1):
        person.unblinded(position)  # one of each, and good


def test_a_clerk_that_dies_after_burning_gives_the_same_signatures(desks: Desks) -> None:
    person = Exchange(desks).sent()
    desk = desks.coordinator(0)
    hand_over = desk.hand_over
    desk.hand_over = lambda _: (_ for _ in ()).throw(RuntimeError)  # type: ignore[method-assign,misc]
    with pytest.raises(RuntimeError):
        Clerk(desk, today=lambda: DAY).clerk_once()
    desk.hand_over = hand_over  # type: ignore[method-assign]

    assert both_clerks(desks) == [(1, 0), (1, 0)]
    person.unblinded(0)


@pytest.mark.parametrize("role", [FAMILY, DONOR])
def test_a_slot_of_the_other_class_is_refused(desks: Desks, role: int) -> None:
    person = Exchange(desks, role)
    person.sent(person.opening(role=1 - role))

    assert both_clerks(desks) == [(0, 1), (0, 1)]
    assert person.kinds() == [DECLINED, DECLINED]


def test_a_slot_of_another_circle_is_refused(desks: Desks) -> None:
    person = Exchange(desks)
    person.sent(person.opening(trial=make_trial_circle(name="another")))

    assert both_clerks(desks) == [(0, 1), (0, 1)]


@pytest.mark.parametrize(
    "wrong", ["signature", "one signer twice", "stamp", "no receipt", "receipt", "another's stamp"]
)
def test_what_is_not_whole_is_refused(desks: Desks, wrong: str) -> None:
    person = Exchange(desks)
    good = person.opening()
    first, second = good.signatures
    receipt = good.receipt
    assert receipt is not None
    changes: dict[str, dict[str, object]] = {
        "signature": {"signatures": (first, second[::-1])},
        "one signer twice": {"signatures": (first, first)},
        "stamp": {"stamp": good.stamp[::-1]},
        "no receipt": {"receipt": None},
        "receipt": {"receipt": replace(receipt, signature=receipt.signature[::-1])},
        "another's stamp": {
            "stamp": desks.trial.stamp(bytes(32), desks.trial.period - 1).signature
        },
    }
    person.sent(replace(good, **changes[wrong]))

    assert both_clerks(desks) == [(0, 1), (0, 1)]
    assert person.kinds() == [DECLINED, DECLINED]


@pytest.mark.parametrize("role", [FAMILY, DONOR])
def test_a_root_is_exchanged_with_its_own_stamp_and_no_other(desks: Desks, role: int) -> None:
    old = Pseudonym(secrets.token_bytes(32))
    with_anothers = Exchange(desks, role, old=old, spare=b"s" * 32).sent()

    assert both_clerks(desks) == [(0, 1), (0, 1)]
    assert with_anothers.kinds() == [DECLINED, DECLINED]
    assert Exchange(desks, role, old=old).sent().exchanged(both_clerks(desks))


def test_one_root_buys_once_though_the_node_forgets_its_stamp(desks: Desks) -> None:
    old = Pseudonym(secrets.token_bytes(32))
    first = Exchange(desks, DONOR, old=old).sent()
    assert first.exchanged(both_clerks(desks))
    second = Exchange(desks, DONOR, old=old)
    assert second.shown().json()["code"] == "stamp_spent"

    store = open_store(backends.current.url(desks.directory / "node"))
    store.write(lambda connection: connection.execute(delete(Burned)))
    store.close()
    second.sent()

    assert both_clerks(desks) == [(0, 1), (0, 1)]
    assert second.kinds() == [DECLINED, DECLINED]


def test_an_opening_whose_stamp_the_node_did_not_burn_is_refused(desks: Desks) -> None:
    person = Exchange(desks, role=FAMILY)
    person.changes["opening"] = person.opening()
    admit(person)  # by an invite, so the node has seen no stamp

    assert both_clerks(desks) == [(0, 1), (0, 1)]


def test_an_exchange_that_asks_for_three_is_nobodys(desks: Desks) -> None:
    greedy = Exchange(desks)
    greedy.wants = lambda position: Asking.wants(greedy, position)  # type: ignore[method-assign]
    greedy.sent()

    assert both_clerks(desks) == [(0, 0), (0, 0)]


def test_a_receipt_that_was_exchanged_earns_no_slot(desks: Desks) -> None:
    person = Exchange(desks)
    opening = person.opening()
    person.sent(opening)
    both_clerks(desks)
    assert opening.receipt is not None
    from crypto.messages.batches import Batch

    entries = {n: entry_of(desks, NextSlotWanted(desks), opening.receipt, n) for n in (0, 1)}
    commit_batches(desks, {n: [Batch(entries=(entry,))] for n, entry in entries.items()})
    reports = [desks.clerk(number).clerk_once() for number in (0, 1)]

    assert [(report.signed, report.receipts_refused) for report in reports] == [(0, 1), (0, 1)]


def test_a_clerk_whose_clock_is_far_ahead_leaves_an_exchange_to_a_later_pass(desks: Desks) -> None:
    Exchange(desks).sent()
    period = desks.trial.period - 1
    too_late = days_of(period)[1] + desks.trial.circle.policy.keep_days + 1

    report = desks.clerk(0, today=lambda: too_late).clerk_once()

    assert (report.exchanged, report.exchanges_refused) == (0, 0)
    assert both_clerks(desks) == [(1, 0), (1, 0)]
