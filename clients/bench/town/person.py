"""Somebody with a card, who visits, posts and asks, and knows everything the node acknowledged.

The bytes are a client's, the records random: a node cannot tell, because it opens none. Drops have
one writer each, so a write that comes out as stale means that an earlier one is gone.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from threading import Event

from api.claims import Claimed
from api.visiting import Written
from clients.bench.town import Town
from clients.bench.town.asking import Asking, Refused
from clients.people.vetting import ADMISSION_BYTES
from clients.people.work import work_for
from crypto.descriptors import read_node_descriptor
from crypto.drops import WriteSecret, address_of, reader_of, record_hash
from crypto.labels import PAGES, RECORD_BYTES, SECRET_BYTES, u8, u32
from crypto.permits import Permit, permit_hash
from crypto.strict_json import read_object

READS, WRITES = 12, 8
DROPS = 5

NEW_CLAIM_ONE_IN = 4
"""The other visits show an earlier one again, as retries and returning visitors do."""


@dataclass
class Ledger:
    """What a node acknowledged to one person, and what it was found to have lost meanwhile."""

    cards: list[bytes] = field(default_factory=list)
    """Hashes of the records of cards."""
    intakes: list[tuple[bytes, bytes]] = field(default_factory=list)
    """Hashes of the two coordinators' records."""
    drops: dict[WriteSecret, bytes] = field(default_factory=dict)
    """By w: the hash of the record that was acknowledged last."""
    claims: dict[bytes, bytes] = field(default_factory=dict)
    """By tag: the token."""
    acknowledged: int = 0
    """Records and claims, each time one was written."""
    lost: int = 0
    """Stale writes, and claims that are no longer this person's."""


class Person:
    """One visitor of a town's node. Of one thread."""

    def __init__(self, town: Town) -> None:
        self._town = town
        self._dice = secrets.SystemRandom()
        self._permit = Permit(secrets.token_bytes(32))
        self.asking = Asking(town.url, town.ended)
        self.ledger = Ledger()

    def close(self) -> None:
        """Close the connection."""
        self.asking.close()

    def settle(self) -> None:
        """Post the card whose permit this person shows from then on, and another for eight drops.
        Raises Refused, NobodyAnswers."""
        self._post_card(self._permit)
        self.card()

    def card(self) -> None:
        """Post one more card. Raises Refused, NobodyAnswers."""
        self._post_card(Permit(secrets.token_bytes(32)))

    def _post_card(self, permit: Permit) -> None:
        record, drops = secrets.token_bytes(RECORD_BYTES), _new_drops()
        head = u32(self._town.epoch) + self._town.stamp().to_bytes() + secrets.token_bytes(32)
        body = head + permit_hash(permit) + record + _rows(drops)
        self.asking.post("/cards", body)
        self.ledger.cards.append(record_hash(record))
        self._keep(drops)
        self.ledger.acknowledged += 1

    def intake(self) -> None:
        """Ask for certificates: by an invite while there are any, by work when there are none.
        Raises Refused, NobodyAnswers."""
        records = secrets.token_bytes(RECORD_BYTES), secrets.token_bytes(RECORD_BYTES)
        drops = _new_drops()
        rest = secrets.token_bytes(SECRET_BYTES) + u32(self._town.period)
        rest += b"".join(u8(number) + record for number, record in enumerate(records))
        rest += _rows(drops)
        tokens = self._town.tokens()
        kind, admission = (1, b"".join(tokens)) if tokens else (0, self._worked(rest))
        self.asking.post("/intake", u8(kind) + admission.ljust(ADMISSION_BYTES, b"\0") + rest)
        first, second = records
        self.ledger.intakes.append((record_hash(first), record_hash(second)))
        self._keep(drops)
        self.ledger.acknowledged += len(records)

    def _worked(self, rest: bytes) -> bytes:
        told = read_node_descriptor(read_object(self.asking.get("/node")), self._town.circle)
        nonce = work_for(rest, challenge=told.pow_challenge, bits=told.pow_bits)
        return told.pow_challenge + nonce

    def visit(self) -> None:
        """Look, meet and leave. Raises Refused, NobodyAnswers."""
        own = list(self.ledger.drops)
        looked = self._dice.choices(own, k=READS)
        self.asking.post("/visit/look", b"".join(map(reader_of, looked)))
        self._meet()
        self._leave(self._dice.sample(own, WRITES))

    def _meet(self) -> None:
        claims = self.ledger.claims
        is_new = not claims or self._dice.randrange(NEW_CLAIM_ONE_IN) == 0
        if is_new:
            tag, token = secrets.token_bytes(32), secrets.token_bytes(32)
        else:
            tag, token = self._dice.choice(list(claims.items()))
        verdict = self._claimed(self._permit, tag, token)
        if verdict is not Claimed.YOURS:
            self.ledger.lost += 1
        elif is_new:
            claims[tag] = token
            self.ledger.acknowledged += 1

    def _claimed(self, permit: Permit, tag: bytes, token: bytes) -> Claimed:
        body = secrets.token_bytes(PAGES * SECRET_BYTES) + permit + tag + token
        return Claimed(self.asking.post("/visit/meet", body)[PAGES * RECORD_BYTES])

    def _leave(self, drops: list[WriteSecret]) -> None:
        new = {w: secrets.token_bytes(RECORD_BYTES) for w in drops}
        standing = self.ledger.drops
        body = b"".join(w + standing[w] + record for w, record in new.items())
        verdicts = self.asking.post("/visit/leave", body)
        for (w, record), verdict in zip(new.items(), verdicts, strict=True):
            if verdict == Written.KEPT:
                standing[w] = record_hash(record)
                self.ledger.acknowledged += 1
            else:
                self.ledger.lost += 1

    def missing(self) -> int:
        """How many drops and claims the node no longer has as it acknowledged them.
        Raises NobodyAnswers."""
        missing = 0
        own = list(self.ledger.drops)
        for start in range(0, len(own), READS):
            some = own[start : start + READS]
            asked = [*some, *[some[-1]] * (READS - len(some))]
            answer = self.asking.post("/visit/look", b"".join(map(reader_of, asked)))
            for number, w in enumerate(some):
                record = answer[number * RECORD_BYTES :][:RECORD_BYTES]
                missing += record_hash(record) != self.ledger.drops[w]
        for tag in self.ledger.claims:
            # Somebody without a card shows the tag: it is another's, or not kept at all.
            stranger = Permit(secrets.token_bytes(32))
            verdict = self._claimed(stranger, tag, secrets.token_bytes(32))
            missing += verdict is not Claimed.ANOTHERS
        return missing

    def live_until(self, over: Event) -> None:
        """Do what people do, mostly visit, until *over*. What is refused was counted."""
        while not over.is_set():
            act = self._dice.choices((self.visit, self.card, self.intake), (20, 1, 1))[0]
            try:
                act()
            except Refused:
                continue

    def _keep(self, drops: dict[WriteSecret, bytes]) -> None:
        self.ledger.drops.update({w: record_hash(record) for w, record in drops.items()})
        self.ledger.acknowledged += len(drops)


def _new_drops() -> dict[WriteSecret, bytes]:
    return {
        WriteSecret(secrets.token_bytes(SECRET_BYTES)): secrets.token_bytes(RECORD_BYTES)
        for _ in range(DROPS)
    }


def _rows(drops: dict[WriteSecret, bytes]) -> bytes:
    return b"".join(address_of(w) + record for w, record in drops.items())
