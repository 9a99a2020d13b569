"""Every value unique to a person of the tour: what a thief must not find."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from clients.people.asking import receipt_asked, root_asked, stamp_asked
from clients.people.person import THREADS, Place
from clients.thief import Value
from clients.tour.scenario import DonorPlayer, FamilyPlayer, Player, Scenario
from crypto.circle import Circle
from crypto.drops import WriteSecret, blank_secret, read_secret
from crypto.keys import Person, Pseudonym, notice_key, notice_write, outbox_key
from crypto.labels import BLIND_COUNT
from crypto.lists import canonical_bytes, format_line
from crypto.messages.intake import DONOR, FAMILY
from matching.catalogue import Catalogue, Region

PSEUDONYMS = 6
"""Pseudonyms of each person that are looked for: three vetted, three earned. A crowd earns none."""

Marker = tuple[str, Value]
"""Its name, as `family 3: pseudonym 0 w of page 1`, and the value."""


def markers_of(
    scenario: Scenario, *, circle: Circle, period: int, epochs: range, codes: list[str]
) -> Iterator[Marker]:
    """Name of the marker and value, for everybody of *scenario* and every voucher code sent."""
    yield from ((f"code {n}", code) for n, code in enumerate(codes))
    for player in (*scenario.families, *scenario.donors):
        yield from _named(player, typed_by(player))
        yield from _named(player, _secrets(player, circle, period, epochs))


def typed_markers(scenario: Scenario, codes: list[str]) -> Iterator[Marker]:
    """Only what somebody typed or reads: names, addresses, words, codes, lists."""
    yield from ((f"code {n}", code) for n, code in enumerate(codes))
    for player in (*scenario.families, *scenario.donors):
        yield from _named(player, typed_by(player))


def typed_by(player: Player) -> Iterator[tuple[str, str]]:
    """What a person types or would read, by what it is."""
    yield "words", player.words
    if not player.is_of_crowd:
        for n, line in enumerate(player.groceries.lines):
            yield f"line {n} of the list", format_line(line, player.language)
    if isinstance(player, FamilyPlayer):
        yield from _typed_by_family(player)
    elif isinstance(player, DonorPlayer):
        yield "order facts", player.orders


def is_line(marker: str) -> bool:
    """Whether *marker* names one line of a list: there are some thousands that can be drawn."""
    return marker.partition(": ")[2].startswith("line ")


def is_typed(marker: str) -> bool:
    """Whether *marker* names something that is typed or read, and no key, secret or address."""
    return marker.startswith("code ") or marker.partition(": ")[2].startswith(_TYPED)


_TYPED = ("words", "line", "name", "phone", "street", "thanks", "answer", "terms", "order")


def _named(player: Player, values: Iterable[tuple[str, Value]]) -> Iterator[Marker]:
    whose = "family" if isinstance(player, FamilyPlayer) else "donor"
    return ((f"{whose} {player.number}: {what}", value) for what, value in values if value)


def catalogue_values(catalogue: Catalogue) -> dict[str, str]:
    """Names that stand in public documents anyway; they may be found there and nowhere else."""
    stores = {f"store {n}": store.name for n, store in enumerate(catalogue.stores)}
    return {**stores, **{f"region {region}": region.name for region in Region}}


def _typed_by_family(family: FamilyPlayer) -> Iterator[tuple[str, str]]:
    yield "name", family.name
    yield "phone", family.phone
    yield "street", family.street
    yield "thanks", family.thanks
    yield "answer", family.answer
    for mode, terms in family.terms.items():
        yield f"terms for {mode.name.lower()}", terms


def _secrets(
    player: Player, circle: Circle, period: int, epochs: range
) -> Iterator[tuple[str, bytes]]:
    list_key = player.key()
    person = Person.from_list_key(list_key, circle=circle.digest, period=period)
    if not player.is_of_crowd:
        yield "list", canonical_bytes(player.groceries)
    yield "list key", list_key
    yield "person", person.secret
    yield "shelf key", person.shelf_key
    yield from _drop("shelf", person.shelf_write)
    for number in range(2):
        thread = person.thread(number)
        yield f"thread {number} key", thread.key
        yield from _drop(f"in {number}", thread.in_write)
        yield from _drop(f"out {number}", thread.out_write)
    role = FAMILY if isinstance(player, FamilyPlayer) else DONOR
    for index in range(BLIND_COUNT if player.is_of_crowd else PSEUDONYMS):
        place = Place(person, index)
        for what, secret in (
            *_pseudonym(place.pseudonym, epochs),
            *_blinded(circle, place, role),
        ):
            yield f"pseudonym {index} {what}", secret


def _blinded(circle: Circle, place: Place, role: int) -> Iterator[tuple[str, bytes]]:
    """What the duty coordinators are given to sign, and what of it a node is shown later."""
    for number in THREADS:
        yield f"blinded root {number}", root_asked(circle, place, role, number).blinded
    yield "stamp nonce", place.stamp_nonce(role)
    yield "blinded stamp", stamp_asked(circle, place, role).blinded
    if role == FAMILY:
        yield "blinded receipt", receipt_asked(circle, place).blinded


def _pseudonym(pseudonym: Pseudonym, epochs: range) -> Iterator[tuple[str, bytes]]:
    yield "secret", pseudonym.secret
    yield "public key", pseudonym.sealing_key.public
    yield "claim tag", pseudonym.claim_tag
    yield "claim permit", pseudonym.claim_permit
    yield "notice secret", pseudonym.notice_secret
    yield "outbox key", outbox_key(pseudonym.notice_secret)
    yield "receipt nonce", pseudonym.receipt_nonce
    yield "retry token", pseudonym.card_retry
    yield from _drop("outbox", pseudonym.outbox_write)
    for number, page_write in enumerate(pseudonym.pages_write, start=1):
        yield from _drop(f"page {number}", page_write)
    for epoch in epochs:
        yield f"notice key {epoch}", notice_key(pseudonym.notice_secret, epoch)
        yield from _drop(f"notice {epoch}", notice_write(pseudonym.notice_secret, epoch))


def _drop(what: str, write_secret: WriteSecret) -> Iterator[tuple[str, bytes]]:
    blank = blank_secret(write_secret)
    yield f"w of {what}", write_secret
    yield f"B of {what}", blank
    yield f"R of {what}", read_secret(blank)
