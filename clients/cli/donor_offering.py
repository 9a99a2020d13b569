"""What a donor does to be matched: offer, answer, look in, and post what was earned."""

from __future__ import annotations

from typing import Annotated

import typer

from clients.cli.donor_view import tell
from clients.cli.options import (
    DEFAULT_LANGUAGE,
    AsJson,
    AtOnce,
    CircleName,
    DonorModes,
    DonorRegions,
    DonorSize,
    Needs,
    NodeAddress,
    SpokenLanguage,
    Stores,
)
from clients.cli.seat import Seat
from clients.cli.sitting_down import donor_at, seated
from clients.cli.slot_typed import SlotTyped, slot_typed
from clients.cli.voice import at_terminal
from clients.cli.wishes import say_stores, wish_of
from clients.donor import DonorView
from crypto.labels import BLIND_COUNT
from crypto.messages.shelf import Wish
from matching.catalogue import Mode, Need, Region, Size


def stores(
    node: NodeAddress,
    circle: CircleName,
    language: SpokenLanguage = DEFAULT_LANGUAGE,
) -> None:
    """List the stores, in the groups that --stores takes, and whether foreign cards worked."""
    with seated("donor", node, circle, language) as seat:
        say_stores(seat)


def offer(
    node: NodeAddress,
    circle: CircleName,
    regions: DonorRegions = None,
    modes: DonorModes = None,
    preset: Stores = None,
    size: DonorSize = Size.SMALL,
    needs: Needs = None,
    at_once: AtOnce = BLIND_COUNT,
    language: SpokenLanguage = DEFAULT_LANGUAGE,
    as_json: AsJson = False,
) -> None:
    """Ask two coordinators to vouch for you, and say what you can send.

    You type your list and a few words. You begin with three slots: three people at a time, at
    most.
    """
    with seated("donor", node, circle, language) as seat:
        wish = _wish(seat, regions, modes, preset, size, needs)
        seat.say("who_offers")
        donor = donor_at(seat)

        def offering(words: str) -> DonorView:
            with seat.working() as progress:
                return donor.offer(wish, language, words, progress, at_once=at_once)

        tell(seat, seat.send("prompt_offer_words", offering, doing=None), as_json=as_json)


def visit(
    node: NodeAddress,
    circle: CircleName,
    post: Annotated[
        bool,
        typer.Option(
            "--post/--no-post", help="Post the first offers as soon as you are vouched for."
        ),
    ] = True,
    language: SpokenLanguage = DEFAULT_LANGUAGE,
    as_json: AsJson = False,
) -> None:
    """See how each slot stands, and do what needs no decision."""
    with seated("donor", node, circle, language) as seat:
        donor = donor_at(seat)
        seat.no_more()
        tell(seat, seat.insist(lambda: donor.visit(post=post)), as_json=as_json)


def answer(
    node: NodeAddress,
    circle: CircleName,
    language: SpokenLanguage = DEFAULT_LANGUAGE,
    as_json: AsJson = False,
) -> None:
    """Answer what a coordinator asked."""
    with seated("donor", node, circle, language) as seat:
        donor = donor_at(seat)
        if at_terminal():
            seat.say_questions(seat.insist(lambda: donor.visit(post=False)).questions)
        tell(seat, seat.send("prompt_answer", donor.answer_question), as_json=as_json)


def post(
    node: NodeAddress,
    circle: CircleName,
    slot: Annotated[
        SlotTyped | None,
        typer.Argument(
            parser=slot_typed, metavar="[SLOT]", help="Number of the slot; the first free one."
        ),
    ] = None,
    regions: DonorRegions = None,
    modes: DonorModes = None,
    preset: Stores = None,
    size: DonorSize = Size.SMALL,
    needs: Needs = None,
    language: SpokenLanguage = DEFAULT_LANGUAGE,
    as_json: AsJson = False,
) -> None:
    """Post the offer of a free slot: one that you kept back, or have earned.

    With --region, --mode, --need or --stores the offer is made anew; without them it is as before.
    """
    with seated("donor", node, circle, language) as seat:
        wish = None
        if regions or modes or needs or preset is not None:
            wish = _wish(seat, regions, modes, preset, size, needs)
        donor = donor_at(seat)
        seat.no_more()
        index = None if slot is None else slot.index
        tell(seat, seat.insist(lambda: donor.post_card(index, wish)), as_json=as_json)


def _wish(
    seat: Seat,
    regions: list[Region] | None,
    modes: list[Mode] | None,
    preset: int | None,
    size: Size,
    needs: list[Need] | None,
) -> Wish:
    """The wish of the options: everywhere, and by voucher, if nothing else is said."""
    return wish_of(
        seat,
        regions=regions or list(Region),
        modes=modes or [Mode.VOUCHER],
        needs=needs,
        stores=preset,
        size=size,
    )
