"""Coercion on top of a seizure: a thief starts the seized node and somebody opens what they can.

    a family's list, a donor's list       their own shelf, threads, card and conversation
    a coordinator's passphrase            pending threads
    one of the two duty coordinators      no certificate
    the matcher's passphrase              attributes of live cards, and pairs
    the node's unlock passphrase          there is none: the node holds nothing to unlock

Whatever opens is searched for everybody's markers: what is not the coerced one's own, nor of a
live partner's part in a conversation, must not be there. Everything that is tried has to open what
it is known to open, or it proves nothing.
"""

from __future__ import annotations

import dataclasses
import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field
from enum import Enum
from functools import partial

from clients.coordinator import Coordinator
from clients.drill.partners import OF_A_MATCH, Ties, ties
from clients.drill.place import kind_of
from clients.drill.truth import TrueCard
from clients.node import NodeClient
from clients.operators.keyring import CoordinatorKeyring
from clients.operators.operator import OperatorClient
from clients.operators.rounds.population import Population
from clients.operators.signed_http import SignedHttp
from clients.people.sittings import PersonClient
from clients.people.state import State
from clients.thief import Patterns
from clients.tour.markers import typed_markers
from clients.tour.scenario import DonorPlayer, Player
from clients.tour.season import Season
from crypto.blinding import BLINDING_BYTES, blind, blind_sign, unblind
from crypto.certificates import certificate_message, root_of, verify_certificate
from crypto.certifying_keys import CardClass
from crypto.errors import CryptoError
from crypto.keys import Person
from crypto.messages.intake import DONOR, FAMILY

MOST = 12
"""Lists of each kind that are tried."""

OF_PARTNERS = (*OF_A_MATCH, "thanks")


@dataclass
class Coerced:
    """What one kind of coercion came to."""

    tried: int = 0
    controls_found: int = 0
    """How many of those opened what they are known to open."""
    opens: Counter[str] = field(default_factory=Counter)
    must_not: list[str] = field(default_factory=list)
    note: str = ""

    @property
    def control_found(self) -> bool:
        """Whether everything that was tried opened something."""
        return self.controls_found == self.tried > 0

    def as_json(self) -> dict[str, object]:
        """The figures."""
        return {
            "tried": self.tried,
            "opens": dict(self.opens.most_common()),
            "control_found": self.control_found,
            "must_not": len(self.must_not),
            **({"note": self.note} if self.note else {}),
        }


def coerce(season: Season, url: str, cards: Iterable[TrueCard]) -> dict[str, Coerced]:
    """Everything that can be opened at the thief's node at *url*, where *cards* stand."""
    patterns = Patterns(typed_markers(season.scenario, season.world.codes))
    known = ties(season, cards)
    asked: dict[str, list[Player]] = {
        "family": [family.player for family in season.families if family.asked_epoch],
        "donor": [donor.player for donor in season.donors if donor.asked],
    }
    finished = {f"family {f.player.number}" for f in season.families if f.confirmed}
    result: dict[str, Coerced] = {}
    for kind, players in asked.items():
        coerced = result[f"{kind}_list"] = Coerced()
        matched = {
            player.number
            for player in players
            if known.get(f"{kind} {player.number}", Ties()).partners
        }
        for player in some_of(players, matched):
            own = f"{kind} {player.number}"
            may = partial(known.get(own, Ties()).may_show, own=own, finished=finished)
            opened, counted = _opened_by(player, season, url)
            add_opened(coerced, patterns, opened, may)
            coerced.opens += counted
            coerced.controls_found += bool(counted["shelf"])
    result["coordinator_passphrase"] = _at_the_desk(season, url, patterns)
    result["one_of_two_coordinators"] = _signs_alone(season)
    result["node_passphrase"] = Coerced(
        tried=1, controls_found=1, note="none: the seized node was started without"
    )
    return result


def some_of(players: Sequence[Player], matched: Set[int]) -> list[Player]:
    """Half of them in the middle of a match, if so many are; then the first of the others."""
    live = [player for player in players if player.number in matched][: MOST // 2]
    return [*live, *[player for player in players if player not in live]][:MOST]


def with_the_matchers_passphrase(population: Population, season: Season) -> Coerced:
    """What its keys open at the seized node: attributes and pairs, and nobody's words."""
    live = list(population.live.values())
    found = Coerced(tried=1, controls_found=int(bool(live)))
    found.opens["attributes of a card"] = len(live)
    found.opens["a pair"] = sum(one.partner is not None for one in live) // 2
    patterns = Patterns(typed_markers(season.scenario, season.world.codes))
    opened = b"\0".join(words_within([(one.card, one.state) for one in live]))
    found.must_not += [kind_of(find.marker) for find in patterns.found_in(opened, "cards")]
    return found


class _Opener(PersonClient):
    """Types somebody's list and takes whatever it opens."""

    def __init__(self, player: Player, season: Season, node: NodeClient) -> None:
        super().__init__(player.key(), season.circle, node, season.today)
        self.role = DONOR if isinstance(player, DonorPlayer) else FAMILY

    def everything(self) -> list[State]:
        """The state of every place of this list."""
        return list(self._survey(self._sit()))


def _opened_by(player: Player, season: Season, url: str) -> tuple[bytes, Counter[str]]:
    """All words that the list opens, and how many shelves, which have its wish, and partners."""
    node = NodeClient(url)
    try:
        states = _Opener(player, season, node).everything()
    finally:
        node.close()
    counted = Counter(shelf=sum(state.found is not None for state in states[:1]))
    counted["a partner"] = sum(bool(state.notice and state.notice.match) for state in states)
    return b"\0".join(words_within(states)), counted


def words_within(value: object) -> Iterator[bytes]:
    """Every text and octet string anywhere within *value*, but not what a list derives."""
    if isinstance(value, str):
        yield value.encode()
    elif isinstance(value, bytes):
        yield value
    elif isinstance(value, Enum):
        return
    elif dataclasses.is_dataclass(value):
        for part in dataclasses.fields(value):
            if part.name not in ("place", "circle"):
                yield from words_within(getattr(value, part.name))
    elif isinstance(value, Iterable):
        for part in value:
            yield from words_within(part)


def add_opened(
    coerced: Coerced, patterns: Patterns, opened: bytes, may: Callable[[str], bool]
) -> None:
    """Count what *opened* shows, and what of it nobody *may* be shown, by marker."""
    coerced.tried += 1
    for marker in {find.marker for find in patterns.found_in(opened, "a list")}:
        coerced.opens[kind_of(marker)] += 1
        if not may(marker):
            coerced.must_not.append(kind_of(marker))


def of_the_past(marker: str, own: str) -> bool:
    """Whether a list may open *marker* with a recording: its own, and what partners told it."""
    whose, _, what = marker.partition(": ")
    return whose == own or marker.startswith("code ") or what.startswith(OF_PARTNERS)


def _at_the_desk(season: Season, url: str, patterns: Patterns) -> Coerced:
    found = Coerced(tried=1)
    keyring = _keyring(season)
    operator = OperatorClient(SignedHttp(url, keyring.secrets.signing_seed, season.circle.digest))
    desk = Coordinator(keyring, operator, NodeClient(url), season.circle)
    try:
        waiting = desk.inbox()
    finally:
        desk.close()
    found.controls_found = int(bool(waiting))
    certified = {
        *(f"family {f.player.number}" for f in season.families if f.certified),
        *(f"donor {d.player.number}" for d in season.donors if d.certified),
    }
    found.opens["pending threads"] = len(waiting)
    for marker in {
        find.marker for find in patterns.found_in(b"\0".join(words_within(waiting)), "desk")
    }:
        found.opens[kind_of(marker)] += 1
        whose, _, what = marker.partition(": ")
        if whose in certified or what not in ("words", "answer"):
            found.must_not.append(kind_of(marker))
    return found


def _signs_alone(season: Season) -> Coerced:
    """The first duty coordinator signs a root twice and calls it a certificate; two are one."""
    found = Coerced(tried=1, note="signed a root with one key in both places")
    circle = season.circle
    period = circle.period_on(season.today).number
    someone = Person.from_list_key(secrets.token_bytes(32), circle=circle.digest, period=period)
    pseudonym = someone.pseudonym(0)
    public = bytes(pseudonym.sealing_key.public)
    root = root_of(circle.digest, CardClass.REQUEST, period, public, pseudonym.claim_tag)
    message = certificate_message(circle.digest, root)
    signatures = []
    for number, key in enumerate(circle.certificate_keys(period, CardClass.REQUEST)):
        value = blind(key, message, secrets.token_bytes(BLINDING_BYTES))
        held = _keyring(season, number).secrets.signing_key(period, key.use)
        signatures.append(unblind(key, message, blind_sign(held, value.blinded), value.inverse))
    first, second = signatures

    def certifies(*signed: bytes) -> bool:
        try:
            verify_certificate(
                circle, CardClass.REQUEST, period, public, pseudonym.claim_tag, signed
            )
        except CryptoError:
            return False
        return True

    found.controls_found = int(certifies(first, second))
    if certifies(first, first):
        found.must_not.append("a certificate")
    return found


def _keyring(season: Season, number: int = 0) -> CoordinatorKeyring:
    return CoordinatorKeyring.open(
        season.trial.coordinator_keyring(number), season.trial.passphrase
    )
