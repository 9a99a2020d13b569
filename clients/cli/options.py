"""What may be said behind a command of families and donors: coarse, public, never a secret.

Whatever is secret or personal is typed when it is asked for.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, Any

import typer

from clients.cli.phrases import named, slug
from crypto.goods import Language
from crypto.labels import BLIND_COUNT
from crypto.messages.pages import Kind
from matching.catalogue import Mode, Need, Region, Size

NODE_VARIABLE, CIRCLE_VARIABLE, LANGUAGE_VARIABLE = (
    "KLUNAK_NODE",
    "KLUNAK_CIRCLE",
    "KLUNAK_LANGUAGE",
)
DEFAULT_LANGUAGE: Language = "be"


def _slugs(codes: Iterable[Any]) -> str:
    return "|".join(slug(code) for code in codes)


def _region(typed: str) -> Region:
    return Region(_named("region", Region, typed))


def _mode(typed: str) -> Mode:
    return Mode(_named("mode", Mode, typed))


def _need(typed: str) -> Need:
    return Need(_named("need", Need, typed))


def _size(typed: str) -> Size:
    return Size(_named("size", Size, typed))


def _named(kind: str, codes: Any, typed: str) -> int:
    if isinstance(typed, codes):  # a default goes through here as well
        return int(typed)
    found = named(kind, codes, typed)
    if found is None:
        raise typer.BadParameter(f"not one of {_slugs(codes)}")
    return found


NodeAddress = Annotated[
    str,
    typer.Option(
        "--node",
        envvar=NODE_VARIABLE,
        metavar="URL",
        help="Address of the node to go through, as it was given to you.",
    ),
]
CircleName = Annotated[
    str,
    typer.Option(
        "--circle",
        envvar=CIRCLE_VARIABLE,
        metavar="DIGEST|FILE",
        help="Which circle you trust: its digest (64 hexadecimal digits), or a file with its "
        "circle document. A node that shows another circle is refused.",
    ),
]
SpokenLanguage = Annotated[
    Language,
    typer.Option(
        "--language",
        envvar=LANGUAGE_VARIABLE,
        help="Language to be spoken to in: Belarusian, Russian or English. "
        "Lists are understood in all three.",
    ),
]
AsJson = Annotated[
    bool,
    typer.Option("--json", help="Print how things stand as one JSON document on standard output."),
]
FamilyRegion = Annotated[
    Region | None,
    typer.Option(
        "--region", parser=_region, metavar=_slugs(Region), help="Where the parcel is needed."
    ),
]
DonorRegions = Annotated[
    list[Region] | None,
    typer.Option(
        "--region",
        parser=_region,
        metavar=_slugs(Region),
        help="Where you would send to; repeat for several, leave out for everywhere.",
    ),
]
FamilyModes = Annotated[
    list[Mode] | None,
    typer.Option(
        "--mode",
        parser=_mode,
        metavar=_slugs(Mode),
        help="How you could receive it; repeat for several. The donor learns nothing with a "
        "voucher, a locker with a locker, an address with a delivery. Voucher if left out.",
    ),
]
DonorModes = Annotated[
    list[Mode] | None,
    typer.Option(
        "--mode",
        parser=_mode,
        metavar=_slugs(Mode),
        help="How you would send; repeat for several. Voucher if left out.",
    ),
]
Stores = Annotated[
    int | None,
    typer.Option(
        "--stores",
        min=0,
        metavar="NUMBER",
        help="Which group of stores, 0 for the smallest; `stores` lists them. "
        "All stores if left out.",
    ),
]
FamilySize = Annotated[
    Size,
    typer.Option(
        "--size",
        parser=_size,
        metavar=_slugs(Size),
        show_default="small",
        help="How much: food for one person for about one, two or four weeks. "
        "Smaller parcels find a donor sooner.",
    ),
]
DonorSize = Annotated[
    Size,
    typer.Option(
        "--size",
        parser=_size,
        metavar=_slugs(Size),
        show_default="small",
        help="The largest parcel you would send: food for one person for about one, two or four "
        "weeks.",
    ),
]
AtOnce = Annotated[
    int,
    typer.Option(
        "--slots",
        min=1,
        max=BLIND_COUNT,
        help="How many of your three slots to offer as soon as you are vouched for: so many people "
        "at a time. The others stay free until you `post` them. Nobody is told the number.",
    ),
]
Needs = Annotated[
    list[Need] | None,
    typer.Option(
        "--need",
        parser=_need,
        metavar=_slugs(Need),
        help="What: groceries, things for children, diet and hygiene; repeat for several. "
        "Groceries if left out.",
    ),
]
Urgent = Annotated[
    bool, typer.Option("--urgent", help="Goes ahead of others by about three days of waiting.")
]
Again = Annotated[
    bool,
    typer.Option(
        "--again",
        help="Be matched with each other next time too, if the other one wants so as well. "
        "Neither of you learns who the other is.",
    ),
]


class Speech(StrEnum):
    """What words are meant as."""

    ANSWER = "answer"
    QUESTION = "question"
    CANNOT = "cannot"

    @property
    def kind(self) -> Kind:
        """As messages have it."""
        return Kind[self.name]


SpeechKind = Annotated[
    Speech,
    typer.Option("--as", help="What your words are: an answer, a question, or that it cannot be."),
]
