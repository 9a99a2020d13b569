"""Nodes and matchers that lie: what a person is shown, what is sent, and that it ends well."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest

from clients.errors import CircleSubstituted, NotPossible
from clients.people.meetings import encounter_of
from clients.people.person import Place
from clients.people.views import Status
from crypto.certificates import CardClass
from crypto.conversations import TO_DONOR, TO_FAMILY
from crypto.descriptors import write_epoch_descriptor
from crypto.drops import address_of, reader_of
from crypto.errors import CannotOpen
from crypto.keys import Person, Pseudonym, outbox_key
from crypto.labels import bound
from crypto.messages.intake import DONOR
from crypto.messages.notices import Peer
from crypto.messages.outboxes import Outbox
from crypto.messages.pages import PageOne
from crypto.records import open_record
from tests.circles import make_trial_circle
from tests.clients.world import (
    DELIVERY,
    DONOR_LIST,
    FAMILY_LIST,
    LOCKER,
    VOUCHER,
    WISH,
    World,
)
from tests.fakes import Live


def person_of(world: World, list_key: bytes) -> Person:
    circle = world.trial.circle.digest
    return Person.from_list_key(list_key, circle=circle, period=world.trial.period)


def pseudonym_of(world: World, list_key: bytes = FAMILY_LIST, index: int = 0) -> Pseudonym:
    return person_of(world, list_key).pseudonym(index)


def outbox_of(world: World, list_key: bytes = FAMILY_LIST) -> Outbox:
    pseudonym = pseudonym_of(world, list_key)
    key = outbox_key(pseudonym.notice_secret)
    record = world.node.read(reader_of(pseudonym.outbox_write))
    return open_record(Outbox, record, key=key, aad=bound("outbox", world.trial.circle.digest))


def request_of(world: World) -> Live:
    return world.matchmaker.of(0)[0]


def shown(world: World) -> dict[bytes, bytes]:
    """The records of the family's own pages."""
    writes = pseudonym_of(world).pages_write
    return {address_of(write): world.node.drops[address_of(write)] for write in writes}


def test_a_substituted_epoch_key_gets_no_card_and_no_visit() -> None:
    world = World().asked()
    world.coordinators.certify()
    world.node.descriptor = write_epoch_descriptor(
        world.trial.circle,
        epoch=1,
        key=world.node.epoch_key.public,
        opens=0,
        closes=1,
        signing_seed=b"e" * 32,
    )

    def refused() -> None:
        with pytest.raises(CircleSubstituted):
            world.family().visit()

    requests = world.recorded(refused)

    assert [path for path, _, _ in requests] == ["/epoch"]


def lie(world: World, **changes: object) -> None:
    """The next notice to the family says something else of the match."""

    def changed(_: object) -> None:
        request = request_of(world)
        assert request.match is not None
        request.match = replace(request.match, **changes)

    world.matchmaker.round(changed)


@pytest.mark.parametrize(
    ("wanted", "changes"), [(0b001, {"mode": DELIVERY}), (0b110, {"mode": VOUCHER})]
)
def test_a_mode_that_was_not_chosen_is_refused(wanted: int, changes: dict[str, int]) -> None:
    world = World()
    world.family().ask(replace(WISH, modes=wanted), "be")
    world.donor().offer(WISH, "en")
    world.coordinators.certify()
    world.family().visit()
    world.donor().visit()
    mode = VOUCHER if wanted == 1 else DELIVERY
    world.matchmaker.round(world.matchmaker.pair_first(mode))

    lie(world, **changes)
    view = world.family().visit()

    assert view.status == Status.REFUSED_MATCH
    assert view.card is not None
    assert view.card.facts is None
    assert outbox_of(world).shown == 0


def test_another_region_is_refused() -> None:
    world = World().held(DELIVERY)

    lie(world, region=5)

    assert world.family().visit().status == Status.REFUSED_MATCH


def test_a_partner_with_another_circles_certificate_is_refused() -> None:
    world = World().held(DELIVERY)
    other = World(make_trial_circle(name="another")).held(DELIVERY)
    stranger = request_of(other).match
    assert stranger is not None

    lie(world, peer=stranger.peer)

    assert world.family().visit().status == Status.REFUSED_MATCH


def test_a_partner_of_the_same_class_or_without_signatures_is_refused() -> None:
    world = World().held(DELIVERY)
    own = world.matchmaker.of(1)[0].match
    assert own is not None
    lie(world, peer=own.peer)
    assert world.family().visit().status == Status.REFUSED_MATCH

    lie(world, peer=replace(own.peer, signatures=own.peer.signatures[::-1]))
    assert world.family().visit().status == Status.REFUSED_MATCH


def test_a_refused_match_gets_no_word_and_no_share() -> None:
    world = World().held(DELIVERY)
    lie(world, region=5)

    world.family().visit()
    world.donor().accept(0)
    world.matchmaker.round()

    assert world.donor().visit().slot(0).status == Status.AGREED
    with pytest.raises(NotPossible):  # no share of the family's, no key to talk under
        world.donor().say(0, "hello?")


def test_an_outbox_brought_back_from_earlier_is_outrun() -> None:
    world = World().agreed(DELIVERY)
    address = address_of(pseudonym_of(world).outbox_write)
    world.family().visit()
    early = world.node.drops[address]
    world.family().show_address("Vulica 1")
    told = outbox_of(world)

    world.node.drops[address] = early
    world.family().visit()

    again = outbox_of(world)
    assert again.counter > told.counter
    assert again.shown == told.shown != 0


@pytest.mark.parametrize("list_key", [FAMILY_LIST, DONOR_LIST])
def test_a_forged_outbox_is_written_anew(list_key: bytes) -> None:
    world = World().agreed(DELIVERY)
    world.family().visit()
    world.donor().visit()
    before = outbox_of(world, list_key)

    world.node.drops[address_of(pseudonym_of(world, list_key).outbox_write)] = bytes(4_096)
    (world.family() if list_key == FAMILY_LIST else world.donor()).visit()

    after = outbox_of(world, list_key)
    assert after.counter > before.counter
    assert after.accepted == before.accepted
    assert (after.next_slot is None) == (before.next_slot is None)


def test_a_shelf_brought_back_from_before_the_card_does_not_lose_it() -> None:
    world = World().asked()
    world.coordinators.certify()
    world.family().visit(post=False)
    address = address_of(person_of(world, FAMILY_LIST).shelf_write)
    early = world.node.drops[address]
    world.family().visit()
    world.donor().visit()
    world.matchmaker.round(world.matchmaker.pair_first(VOUCHER))
    world.donor().accept(0, "CODE-1")

    world.node.drops[address] = early
    view = world.family().visit()

    assert view.status == Status.CODE
    assert view.card is not None
    assert view.card.code == "CODE-1"


def test_a_donors_shelf_brought_back_from_before_the_code_keeps_the_code() -> None:
    world = World().held(VOUCHER)
    address = address_of(person_of(world, DONOR_LIST).shelf_write)
    early = world.node.drops[address]
    world.donor().accept(0, "CODE-1")

    world.node.drops[address] = early
    world.donor().visit()
    world.matchmaker.round()

    card = world.family().visit().card
    assert card is not None
    assert card.code == "CODE-1"


def test_a_shelf_hidden_for_a_visit_costs_nothing() -> None:
    world = World().agreed(VOUCHER)
    address = address_of(person_of(world, FAMILY_LIST).shelf_write)
    kept = world.node.drops.pop(address)
    hidden = world.family().visit()
    world.node.drops[address] = kept

    assert hidden.status == Status.NOTHING
    assert outbox_of(world).counter >= 1
    assert world.family().visit().status == Status.CODE


def test_a_notice_kept_back_for_a_visit_costs_no_word() -> None:
    world = World().agreed(DELIVERY)
    world.family().show_address("Vulica 1")
    world.donor().ordered(0, "tomorrow")
    notices, world.node.notices = world.node.notices, {}

    world.family().visit()
    world.donor().visit()

    world.node.notices = notices
    assert world.family().visit().status == Status.ORDERED
    assert world.donor().visit().slot(0).terms == "Vulica 1"


def test_a_notice_of_an_earlier_match_does_not_bring_it_back() -> None:
    world = World().held(VOUCHER)
    world.donor().visit()
    early = world.node.notices
    world.matchmaker.reopen(world.matchmaker.of(0)[0])
    world.matchmaker.round()
    world.donor().visit()
    world.matchmaker.round(world.matchmaker.pair_first(VOUCHER))
    index = next(s.index for s in world.donor().visit().slots if s.status == Status.HELD)
    world.donor().accept(index, "CODE-2")
    committed, now = world.node.committed, world.node.notices

    world.node.committed, world.node.notices = 1, early
    world.family().visit()
    world.donor().visit()

    world.node.committed, world.node.notices = committed, now
    view = world.family().visit()
    assert view.card is not None
    assert view.card.code == "CODE-2"


@pytest.mark.parametrize("mode", [VOUCHER, DELIVERY])
def test_a_second_partner_of_one_epoch_is_given_nothing(mode: int) -> None:
    """A hostile matcher shows one accepted offer to two families, under one epoch."""
    world = World().held(mode)
    code = "CODE-1" if mode == VOUCHER else None
    world.donor().accept(0, code)
    offer = world.matchmaker.of(1)[0]
    first, page_one = offer.match, pseudonym_of(world, DONOR_LIST).pages_write[0]
    assert first is not None
    given = world.node.read(reader_of(page_one))
    spy = pseudonym_of(world, b"s" * 32)
    key, tag = spy.sealing_key.public, spy.claim_tag
    signatures = world.trial.certificate(CardClass.REQUEST, key, tag)
    peer = Peer(world.trial.period, key, tag, signatures)

    for lied in (replace(first, peer=peer), replace(first, rendezvous=b"r" * 32)):
        offer.match = lied
        world.matchmaker.round()
        view = world.donor().visit()
        with pytest.raises(NotPossible):
            world.donor().say(0, "is it you?")

        assert view.slot(0).status == Status.REFUSED_MATCH
        assert world.node.read(reader_of(page_one)) == given

    offer.match = first
    world.matchmaker.round()
    assert world.donor().visit().slot(0).status != Status.REFUSED_MATCH
    card = world.family().visit().card
    assert card is not None
    assert card.code == (code or "")


def test_a_family_shows_its_address_to_one_donor_of_an_epoch() -> None:
    world = World().agreed(DELIVERY)
    world.family().show_address("Vulica 1")
    before = shown(world)
    spy = pseudonym_of(world, b"s" * 32)
    key, tag = spy.sealing_key.public, spy.claim_tag
    signatures = world.trial.certificate(CardClass.OFFER, key, tag)

    lie(world, peer=Peer(world.trial.period, key, tag, signatures))
    view = world.family().visit()

    assert view.status == Status.REFUSED_MATCH
    assert shown(world) == before
    with pytest.raises(NotPossible):
        world.family().show_address("Vulica 1")


def test_blanked_pages_are_written_again() -> None:
    world = World().agreed(DELIVERY)
    world.family().show_address("Vulica 1")
    for address in shown(world):
        world.node.drops[address] = bytes(4_096)

    assert world.family().visit().status == Status.NEEDS_ADDRESS
    assert world.family().show_address("Vulica 1").status == Status.ADDRESS_SHOWN
    assert world.donor().visit().slot(0).terms == "Vulica 1"


def test_a_donor_played_by_the_matcher_reads_no_address() -> None:
    """Page 1 can be sealed to a family by whoever knows its key; K needs the donor's key too."""
    world = World().held(DELIVERY)
    world.family().visit()
    request = request_of(world)
    assert request.match is not None
    place = Place(person_of(world, DONOR_LIST), 0)
    family_peer = world.matchmaker.of(1)[0].match
    assert family_peer is not None
    encounter = encounter_of(world.trial.circle, place, DONOR, WISH, family_peer)
    assert encounter is not None
    forged = PageOne(share=b"known to the spy".ljust(32), blanks=place.page_blanks, code="")
    world.node.drops[address_of(place.pseudonym.pages_write[0])] = encounter.meeting.seal_page_one(
        forged, direction=TO_FAMILY, recipient=family_peer.peer.public_key
    )

    assert world.family().show_address("Vulica 1").status == Status.ADDRESS_SHOWN

    familys = pseudonym_of(world)
    record = world.node.read(reader_of(familys.pages_write[1]))
    guessed = encounter.meeting.conversation_key(
        share_donor=forged.share, share_family=b"not known to the spy".ljust(32)
    )
    with pytest.raises(CannotOpen):
        encounter.meeting.open_page(record, key=guessed, direction=TO_DONOR, number=2)


@pytest.mark.parametrize("mode", [LOCKER, DELIVERY])
def test_a_donor_shown_to_another_family_is_shown_nothing(mode: int) -> None:
    world = World().agreed(mode)
    tag = pseudonym_of(world, DONOR_LIST).claim_tag
    world.node.claims[tag] = b"another family's token".ljust(32)

    view = world.family().show_address("Vulica 1")
    later = world.family().visit()

    assert view.status == Status.DONOR_SHOWN_ELSEWHERE
    assert view.card is not None
    assert view.card.facts is None
    assert later.status == Status.MATCH_DECLINED
    assert outbox_of(world).declined != 0
    assert outbox_of(world).shown == 0
    assert world.donor().visit().slot(0).terms == ""


def test_a_voucher_claims_nothing_and_a_parcel_nothing_before_the_address_is_shown() -> None:
    for mode in (VOUCHER, DELIVERY):
        world = World().agreed(mode)
        world.family().visit()
        assert pseudonym_of(world, DONOR_LIST).claim_tag not in world.node.claims

    world.family().show_address("Vulica 1")
    claimed = pseudonym_of(world, DONOR_LIST).claim_tag
    token = pseudonym_of(world).claim_token(claimed)
    assert world.node.claims[claimed] == token


def test_no_secret_stands_in_an_address() -> None:
    paths: set[str] = set()
    world = World()

    class Watched(httpx.BaseTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            paths.add(str(request.url))
            assert set(request.headers) <= {
                "host",
                "accept",
                "accept-encoding",
                "connection",
                "user-agent",
                "content-type",
                "content-length",
            }
            return world.node.handle_request(request)

    world.family(Watched()).ask(WISH, "be")
    world.coordinators.certify()
    world.family(Watched()).visit()

    routes = ("epoch", "node", "intake", "cards", "visit/look", "visit/meet", "visit/leave")
    assert paths == {f"http://node/{route}" for route in routes}
