"""A coordinator's desk against a real node: ask, certify, decline, each as often as one likes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from clients.coordinator import Coordinator, Standing
from clients.errors import NoSuchIntake, NotOnDuty
from crypto.circle import Circle
from crypto.documents import public_key_of
from crypto.messages.intake import CERTIFIED, DECLINED, DONOR, FAMILY, QUESTION
from crypto.records import random_record
from tests.clients.operators import Asking, Desks, admit, coordinator_keyring, desks_at


@pytest.fixture
def desks(tmp_path: Path) -> Iterator[Desks]:
    with desks_at(tmp_path) as desks:
        yield desks


@pytest.mark.parametrize("role", [FAMILY, DONOR])
def test_both_duties_certify_and_everything_unblinds(desks: Desks, role: int) -> None:
    person = admit(Asking(desks, role=role))
    for number in (0, 1):
        desk = desks.coordinator(number)
        (waiting,) = desk.inbox()
        assert (waiting.standing, waiting.role) == (Standing.NEW, role)
        assert (waiting.words, waiting.language) == ("Прывітанне", "be")
        assert not waiting.invited

        desk.certify(waiting.id)

        assert person.told(number).kind == CERTIFIED
        person.unblinded(number)
        assert desk.inbox() == []


def test_certifying_again_gives_the_same_bytes(desks: Desks) -> None:
    person = admit(Asking(desks))
    desk = desks.coordinator(0)
    (waiting,) = desk.inbox()
    desk.operator.delete_intake = lambda _id: None  # type: ignore[method-assign]
    desk.certify(waiting.id)
    first = person.told(0)

    (again,) = desks.coordinator(0).inbox()
    assert again.standing is Standing.CERTIFIED
    desks.coordinator(0).certify(again.id)

    assert person.told(0) == first
    assert desks.coordinator(0).inbox() == []


def test_a_question_is_answered_and_asked_once(desks: Desks) -> None:
    person = admit(Asking(desks))
    desk = desks.coordinator(1)
    (waiting,) = desk.inbox()

    desk.ask(waiting.id, "Хто вас накіраваў?")
    desks.coordinator(1).ask(waiting.id, "Хто вас накіраваў?")

    told = person.told(1)
    assert (told.kind, told.turn, told.words) == (QUESTION, 1, "Хто вас накіраваў?")
    assert desk.inbox()[0].standing is Standing.ASKED
    person.answer(1, 1, "Сяброўка")
    (waiting,) = desk.inbox()
    assert (waiting.standing, waiting.answer) == (Standing.ANSWERED, "Сяброўка")
    desk.ask(waiting.id, "Якая?")
    assert person.told(1).turn == 2
    assert desk.inbox()[0].answer == ""


def test_a_decline_ends_the_thread(desks: Desks) -> None:
    person = admit(Asking(desks))
    desk = desks.coordinator(0)
    (waiting,) = desk.inbox()
    desk.decline(waiting.id, "На жаль, не зараз")
    assert (person.told(0).kind, person.told(0).words) == (DECLINED, "На жаль, не зараз")
    with pytest.raises(NoSuchIntake):
        desk.certify(waiting.id)


def test_a_certificate_that_is_out_is_not_overwritten(desks: Desks) -> None:
    person = admit(Asking(desks))
    desk = desks.coordinator(0)
    (waiting,) = desk.inbox()
    delete, desk.operator.delete_intake = desk.operator.delete_intake, lambda _id: None  # type: ignore[method-assign]
    desk.certify(waiting.id)
    desk.ask(waiting.id, "Хто вы?")
    desk.operator.delete_intake = delete  # type: ignore[method-assign]
    desk.decline(waiting.id)
    person.unblinded(0)
    assert desk.inbox() == []


def test_many_threads_are_read_twelve_drops_at_once(desks: Desks) -> None:
    for number in range(8):
        admit(Asking(desks, words=str(number)))
    desk, looks = desks.coordinator(0), []
    real = desk.visits.look

    def counted(body: bytes) -> bytes:
        looks.append(len(body))
        return real(body)

    desk.visits.look = counted  # type: ignore[method-assign]
    assert {one.words for one in desk.inbox()} == set(map(str, range(8)))
    assert looks == [384, 384]


@pytest.mark.parametrize(
    "changes",
    [
        {"blinded_extras": ()},
        {"role": DONOR, "blinded_extras": (b"\1" * 256,) * 3},
    ],
)
def test_who_asks_for_what_no_duty_signs_is_unreadable(
    desks: Desks, changes: dict[str, object]
) -> None:
    admit(Asking(desks, changes=changes))
    desk = desks.coordinator(1)
    (waiting,) = desk.inbox()
    assert waiting.standing is Standing.UNREADABLE
    with pytest.raises(NoSuchIntake):
        desk.certify(waiting.id)
    desk.operator.delete_intake(waiting.id)
    assert desk.inbox() == []


def test_a_record_of_noise_is_listed_last_and_can_be_deleted(desks: Desks) -> None:
    class Noise(Asking):
        def record(self, position: int) -> bytes:
            return random_record()

    admit(Noise(desks))
    admit(Asking(desks))
    desk = desks.coordinator(0)
    lines = desk.inbox()
    assert [line.standing for line in lines] == [Standing.NEW, Standing.UNREADABLE]
    desk.operator.delete_intake(lines[1].id)
    assert len(desk.inbox()) == 1


def test_a_record_for_the_other_duty_does_not_open(desks: Desks) -> None:
    class Swapped(Asking):
        def record(self, position: int) -> bytes:
            return super().record(1 - position)

    admit(Swapped(desks))
    assert [line.standing for line in desks.coordinator(0).inbox()] == [Standing.UNREADABLE]


def test_a_stranger_has_no_desk(desks: Desks, tmp_path: Path) -> None:
    keyring = coordinator_keyring(desks.trial, tmp_path, 0)
    keyring.change(lambda kept: replace(kept, signing_seed=b"\1" * 32))
    desk = desks.coordinator(1)
    circle: Circle = desks.trial.circle
    assert public_key_of(b"\1" * 32) not in circle.coordinators
    with pytest.raises(NotOnDuty):
        Coordinator(keyring, desk.operator, desk.visits, circle)


def test_nothing_of_a_person_shows(desks: Desks) -> None:
    admit(Asking(desks, words="Яніна з Гродна"))
    desk = desks.coordinator(0)
    shown = repr(desk.inbox()) + repr(desk.opened()) + repr(desk.opened()[0].intake)
    assert "Яніна" not in shown
