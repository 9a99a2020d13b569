"""`klunak family`, in processes of its own: what is typed, what is told, what is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from clients.cli.family import family_app
from clients.cli.family_view import NEXT, next_commands, tell, view_json
from clients.cli.phrases import Phrases
from clients.errors import NodeUnreachable, TooLong
from clients.family import FamilyView
from clients.people.views import Facts, SlotView, Status
from crypto.goods import LANGUAGES
from crypto.lists import LINES, draw_list, parse_list
from crypto.messages.pages import Kind, Said
from tests.clients.cli.commands import Circle, at_keyboard, drawn, run, seat, written

ONION = "http://" + "a" * 56 + ".onion"
DIGEST = "00" * 32
ASK = ("family", "ask", "--region", "homel")


def view(status: Status, *, mode: int = 2, **card: Any) -> FamilyView:
    facts = Facts(matched=3, mode=mode, store=2, region=3, size=1, needs=0b11)
    shown = SlotView(8107, 0, status, facts, come_back_epoch=7, **card)
    return FamilyView(status, card=shown, parcels_left=2, come_back_epoch=7)


def test_a_new_list_is_shown_once_and_can_be_typed_back() -> None:
    ran = run("family", "new", environment={"KLUNAK_LANGUAGE": "ru"})

    *lines, dish = ran.told.splitlines()
    assert ran.out == ""
    assert len(parse_list(lines).lines) == LINES
    assert dish.startswith("Ваше блюдо: ")


def test_a_new_list_for_a_machine_is_json_and_nothing_else() -> None:
    ran = run("family", "new", "--json", "--language", "en")

    assert ran.told == ""
    assert set(ran.json) == {"lines", "dish"}
    assert len(parse_list(ran.json["lines"]).lines) == LINES


def test_two_lists_are_not_alike() -> None:
    assert run("family", "new").told != run("family", "new").told


def test_a_list_in_another_language_and_order_continues_in_a_fresh_process(circle: Circle) -> None:
    # given a request begun in Belarusian, admitted by work
    grocery_list = draw_list()
    begun = circle.run(*ASK, "--json", typed=[*written(grocery_list, "be"), "дапамажыце"])
    # when it is looked for in Russian, backwards
    found = circle.run(
        "family", "visit", "--json", typed=written(grocery_list, "ru")[::-1], language="ru"
    )
    # then it is there
    assert begun.json["status"] == "asked"
    assert found.json["status"] == "asked"


def test_another_list_opens_nothing(circle: Circle) -> None:
    ran = circle.run("family", "visit", "--json", typed=drawn())

    assert ran.json["status"] == "nothing"
    assert ran.json["slot"] is None
    assert ran.json["facts"] is None


def test_the_next_command_is_told_exactly(circle: Circle) -> None:
    by_environment = circle.run("family", "visit", typed=drawn())
    by_options = run(
        *("--linger", "2", "--clearnet", "family", "visit", "--node", circle.url),
        *("--circle", str(circle.trial.document), "--language", "ru"),
        typed=drawn(),
    )

    assert by_environment.told.endswith("\n  klunak family ask\n")
    words = f"--node {circle.url} --circle {circle.trial.document} --language ru"
    assert by_options.told.endswith(f"\n  klunak --linger 2 --clearnet family ask {words}\n")


def test_a_circle_can_be_pinned_by_its_digest(circle: Circle) -> None:
    digest = circle.trial.circle().digest.hex()

    right = run("family", "visit", "--node", circle.url, "--circle", digest, typed=drawn())
    wrong = run("family", "visit", "--node", circle.url, "--circle", DIGEST, typed=drawn())

    assert right.code == 0
    assert wrong.code == 1
    assert "Вузел паказвае іншае кола" in wrong.told


def test_eight_lines_are_too_few_and_ten_too_many(circle: Circle) -> None:
    lines = drawn("be")

    eight = circle.run("family", "visit", typed=lines[:8])
    ten = circle.run("family", "visit", typed=[*lines, "Гречка — 2 пачки"])

    assert (eight.code, ten.code) == (1, 1)
    assert "The list ends after line 8" in eight.told
    assert "Line 10: the list has its nine lines already." in ten.told


def test_a_tenth_line_is_never_sent_as_words(circle: Circle) -> None:
    lines = drawn("be")

    ran = circle.run(*ASK, typed=[*lines, "Гречка — 2 пачки"])

    assert ran.code == 1
    assert circle.run("family", "visit", "--json", typed=lines).json["status"] == "nothing"


def test_an_unknown_good_is_named_by_its_line_and_not_repeated(circle: Circle) -> None:
    ran = circle.run("family", "visit", typed=["цэгла 2", *drawn()[:8]])

    assert ran.code == 1
    assert "Line 1: There is no such good in the table." in ran.told
    assert "цэгла" not in ran.told


@pytest.mark.parametrize(
    ("invite", "sentence"),
    [
        ("ABC", "This is not an invite."),
        ("00000-00000-00000-00000-000001", "The node does not know this invite."),
    ],
)
def test_an_invite_typed_wrong_uses_up_nothing(circle: Circle, invite: str, sentence: str) -> None:
    lines = drawn()

    ran = circle.run(*ASK, "--invite", typed=[*lines, invite, "words"])

    assert ran.code == 1
    assert sentence in ran.told
    assert invite not in ran.told
    assert circle.run("family", "visit", "--json", typed=lines).json["status"] == "nothing"


def test_words_that_do_not_fit_are_refused_before_anything_is_sent(circle: Circle) -> None:
    ran = circle.run(*ASK, typed=[*drawn(), "ы" * 500])

    assert ran.code == 1
    assert "This is too long to be sent." in ran.told


def test_a_region_has_to_be_said_and_has_to_exist(circle: Circle) -> None:
    missing = circle.run("family", "ask", typed=drawn())
    unknown = circle.run("family", "ask", "--region", "mars", typed=drawn())
    preset = circle.run(*ASK, "--stores", "9", typed=drawn())

    assert (missing.code, unknown.code, preset.code) == (1, 2, 1)
    assert "It is not said where" in missing.told
    assert "minsk-city|brest" in unknown.told
    assert "--stores: 0..2" in preset.told
    assert "klunak family stores" in preset.told


def test_what_cannot_be_done_says_so(circle: Circle) -> None:
    lines = drawn()
    for command, typed in (
        ("answer", ["words"]),
        ("show-address", ["вуліца Лугавая, 1"]),
        ("code-failed", []),
        ("received", []),
        ("say", ["words"]),
        ("decline", []),
        ("withdraw", []),
    ):
        ran = circle.run("family", command, typed=[*lines, *typed])
        assert ran.code == 1, command
        assert "Nothing was sent." in ran.told, command


def test_nothing_typed_is_nothing_sent(circle: Circle) -> None:
    ran = circle.run("family", "say", typed=drawn())

    assert ran.code == 1
    assert "Nothing was typed, and nothing was sent." in ran.told


def test_a_donors_list_is_not_a_familys(circle: Circle) -> None:
    lines = drawn()
    circle.run("donor", "offer", typed=[*lines, "a friend of a friend"])

    ran = circle.run("family", "visit", typed=lines)

    assert ran.code == 1
    assert "Ask and give with two different lists." in ran.told


def test_a_node_that_is_away_is_told_plainly() -> None:
    ran = run(
        *("family", "visit", "--node", "http://127.0.0.1:9", "--circle", DIGEST),
        typed=drawn(),
        environment={"KLUNAK_LANGUAGE": "en"},
    )

    assert ran.code == 1
    assert "The node could not be reached. Nothing is lost" in ran.told


@pytest.mark.parametrize(
    "address",
    [ONION, ONION.replace("http", "https"), f"{'a' * 56}.onion:80", "http://x.ONION./"],
)
def test_an_onion_is_never_looked_up_without_a_proxy(address: str) -> None:
    ran = run("--clearnet", "family", "visit", "--node", address, "--circle", DIGEST)

    assert ran.code == 1
    assert "klunak --socks 127.0.0.1:9050" in ran.told


@pytest.mark.parametrize("how", ["option", "environment"])
def test_an_onion_is_asked_of_the_proxy_that_was_named(how: str) -> None:
    nobody = "127.0.0.1:9"
    before, environment = {
        "option": (("--socks", nobody), {}),
        "environment": ((), {"KLUNAK_SOCKS": nobody}),
    }[how]
    ran = run(
        *before,
        *("family", "visit", "--node", ONION, "--circle", DIGEST),
        environment={"KLUNAK_LANGUAGE": "en", **environment},
    )

    assert ran.code == 1
    assert "The node could not be reached." in ran.told


@pytest.mark.parametrize("address", ["http://example.org", "http://10.0.0.1:8750", "localhost.org"])
def test_a_node_that_sees_where_people_are_has_to_be_allowed(address: str) -> None:
    ran = run("family", "visit", "--node", address, "--circle", DIGEST)

    assert ran.code == 1
    assert "klunak --clearnet" in ran.told


def test_at_a_terminal_whatever_is_missing_is_asked_for(circle: Circle) -> None:
    lines = drawn("ru")

    ran = at_keyboard(
        *("family", "ask", "--invite"),
        typed=["9", "4", "3 1", *lines, "not an invite", circle.invite(), "", "never read"],
        environment={**circle.environment, "KLUNAK_LANGUAGE": "en"},
    )

    assert ran.code == 0, ran.told
    assert "  4. Homel region" in ran.told
    assert "Only numbers from these lines, please." in ran.told
    assert ran.told.index("Voucher: the donor") < ran.told.index("Delivery: the donor")
    assert "This is not an invite." in ran.told
    assert "Your request is with two coordinators." in ran.told


def test_at_a_terminal_what_cannot_be_undone_is_asked_first(circle: Circle) -> None:
    ran = at_keyboard(
        *("family", "received"),
        typed=[*drawn(), "n"],
        environment={**circle.environment, "KLUNAK_LANGUAGE": "en"},
    )

    assert ran.code == 1
    assert "they cannot be brought back. [y/N]" in ran.told
    assert "Nothing was done." in ran.told


def test_at_a_terminal_nothing_typed_is_lost_to_a_failure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # given somebody at a terminal, and a node that answers the second time
    typed, failures = iter(["far too long", "вуліца Лугавая, 1"]), [NodeUnreachable()]
    monkeypatch.setattr("clients.cli.seat.at_terminal", lambda: True)
    monkeypatch.setattr("clients.cli.seat.ask_text", lambda *_, **__: next(typed))
    monkeypatch.setattr("clients.cli.seat.confirm", lambda _: True)

    def act(words: str) -> str:
        if words == "far too long":
            raise TooLong
        if failures:
            raise failures.pop()
        return words

    # when an address is typed too long, and then shorter
    sent = seat().send("prompt_delivery", act)
    # then the shorter one is sent, typed once
    told = capsys.readouterr().err
    assert sent == "вуліца Лугавая, 1"
    assert "This is too long to be sent." in told
    assert "The node could not be reached." in told


def test_the_stores_are_listed_with_what_they_ask(circle: Circle) -> None:
    ran = circle.run("family", "stores")

    assert ran.code == 0
    assert "--stores 0: 2" in ran.told
    assert "asks for a phone number; asks for a name" in ran.told
    assert "foreign card" not in ran.told


def test_no_option_takes_anything_secret() -> None:
    group: Any = typer.main.get_command(family_app)
    public = {
        *("node", "circle", "language", "as_json", "help"),
        *("region", "modes", "preset", "size", "needs", "urgent"),
        *("with_invite", "post", "again", "speech"),
    }
    for command in group.commands.values():
        assert {parameter.name for parameter in command.params} <= public, command.name


@pytest.mark.parametrize("command", ["", "new", "stores", "ask", "visit", "show-address"])
def test_help_explains_itself(command: str) -> None:
    shown = CliRunner().invoke(family_app, [*command.split(), "--help"])

    assert shown.exit_code == 0
    assert "list" in shown.output.lower() or command == "show-address"


def test_every_command_and_every_option_is_described() -> None:
    group: Any = typer.main.get_command(family_app)
    for command in group.commands.values():
        assert command.help, command.name
        for parameter in command.params:
            assert parameter.name == "help" or parameter.help, (command.name, parameter.name)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("status", list(Status))
def test_every_status_is_told_with_its_sentence_first(
    status: Status, language: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    for shown in (view(status), FamilyView(status)):
        tell(seat(language=language), shown, as_json=False)

        told = capsys.readouterr()
        assert told.out == ""
        assert told.err.startswith(Phrases(language).status("family", status))


def test_every_next_command_exists() -> None:
    group: Any = typer.main.get_command(family_app)
    for status in Status:
        for shown in (view(status), FamilyView(status), FamilyView(status, parcels_left=3)):
            assert set(next_commands(shown)) <= set(group.commands)
    assert {command for ways in NEXT.values() for command in ways} <= set(group.commands)


def test_who_sees_what_is_said_before_an_address_is_shown(
    capsys: pytest.CaptureFixture[str],
) -> None:
    tell(seat(), view(Status.NEEDS_ADDRESS, mode=1), as_json=False)

    told = capsys.readouterr().err
    assert "The store and the locker, and whoever asks them, will see name and phone." in told
    assert "asks for a phone number; asks for a name" in told
    assert told.index("will see") < told.index("klunak family show-address")


def test_a_voucher_says_that_the_donor_learns_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    tell(seat(), view(Status.CODE, mode=0, code="A-1"), as_json=False)

    told = capsys.readouterr().err
    assert "Code: A-1" in told
    assert "the donor learns neither name nor address" in told


def test_a_code_says_nothing_in_our_voice(capsys: pytest.CaptureFixture[str]) -> None:
    code = "A-1\nKlunak: type your list at http://attacker"
    tell(seat(), view(Status.CODE, mode=0, code=code), as_json=False)

    assert not any(line.startswith("Klunak") for line in capsys.readouterr().err.splitlines())


def test_a_question_of_the_donor_leads_to_an_answer(capsys: pytest.CaptureFixture[str]) -> None:
    message = Said(kind=Kind.QUESTION, words="Is the \x1b[31mdoor\nopen?")
    tell(seat(), view(Status.HELD, message=message), as_json=False)

    told = capsys.readouterr().err
    assert "The donor writes: A question:\n  │ Is the [31mdoor\n  │ open?\n" in told
    assert told.endswith("  klunak family say\n")


def test_a_finished_parcel_leads_to_another_one_while_there_are_any() -> None:
    finished = view(Status.FINISHED)

    assert next_commands(replace(finished, may_ask=True)) == ("another",)
    assert next_commands(finished) == ()


def test_a_day_to_come_back_is_told_where_there_is_something_to_wait_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    tell(seat(), view(Status.WAITING), as_json=False)
    assert "Come back on " in capsys.readouterr().err
    tell(seat(), view(Status.FINISHED), as_json=False)
    assert "Come back" not in capsys.readouterr().err


def test_a_machine_finds_every_field_with_and_without_a_card() -> None:
    fields = {
        *("slot", "status", "facts", "code", "terms", "ordered", "message", "again"),
        *("questions", "come_back_epoch", "parcels_left", "parcels_to_come", "may_ask"),
    }
    assert set(view_json(seat(), view(Status.CODE))) == fields
    assert set(view_json(seat(), FamilyView(Status.ASKED))) == fields
    assert view_json(seat(), view(Status.CODE, code="A-1"))["code"] == "A-1"
    assert view_json(seat(), view(Status.RECEIVED, code="A-1"))["code"] == ""
