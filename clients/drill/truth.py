"""What the matcher could know at the moment of a seizure: which rows belong together.

The drill holds the matcher's keyring, so it opens the seized cards as a round would. Against this
truth the guesses of a thief without that key are measured.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlalchemy import Engine, text

from clients.operators.keyring import MatcherSecrets
from clients.operators.operator import FrozenCard
from clients.operators.rounds.opening import Keys, open_cards, open_round_key
from clients.operators.rounds.population import Population, populate
from clients.tour.markers import PSEUDONYMS
from clients.tour.scenario import FamilyPlayer
from clients.tour.season import Season
from crypto.circle import Circle
from crypto.commit_headers import read_commit_header
from crypto.drops import DropAddress, ReadSecret, address_of, drop_address
from crypto.keys import Person, notice_write
from matching.states import Phase


@dataclass(frozen=True, repr=False)
class TrueCard:
    """A card and everything of its owner's that a node stores, by address."""

    row: bytes
    outbox: bytes
    pages: tuple[bytes, ...]
    notice: bytes
    is_request: bool
    is_matched: bool
    posted: int
    partner: bytes | None
    """The row of the matched partner's card, while that one is live."""
    shelf: bytes = b""
    thread: bytes = b""
    """Its owner's, which the matcher does not know."""
    owner: str = ""
    """Whose it is, as markers name people."""
    matched: int = 0
    """The epoch of its match."""

    @property
    def drops(self) -> tuple[bytes, ...]:
        """The five drops."""
        return (self.outbox, *self.pages)


def true_cards(
    engine: Engine, secrets: MatcherSecrets, circle: Circle, *, epoch: int, today: int
) -> list[TrueCard]:
    """Every card that opens in the seized database, whose open epoch is *epoch*."""
    population = opened(engine, secrets, circle, epoch=epoch, today=today)
    found = []
    for live in population.live.values():
        card = live.card
        found.append(
            TrueCard(
                row=live.address,
                outbox=drop_address(ReadSecret(card.outbox_read)),
                pages=tuple(drop_address(ReadSecret(page)) for page in card.pages_read),
                notice=address_of(notice_write(card.notice_secret, epoch - 1)),
                is_request=live.is_request,
                is_matched=live.partner is not None,
                posted=live.state.posted,
                partner=live.partner.address if live.partner else None,
                matched=live.state.matched,
            )
        )
    return found


def with_owners(cards: Iterable[TrueCard], season: Season) -> list[TrueCard]:
    """*cards*, each with the name, the shelf and the first thread of whoever posted it."""
    period = season.circle.period_on(season.today).number
    owned: dict[bytes, tuple[str, bytes, bytes]] = {}
    for player in (*season.scenario.families, *season.scenario.donors):
        name = f"{'family' if isinstance(player, FamilyPlayer) else 'donor'} {player.number}"
        person = Person.from_list_key(player.key(), circle=season.circle.digest, period=period)
        shelf, thread = address_of(person.shelf_write), address_of(person.thread(0).in_write)
        for index in range(PSEUDONYMS):
            owned[address_of(person.pseudonym(index).outbox_write)] = name, shelf, thread
    nobody = ("", b"", b"")
    return [
        replace(card, owner=owner, shelf=shelf, thread=thread)
        for card in cards
        for owner, shelf, thread in [owned.get(card.outbox, nobody)]
    ]


def phases(
    engine: Engine, secrets: MatcherSecrets, circle: Circle, *, epoch: int, today: int
) -> dict[str, int]:
    """How many cards are in each phase."""
    population = opened(engine, secrets, circle, epoch=epoch, today=today)
    counted = dict.fromkeys((phase.name.lower() for phase in Phase), 0)
    for live in population.live.values():
        counted[live.state.phase.name.lower()] += 1
    return counted


def opened(
    engine: Engine, secrets: MatcherSecrets, circle: Circle, *, epoch: int, today: int
) -> Population:
    """The seized cards as a round of *epoch* would open them."""
    with engine.connect() as connection:
        rows = connection.execute(
            text("SELECT address, stamped, record FROM cards WHERE epoch = :epoch"),
            {"epoch": epoch},
        ).all()
        header = connection.execute(
            text("SELECT header, header_signature FROM epochs WHERE epoch = :epoch"),
            {"epoch": epoch - 1},
        ).first()
    key = secrets.epoch_key(epoch)
    round_key = None
    if header is not None and header[0] is not None:
        read = read_commit_header({"header": header[0], "signature": header[1]}, circle)
        round_key = open_round_key(read.round_key, circle=circle, epoch=epoch, key=key)
    keys = Keys(circle, epoch, secrets.epoch_seed(epoch), round_key, today)
    cards = [
        FrozenCard(DropAddress(bytes(address)), bytes(stamped or b""), bytes(record))
        for address, stamped, record in rows
    ]
    return populate([card.address for card in cards], open_cards(cards, keys), epoch)
