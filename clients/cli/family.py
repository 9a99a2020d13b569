"""`klunak family`: ask for a parcel, wait, say where to, confirm.

    new ─▶ ask ─▶ visit … ─▶ code, or show-address ─▶ visit … ─▶ received ─▶ another

Every command asks for the nine lines and keeps nothing. Each may be repeated: what was done is not
done twice.
"""

from __future__ import annotations

from typing import Annotated, Any

import typer

from clients.cli.lists import show_list
from clients.cli.operators import today
from clients.cli.options import (
    DEFAULT_LANGUAGE,
    AsJson,
    CircleName,
    Clearnet,
    FamilyModes,
    FamilyRegion,
    FamilySize,
    Needs,
    NodeAddress,
    Seat,
    Speech,
    SpeechKind,
    SpokenLanguage,
    Stores,
    Urgent,
    seated,
)
from clients.cli.phrases import Phrases, shown, slot_json
from clients.cli.voice import at_terminal, fail, one_line, result, say, working
from clients.errors import InviteTextError
from clients.family import Family, FamilyView
from clients.invites_text import InviteCodes, parse_invite
from clients.people.views import Facts, SlotView, Status
from crypto.goods import Language
from crypto.labels import BLIND_COUNT
from crypto.lists import dish_of, draw_list, format_line, list_to_key
from crypto.messages.pages import Kind, Said
from crypto.messages.shelf import Wish
from matching.catalogue import Mode, Need, Region, Size

family_app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # they print local variables, which hold secrets
    help="Ask for a food parcel, and receive it. Your only key is a grocery list of nine lines; "
    "every command asks you to type it, and this machine keeps nothing.",
)

NEXT: dict[Status, tuple[str, ...]] = {
    Status.NOTHING: ("ask",),
    Status.QUESTION: ("answer",),
    Status.CERTIFIED: ("visit",),
    Status.DECLINED: ("new",),
    Status.PERIOD_OVER: ("ask",),
    Status.CODE: ("received", "code-failed"),
    Status.NEEDS_ADDRESS: ("show-address", "decline"),
    Status.ADDRESS_SHOWN: ("received", "say"),
    Status.ORDERED: ("received", "say"),
}
"""What a family can do about where it stands; otherwise there is nothing to do but come back."""

_STILL_CLOSING = frozenset({Status.WITHDRAWN, Status.RECEIVED})
_PARCEL_OVER = _STILL_CLOSING | {Status.FINISHED}
_NOTHING_TO_WAIT_FOR = frozenset(
    {Status.NOTHING, Status.CERTIFIED, Status.DECLINED, Status.PERIOD_OVER, Status.FINISHED}
)
_WHERE_TO = frozenset({Status.NEEDS_ADDRESS, Status.ADDRESS_SHOWN, Status.ORDERED})
_BEFORE_SHOWING = frozenset({Status.HELD, Status.AGREED, Status.NEEDS_ADDRESS, Status.CODE})


@family_app.command()
def new(language: SpokenLanguage = DEFAULT_LANGUAGE, as_json: AsJson = False) -> None:
    """Draw a new list: nine lines and a dish, shown once and kept nowhere.

    Write it down on paper as you would any grocery list. Whoever has it can act as you.
    """
    new_list(language, as_json=as_json)


@family_app.command()
def stores(
    node: NodeAddress,
    circle: CircleName,
    language: SpokenLanguage = DEFAULT_LANGUAGE,
    clearnet: Clearnet = False,
) -> None:
    """List the stores, in the groups that --stores takes, and what each asks of a person."""
    with seated("family", node, circle, language, clearnet=clearnet) as seat:
        seat.say_stores()


@family_app.command()
def ask(
    node: NodeAddress,
    circle: CircleName,
    region: FamilyRegion = None,
    modes: FamilyModes = None,
    preset: Stores = None,
    size: FamilySize = Size.SMALL,
    needs: Needs = None,
    urgent: Urgent = False,
    with_invite: Annotated[
        bool, typer.Option("--invite", help="You have an invite; its code is asked for.")
    ] = False,
    language: SpokenLanguage = DEFAULT_LANGUAGE,
    as_json: AsJson = False,
    clearnet: Clearnet = False,
) -> None:
    """Ask two coordinators to vouch for you, and say what you need.

    You type your list, the invite if you have one, and a few words. Without an invite this machine
    works for a minute to be admitted.
    """
    with seated("family", node, circle, language, clearnet=clearnet) as seat:
        wish = _wish(seat, region, modes, preset, size, needs, urgent=urgent)
        seat.say("who_asks")
        family = _family(seat)
        invite = _invite(seat) if with_invite else None

        def asking(words: str) -> FamilyView:
            with working(seat.phrases.text("sending")) as now:
                return family.ask(
                    wish,
                    language,
                    words,
                    invite,
                    lambda tries, expected: now(
                        seat.phrases.text("working", tries=tries, expected=expected)
                    ),
                )

        view = seat.send("prompt_ask_words", asking, optional=True, doing=None)
        tell(seat, view, as_json=as_json)


@family_app.command()
def visit(
    node: NodeAddress,
    circle: CircleName,
    post: Annotated[
        bool,
        typer.Option("--post/--no-post", help="Post the request as soon as you are vouched for."),
    ] = True,
    language: SpokenLanguage = DEFAULT_LANGUAGE,
    as_json: AsJson = False,
    clearnet: Clearnet = False,
) -> None:
    """See how things stand, and do what needs no decision."""
    with seated("family", node, circle, language, clearnet=clearnet) as seat:
        family = _family(seat)
        seat.no_more()
        tell(seat, seat.insist(lambda: family.visit(post=post)), as_json=as_json)


@family_app.command()
def answer(
    node: NodeAddress,
    circle: CircleName,
    language: SpokenLanguage = DEFAULT_LANGUAGE,
    as_json: AsJson = False,
    clearnet: Clearnet = False,
) -> None:
    """Answer what a coordinator asked."""
    with seated("family", node, circle, language, clearnet=clearnet) as seat:
        family = _family(seat)
        if at_terminal():
            seat.say_questions(seat.insist(lambda: family.visit(post=False)).questions)
        tell(seat, seat.send("prompt_answer", family.answer_question), as_json=as_json)


@family_app.command()
def show_address(
    node: NodeAddress,
    circle: CircleName,
    language: SpokenLanguage = DEFAULT_LANGUAGE,
    as_json: AsJson = False,
    clearnet: Clearnet = False,
) -> None:
    """Tell the donor where to send: a locker or an address, typed on one line.

    First you are told who will see it. If another family was shown this donor before, nothing is
    shown and you keep your place.
    """
    with seated("family", node, circle, language, clearnet=clearnet) as seat:
        family = _family(seat)
        view = seat.insist(lambda: family.visit(post=False))
        facts = _facts(view)
        if facts is not None and facts.mode == Mode.VOUCHER:
            fail(seat.phrases.text("no_address_for_voucher"))
        if facts is None or view.status not in _WHERE_TO:
            seat.not_possible()
        mode = Mode(facts.mode)
        _say_exposure(seat, facts)
        seat.say("nobody_else")
        prompt = "prompt_locker" if mode == Mode.LOCKER else "prompt_delivery"
        view = seat.send(prompt, lambda terms: family.show_address(terms, facts.matched))
        tell(seat, view, as_json=as_json)


@family_app.command()
def code_failed(
    node: NodeAddress,
    circle: CircleName,
    language: SpokenLanguage = DEFAULT_LANGUAGE,
    as_json: AsJson = False,
    clearnet: Clearnet = False,
) -> None:
    """Say that the voucher's code does not work; the donor is asked for another."""
    with seated("family", node, circle, language, clearnet=clearnet) as seat:
        family = _family(seat)
        view = seat.send("prompt_optional_words", family.code_failed, optional=True)
        tell(seat, view, as_json=as_json)


@family_app.command()
def received(
    node: NodeAddress,
    circle: CircleName,
    again: Annotated[
        bool,
        typer.Option(
            "--again",
            help="Be matched with the same donor next time, if the donor wants so too. "
            "Neither of you learns who the other is.",
        ),
    ] = False,
    language: SpokenLanguage = DEFAULT_LANGUAGE,
    as_json: AsJson = False,
    clearnet: Clearnet = False,
) -> None:
    """Confirm that the goods are with you. This erases address, code and conversation for good.

    Your confirmation earns the donor the right to help one person more. You may add thanks.
    """
    with seated("family", node, circle, language, clearnet=clearnet) as seat:
        family = _family(seat)
        seat.agreed("confirm_received")
        view = seat.send(
            "prompt_optional_words",
            lambda thanks: family.received(thanks, again=again),
            optional=True,
        )
        tell(seat, view, as_json=as_json)


@family_app.command("say")
def say_to_donor(
    node: NodeAddress,
    circle: CircleName,
    speech: SpeechKind = Speech.ANSWER,
    language: SpokenLanguage = DEFAULT_LANGUAGE,
    as_json: AsJson = False,
    clearnet: Clearnet = False,
) -> None:
    """Write to the donor: up to 300 characters, on one line. Nobody else can read it."""
    with seated("family", node, circle, language, clearnet=clearnet) as seat:
        family = _family(seat)
        view = seat.send("prompt_words", lambda words: family.say(words, kind=speech.kind))
        tell(seat, view, as_json=as_json)


@family_app.command()
def decline(
    node: NodeAddress,
    circle: CircleName,
    language: SpokenLanguage = DEFAULT_LANGUAGE,
    as_json: AsJson = False,
    clearnet: Clearnet = False,
) -> None:
    """Not with this donor. Your place in the queue is kept."""
    with seated("family", node, circle, language, clearnet=clearnet) as seat:
        family = _family(seat)
        seat.no_more()
        facts = _facts(seat.insist(lambda: family.visit(post=False)))
        if facts is None:
            seat.not_possible()
        say(seat.phrases.facts(facts, seat.catalogue))
        seat.agreed("confirm_family_decline")
        tell(seat, seat.insist(lambda: family.decline(facts.matched)), as_json=as_json)


@family_app.command()
def withdraw(
    node: NodeAddress,
    circle: CircleName,
    language: SpokenLanguage = DEFAULT_LANGUAGE,
    as_json: AsJson = False,
    clearnet: Clearnet = False,
) -> None:
    """Take the request back for good. This one parcel cannot be asked for again."""
    with seated("family", node, circle, language, clearnet=clearnet) as seat:
        family = _family(seat)
        seat.no_more()
        seat.agreed("confirm_family_withdraw")
        tell(seat, seat.insist(family.withdraw), as_json=as_json)


@family_app.command()
def another(
    node: NodeAddress,
    circle: CircleName,
    region: FamilyRegion = None,
    modes: FamilyModes = None,
    preset: Stores = None,
    size: FamilySize = Size.SMALL,
    needs: Needs = None,
    urgent: Urgent = False,
    language: SpokenLanguage = DEFAULT_LANGUAGE,
    as_json: AsJson = False,
    clearnet: Clearnet = False,
) -> None:
    """Ask for one parcel more, with what is needed this time. One is on its way at a time."""
    with seated("family", node, circle, language, clearnet=clearnet) as seat:
        wish = _wish(seat, region, modes, preset, size, needs, urgent=urgent)
        family = _family(seat)
        seat.no_more()
        view = seat.insist(lambda: family.post_card(wish))
        tell(seat, view, as_json=as_json)
        if view.status in _STILL_CLOSING and not as_json:
            seat.say_come_back(None)


def new_list(language: Language, *, as_json: bool) -> None:
    """A fresh list on the screen, or as JSON; families and donors draw the same kind."""
    grocery_list = draw_list()
    phrases = Phrases(language)
    with working(phrases.text("opening")):
        dish = dish_of(list_to_key(grocery_list)).names[language]
    if as_json:
        lines = [format_line(line, language) for line in grocery_list.lines]
        result({"lines": lines, "dish": dish})
        return
    show_list(grocery_list, language)
    say(phrases.text("dish", dish=dish))


def tell(seat: Seat, view: FamilyView, *, as_json: bool) -> None:
    """Where the family stands, who sees what, and what comes next."""
    if as_json:
        result(view_json(seat, view))
        return
    say(seat.phrases.status("family", view.status))
    seat.say_questions(view.questions)
    card = view.card and shown(view.card)
    facts = None if card is None else card.facts
    if facts is not None:
        say(seat.phrases.facts(facts, seat.catalogue))
    if card is not None:
        if card.code:
            seat.say("code", code=one_line(card.code))
        seat.say_message(card.message, "donor")
    if facts is not None and view.status in _BEFORE_SHOWING:
        _say_exposure(seat, facts)
    if view.status in _PARCEL_OVER:
        seat.say("parcels_left", count=view.parcels_left)
    if view.status not in _NOTHING_TO_WAIT_FOR:
        seat.say_come_back(view.come_back_epoch)
    seat.say_next(next_commands(view))


def next_commands(view: FamilyView) -> tuple[str, ...]:
    """What a family can do about where it stands; mostly there is only coming back."""
    if view.status == Status.FINISHED:
        return ("another",) if view.parcels_left else ()
    if view.status == Status.CERTIFIED:
        return ("visit",) if view.parcels_left == BLIND_COUNT else ("another",)
    asked = view.card is not None and _is_question(view.card.message)
    return (*NEXT.get(view.status, ()), *(("say",) if asked else ()))


def view_json(seat: Seat, view: FamilyView) -> dict[str, Any]:
    """The view for a machine; the fields of a card are there, empty, without one too."""
    card = view.card or SlotView(period=0, index=0, status=view.status)
    return {
        **slot_json(shown(card), seat.catalogue, seat.phrases),
        "slot": None if view.card is None else card.index + 1,
        "status": view.status.value,
        "questions": list(view.questions),
        "come_back_epoch": view.come_back_epoch,
        "parcels_left": view.parcels_left,
    }


def _family(seat: Seat) -> Family:
    return Family(seat.list_key(), seat.circle, seat.node, today())


def _facts(view: FamilyView) -> Facts | None:
    return None if view.card is None else view.card.facts


def _is_question(message: Said | None) -> bool:
    return message is not None and message.kind == Kind.QUESTION


def _say_exposure(seat: Seat, facts: Facts) -> None:
    say(seat.phrases.sees(Mode(facts.mode)))
    seat.say_store(facts.store)


def _wish(
    seat: Seat,
    region: Region | None,
    modes: list[Mode] | None,
    preset: int | None,
    size: Size,
    needs: list[Need] | None,
    *,
    urgent: bool,
) -> Wish:
    """The wish of the options; at a terminal, where and how are asked for."""
    if region is None:
        if not at_terminal():
            fail(seat.phrases.text("region_missing"), "--region")
        region = seat.choose(Region, "prompt_region", most=1)[0]
    if modes is None and at_terminal():
        modes = seat.choose(Mode, "prompt_modes", most=len(Mode))
    modes = modes or [Mode.VOUCHER]
    seat.say("you_accept")
    for mode in sorted(set(modes)):
        say(f"  {seat.phrases.sees(mode)}")
    return seat.wish(
        regions=[region], modes=modes, needs=needs, stores=preset, size=size, urgent=urgent
    )


def _invite(seat: Seat) -> InviteCodes:
    while True:
        typed = seat.typed("prompt_invite")
        try:
            return parse_invite(typed)
        except InviteTextError as error:
            if not at_terminal():
                fail(seat.phrases.explain(error))
            say(seat.phrases.explain(error))
