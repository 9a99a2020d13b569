"""What somebody holds who is made to open everything, and what it does not open."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, is_dataclass

import pytest

from clients.people import seals
from clients.people.meetings import Encounter, encounter_of
from clients.people.person import Place
from crypto.certifying_keys import CardClass
from crypto.drops import address_of, reader_of
from crypto.errors import CannotOpen
from crypto.keys import Person, notice_write
from crypto.labels import SECRET_BYTES, bound, derive, u32
from crypto.messages.cards import Card
from crypto.messages.intake import DONOR, FAMILY
from crypto.messages.notices import Notice
from crypto.messages.outboxes import Outbox
from crypto.messages.pages import PageOne
from crypto.messages.shelf import Shelf
from crypto.records import open_record
from crypto.sealing import SealingKey, open_sealed
from tests.clients.world import DELIVERY, DONOR_LIST, FAMILY_LIST, VOUCHER, WISH, World
from tests.fakes import Live

LISTS = {FAMILY: FAMILY_LIST, DONOR: DONOR_LIST}
CLASSES = {FAMILY: CardClass.REQUEST, DONOR: CardClass.OFFER}


@dataclass(frozen=True)
class Record:
    """One record at the node: how 32 bytes open it, and which 32 bytes do."""

    name: str
    opened: Callable[[bytes], object]
    key: bytes

    def opens(self, held: bytes) -> bool:
        try:
            self.opened(held)
        except CannotOpen:
            return False
        return True


def person_of(world: World, role: int) -> Person:
    trial = world.trial
    return Person.from_list_key(LISTS[role], circle=trial.circle.digest, period=trial.period)


def live_of(world: World, role: int) -> Live:
    return world.matchmaker.of(CLASSES[role])[0]


def encounter(world: World, role: int) -> Encounter:
    match = live_of(world, role).match
    assert match is not None
    place = Place(person_of(world, role), 0)
    found = encounter_of(world.trial.circle, place, role, WISH, match)
    assert found is not None
    return found


def under_a_shared_key(
    kind: type, record: bytes, under: seals.Under
) -> tuple[Callable[[bytes], object], bytes]:
    return lambda held: open_record(kind, record, key=held, aad=under["aad"]), under["key"]


def sealed(kind: type, record: bytes, info: bytes) -> Callable[[bytes], object]:
    return lambda held: open_sealed(kind, record, key=SealingKey(held), info=info)


def records(world: World, role: int) -> Iterator[Record]:
    """Everything of one side's card and conversation, as it lies at the node."""
    person, met = person_of(world, role), encounter(world, role)
    own, circle, node = met.place.pseudonym, world.trial.circle.digest, world.node
    epoch = node.committed
    notice = node.notices[epoch][address_of(notice_write(own.notice_secret, epoch))]
    one, two = (node.read(reader_of(write)) for write in own.pages_write[:2])
    key = met.key(encounter(world, 1 - role).share)
    peers = person_of(world, 1 - role).pseudonym(0)
    found = {
        "shelf": under_a_shared_key(
            Shelf, node.read(reader_of(person.shelf_write)), seals.shelf(person)
        ),
        "outbox": under_a_shared_key(
            Outbox, node.read(reader_of(own.outbox_write)), seals.outbox(circle, own)
        ),
        "notice": under_a_shared_key(Notice, notice, seals.notice(circle, own, epoch)),
        "page 1": (
            sealed(PageOne, one, met.meeting.page_one_info(met.direction)),
            derive(peers.secret, "sealing key"),
        ),
        "page 2": (
            lambda held: met.meeting.open_page(two, key=held, direction=met.direction, number=2),
            key,
        ),
    }
    return (Record(name, opened, key) for name, (opened, key) in found.items())


def talked(mode: int) -> World:
    """Both know the conversation's key, and both have written under it."""
    world = World().agreed(mode)
    world.family().visit()
    if mode != VOUCHER:
        world.family().show_address("Vulica 1")
    world.donor().visit()
    return world


def values_in(message: object) -> Iterator[bytes]:
    """Every value in a message, however deep; words as they are written."""
    if is_dataclass(message):
        for field in fields(message):
            yield from values_in(getattr(message, field.name))
    elif isinstance(message, tuple):
        for one in message:
            yield from values_in(one)
    elif isinstance(message, bytes | str):
        yield message if isinstance(message, bytes) else message.encode()


def keys_among(values: set[bytes]) -> set[bytes]:
    return {value for value in values if len(value) == SECRET_BYTES}


def held_by_coordinators(world: World) -> set[bytes]:
    """Their keyrings' seeds, and everything they were ever told."""
    trial = world.trial
    intakes = [intake for _, intake in world.coordinators.opened()]
    held = {bytes(seed) for seed in (*trial.sealing_seeds, *trial.coordinator_seeds)}
    return held | {value for intake in intakes for value in values_in(intake)}


def test_both_keyrings_open_intakes_and_neither_a_card_nor_a_conversation() -> None:
    world = World().posted()
    circle, posted = world.trial.circle.digest, list(world.node.cards)
    epoch_key, info = world.node.epoch_key, bound("card", circle, u32(world.node.epoch))
    world = talked(DELIVERY)
    held = keys_among(held_by_coordinators(world))

    assert len(held) > 10
    for record in posted:
        assert open_sealed(Card, record, key=epoch_key, info=info)
        assert not any(Record("card", sealed(Card, record, info), b"").opens(key) for key in held)
    for role in LISTS:
        for record in records(world, role):
            assert record.opens(record.key), record.name
            assert not any(record.opens(key) for key in held), record.name


def test_both_keyrings_hold_no_secret_by_which_a_card_or_conversation_is_read() -> None:
    world = World().agreed(DELIVERY)
    held = held_by_coordinators(world)
    threads = {
        secret
        for role in LISTS
        for number in (0, 1)
        for secret in values_of_thread(person_of(world, role), number)
    }

    assert threads <= held
    for role in LISTS:
        person = person_of(world, role)
        own = person.pseudonym(0)
        writes = (person.shelf_write, own.outbox_write, *own.pages_write)
        assert not held & {bytes(w) for w in writes}
        assert not held & {bytes(reader_of(w)) for w in writes}
        assert not held & {bytes(address_of(w)) for w in writes}


def values_of_thread(person: Person, number: int) -> set[bytes]:
    thread = person.thread(number)
    return {thread.key, bytes(thread.in_write), bytes(reader_of(thread.out_write))}


@pytest.mark.parametrize("mode", [VOUCHER, DELIVERY])
def test_all_that_a_family_opens_holds_nothing_of_who_the_donor_is(mode: int) -> None:
    """The donor told coordinators "I can help", and its list is all that it has."""
    world = talked(mode)
    view = world.family().visit()
    own = {record.name: record for record in records(world, FAMILY)}
    shown = {record.name: record for record in records(world, DONOR)}
    opened = [one.opened(one.key) for one in own.values()]
    opened += [shown[name].opened(shown[name].key) for name in ("page 1", "page 2")]
    held = {value for message in (*opened, view) for value in values_in(message)}
    donor = person_of(world, DONOR)

    assert bytes(donor.pseudonym(0).sealing_key.public) in held  # of one slot alone
    assert b"CODE-1" in held or mode == DELIVERY
    assert not any(b"I can help" in value for value in held)
    secrets = {DONOR_LIST, donor.secret, donor.shelf_key, donor.pseudonym(0).secret}
    secrets |= {bytes(donor.shelf_write), bytes(reader_of(donor.shelf_write))}
    secrets |= set().union(*(values_of_thread(donor, number) for number in (0, 1)))
    assert not held & secrets
    for name in ("shelf", "outbox", "notice"):
        assert not any(shown[name].opens(key) for key in keys_among(held)), name
