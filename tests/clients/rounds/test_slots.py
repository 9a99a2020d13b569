"""Owed slots: who is asked, what is believed of the answers, and when it is over."""

from __future__ import annotations

import secrets
from dataclasses import replace
from pathlib import Path

import pytest

from clients.operators.rounds.hearing import hear
from clients.operators.rounds.opening import OpenedCard
from clients.operators.rounds.population import Live, Population, populate
from clients.operators.rounds.slots import collect, delivery_of, forget_delivered, make_batches
from clients.people.outboxes import first_outbox
from crypto.blinding import blind_sign
from crypto.certifying_keys import CardClass, Use
from crypto.drops import DropAddress
from crypto.keys import outbox_key, slot_ticket
from crypto.labels import bound, u8, u32
from crypto.messages.batches import Answers, Batch, Entry, SignedEntry
from crypto.messages.outboxes import Outbox
from crypto.messages.tokens import NextSlot
from crypto.records import close_record
from crypto.sealing import SealingKey, open_sealed, seal
from tests.clients.operators import Desks, NextSlotWanted, client_trial, donor, family

EPOCH = 5
KEY = SealingKey(b"\5" * 32)


@pytest.fixture
def desks(tmp_path: Path) -> Desks:
    return Desks(client_trial(), "http://nobody", tmp_path)


def owed(desks: Desks, *, following: NextSlot | None = None) -> tuple[Population, Live, NextSlot]:
    """An offer that was confirmed in this round, and what its donor wants."""
    bob = donor(desks)
    address = DropAddress(secrets.token_bytes(32))
    population = populate([address], [OpenedCard(bob.card(), bob.root, None)], EPOCH)
    live = population.live[bob.root]
    wanted = following or NextSlotWanted(desks).message()
    live.receipt = family(desks).receipt()
    live.outbox = outbox(next_slot=wanted)
    return population, live, wanted


def outbox(*, next_slot: NextSlot | None, got: int = 0, counter: int = 1) -> Outbox:
    return replace(first_outbox(next_slot), counter=counter, got=got)


def batches(desks: Desks, population: Population) -> list[tuple[int, tuple[Entry, ...]]]:
    circle = desks.trial.circle
    return [
        (
            number,
            open_sealed(
                Batch,
                record,
                key=SealingKey(desks.trial.sealing_seeds[number]),
                info=bound("batch", circle.digest, u32(EPOCH), u8(number)),
            ).entries,
        )
        for number, record in make_batches(population, circle, EPOCH)
    ]


def signed(desks: Desks, live: Live, wanted: NextSlot, place: int, **changes: object) -> bytes:
    """What an honest clerk answers, unless changed, sealed for the matcher."""
    trial = desks.trial
    period = trial.period
    fields: dict[str, object] = {
        "ticket": slot_ticket(live.card.notice_secret, wanted.index),
        "index": wanted.index,
        "signed_root": blind_sign(
            trial.signing_key(period, Use.OFFER, place), wanted.blinded_roots[place]
        ),
        "signed_stamp": None
        if place
        else blind_sign(trial.signing_key(period, Use.STAMP), wanted.blinded_stamp),
    }
    entry = SignedEntry(**{**fields, **changes})  # type: ignore[arg-type]
    return seal(
        Answers(coordinator=place, entries=(entry,)),
        recipient=bytes(KEY.public),
        info=bound("answers", trial.circle.digest, u32(EPOCH)),
    )


def collected(desks: Desks, population: Population, *records: bytes) -> int:
    return collect(population, records, circle=desks.trial.circle, epoch=EPOCH, key=KEY)


def test_both_duties_are_asked_in_records_of_which_everybody_gets_as_many(desks: Desks) -> None:
    population, live, wanted = owed(desks)
    made = batches(desks, population)
    assert [number for number, _ in made] == [0, 0, 1, 1]
    entries = [entry for _, some in made for entry in some]
    assert [entry.blinded_root for entry in entries] == list(wanted.blinded_roots)
    assert [entry.blinded_stamp for entry in entries] == [wanted.blinded_stamp, None]
    assert {entry.receipt for entry in entries} == {live.receipt}

    nobody = populate([], [], EPOCH)
    assert [(number, entries) for number, entries in batches(desks, nobody)] == [
        (0, ()),
        (0, ()),
        (1, ()),
        (1, ()),
    ]


def test_who_finds_no_room_waits(desks: Desks) -> None:
    population = Population()
    for _ in range(8):
        _, live, _ = owed(desks)
        population.live[live.root] = live
    made = batches(desks, population)
    assert [len(entries) for _, entries in made] == [3, 3, 3, 3]


def test_halves_are_kept_and_only_the_missing_one_is_asked_for_again(desks: Desks) -> None:
    population, live, wanted = owed(desks)
    assert collected(desks, population, signed(desks, live, wanted, 1)) == 0
    assert delivery_of(live) is None
    assert [len(entries) for _, entries in batches(desks, population)] == [1, 0, 0, 0]

    assert collected(desks, population, signed(desks, live, wanted, 0)) == 1
    delivery = delivery_of(live)
    assert delivery is not None
    assert delivery.index == wanted.index
    assert live.receipt is None
    assert [len(entries) for _, entries in batches(desks, population)] == [0] * 4

    forget_delivered(population)
    assert live.earned is not None
    live.outbox = outbox(next_slot=wanted, got=wanted.index)
    forget_delivered(population)
    assert live.earned is None


@pytest.mark.parametrize(
    "changes",
    [
        {"signed_root": b"\1" * 256},
        {"signed_root": b"\0" * 256},
        {"signed_root": b"\xff" * 256},
        {"signed_stamp": b"\1" * 256},
        {"signed_stamp": None},
        {"index": 8},
        {"ticket": b"\1" * 32},
    ],
)
def test_what_was_not_signed_by_the_duty_never_reaches_a_donor(
    desks: Desks, changes: dict[str, object]
) -> None:
    population, live, wanted = owed(desks)
    forged = signed(desks, live, wanted, 0, **changes)
    assert collected(desks, population, forged, signed(desks, live, wanted, 1)) == 0
    assert delivery_of(live) is None
    assert collected(desks, population, signed(desks, live, wanted, 0)) == 1


def test_noise_among_the_answers_is_passed_over(desks: Desks) -> None:
    population, live, wanted = owed(desks)
    records = [
        secrets.token_bytes(4_096),
        signed(desks, live, wanted, 0),
        b"short",
        signed(desks, live, wanted, 1),
    ]
    assert collected(desks, population, *(one for one in records if len(one) == 4_096)) == 1


def test_a_clerks_refusal_ends_it(desks: Desks) -> None:
    population, live, wanted = owed(desks)
    refusal = signed(desks, live, wanted, 0, signed_root=None, signed_stamp=None)
    assert collected(desks, population, refusal) == 0
    assert live.receipt is None
    assert [len(entries) for _, entries in batches(desks, population)] == [0] * 4


def test_nobody_is_asked_without_a_receipt_or_for_values_that_cannot_be_signed(
    desks: Desks,
) -> None:
    population, live, wanted = owed(desks)
    receipt = live.receipt
    live.receipt = None
    assert [len(entries) for _, entries in batches(desks, population)] == [0] * 4
    live.receipt = receipt
    for spoilt in (
        NextSlot(
            index=1,
            period=wanted.period,
            blinded_roots=(b"\xff" * 256, wanted.blinded_roots[1]),
            blinded_stamp=wanted.blinded_stamp,
        ),
        NextSlot(
            index=1,
            period=1,
            blinded_roots=wanted.blinded_roots,
            blinded_stamp=wanted.blinded_stamp,
        ),
    ):
        live.outbox = outbox(next_slot=spoilt)
        assert [len(entries) for _, entries in batches(desks, population)] == [0] * 4
    assert live.card.card_class == CardClass.OFFER


def heard(desks: Desks, live: Live, said: Outbox) -> None:
    """A node answers with *said*, which its owner once wrote."""
    live.outbox = None
    record = close_record(
        said,
        key=outbox_key(live.card.notice_secret),
        aad=bound("outbox", desks.trial.circle.digest),
    )
    hear(live, record, desks.trial.circle)


def test_a_node_that_brings_back_an_earlier_next_has_nothing_signed_for_it(desks: Desks) -> None:
    population, live, wanted = owed(desks)
    earlier = NextSlotWanted(desks).message()
    live.state = replace(live.state, counter=5)

    heard(desks, live, outbox(next_slot=earlier, counter=4))
    assert [len(entries) for _, entries in batches(desks, population)] == [0] * 4
    assert live.receipt is not None  # kept until its owner's word is heard again

    heard(desks, live, outbox(next_slot=wanted, counter=5))
    made = [entry for _, entries in batches(desks, population) for entry in entries]
    assert [entry.blinded_root for entry in made] == list(wanted.blinded_roots)


def test_a_node_that_brings_back_an_earlier_got_has_nothing_forgotten_or_paid_twice(
    desks: Desks,
) -> None:
    population, live, wanted = owed(desks)
    answers = [signed(desks, live, wanted, place) for place in (0, 1)]
    assert collected(desks, population, *answers) == 1
    live.state = replace(live.state, counter=5)

    # The word that came before: acknowledged something else, for values of another time.
    heard(desks, live, outbox(next_slot=wanted, got=wanted.index, counter=4))
    forget_delivered(population)
    assert delivery_of(live) is not None

    heard(desks, live, outbox(next_slot=wanted, got=wanted.index, counter=6))
    forget_delivered(population)
    live.state = replace(live.state, counter=6)
    heard(desks, live, outbox(next_slot=wanted, counter=5))
    assert collected(desks, population, *answers) == 0
    assert delivery_of(live) is None
    assert [len(entries) for _, entries in batches(desks, population)] == [0] * 4
