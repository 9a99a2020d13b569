"""What a quarter left unspent is exchanged by itself, once, and goes on wherever it was stopped."""

from __future__ import annotations

import copy
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest

from clients.donor import Donor
from clients.errors import SlotUnclear
from clients.family import Family
from clients.node import NodeClient
from clients.people import shelves
from clients.people.person import Place, class_of
from clients.people.seals import shelf as shelf_seal
from clients.people.slot_names import slot_names
from clients.people.views import Status
from crypto.drops import address_of, reader_of, record_hash
from crypto.keys import Person
from crypto.labels import hashed, u32
from crypto.messages.intake import DONOR, FAMILY
from crypto.messages.shelf import ASKED, CERTIFIED, POSTED, Shelf, Slot
from crypto.periods import days_of
from crypto.records import close_record, open_record, random_record
from tests.circles import TODAY
from tests.clients.operators import DAY, NOW, OCTETS, Desks, Owner, desks_at, read
from tests.clients.operators import donor as anybody
from tests.clients.world import DELIVERY, DONOR_LIST, FAMILY_LIST, VOUCHER, WISH, World
from tests.fakes import Killed, KilledAfter

LISTS = {FAMILY: FAMILY_LIST, DONOR: DONOR_LIST}


@dataclass
class Quarter:
    """Somebody at a real node, with slots that the quarter before left on a shelf."""

    desks: Desks
    role: int

    def person(self, before: int = 0) -> Person:
        trial = self.desks.trial
        circle, period = trial.circle.digest, trial.period - before
        return Person.from_list_key(LISTS[self.role], circle=circle, period=period)

    def old_slot(self, index: int) -> Slot:
        """A slot as both duty coordinators of the quarter before would have certified it."""
        trial, person = self.desks.trial, self.person(before=1)
        own = person.pseudonym(index)
        key, tag = own.sealing_key.public, own.claim_tag
        signatures = trial.certificate(class_of(self.role), key, tag, person.period)
        nonce = Place(person, index).stamp_nonce(self.role)
        stamp = trial.stamp(nonce, person.period).signature
        receipt = None
        if self.role == FAMILY:
            receipt = trial.receipt(own.receipt_nonce, person.period).signature
        return shelves.new_slot(index, signatures, stamp, receipt)

    def left(self, *indexes: int, **changes: object) -> Quarter:
        """The old shelf stands, with these slots unspent."""
        person, slots = self.person(before=1), tuple(map(self.old_slot, indexes))
        shelf = shelves.new_shelf(role=self.role, language="be", asked=1, wish=WISH)
        shelf = replace(shelf, stage=CERTIFIED, slots=slots)
        owner = anybody(self.desks).post(reserved=(person.shelf_write,))
        record = close_record(replace(shelf, **changes), **shelf_seal(person))
        write(owner, person, record)
        return self

    def client(self, node: NodeClient | None = None) -> Family | Donor:
        """A new process."""
        made = Family if self.role == FAMILY else Donor
        reached = NodeClient(self.desks.url, self.desks.http) if node is None else node
        return made(LISTS[self.role], self.desks.trial.circle, reached, DAY)

    def shelf(self, before: int = 0) -> Shelf:
        """What stands on a shelf. Raises CannotOpen."""
        person = self.person(before)
        record = read(self.desks, reader_of(person.shelf_write))
        return open_record(Shelf, record, **shelf_seal(person))

    def clerks(self) -> list[tuple[int, int]]:
        """Both clerks work; what they signed and refused in exchange."""
        reports = [self.desks.clerk(number).clerk_once() for number in (0, 1)]
        return [(report.exchanged, report.exchanges_refused) for report in reports]


def write(owner: Owner, person: Person, record: bytes) -> None:
    """The shelf as its owner would leave it."""
    before = read(owner.desks, reader_of(person.shelf_write))
    rows = [person.shelf_write + record_hash(before) + record]
    rows += [secrets.token_bytes(64) + random_record() for _ in range(7)]
    url = owner.desks.url + "/visit/leave"
    answer = owner.desks.http.post(url, content=b"".join(rows), headers=OCTETS)
    assert answer.content[0] == 0


@pytest.fixture
def desks(tmp_path: Path) -> Iterator[Desks]:
    with desks_at(tmp_path) as found:
        yield found


@pytest.mark.parametrize("role", [FAMILY, DONOR])
def test_a_slot_of_the_quarter_before_becomes_one_of_this(desks: Desks, role: int) -> None:
    quarter = Quarter(desks, role).left(1, 2)

    asked = quarter.client().visit()
    assert quarter.clerks() == [(1, 0), (1, 0)]
    quarter.client().visit()  # the first is here, and the second on its way
    assert quarter.clerks() == [(1, 0), (1, 0)]
    quarter.client().visit()
    assert quarter.clerks() == [(0, 0), (0, 0)]

    assert asked.status == Status.ASKED
    assert [slot.index for slot in quarter.shelf().slots] == [4_096, 8_192]
    assert quarter.shelf(before=1).slots == ()
    posted = quarter.client().post_card(wish=WISH)
    desks.matcher(processes=1).round_once(NOW)
    assert posted.status in (Status.WAITING, Status.CERTIFIED)
    after = quarter.client().visit()
    card = after.card if isinstance(quarter.client(), Family) else after.slot(4_096)  # type: ignore[union-attr]
    assert card is not None
    assert card.status == Status.WAITING


# With a node of dictionaries: killed anywhere, spent elsewhere, earned late

EARLIER = TODAY - 10
"""A day of the quarter before."""


def person_of(world: World, role: int, before: int = 0) -> Person:
    circle, period = world.trial.circle.digest, world.trial.period - before
    return Person.from_list_key(LISTS[role], circle=circle, period=period)


def shelf_of(world: World, role: int, before: int = 0) -> Shelf:
    person = person_of(world, role, before)
    record = world.node.read(reader_of(person.shelf_write))
    return open_record(Shelf, record, **shelf_seal(person))


def indexes(shelf: Shelf) -> list[int]:
    return [slot.index for slot in shelf.slots]


def exchanges(world: World) -> int:
    """The exchanges that the node let in."""
    opened = world.coordinators.opened()
    return sum(1 for number, intake in opened if number == 0 and intake.opening is not None)


def certified_before(role: int = FAMILY) -> World:
    """Somebody who was certified in the quarter before, with three slots unspent."""
    if role not in _STARTS:
        world = World()
        world.node.today = EARLIER
        asking(world, role)
        world.coordinators.certify()
        client(world, role).visit(post=False)
        world.node.today = DAY
        _STARTS[role] = world
    start, world = _STARTS[role], World()
    copied = copy.deepcopy(start, {id(start.trial): start.trial})
    world.node, world.coordinators = copied.node, copied.coordinators
    return world


_STARTS: dict[int, World] = {}


def client(world: World, role: int) -> Family | Donor:
    """A new process."""
    return world.family() if role == FAMILY else world.donor()


def asking(world: World, role: int) -> None:
    """An intake of the quarter that the node's day is in."""
    person = client(world, role)
    if isinstance(person, Family):
        person.ask(WISH, "be")
    else:
        person.offer(WISH, "be")


def put(world: World, role: int, shelf: Shelf, before: int = 0) -> None:
    """Another phone with the list has left this shelf."""
    person = person_of(world, role, before)
    world.node.drops[address_of(person.shelf_write)] = close_record(shelf, **shelf_seal(person))


def unspent(*indexes: int) -> tuple[Slot, ...]:
    """Slots of a donor, of the size of real ones."""
    signature = bytes(256)
    return tuple(shelves.new_slot(i, (signature,) * 2, signature, None) for i in indexes)


def until_done(world: World) -> None:
    for _ in range(4):
        world.coordinators.certify()
        world.family().visit()


@pytest.mark.parametrize("arrives", [True, False])
@pytest.mark.parametrize("count", [4, 7, 10])
def test_an_exchange_goes_on_wherever_it_was_killed(count: int, arrives: bool) -> None:
    world = certified_before()

    with pytest.raises(Killed):
        world.family(KilledAfter(world.node, count, arrives=arrives)).visit()
    world.family().visit()
    until_done(world)

    assert exchanges(world) == 3
    assert indexes(shelf_of(world, FAMILY)) == [4_096, 8_192, 12_288]
    assert indexes(shelf_of(world, FAMILY, before=1)) == []


@pytest.mark.parametrize("role", [FAMILY, DONOR])
def test_no_blinded_value_is_shown_twice_by_one_owner(role: int) -> None:
    """Nor is any of them a root: of two exchanges and the intake nobody sees that they are one's.

    The intake is of the quarter before, and so are the slots; the node is honest.
    """
    world = certified_before(role)
    for _ in range(2):
        client(world, role).visit(post=False)
        world.coordinators.certify()
    intakes = [intake for _, intake in world.coordinators.opened()]
    blinded = [v for each in intakes for v in (*each.blinded_roots, *each.blinded_extras)]
    openings = [each.opening for each in intakes if each.opening is not None]
    threads = [v for each in intakes for v in (each.thread_key, each.out_read, each.in_write)]

    assert len(intakes) == 6
    assert len({opening.root for opening in openings}) == 2
    assert len(blinded) >= 2 * 4 + 2
    assert len(set(blinded)) == len(blinded)
    assert len(set(threads)) == len(threads) == 18


def test_a_slot_whose_stamp_was_spent_is_dropped_and_the_others_are_exchanged() -> None:
    world = certified_before()
    person = person_of(world, FAMILY, before=1)
    nonce = Place(person, 0).stamp_nonce(FAMILY)
    world.node.burned[hashed("klunak burned", u32(person.period) + nonce)] = b"another request"

    for _ in range(2):
        world.family().visit()
    until_done(world)

    assert exchanges(world) == 2
    assert len(indexes(shelf_of(world, FAMILY))) == 2
    assert indexes(shelf_of(world, FAMILY, before=1)) == []


def test_a_slot_earned_after_its_quarter_is_exchanged_when_it_comes() -> None:
    world = World()
    world.node.today = EARLIER
    world.asked().coordinators.certify()
    world.family().visit()
    world.donor().visit()
    world.matchmaker.round(world.matchmaker.pair_first(VOUCHER))
    world.donor().accept(0, "CODE-1")
    world.matchmaker.round()
    world.node.today = DAY
    world.family().received()
    for _ in range(2):
        world.matchmaker.round()

    for _ in range(2):
        world.donor().visit()
    world.coordinators.certify()
    view = world.donor().visit()
    posted = world.donor().post_card(4_096)

    assert view.slot(4_096).status == Status.CERTIFIED
    assert posted.slot(4_096).status == Status.WAITING
    assert 3 not in indexes(shelf_of(world, DONOR, before=1))


# What a shelf can hold


def test_a_family_with_three_slots_exchanges_a_fourth_once_a_card_is_out() -> None:
    world = certified_before()
    asking(world, FAMILY)
    for _ in range(2):
        world.coordinators.certify()
        world.family().visit(post=False)
    full = indexes(shelf_of(world, FAMILY)), exchanges(world)

    world.family().post_card(WISH)
    world.family().visit()
    world.coordinators.certify()
    world.family().visit()

    assert full == ([0, 1, 2], 0)
    assert indexes(shelf_of(world, FAMILY)) == [0, 1, 2, 4_096]
    assert indexes(shelf_of(world, FAMILY, before=1)) == [1, 2]


def test_an_exchange_that_finds_no_room_waits_in_its_threads() -> None:
    world = certified_before(DONOR)
    world.donor().visit()
    world.coordinators.certify()
    planned = shelf_of(world, DONOR)
    put(world, DONOR, replace(planned, slots=unspent(3, 4, 5, 6)))

    world.donor().visit(post=False)
    waiting = shelf_of(world, DONOR)
    put(world, DONOR, planned)
    world.donor().visit(post=False)

    assert (waiting.stage, indexes(waiting)) == (ASKED, [3, 4, 5, 6])
    assert indexes(shelf_of(world, DONOR)) == [4_096]


def test_an_earned_slot_leaves_room_for_the_exchange_under_way() -> None:
    world = World().finished()
    before = shelf_of(world, DONOR)
    full = replace(before, slots=(*before.slots, *unspent(6, 9, 12)))
    put(world, DONOR, replace(full, stage=ASKED, asking=1, exchanged=0))

    world.donor().close(0)
    waiting = shelf_of(world, DONOR)
    put(world, DONOR, replace(waiting, stage=CERTIFIED))
    world.donor().close(0)

    assert 3 not in indexes(waiting)
    assert 3 in indexes(shelf_of(world, DONOR))


# Certified after the quarter's end


@pytest.mark.parametrize("role", [FAMILY, DONOR])
def test_slots_certified_after_their_quarter_are_exchanged_in_the_visit_that_takes_them(
    role: int,
) -> None:
    world = World()
    world.node.today = EARLIER
    asking(world, role)
    world.node.today = DAY
    world.coordinators.certify()

    view = client(world, role).visit()

    assert exchanges(world) == 1
    assert view.status == Status.ASKED


@pytest.mark.parametrize("role", [FAMILY, DONOR])
def test_an_exchange_unread_at_its_quarters_end_is_taken_in_the_next(role: int) -> None:
    world = certified_before(role)
    client(world, role).visit()
    world.coordinators.certify()
    asked = shelf_of(world, role)

    world.node.today = days_of(world.trial.period)[1] + 1
    client(world, role).visit()

    assert (asked.stage, indexes(asked)) == (ASKED, [])
    taken = shelf_of(world, role)
    assert (taken.stage, indexes(taken)) == (CERTIFIED, [4_096])


def test_a_slot_that_was_posted_after_all_holds_up_no_exchange() -> None:
    world = certified_before()
    old = shelf_of(world, FAMILY, before=1)
    world.family().visit()
    posted = shelves.changed_slot(old, 0, stage=POSTED, signatures=(), posted=1)
    put(world, FAMILY, posted, before=1)
    put(world, FAMILY, replace(shelf_of(world, FAMILY), stage=CERTIFIED))  # it was given up

    world.family().visit()

    assert exchanges(world) == 2
    assert shelf_of(world, FAMILY).exchanged == 1


class NoIntake(httpx.BaseTransport):
    """A circuit that reaches the node for everything but an intake."""

    def __init__(self, node: httpx.BaseTransport) -> None:
        self.node = node

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Pass the request on, or lose it."""
        if request.url.path == "/intake":
            raise httpx.ConnectError("no circuit")
        return self.node.handle_request(request)


def test_cards_are_posted_though_no_circuit_carries_the_exchange() -> None:
    world = certified_before(DONOR)
    asking(world, DONOR)
    world.coordinators.certify()

    world.donor(NoIntake(world.node)).visit()
    without = len(world.node.cards), exchanges(world)
    world.donor().visit()

    assert without == (3, 0)
    assert exchanges(world) == 1


def test_a_card_of_the_quarter_before_is_closed_too() -> None:
    world = World()
    world.node.today = EARLIER
    world.asked().finished(DELIVERY)
    world.node.today = DAY
    thanks = world.donor().visit().slot(0).message

    world.donor().close(0)

    assert thanks is not None
    assert world.donor().visit().slot(0).message is None


def test_what_is_still_to_come_is_counted_apart_while_a_card_of_the_quarter_before_is_live() -> (
    None
):
    world = World()
    world.node.today = EARLIER
    world.asked().coordinators.certify()
    world.family().visit()
    world.node.today = DAY
    counts = []
    for _ in range(4):
        view = world.family().visit()
        counts.append((view.parcels_left, view.parcels_to_come, view.may_ask))
        world.coordinators.certify()

    assert counts == [(0, 2, False), (1, 1, False), (2, 0, False), (2, 0, False)]


def test_slots_of_two_quarters_with_one_index_are_two_slots() -> None:
    world = World()
    world.node.today = EARLIER
    asking(world, DONOR)
    world.coordinators.certify()
    world.donor().visit()
    world.node.today = DAY
    asking(world, DONOR)
    world.coordinators.certify()
    both = world.donor().visit()
    before, now = world.trial.period - 1, world.trial.period

    with pytest.raises(SlotUnclear):
        world.donor().withdraw(0)
    with pytest.raises(SlotUnclear):
        both.slot(0)
    view = world.donor().withdraw(0, before)

    assert view.slot(0, before).status == Status.WITHDRAWN
    assert view.slot(0, now).status == Status.WAITING
    assert len(set(slot_names(view.slots))) == len(view.slots) == 6
