"""Of many who are answered in one go each is answered as if they came one after the other."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert

from api import visiting
from api.burned import Kind
from api.circles import CircleKeeper, found_circle
from api.claims import Claimed, Shown
from api.errors import AddressTaken, ApiError, EpochClosed, IntakeFull, StampSpent, UnknownInvite
from api.intake_rows import inbox_rows, waiting_row
from api.ledger import Admission
from api.models import Epoch, Invite
from api.posting import Posting, post
from api.store import Store, open_store
from api.taking import Printed, Taking, take_in
from api.visiting import Meeting
from crypto.drops import DropAddress
from crypto.permits import PermitHash
from tests import backends
from tests.api.nodes import rows, write_setup
from tests.api.overheard import overhear
from tests.api.people import FAR_AWAY, a_record
from tests.circles import TrialCircle

MANY = 20
EPOCH = 1
PERIOD = 4


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A database in which an epoch is open."""
    (tmp_path / "data").mkdir(exist_ok=True)
    store = open_store(backends.current.url(tmp_path))
    opened = {"epoch": EPOCH, "descriptor": "{}", "signature": "", "challenge": bytes(16)}
    store.write(lambda connection: connection.execute(insert(Epoch), opened))
    yield store
    store.close()


@pytest.fixture
def keeper(store: Store, tmp_path: Path, trial: TrialCircle) -> CircleKeeper:
    return found_circle(store, write_setup(tmp_path, trial)["circle_document"])


def some_hash() -> bytes:
    return secrets.token_bytes(32)


def an_admission(kind: Kind = Kind.STAMP, **changed: Any) -> Admission:
    made = Admission(
        kind,
        spent=[some_hash()],
        retry=some_hash(),
        rows=[(DropAddress(some_hash()), a_record()) for _ in range(5)],
        days=[FAR_AWAY - number for number in range(5)],
        burned_until=FAR_AWAY,
        refusal=None,
    )
    return made._replace(**changed)


def a_posting(admission: Admission | None = None, epoch: int = EPOCH, **changed: Any) -> Posting:
    made = Posting(
        admission or an_admission(),
        permit={"permit": some_hash(), "expires": FAR_AWAY},
        card={
            "address": some_hash(),
            "record": a_record(),
            "epoch": epoch,
            "expires": FAR_AWAY,
            "stamped": some_hash(),
        },
    )
    return made._replace(**changed)


def a_taking(**changed: Any) -> Taking:
    records = [(number, a_record()) for number in range(2)]
    made = Taking(
        an_admission(Kind.INVITE),
        invites=[],
        inboxes=inbox_rows(records, lambda: FAR_AWAY),
        waiting=[],
        places=MANY,
    )
    return made._replace(**changed)


def a_waiting_one(places: int) -> Taking:
    row = waiting_row((0, a_record()), (1, a_record()), FAR_AWAY)
    return a_taking(admission=an_admission(Kind.WORK), inboxes=[], waiting=[row], places=places)


def a_meeting(permit: bytes | None = None, tag: bytes | None = None) -> Meeting:
    return Meeting(
        as_read=[DropAddress(some_hash()) for _ in range(4)],
        as_blank=[DropAddress(some_hash()) for _ in range(4)],
        permit=PermitHash(permit or some_hash()),
        shown=Shown(tag or some_hash(), some_hash()),
        has_place=True,
        today=FAR_AWAY - 200,
    )


def printed(store: Store, count: int) -> list[Printed]:
    """So many invites that were printed."""
    new = [(some_hash(), number, PERIOD) for number in range(count)]
    each = [
        {"kept": kept, "coordinator": number, "period": period, "expires": FAR_AWAY}
        for kept, number, period in new
    ]
    store.write(lambda connection: connection.execute(insert(Invite), each))
    return new


def told(answers: Sequence[ApiError | None]) -> list[type[ApiError] | None]:
    return [None if answer is None else type(answer) for answer in answers]


def posted(store: Store, *postings: Posting) -> list[type[ApiError] | None]:
    return told(store.write(partial(post, postings=postings)))


def taken_in(store: Store, *takings: Taking) -> list[type[ApiError] | None]:
    return told(store.write(partial(take_in, takings=takings)))


def test_each_of_many_cards_is_stored(store: Store) -> None:
    cards = [a_posting() for _ in range(MANY)]

    assert posted(store, *cards) == [None] * MANY

    found = rows(store.engine)
    assert {row[0] for row in found["cards"]} == {each.card["address"] for each in cards}
    assert {tuple(row[:2]) for row in found["drops"]} == {
        row for each in cards for row in each.admission.rows
    }
    assert {row[0] for row in found["permits"]} == {each.permit["permit"] for each in cards}
    assert {tuple(row[:2]) for row in found["burned"]} == {
        (each.admission.spent[0], each.admission.retry) for each in cards
    }


def test_a_card_twice_in_a_group_is_stored_once_and_both_are_told_so(store: Store) -> None:
    card = a_posting()

    assert posted(store, card, a_posting(), card) == [None] * 3
    assert len(rows(store.engine)["cards"]) == 2


@pytest.mark.parametrize(
    ("refused", "why"),
    [
        (lambda first: a_posting(first.admission._replace(retry=some_hash())), StampSpent),
        (lambda first: a_posting(an_admission(rows=first.admission.rows)), AddressTaken),
        (lambda first: a_posting(permit=first.permit), AddressTaken),
        (lambda _first: a_posting(epoch=EPOCH + 1), EpochClosed),
        (lambda _first: a_posting(an_admission(refusal=UnknownInvite())), UnknownInvite),
    ],
    ids=["stamp", "addresses", "permit", "epoch", "anyway"],
)
def test_whoever_is_refused_takes_nobody_of_the_group_along(
    store: Store, refused: Callable[[Posting], Posting], why: type[ApiError]
) -> None:
    first, last = a_posting(), a_posting()

    assert posted(store, first, refused(first), last) == [None, why, None]
    found = rows(store.engine)
    assert {row[0] for row in found["cards"]} == {each.card["address"] for each in (first, last)}
    assert [len(found[table]) for table in ("drops", "burned", "permits")] == [10, 2, 2]


def test_what_was_refused_is_not_in_the_way_of_who_comes_after(store: Store) -> None:
    refused = a_posting(epoch=EPOCH + 1)
    again = a_posting(refused.admission, permit=refused.permit)

    assert posted(store, refused, again) == [EpochClosed, None]


def test_a_card_is_known_to_the_next_group(store: Store) -> None:
    card = a_posting()
    posted(store, card)
    before = rows(store.engine)

    others = a_posting(an_admission(rows=card.admission.rows)), a_posting(permit=card.permit)

    assert posted(store, card, *others) == [None, AddressTaken, AddressTaken]
    assert rows(store.engine) == before


def test_an_invite_admits_one_of_a_group(store: Store) -> None:
    invites = printed(store, 2)

    assert taken_in(store, a_taking(invites=invites), a_taking(invites=invites)) == [
        None,
        UnknownInvite,
    ]
    found = rows(store.engine)
    assert [len(found[table]) for table in ("invites", "intake", "drops")] == [0, 2, 5]


@pytest.mark.parametrize("other", [{1: 5}, {2: PERIOD + 1}, {0: bytes(32)}])
def test_an_invite_of_somebody_else_admits_nobody(store: Store, other: dict[int, Any]) -> None:
    first, second = printed(store, 2)
    wrong = tuple(other.get(place, value) for place, value in enumerate(second))
    before = rows(store.engine)

    assert taken_in(store, a_taking(invites=[first, wrong])) == [UnknownInvite]
    assert rows(store.engine) == before


def test_the_last_places_go_to_who_comes_first(store: Store) -> None:
    takings = [a_waiting_one(places=3) for _ in range(5)]

    assert taken_in(store, *takings[:2]) == [None, None]
    assert taken_in(store, *takings) == [None, None, None, IntakeFull, IntakeFull]
    assert len(rows(store.engine)["waiting"]) == 3


def met(store: Store, keeper: CircleKeeper, *meets: Meeting) -> list[visiting.Met]:
    return store.write(partial(visiting.meet, keeper, meets=meets))


def test_a_tag_is_held_by_the_first_of_a_group(store: Store, keeper: CircleKeeper) -> None:
    card = a_posting()
    posted(store, card)
    first = a_meeting(card.permit["permit"])
    others = a_meeting(card.permit["permit"], first.shown.tag)
    stranger = a_meeting()

    found = met(store, keeper, first, others, stranger, first)

    assert [each.verdict for each in found] == [
        Claimed.YOURS,
        Claimed.ANOTHERS,
        Claimed.NOT_KEPT,
        Claimed.YOURS,
    ]
    assert [each.is_added for each in found] == [True, False, False, False]
    assert [row[:2] for row in rows(store.engine)["claims"]] == [
        (first.shown.tag, first.shown.token)
    ]


def test_a_page_is_read_before_it_is_blanked_and_not_after(
    store: Store, keeper: CircleKeeper
) -> None:
    card = a_posting()
    posted(store, card)
    ((address, record), *_) = card.admission.rows
    reads = a_meeting()._replace(as_read=[address])
    blanks = a_meeting()._replace(as_blank=[address])

    before, _, after = met(store, keeper, reads, blanks, reads)

    assert before.records == {address: record}
    assert after.records[address] != record
    assert dict(row[:2] for row in rows(store.engine)["drops"])[address] == after.records[address]


def statements(store: Store, work: Callable[[Connection], Any]) -> list[str]:
    """What the database is told for *work*."""
    heard: list[str] = []
    overhear(store.engine, heard.append)
    store.write(work)
    return heard


@pytest.mark.postgresql
def test_many_take_as_many_statements_as_one(store: Store, keeper: CircleKeeper) -> None:
    """One array for all: no statement for each of them."""
    posted(store, a_posting())  # makes the days' tables
    met(store, keeper, a_meeting())  # reads the circle

    def counted(many: int) -> list[list[str]]:
        return [
            statements(store, partial(post, postings=[a_posting() for _ in range(many)])),
            statements(store, partial(take_in, takings=[a_waiting_one(MANY) for _ in range(many)])),
            statements(
                store,
                partial(visiting.meet, keeper, meets=[a_meeting() for _ in range(many)]),
            ),
        ]

    of_one, of_many = counted(1), counted(MANY // 2)

    assert of_many == of_one
    assert all(of_one)
