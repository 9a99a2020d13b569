"""Coercion on top of a seizure: a thief starts the seized node and somebody opens what they can.

    a family's list, a donor's list       their own shelf, threads, card and conversation
    a coordinator's passphrase            pending threads
    one of the two duty coordinators      no certificate
    the matcher's passphrase              attributes of live cards, and pairs
    the node's unlock passphrase          there is none: the node holds nothing to unlock

Whatever opens is searched for everybody's markers: what is not the coerced one's own, nor of a
live partner's part in a conversation, must not be there.
"""

from __future__ import annotations

import dataclasses
import secrets
from collections import Counter
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass, field
from enum import Enum

from clients.coordinator import Coordinator
from clients.drill.place import kind_of
from clients.node import NodeClient
from clients.operators.keyring import CoordinatorKeyring
from clients.operators.operator import OperatorClient
from clients.operators.rounds.population import Population
from clients.operators.signed_http import SignedHttp
from clients.people.sittings import PersonClient
from clients.thief import Patterns
from clients.tour.donors import DonorMemory
from clients.tour.families import FamilyMemory
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
"""Lists of each kind that are tried; the first by number."""

_OF_A_PARTNER = ("order facts",)
_OF_A_LIVE_PARTNER = ("name", "phone", "street", "terms", "thanks")
OF_PARTNERS = (*_OF_A_PARTNER, *_OF_A_LIVE_PARTNER)
_GONE = ("name", "phone", "street", "terms")
"""Of a family that has confirmed; its thanks stay until the donor has read them."""


@dataclass
class Coerced:
    """What one kind of coercion came to."""

    tried: int = 0
    opens: Counter[str] = field(default_factory=Counter)
    must_not: list[str] = field(default_factory=list)
    note: str = ""

    def as_json(self) -> dict[str, object]:
        """The figures."""
        return {
            "tried": self.tried,
            "opens": dict(self.opens.most_common()),
            "must_not": len(self.must_not),
            **({"note": self.note} if self.note else {}),
        }


def coerce(season: Season, url: str) -> dict[str, Coerced]:
    """Everything that can be opened at the thief's node at *url*."""
    patterns = Patterns(typed_markers(season.scenario, season.world.codes))
    families = [family for family in season.families if family.asked_epoch][:MOST]
    donors = [donor for donor in season.donors if donor.asked][:MOST]
    result = {"family_list": Coerced(), "donor_list": Coerced()}
    for family in families:
        opened = _opened_by(family.player, season, url)
        own = f"family {family.player.number}:"
        add_opened(result["family_list"], patterns, opened, own, _OF_A_PARTNER, set())
    finished = {_name(family) for family in season.families if _is_finished(family)}
    for donor in donors:
        opened = _opened_by(donor.player, season, url)
        own = f"donor {donor.player.number}:"
        add_opened(result["donor_list"], patterns, opened, own, _OF_A_LIVE_PARTNER, finished)
    result["coordinator_passphrase"] = _at_the_desk(season, url, patterns)
    result["one_of_two_coordinators"] = _signs_alone(season)
    result["node_passphrase"] = Coerced(note="a node has none: it holds nothing to unlock")
    return result


def with_the_matchers_passphrase(population: Population, season: Season) -> Coerced:
    """What its keys open at the seized node: attributes and pairs, and nobody's words."""
    found = Coerced(tried=1)
    live = list(population.live.values())
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

    def everything(self) -> list[object]:
        """The state of every place of this list."""
        return list(self._survey(self._sit()))


def _opened_by(player: Player, season: Season, url: str) -> bytes:
    node = NodeClient(url)
    try:
        return b"\0".join(words_within(_Opener(player, season, node).everything()))
    finally:
        node.close()


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
    coerced: Coerced,
    patterns: Patterns,
    opened: bytes,
    own: str,
    of_partners: tuple[str, ...] = OF_PARTNERS,
    forbidden: Set[str] = frozenset(),
) -> None:
    """Count what *opened* shows; of others only *of_partners*, and of the *forbidden* not even
    what is gone when they have confirmed."""
    coerced.tried += 1
    for marker in {find.marker for find in patterns.found_in(opened, own)}:
        coerced.opens[kind_of(marker)] += 1
        whose, _, what = marker.partition(": ")
        is_own = marker.startswith((own, "code "))
        is_gone = whose in forbidden and what.startswith(_GONE)
        if not is_own and (is_gone or not what.startswith(of_partners)):
            coerced.must_not.append(kind_of(marker))


def _name(memory: FamilyMemory | DonorMemory) -> str:
    return f"family {memory.player.number}"


def _is_finished(family: FamilyMemory) -> bool:
    return family.confirmed >= family.player.parcels


def _at_the_desk(season: Season, url: str, patterns: Patterns) -> Coerced:
    found = Coerced(tried=1)
    keyring = _keyring(season)
    operator = OperatorClient(SignedHttp(url, keyring.secrets.signing_seed, season.circle.digest))
    desk = Coordinator(keyring, operator, NodeClient(url), season.circle)
    try:
        waiting = desk.inbox()
    finally:
        desk.close()
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
    """The first duty coordinator signs a root twice and calls it a certificate."""
    found = Coerced(tried=1, note="signed a root with one key in both places")
    circle, kept = season.circle, _keyring(season).secrets
    period = circle.period_on(season.today).number
    someone = Person.from_list_key(secrets.token_bytes(32), circle=circle.digest, period=period)
    pseudonym = someone.pseudonym(0)
    public = bytes(pseudonym.sealing_key.public)
    root = root_of(circle.digest, CardClass.REQUEST, period, public, pseudonym.claim_tag)
    message = certificate_message(circle.digest, root)
    key = circle.certificate_keys(period, CardClass.REQUEST)[0]
    value = blind(key, message, secrets.token_bytes(BLINDING_BYTES))
    signed = blind_sign(kept.signing_key(period, key.use), value.blinded)
    signature = unblind(key, message, signed, value.inverse)
    try:
        verify_certificate(
            circle, CardClass.REQUEST, period, public, pseudonym.claim_tag, (signature, signature)
        )
    except CryptoError:
        return found
    found.must_not.append("a certificate")
    return found


def _keyring(season: Season) -> CoordinatorKeyring:
    return CoordinatorKeyring.open(season.trial.coordinator_keyring(0), season.trial.passphrase)
