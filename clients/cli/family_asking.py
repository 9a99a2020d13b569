"""What a family does to be helped: ask, answer, look in, and ask for one parcel more."""

from __future__ import annotations

from typing import Annotated

import typer

from clients.cli.family_view import tell
from clients.cli.options import (
    DEFAULT_LANGUAGE,
    AsJson,
    CircleName,
    FamilyModes,
    FamilyRegion,
    FamilySize,
    Needs,
    NodeAddress,
    SpokenLanguage,
    Stores,
    Urgent,
)
from clients.cli.seat import Seat
from clients.cli.sitting_down import family_at, seated
from clients.cli.voice import at_terminal, fail, say
from clients.cli.wishes import choose, say_stores, wish_of
from clients.errors import InviteTextError
from clients.family import FamilyView
from clients.invites_text import InviteCodes, parse_invite
from crypto.messages.shelf import Wish
from matching.catalogue import Mode, Need, Region, Size


def stores(
    node: NodeAddress,
    circle: CircleName,
    language: SpokenLanguage = DEFAULT_LANGUAGE,
) -> None:
    """List the stores, in the groups that --stores takes, and what each asks of a person."""
    with seated("family", node, circle, language) as seat:
        say_stores(seat)


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
) -> None:
    """Ask two coordinators to vouch for you, and say what you need.

    You type your list, the invite if you have one, and a few words. Without an invite this machine
    works for a minute to be admitted.
    """
    with seated("family", node, circle, language) as seat:
        wish = _wish(seat, region, modes, preset, size, needs, urgent=urgent)
        seat.say("who_asks")
        family = family_at(seat)
        invite = _invite(seat) if with_invite else None

        def asking(words: str) -> FamilyView:
            with seat.working() as progress:
                return family.ask(wish, language, words, invite, progress)

        view = seat.send("prompt_ask_words", asking, optional=True, doing=None)
        tell(seat, view, as_json=as_json)


def visit(
    node: NodeAddress,
    circle: CircleName,
    post: Annotated[
        bool,
        typer.Option("--post/--no-post", help="Post the request as soon as you are vouched for."),
    ] = True,
    language: SpokenLanguage = DEFAULT_LANGUAGE,
    as_json: AsJson = False,
) -> None:
    """See how things stand, and do what needs no decision."""
    with seated("family", node, circle, language) as seat:
        family = family_at(seat)
        seat.no_more()
        tell(seat, seat.insist(lambda: family.visit(post=post)), as_json=as_json)


def answer(
    node: NodeAddress,
    circle: CircleName,
    language: SpokenLanguage = DEFAULT_LANGUAGE,
    as_json: AsJson = False,
) -> None:
    """Answer what a coordinator asked."""
    with seated("family", node, circle, language) as seat:
        family = family_at(seat)
        if at_terminal():
            seat.say_questions(seat.insist(lambda: family.visit(post=False)).questions)
        tell(seat, seat.send("prompt_answer", family.answer_question), as_json=as_json)


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
) -> None:
    """Ask for one parcel more, with what is needed this time. One is on its way at a time."""
    with seated("family", node, circle, language) as seat:
        wish = _wish(seat, region, modes, preset, size, needs, urgent=urgent)
        family = family_at(seat)
        seat.no_more()
        view = seat.insist(lambda: family.post_card(wish))
        tell(seat, view, as_json=as_json)


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
        region = choose(seat, Region, "prompt_region", most=1)[0]
    if modes is None and at_terminal():
        modes = choose(seat, Mode, "prompt_modes", most=len(Mode))
    modes = modes or [Mode.VOUCHER]
    seat.say("you_accept")
    for mode in sorted(set(modes)):
        say(f"  {seat.phrases.sees(mode)}")
    return wish_of(
        seat, regions=[region], modes=modes, needs=needs, stores=preset, size=size, urgent=urgent
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
