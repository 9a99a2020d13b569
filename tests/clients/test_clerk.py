"""The clerk: what it signs alone, once, and what it refuses whoever asks."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from clients.node import NodeClient
from clients.operators import desk_visits
from clients.operators.clerk import Clerk
from clients.operators.invites import _half_code, make_invites
from clients.operators.keyring import DayCount
from clients.operators.rounds.writing import write_commit
from clients.operators.slot_desk import SlotDesk
from crypto.drops import WriteSecret
from crypto.labels import bound, u8, u32
from crypto.messages.batches import Answers, Batch, Entry, SignedEntry
from crypto.messages.intake import CERTIFIED, DONOR, NOTHING_YET
from crypto.messages.tokens import SpentReceipt
from crypto.records import random_record
from crypto.sealing import open_sealed, seal
from tests.clients.operators import (
    DAY,
    NOW,
    UNKNOWN,
    Asking,
    Desks,
    NextSlotWanted,
    admit,
    desks_at,
    family,
)


@pytest.fixture
def desks(tmp_path: Path) -> Iterator[Desks]:
    with desks_at(tmp_path, invites_per_day=4) as desks:
        yield desks


def slips(desks: Desks, count: int) -> list[tuple[bytes, bytes]]:
    halves = []
    for number in (0, 1):
        desk = desks.coordinator(number)
        halves.append(
            make_invites(
                desk.keyring, desk.operator, desk.circle, period=desks.trial.period, count=count
            )
        )
    return list(zip(*halves, strict=True))


# Invites


def test_an_invited_family_is_certified_without_anybody(desks: Desks) -> None:
    (codes,) = slips(desks, 1)
    person = admit(Asking(desks, codes=codes))
    for number in (0, 1):
        assert desks.clerk(number).clerk_once().certified == 1
        person.unblinded(number)
        assert desks.coordinator(number).inbox() == []
        assert desks.clerk(number).clerk_once().certified == 0


def test_who_keeps_writing_into_its_own_thread_stops_nobody(
    desks: Desks, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = slips(desks, 2)
    restless, patient = admit(Asking(desks, codes=first)), admit(Asking(desks, codes=second))
    theirs = restless.person.thread(0).in_write
    leave = desk_visits.leave

    def contended(node: NodeClient, w: WriteSecret, replaced: bytes, record: bytes) -> int:
        return desk_visits.STALE if w == theirs else leave(node, w, replaced, record)

    monkeypatch.setattr(desk_visits, "leave", contended)
    report = desks.clerk(0).clerk_once()

    assert (report.certified, report.invites_refused) == (1, 1)
    patient.unblinded(0)
    monkeypatch.setattr(desk_visits, "leave", leave)
    assert desks.clerk(0).clerk_once().certified == 1
    restless.unblinded(0)


def test_a_running_clerk_takes_the_almanac_of_the_new_quarter(desks: Desks) -> None:
    entry = entry_of(desks, NextSlotWanted(desks), family(desks).receipt(), 0)
    commit_batches(desks, {0: [Batch(entries=(entry,))]})
    desk, published = desks.coordinator(0), desks.trial.circle
    desk.circle = replace(published, serial=published.serial - 1, periods=())

    report = Clerk(desk, today=lambda: DAY, newest=lambda: published).clerk_once()

    assert (report.signed, report.receipts_refused) == (1, 0)


def test_an_offer_is_left_to_a_person_whatever_it_brings(desks: Desks) -> None:
    (codes,) = slips(desks, 1)
    person = admit(Asking(desks, role=DONOR, codes=codes))
    report = desks.clerk(0).clerk_once()
    assert (report.certified, report.invites_refused) == (0, 0)
    assert person.told(0).kind == NOTHING_YET
    assert len(desks.coordinator(0).inbox()) == 1


def test_a_code_used_for_another_intake_is_refused(desks: Desks) -> None:
    (codes,) = slips(desks, 1)
    admit(Asking(desks, codes=codes))
    desks.clerk(0).clerk_once()

    # A node that lets a spent code in again does not get past the clerk.
    second = Asking(desks, codes=codes)
    admit(second, UNKNOWN)
    report = desks.clerk(0).clerk_once()
    assert (report.certified, report.invites_refused) == (0, 1)
    assert second.told(0).kind == NOTHING_YET


def test_the_same_intake_again_gets_the_same(desks: Desks) -> None:
    (codes,) = slips(desks, 1)
    person = admit(Asking(desks, codes=codes))
    clerk = desks.clerk(0)
    clerk._desk.operator.delete_intake = lambda _id: None  # type: ignore[method-assign]
    assert clerk.clerk_once().certified == 1
    first = person.told(0)
    assert desks.clerk(0).clerk_once().certified == 1
    assert person.told(0) == first
    assert desks.coordinator(0).keyring.secrets.certified_on(DAY) == 1


def test_a_forged_code_is_refused_and_burns_nothing(desks: Desks) -> None:
    person = Asking(desks, codes=(b"forgery!", b"forgery!"))
    admit(person, UNKNOWN)
    report = desks.clerk(0).clerk_once()
    assert (report.certified, report.invites_refused) == (0, 1)
    assert person.told(0).kind == NOTHING_YET
    assert desks.coordinator(0).keyring.secrets.burned_invites == ()


def test_only_so_many_a_day_and_the_rest_tomorrow(desks: Desks) -> None:
    for codes in slips(desks, 2):
        admit(Asking(desks, codes=codes))
    keyring = desks.coordinator(0).keyring
    so_far = DayCount(day=DAY, certified=desks.trial.circle.policy.invites_per_day - 1)
    keyring.change(lambda kept: replace(kept, days=(so_far,)))

    report = desks.clerk(0).clerk_once()
    assert (report.certified, report.invites_refused) == (1, 1)
    assert desks.clerk(0).clerk_once().certified == 0
    assert desks.clerk(0, today=lambda: DAY + 1).clerk_once().certified == 1
    assert len(keyring.change(lambda kept: kept).burned_invites) == 2


def test_a_code_of_another_period_is_refused(desks: Desks) -> None:
    kept = desks.coordinator(0).keyring.secrets
    code = _half_code(kept.invite_key, desks.trial.circle.digest, desks.trial.period - 1, 0)
    person = Asking(desks, codes=(code, b"12345678"))
    admit(person, UNKNOWN)
    assert desks.clerk(0).clerk_once().invites_refused == 1


def test_a_code_is_burned_before_anything_is_signed(desks: Desks) -> None:
    (codes,) = slips(desks, 1)
    person = admit(Asking(desks, codes=codes))
    clerk = desks.clerk(0)

    def power_cut(_one: object) -> None:
        raise KeyboardInterrupt

    clerk._desk.hand_over = power_cut  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        clerk.clerk_once()
    assert person.told(0).kind == NOTHING_YET
    assert len(desks.coordinator(0).keyring.secrets.burned_invites) == 1
    assert desks.clerk(0).clerk_once().certified == 1
    assert person.told(0).kind == CERTIFIED


def test_values_that_cannot_be_signed_burn_nothing(desks: Desks) -> None:
    (codes,) = slips(desks, 1)
    admit(Asking(desks, codes=codes, changes={"blinded_roots": (b"\xff" * 256,) * 3}))
    assert desks.clerk(0).clerk_once().invites_refused == 1
    assert desks.coordinator(0).keyring.secrets.burned_invites == ()


# Slots


def entry_of(desks: Desks, wanted: NextSlotWanted, receipt: SpentReceipt, place: int) -> Entry:
    following = wanted.message()
    return Entry(
        ticket=secrets.token_bytes(32),
        receipt=receipt,
        index=following.index,
        period=following.period,
        blinded_root=following.blinded_roots[place],
        blinded_stamp=following.blinded_stamp if place == 0 else None,
    )


def commit_batches(desks: Desks, batches: dict[int, list[Batch | None]]) -> None:
    """A round whose matcher puts these batches (None: noise) where its own would be."""
    matcher = desks.matcher()
    epoch = matcher.operator.round_state().open
    circle = desks.trial.circle
    real = matcher._work_out

    def substituted(at: int, now: float) -> object:
        population = matcher._opened(at, matcher.keyring.secrets.epoch_key(at), DAY)
        rows = []
        for number in (0, 1):
            padded = [*batches.get(number, []), Batch(entries=()), Batch(entries=())][:2]
            for batch in padded:
                info = bound("batch", circle.digest, u32(at), u8(number))
                rows.append(
                    (
                        number,
                        random_record()
                        if batch is None
                        else seal(batch, recipient=circle.sealing_keys[number], info=info),
                    )
                )
        commit = write_commit(
            population,
            rows,
            circle=circle,
            epoch=at,
            next_key=bytes(matcher.keyring.secrets.epoch_key(at + 1).public),
            signing_seed=matcher.keyring.secrets.signing_seed,
        )
        return commit, real(at, now)[1]

    matcher._work_out = substituted  # type: ignore[method-assign, assignment]
    report = matcher.round_once(NOW)
    assert report is not None
    assert report.epoch == epoch


def answers_of(desks: Desks) -> list[Answers]:
    """What the clerks left for the open epoch; closes it to look."""
    matcher = desks.matcher()
    epoch = matcher.operator.round_state().open
    matcher._publish(epoch + 1, NOW)
    key = matcher.keyring.secrets.epoch_key(epoch)
    info = bound("answers", desks.trial.circle.digest, u32(epoch))
    found = [
        open_sealed(Answers, record, key=key, info=info) for _, record in matcher.operator.answers()
    ]
    assert desks.matcher().round_once(NOW) is not None
    return found


def signed_entries(desks: Desks) -> list[SignedEntry]:
    return [entry for answer in answers_of(desks) for entry in answer.entries]


def test_a_receipt_buys_one_slot_and_the_same_again_the_same(desks: Desks) -> None:
    wanted, receipt = NextSlotWanted(desks), family(desks).receipt()
    entry = entry_of(desks, wanted, receipt, 0)
    commit_batches(desks, {0: [Batch(entries=(entry,))]})
    assert desks.clerk(0).clerk_once().signed == 1
    (first,) = signed_entries(desks)
    assert first.ticket == entry.ticket
    assert first.signed_root is not None
    assert first.signed_stamp is not None

    commit_batches(desks, {0: [Batch(entries=(entry, entry))]})
    assert desks.clerk(0).clerk_once().signed == 2
    assert signed_entries(desks) == [first, first]

    other = entry_of(desks, NextSlotWanted(desks), receipt, 0)
    commit_batches(desks, {0: [Batch(entries=(other, entry))]})
    report = desks.clerk(0).clerk_once()
    assert (report.signed, report.receipts_refused) == (1, 1)
    refused, again = signed_entries(desks)
    assert (refused.signed_root, refused.signed_stamp) == (None, None)
    assert again == first


def test_one_receipt_for_two_slots_in_one_batch_buys_one(desks: Desks) -> None:
    receipt = family(desks).receipt()
    both = tuple(entry_of(desks, NextSlotWanted(desks), receipt, 0) for _ in range(2))
    commit_batches(desks, {0: [Batch(entries=both)]})
    report = desks.clerk(0).clerk_once()
    assert (report.signed, report.receipts_refused) == (1, 1)


@pytest.mark.parametrize("spoilt", ["nonce", "signature", "period"])
def test_a_matcher_cannot_mint_a_slot(desks: Desks, spoilt: str) -> None:
    receipt = family(desks).receipt()
    forged = {
        "nonce": replace(receipt, nonce=secrets.token_bytes(32)),
        "signature": replace(receipt, signature=secrets.token_bytes(256)),
        "period": replace(receipt, period=receipt.period - 1),
    }[spoilt]
    for place in (0, 1):
        entry = entry_of(desks, NextSlotWanted(desks), forged, place)
        commit_batches(desks, {place: [Batch(entries=(entry,))]})
        report = desks.clerk(place).clerk_once()
        assert (report.signed, report.receipts_refused) == (0, 1)
        assert desks.coordinator(place).keyring.secrets.burned_for_slots == ()
    assert {entry.signed_root for entry in signed_entries(desks)} == {None}


@pytest.mark.parametrize(
    ("place", "changes"),
    [
        (0, {"blinded_stamp": None}),
        (1, {"blinded_stamp": b"\1" * 256}),
        (0, {"blinded_root": b"\xff" * 256}),
        (0, {"blinded_root": b"\0" * 256}),
        (0, {"blinded_stamp": b"\xff" * 256}),
    ],
)
def test_what_a_duty_does_not_sign_is_refused_and_burns_nothing(
    desks: Desks, place: int, changes: dict[str, object]
) -> None:
    entry = entry_of(desks, NextSlotWanted(desks), family(desks).receipt(), place)
    commit_batches(desks, {place: [Batch(entries=(replace(entry, **changes),))]})
    assert desks.clerk(place).clerk_once().receipts_refused == 1
    assert desks.coordinator(place).keyring.secrets.burned_for_slots == ()


def test_a_period_that_the_almanac_does_not_know_gets_no_answer(desks: Desks) -> None:
    receipt, foreign = family(desks).receipt(), 4_000_000_000
    entry = entry_of(desks, NextSlotWanted(desks), receipt, 0)
    unknown = (
        replace(entry, period=foreign),
        replace(entry, receipt=replace(receipt, period=foreign)),
    )
    commit_batches(desks, {0: [Batch(entries=unknown)]})
    report = desks.clerk(0).clerk_once()
    assert (report.signed, report.receipts_refused) == (0, 0)
    assert signed_entries(desks) == []
    assert desks.coordinator(0).keyring.secrets.burned_for_slots == ()


def test_a_receipt_buys_nothing_two_quarters_away(desks: Desks) -> None:
    """There the pair of duty may have nobody in common with another that honoured it."""
    desk, entry = (
        desks.coordinator(0),
        entry_of(desks, NextSlotWanted(desks), family(desks).receipt(), 0),
    )
    now = desk.circle.period(entry.period)
    long_ago = replace(now, number=now.number - 2)
    desk.circle = replace(desk.circle, periods=(long_ago, now))
    theirs = tuple(
        replace(held, period=long_ago.number)
        for held in desk.keyring.secrets.keys
        if held.period == now.number
    )
    desk.keyring.change(lambda kept: replace(kept, keys=(*kept.keys, *theirs)))
    commit_batches(desks, {0: [Batch(entries=(replace(entry, period=long_ago.number),))]})

    # Both count still: the older one is over for less than keep_days.
    report = SlotDesk(desk, today=now.from_day).answer_batches()
    assert (report.signed, report.refused) == (0, 1)


@pytest.mark.parametrize("off", [-100, 200])
def test_a_clerk_whose_clock_is_off_refuses_nothing(desks: Desks, off: int) -> None:
    entry = entry_of(desks, NextSlotWanted(desks), family(desks).receipt(), 0)
    commit_batches(desks, {0: [Batch(entries=(entry,))]})
    report = desks.clerk(0, today=lambda: DAY + off).clerk_once()
    assert (report.batches, report.signed, report.receipts_refused) == (2, 0, 0)
    assert signed_entries(desks) == []

    commit_batches(desks, {0: [Batch(entries=(entry,))]})
    assert desks.clerk(0).clerk_once().signed == 1


def test_a_clerk_without_the_quarters_keys_refuses_nothing(desks: Desks) -> None:
    """As after a restore from before they were made."""
    entry = entry_of(desks, NextSlotWanted(desks), family(desks).receipt(), 0)
    commit_batches(desks, {0: [Batch(entries=(entry,))]})
    keyring = desks.coordinator(0).keyring
    keys = keyring.secrets.keys
    keyring.change(lambda kept: replace(kept, keys=()))
    assert desks.clerk(0).clerk_once().receipts_refused == 0
    assert signed_entries(desks) == []

    keyring.change(lambda kept: replace(kept, keys=keys))
    commit_batches(desks, {0: [Batch(entries=(entry,))]})
    assert desks.clerk(0).clerk_once().signed == 1


def test_what_was_burned_is_forgotten_when_it_cannot_be_spent_any_more(desks: Desks) -> None:
    entry = entry_of(desks, NextSlotWanted(desks), family(desks).receipt(), 0)
    commit_batches(desks, {0: [Batch(entries=(entry,))]})
    desks.clerk(0).clerk_once()
    desks.clerk(0, today=lambda: DAY + 100).clerk_once()
    assert len(desks.coordinator(0).keyring.secrets.burned_for_slots) == 1
    desks.clerk(0, today=lambda: DAY + 300).clerk_once()
    assert desks.coordinator(0).keyring.secrets.burned_for_slots == ()


def test_empty_and_unreadable_batches_are_answered_like_any_other(desks: Desks) -> None:
    commit_batches(desks, {0: [None]})
    assert desks.clerk(0).clerk_once().batches == 2
    answers = answers_of(desks)
    assert [(answer.coordinator, answer.entries) for answer in answers] == [(0, ())] * 2


def test_an_answer_that_comes_late_is_sealed_anew(desks: Desks) -> None:
    entry = entry_of(desks, NextSlotWanted(desks), family(desks).receipt(), 0)
    commit_batches(desks, {0: [Batch(entries=(entry,))]})
    clerk: Clerk = desks.clerk(0)
    real, epochs = clerk._desk.operator.put_answer, []

    def slow(batch_id: bytes, epoch: int, record: bytes) -> None:
        if not epochs:
            desks.matcher().round_once(NOW)
        epochs.append(epoch)
        real(batch_id, epoch, record)

    clerk._desk.operator.put_answer = slow  # type: ignore[method-assign]
    clerk.clerk_once()
    assert epochs == [2, 3, 3]
    assert any(entry.signed_root for entry in signed_entries(desks))


def test_a_receipt_is_burned_before_anything_is_signed(
    desks: Desks, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = entry_of(desks, NextSlotWanted(desks), family(desks).receipt(), 0)
    commit_batches(desks, {0: [Batch(entries=(entry,))]})

    def power_cut(_desk: SlotDesk, _entry: Entry) -> SignedEntry:
        raise KeyboardInterrupt

    desk = SlotDesk(desks.coordinator(0), today=DAY)
    with monkeypatch.context() as patched:
        patched.setattr(SlotDesk, "_signed", power_cut)
        with pytest.raises(KeyboardInterrupt):
            desk.answer_batches()
    assert len(desks.coordinator(0).keyring.secrets.burned_for_slots) == 1
    assert desks.clerk(0).clerk_once().signed == 1
