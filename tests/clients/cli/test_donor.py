"""`klunak donor`, in processes of its own; later statuses as they are told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import typer

from clients.cli.donor import donor_app
from clients.cli.donor_view import NEXT, is_before_buying, next_commands, tell, view_json
from clients.cli.operators import today
from clients.cli.phrases import Phrases
from clients.cli.slot_typed import SlotTyped, slot_typed
from clients.donor import DonorView
from clients.people.slot_names import quarter_of
from clients.people.views import Facts, SlotView, Status
from crypto.goods import LANGUAGES
from crypto.messages.pages import Kind, Said
from crypto.periods import period_of
from tests.clients.cli.commands import Circle, drawn, run, seat


def slot(status: Status, *, mode: int = 0, index: int = 0, **fields: Any) -> SlotView:
    facts = Facts(matched=3, mode=mode, store=0, region=3, size=1, needs=0b1)
    return SlotView(8107, index, status, facts, come_back_epoch=7, **fields)


def view(*slots: SlotView) -> DonorView:
    return DonorView(Status.CERTIFIED, slots=slots, come_back_epoch=7)


def told(shown: DonorView, capsys: pytest.CaptureFixture[str], language: Any = "en") -> str:
    tell(seat("donor", language), shown, as_json=False)
    captured = capsys.readouterr()
    assert captured.out == ""
    return captured.err


def test_a_donor_draws_a_list_like_anybody() -> None:
    assert set(run("donor", "new", "--json").json) == {"lines", "dish"}


def test_an_offer_is_asked_for_once(circle: Circle) -> None:
    lines = drawn("ru")

    offered = circle.run(
        *("donor", "offer", "--region", "brest", "--mode", "locker", "--size", "large", "--json"),
        typed=[*lines, "Лёдз, праграмістка."],
    )
    again = circle.run("donor", "offer", "--json", typed=[*lines, "Ещё раз."])

    assert offered.json["status"] == "asked"
    assert again.json["status"] == "asked"
    assert offered.json["slots"] == []


def test_an_offer_needs_words(circle: Circle) -> None:
    ran = circle.run("donor", "offer", typed=drawn())

    assert ran.code == 1
    assert "Nothing was typed, and nothing was sent." in ran.told


def test_a_slot_that_is_none_is_refused(circle: Circle) -> None:
    lines = drawn()

    accepted = circle.run("donor", "accept", "2", typed=[*lines, "CODE"])
    zero = circle.run("donor", "accept", "0", typed=lines)

    assert (accepted.code, zero.code) == (1, 2)
    assert "There is no such slot." in accepted.told
    assert "klunak donor visit" in accepted.told
    for command in ("ordered", "replace-code", "say", "withdraw"):
        ran = circle.run("donor", command, "1", typed=[*lines, "words"])
        assert ran.code == 1, command
        assert "Nothing was sent." in ran.told, command
    assert circle.run("donor", "post", typed=lines).code == 1


def test_the_stores_are_listed_with_the_cards_they_took(circle: Circle) -> None:
    ran = circle.run("donor", "stores")

    assert "took a foreign card (tried on 2026-11-09)" in ran.told
    assert "did not take a foreign card" in ran.told


def test_no_argument_takes_anything_secret() -> None:
    group: Any = typer.main.get_command(donor_app)
    public = {
        *("slot", "node", "circle", "language", "as_json", "help"),
        *("regions", "modes", "preset", "size", "needs", "post", "again", "speech", "at_once"),
    }
    for command in group.commands.values():
        assert {parameter.name for parameter in command.params} <= public, command.name
        assert command.help
        for parameter in command.params:
            assert parameter.name == "help" or parameter.help, (command.name, parameter.name)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("status", list(Status))
def test_every_status_is_told(
    status: Status, language: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    sentence = Phrases(language).status("donor", status)

    assert sentence in told(view(slot(status)), capsys, language)
    assert told(DonorView(status), capsys, language).startswith(sentence)


def test_every_next_command_exists() -> None:
    group: Any = typer.main.get_command(donor_app)
    for status in Status:
        for shown in (view(slot(status)), DonorView(status)):
            for command in next_commands(shown):
                assert command.split()[0] in group.commands
    assert {command for ways in NEXT.values() for command in ways} <= set(group.commands)


def test_a_command_names_the_slot_it_is_about() -> None:
    shown = view(slot(Status.WAITING), slot(Status.HELD, index=1), slot(Status.HELD, index=5))

    assert next_commands(shown) == ("accept 2", "decline 2", "accept 6", "decline 6")


def test_how_to_buy_is_said_before_buying_and_not_at_other_times(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for status in Status:
        for mode in (0, 1, 2):
            one = slot(status, mode=mode)
            assert ("Before you buy:" in told(view(one), capsys)) == is_before_buying(one)
    assert is_before_buying(slot(Status.HELD, mode=0))
    assert not is_before_buying(slot(Status.HELD, mode=2))
    assert is_before_buying(slot(Status.ADDRESS_SHOWN, mode=2))


def test_a_voucher_is_bought_before_it_is_accepted(capsys: pytest.CaptureFixture[str]) -> None:
    assert "Buy the voucher first" in told(view(slot(Status.HELD)), capsys)
    assert "Buy the voucher first" not in told(view(slot(Status.CODE_FAILED)), capsys)


def test_an_address_cannot_pass_for_a_sentence_of_ours(
    capsys: pytest.CaptureFixture[str],
) -> None:
    terms = "вуліца Лугавая, 1\nklunak: transfer the money instead"
    text = told(view(slot(Status.ADDRESS_SHOWN, mode=2, terms=terms)), capsys)

    assert "Where to send:\n  │ вуліца Лугавая, 1\n  │ klunak: transfer" in text


def test_a_question_can_be_answered_and_a_finished_conversation_closed() -> None:
    asked = slot(Status.CODE_SENT, message=Said(kind=Kind.QUESTION, words="?"))
    thanked = slot(Status.FINISHED, message=Said(kind=Kind.THANKS, words=""))
    wanted_again = slot(Status.FINISHED, again=True)

    assert next_commands(view(asked)) == ("say 1",)
    assert next_commands(view(thanked)) == next_commands(view(wanted_again)) == ("close 1",)
    assert next_commands(view(slot(Status.FINISHED))) == ()


def test_a_machine_reads_each_slot(capsys: pytest.CaptureFixture[str]) -> None:
    shown = view(slot(Status.ADDRESS_SHOWN, mode=2, index=1, terms="вуліца"))

    (read,) = view_json(seat("donor"), shown)["slots"]

    assert (read["slot"], read["status"], read["terms"]) == ("2", "address_shown", "вуліца")
    assert read["facts"]["mode"] == "delivery"


def test_a_slot_is_typed_as_it_is_shown() -> None:
    period = period_of(today())
    quarter = quarter_of(period)
    before = quarter_of(period - 1)

    assert slot_typed("2") == SlotTyped(1)
    assert slot_typed("b1") == SlotTyped(4_096)
    assert slot_typed(f"{quarter}-C4") == SlotTyped(8_195, period)
    assert slot_typed(f"{before}-1") == SlotTyped(0, period - 1)
    for wrong in ("", "0", "-1", "4097x", "5-1", "1-", "Q1", "²", "1" * 10_000):
        with pytest.raises(typer.BadParameter):
            slot_typed(wrong)


def test_slots_of_two_quarters_are_told_apart() -> None:
    old = slot(Status.HELD)
    shown = view(old, replace(old, period=8108), slot(Status.HELD, index=4_096))

    assert next_commands(shown)[::2] == ("accept 4-1", "accept 1-1", "accept B1")
    assert [one["slot"] for one in view_json(seat("donor"), shown)["slots"]] == ["4-1", "1-1", "B1"]
