"""From asking to certificates on the shelf."""

from __future__ import annotations

from functools import partial

import pytest

from clients.errors import NodeRefused, NotPossible, TooLong, WrongRole
from clients.invites_text import InviteCodes
from clients.people.views import Status
from crypto.drops import address_of
from crypto.keys import Person
from crypto.labels import hashed
from crypto.messages.intake import CERTIFIED, In
from tests.clients.world import FAMILY_LIST, WISH, World

IN_LANGUAGES = {"be": "Нам патрэбныя прадукты", "ru": "Нам нужны продукты", "en": "We need food"}

CODES: InviteCodes = (b"first co", b"secondco")


def person_of(world: World) -> Person:
    return Person.from_list_key(
        FAMILY_LIST, circle=world.trial.circle.digest, period=world.trial.period
    )


def in_records(world: World) -> list[bytes]:
    person = person_of(world)
    return [world.node.drops[address_of(person.thread(n).in_write)] for n in (0, 1)]


def test_each_coordinator_learns_words_and_blinded_values_and_nothing_of_the_wish() -> None:
    world = World()
    world.family().ask(WISH, "be", "we need food")

    first, second = (intake for _, intake in world.coordinators.opened())

    assert first.words == second.words == "we need food"
    assert len(first.blinded_extras) == len(second.blinded_extras) == 3
    assert not set(first.blinded_roots) & set(second.blinded_roots)


def test_asking_looks_alike_in_every_language() -> None:
    looks, told = [], []
    for language, words in IN_LANGUAGES.items():
        world = World()
        asked = partial(world.family().ask, WISH, language, words)
        looks.append(world.recorded(asked))
        told += [intake.language for _, intake in world.coordinators.opened()]

    assert looks[0] == looks[1] == looks[2] != []
    assert told == ["be", "be", "ru", "ru", "en", "en"]


def test_a_donor_asks_the_second_coordinator_for_no_receipts() -> None:
    world = World()
    world.donor().offer(WISH, "en")

    assert [len(i.blinded_extras) for _, i in world.coordinators.opened()] == [3, 0]


def test_an_invite_is_shown_as_its_hash_to_the_node_and_as_itself_to_coordinators() -> None:
    world = World()
    world.node.invites = {hashed("klunak invite", code) for code in CODES}

    view = world.family().ask(WISH, "be", invite=CODES)

    assert view.status == Status.ASKED
    assert [intake.invite_code for _, intake in world.coordinators.opened()] == list(CODES)


def test_an_unknown_invite_is_refused_by_its_code_and_nothing_is_reserved() -> None:
    world = World()

    with pytest.raises(NodeRefused) as refused:
        world.family().ask(WISH, "be", invite=CODES)

    assert refused.value.code == "unknown_invite"
    assert world.family().visit().status == Status.NOTHING


def test_work_is_paid_where_a_node_asks_for_it() -> None:
    world = World()
    world.node.pow_bits = 3

    assert world.family().ask(WISH, "be").status == Status.ASKED


@pytest.mark.parametrize("words", ["x" * 901, "ж" * 451, "\ud800"])
def test_words_that_do_not_fit_are_told_before_anything_is_sent(words: str) -> None:
    world = World()

    with pytest.raises(TooLong):
        world.family().ask(WISH, "be", words)

    assert world.requests == []


def test_one_list_is_for_one_side() -> None:
    world = World().asked()

    with pytest.raises(WrongRole):
        world.donor(list_key=FAMILY_LIST).offer(WISH, "en")
    with pytest.raises(WrongRole):
        world.donor(list_key=FAMILY_LIST).visit()

    assert world.family().visit().status == Status.ASKED


def test_a_question_is_shown_until_it_is_answered_and_each_turn_anew() -> None:
    world = World()
    world.family().ask(WISH, "be")
    world.coordinators.ask(1, "who sends you?")
    asked = world.family().visit()

    answered = world.family().answer_question("my aunt")
    later = world.family().visit()
    world.coordinators.ask(2, "which one?")
    again = world.family().visit()

    assert (asked.status, asked.questions) == (Status.QUESTION, ("who sends you?",))
    assert answered.status == later.status == Status.ASKED
    assert [(out.turn, out.words) for out in world.coordinators.answers()] == [(1, "my aunt")]
    assert again.questions == ("which one?",)


def test_an_answer_survives_visits_and_is_asked_for_again_when_a_node_loses_it() -> None:
    world = World()
    world.family().ask(WISH, "be")
    world.coordinators.ask(1, "who?")
    world.family().answer_question("my aunt")
    world.family().visit()
    world.family().visit()
    kept = world.coordinators.answers()[0].words

    world.node.drops[address_of(person_of(world).thread(0).out_write)] = bytes(4_096)
    lost = world.family().visit()

    assert kept == "my aunt"
    assert lost.status == Status.QUESTION


def test_nothing_is_answered_that_was_not_asked() -> None:
    world = World().asked()

    with pytest.raises(NotPossible):
        world.family().answer_question("hello?")


def test_one_certified_is_not_certified() -> None:
    world = World()
    world.family().ask(WISH, "be")
    (number, intake), _ = world.coordinators.opened()
    world.coordinators.say(number, intake, In(CERTIFIED, 0, "", (), ()))

    assert world.family().visit().status == Status.ASKED


def test_the_thread_is_blanked_once_the_shelf_was_read_back_and_not_before() -> None:
    world = World()
    world.family().ask(WISH, "be")
    world.coordinators.certify()
    signed = in_records(world)
    writes: list[bool] = []
    leave = world.node._leave

    def watched(body: bytes):
        answer = leave(body)
        writes.append(in_records(world) == signed)
        return answer

    world.node._leave = watched  # type: ignore[method-assign]

    view = world.family().visit(post=False)

    assert view.status == Status.CERTIFIED
    assert writes == [True, False]


def test_a_coordinator_cannot_tell_when_whom_it_vouched_for_comes_back() -> None:
    """It has w of *in* and R of *out*: neither changes once the decision is on the shelf."""
    world = World()
    world.family().ask(WISH, "be")
    world.coordinators.certify()
    world.family().visit()
    person = person_of(world)

    def seen() -> list[bytes]:
        outs = [world.node.drops[address_of(person.thread(n).out_write)] for n in (0, 1)]
        return in_records(world) + outs

    before = seen()
    for _ in range(3):
        world.family().visit()
        assert seen() == before


def test_a_declined_person_is_told_so_from_then_on() -> None:
    world = World()
    world.family().ask(WISH, "be")
    world.coordinators.decline()

    assert world.family().visit().status == Status.DECLINED
    assert world.family().visit().status == Status.DECLINED


def test_a_bad_signature_is_told_and_nothing_is_erased() -> None:
    world = World()
    world.family().ask(WISH, "be")
    world.coordinators.certify(spoil=True)
    before = in_records(world)

    first, second = world.family().visit(), world.family().visit()
    assert first.status == second.status == Status.COORDINATOR_FAILED
    assert in_records(world) == before

    world.coordinators.certify()
    assert world.family().visit().status == Status.WAITING
