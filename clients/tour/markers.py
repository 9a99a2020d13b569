"""Every value unique to a person of the tour: what a thief must not find."""

from __future__ import annotations

from collections.abc import Iterator

from clients.tour.scenario import DonorPlayer, FamilyPlayer, Player, Scenario
from crypto.drops import WriteSecret, blank_secret, read_secret
from crypto.keys import Person, Pseudonym, notice_key, notice_write, outbox_key
from crypto.lists import canonical_bytes, format_line
from matching.catalogue import Catalogue, Region

PSEUDONYMS = 6
"""Pseudonyms of each person that are looked for: three vetted, three earned."""


def markers_of(
    scenario: Scenario, *, circle: bytes, period: int, epochs: range, codes: list[str]
) -> dict[str, str | bytes]:
    """Name of the marker → value, for everybody of *scenario* and every voucher code sent."""
    markers: dict[str, str | bytes] = {f"code {n}": code for n, code in enumerate(codes)}
    for family in scenario.families:
        for what, value in [*_typed(family), *_typed_by_family(family)]:
            markers[f"family {family.number}: {what}"] = value
        for what, secret in _secrets(family, circle, period, epochs):
            markers[f"family {family.number}: {what}"] = secret
    for donor in scenario.donors:
        for what, value in [*_typed(donor), *_typed_by_donor(donor)]:
            markers[f"donor {donor.number}: {what}"] = value
        for what, secret in _secrets(donor, circle, period, epochs):
            markers[f"donor {donor.number}: {what}"] = secret
    return {name: value for name, value in markers.items() if value}


def catalogue_values(catalogue: Catalogue) -> dict[str, str | bytes]:
    """Names that stand in public documents anyway; they may be found there and nowhere else."""
    stores = {f"store {n}": store.name for n, store in enumerate(catalogue.stores)}
    return {**stores, **{f"region {region}": region.name for region in Region}}


def _typed(player: Player) -> Iterator[tuple[str, str]]:
    yield "words", player.words
    for n, line in enumerate(player.groceries.lines):
        yield f"line {n} of the list", format_line(line, player.language)


def _typed_by_family(family: FamilyPlayer) -> Iterator[tuple[str, str]]:
    yield "name", family.name
    yield "phone", family.phone
    yield "street", family.street
    yield "thanks", family.thanks
    yield "answer", family.answer
    for mode, terms in family.terms.items():
        yield f"terms for {mode.name.lower()}", terms


def _typed_by_donor(donor: DonorPlayer) -> Iterator[tuple[str, str]]:
    yield "order facts", donor.orders


def _secrets(
    player: Player, circle: bytes, period: int, epochs: range
) -> Iterator[tuple[str, bytes]]:
    list_key = player.key()
    person = Person.from_list_key(list_key, circle=circle, period=period)
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
    for index in range(PSEUDONYMS):
        for what, secret in _pseudonym(person.pseudonym(index), epochs):
            yield f"pseudonym {index} {what}", secret


def _pseudonym(pseudonym: Pseudonym, epochs: range) -> Iterator[tuple[str, bytes]]:
    yield "secret", pseudonym.secret
    yield "public key", pseudonym.sealing_key.public
    yield "claim tag", pseudonym.claim_tag
    yield "claim permit", pseudonym.claim_permit
    yield "notice secret", pseudonym.notice_secret
    yield "outbox key", outbox_key(pseudonym.notice_secret)
    yield "stamp nonce", pseudonym.stamp_nonce
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
