"""Real implementations of what stands at the other end of a wire, small enough for a test.

``FakeNode`` keeps drops, claims and burned stamps in dictionaries and answers as protocol.md,
section 7, says. ``Coordinators`` and ``Matchmaker`` are honest operators with every key at hand,
and with no more life in them than a journey of one parcel needs.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx

from crypto.blinding import blind_sign
from crypto.certificates import CardClass, Stamp, root_of, stamp_nonce, verify_stamp
from crypto.certifying_keys import Use
from crypto.descriptors import write_epoch_descriptor, write_node_descriptor
from crypto.drops import (
    BlankSecret,
    ReadSecret,
    WriteSecret,
    address_of,
    drop_address,
    read_secret,
    record_hash,
)
from crypto.errors import CannotOpen
from crypto.keys import notice_key, notice_write, outbox_key
from crypto.labels import RECORD_BYTES, SECRET_BYTES, bound, hashed, u8, u32
from crypto.messages.cards import AGREED, FINISHED, HELD, IDLE, WAITING, Card
from crypto.messages.intake import CERTIFIED, DECLINED, FAMILY, QUESTION, In, Intake, Out
from crypto.messages.notices import Match, Notice, Peer
from crypto.messages.outboxes import Outbox
from crypto.messages.tokens import Delivery
from crypto.records import close_record, open_record, random_record
from crypto.sealing import SealingKey, open_sealed
from tests.circles import TODAY, TrialCircle

OCTETS = "application/octet-stream"
DAY = TODAY + 10
SPENT = ("work_spent", "invite_spent", "stamp_spent")


class Killed(Exception):
    """The process died here."""


class FakeNode(httpx.BaseTransport):
    """A node as a dictionary."""

    def __init__(self, trial: TrialCircle, *, today: int = DAY) -> None:
        self.trial = trial
        self.today = today
        self.drops: dict[bytes, bytes] = {}
        self.notices: dict[int, dict[bytes, bytes]] = {}
        self.claims: dict[bytes, bytes] = {}
        self.permits: dict[bytes, int] = {}
        self.claims_per_day = 32
        self.burned: dict[bytes, bytes] = {}
        self.invites: set[bytes] = set()
        self.intake: list[tuple[int, bytes]] = []
        self.cards: list[bytes] = []
        self.pow_bits = 0
        self.committed = 0
        self.open_epoch(1)

    def open_epoch(self, epoch: int) -> None:
        """Publish *epoch*; its key is fixed by its number."""
        self.epoch = epoch
        self.descriptor = write_epoch_descriptor(
            self.trial.circle,
            epoch=epoch,
            key=self.epoch_key.public,
            opens=epoch,
            closes=epoch + 1,
            signing_seed=self.trial.matcher_seed,
        )

    @property
    def epoch_key(self) -> SealingKey:
        """The key of the open epoch."""
        return SealingKey(hashed("fake epoch", u32(self.epoch)))

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        body = request.read()
        route: dict[tuple[str, str], Callable[[bytes], httpx.Response]] = {
            ("GET", "/circle"): lambda _: httpx.Response(200, json=self.trial.document),
            ("GET", "/epoch"): lambda _: httpx.Response(
                200, json={**self.descriptor, "committed": self.committed}
            ),
            ("GET", "/node"): lambda _: httpx.Response(200, json=self._node()),
            ("POST", "/intake"): self._intake,
            ("POST", "/cards"): self._card,
            ("POST", "/visit/look"): self._look,
            ("POST", "/visit/meet"): self._meet,
            ("POST", "/visit/leave"): self._leave,
        }
        return route[request.method, request.url.path](body)

    def read(self, read: ReadSecret) -> bytes:
        """What a drop or a notice holds."""
        address = drop_address(read)
        for shelf in (self.drops, *self.notices.values()):
            if address in shelf:
                return shelf[address]
        return random_record()

    def has_burned(self, period: int, nonce: bytes) -> bool:
        """Whether the stamp of *period* with *nonce* was spent here."""
        return hashed("klunak burned", u32(period) + nonce) in self.burned

    def _node(self) -> dict[str, str]:
        return write_node_descriptor(
            self.trial.circle,
            day=self.today,
            pow_bits=self.pow_bits,
            pow_challenge=b"\x01" * 16,
            intake_open=True,
            signing_seed=self.trial.node_seed,
        )

    def _intake(self, body: bytes) -> httpx.Response:
        assert len(body) == 29_163
        kind, admission, body = body[0], body[1:293], body[293:]
        retry, body = body[:32], body[36:]
        records = []
        for _ in range(2):
            records.append((body[0], body[1 : 1 + RECORD_BYTES]))
            body = body[1 + RECORD_BYTES :]
        rows = _rows(body)
        spent = hashed("klunak burned", u8(kind) + admission)
        if kind == 2:
            stamp = verify_stamp(self.trial.circle, Stamp.from_bytes(admission))
            spent = hashed("klunak burned", u32(stamp.period) + stamp.nonce)
        again = self._again(spent, retry, rows)
        if again is not None:
            return (
                _accepted() if again else _refused("stamp_spent" if kind == 2 else "invite_spent")
            )
        if kind == 1 and not {admission[:32], admission[32:64]} <= self.invites:
            return _refused("unknown_invite", 403)
        if any(address in self.drops for address, _ in rows):
            return _refused("address_taken")
        self.drops.update(rows)
        self.burned[spent] = _retry_hash(retry, rows)
        self.intake += records
        return _accepted()

    def _card(self, body: bytes) -> httpx.Response:
        assert len(body) == 25_096
        epoch = int.from_bytes(body[:4], "big")
        stamp = Stamp.from_bytes(body[4:296])
        retry, permit, body = body[296:328], body[328:360], body[360:]
        record, rows = body[:RECORD_BYTES], _rows(body[RECORD_BYTES:])
        verify_stamp(self.trial.circle, stamp)
        spent = hashed("klunak burned", u32(stamp.period) + stamp.nonce)
        again = self._again(spent, retry, rows)
        if again is not None:
            return _accepted() if again else _refused("stamp_spent")
        if epoch != self.epoch:
            return _refused("epoch_closed")
        assert not any(address in self.drops for address, _ in rows)
        self.drops.update(rows)
        self.permits[permit] = 0
        self.burned[spent] = _retry_hash(retry, rows)
        self.cards.append(record)
        return _accepted()

    def _again(self, spent: bytes, retry: bytes, rows: list[tuple[bytes, bytes]]) -> bool | None:
        """Whether what was spent before was spent on this; None if it was not."""
        earlier = self.burned.get(spent)
        return None if earlier is None else earlier == _retry_hash(retry, rows)

    def _look(self, body: bytes) -> httpx.Response:
        assert len(body) == 384
        return _octets(b"".join(self.read(ReadSecret(row)) for row in _cut(body, SECRET_BYTES)))

    def _meet(self, body: bytes) -> httpx.Response:
        assert len(body) == 224
        *pages, permit, tag, token = _cut(body, SECRET_BYTES)
        answer = b""
        for secret in pages:
            address = drop_address(read_secret(BlankSecret(secret)))
            if address in self.drops:
                self.drops[address] = random_record()
            answer += self.read(ReadSecret(secret))
        return _octets(answer + u8(self._claim(permit, tag, token)) + bytes(15))

    def _claim(self, permit: bytes, tag: bytes, token: bytes) -> int:
        kept = hashed("klunak permit", permit)
        if tag not in self.claims:
            if self.permits.get(kept, self.claims_per_day) >= self.claims_per_day:
                return 2
            self.permits[kept] += 1
            self.claims[tag] = token
        return int(self.claims[tag] != token)

    def _leave(self, body: bytes) -> httpx.Response:
        assert len(body) == 33_280
        verdicts = b""
        for row in _cut(body, 2 * SECRET_BYTES + RECORD_BYTES):
            address, replaced, record = address_of(WriteSecret(row[:32])), row[32:64], row[64:]
            now = self.drops.get(address)
            stale = now is not None and now != record and record_hash(now) != replaced
            if now is not None and not stale:
                self.drops[address] = record
            verdicts += u8(stale)
        return _octets(verdicts)


class KilledAfter(httpx.BaseTransport):
    """Somebody who dies with request number *count*: before it arrives, or before the answer."""

    def __init__(self, node: httpx.BaseTransport, count: int, *, arrives: bool) -> None:
        self.node, self.left, self.arrives = node, count, arrives

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Pass the request on, or die."""
        self.left -= 1
        if self.left >= 0:
            return self.node.handle_request(request)
        if self.arrives:
            self.node.handle_request(request)
        raise Killed


class Coordinators:
    """Both duty coordinators of a trial circle."""

    def __init__(self, node: FakeNode) -> None:
        self.node, self.trial = node, node.trial

    def opened(self) -> list[tuple[int, Intake]]:
        """Every intake record, with the number of the coordinator it is for."""
        return [(number, intake) for number, _, intake in self._opened()]

    def _opened(self) -> list[tuple[int, int, Intake]]:
        return [(number, *self._read(number, record)) for number, record in self.node.intake]

    def _read(self, number: int, record: bytes) -> tuple[int, Intake]:
        key = SealingKey(self.trial.sealing_seeds[number])
        for period in self.trial.circle.periods:
            info = bound("intake", self.trial.circle.digest, u32(period.number), u8(number))
            try:
                return period.number, open_sealed(Intake, record, key=key, info=info)
            except CannotOpen:
                continue
        raise CannotOpen

    def certify(self, *, spoil: bool = False) -> None:
        """Certify everybody; with *spoil* one signature of the second coordinator is wrong."""
        for number, period, intake in self._opened():
            if intake.opening is not None:
                nonce = stamp_nonce(intake.opening.root)
                assert self.node.has_burned(period - 1, nonce), "another's stamp"
            family = intake.role == FAMILY
            use = Use.REQUEST if family else Use.OFFER
            extra = Use.STAMP if number == 0 else Use.RECEIPT
            roots = self._signed(period, use, number, intake.blinded_roots)
            if spoil and number == 1:
                roots = (roots[1], roots[0], roots[2])
            extras = self._signed(period, extra, number, intake.blinded_extras)
            self.say(number, intake, In(CERTIFIED, 0, "", roots, extras), period)

    def ask(self, turn: int, words: str, number: int = 0) -> None:
        """A question from one coordinator to everybody."""
        for each, intake in self.opened():
            if each == number:
                self.say(number, intake, In(QUESTION, turn, words, (), ()))

    def decline(self) -> None:
        """A decline from the first coordinator to everybody."""
        for number, intake in self.opened():
            if number == 0:
                self.say(number, intake, In(DECLINED, 0, "", (), ()))

    def answers(self, number: int = 0) -> list[Out]:
        """What everybody said to one coordinator."""
        found = []
        for each, intake in self.opened():
            if each == number:
                record = self.node.read(ReadSecret(intake.out_read))
                aad = self._aad("thread out", number)
                found.append(open_record(Out, record, key=intake.thread_key, aad=aad))
        return found

    def say(self, number: int, intake: Intake, message: In, period: int | None = None) -> None:
        """Write *in*."""
        aad = self._aad("thread in", number, period)
        record = close_record(message, key=intake.thread_key, aad=aad)
        self.node.drops[address_of(WriteSecret(intake.in_write))] = record

    def _aad(self, label: str, number: int, period: int | None = None) -> bytes:
        in_period = self.trial.period if period is None else period
        return bound(label, self.trial.circle.digest, u32(in_period), u8(number))

    def _signed(
        self, period: int, use: Use, number: int, blinded: tuple[bytes, ...]
    ) -> tuple[bytes, ...]:
        if not blinded:
            return ()
        key = self.trial.signing_key(period, use, number)
        return tuple(blind_sign(key, value) for value in blinded)


@dataclass
class Live:
    """A card that the matchmaker carries."""

    card: Card
    phase: int = WAITING
    counter: int = 0
    match: Match | None = None
    partner: Live | None = None
    outbox: Outbox | None = None
    delivery: Delivery | None = None
    confirmed: bool = field(default=False)


class Matchmaker:
    """A matcher that pairs whom it is told to and hears the words that a parcel needs."""

    def __init__(self, node: FakeNode) -> None:
        self.node, self.trial = node, node.trial
        self.live: list[Live] = []

    def of(self, card_class: CardClass) -> list[Live]:
        """The cards of one class, in the order in which they came."""
        return [live for live in self.live if live.card.card_class == card_class]

    def round(self, pair: Callable[[Matchmaker], None] | None = None) -> None:
        """Close the open epoch, hear, pair, write the notices, open the next."""
        epoch, circle = self.node.epoch, self.trial.circle
        for record in self.node.cards:
            info = bound("card", circle.digest, u32(epoch))
            card = open_sealed(Card, record, key=self.node.epoch_key, info=info)
            root = root_of(
                *(circle.digest, CardClass(card.card_class), card.period),
                *(card.public_key, card.claim_tag),
            )
            assert self.node.has_burned(card.period, stamp_nonce(root)), "another's stamp"
            self.live.append(Live(card))
        self.node.cards = []
        for live in self.live:
            self._hear(live)
        for live in self.live:
            self._move(live)
        if pair is not None:
            pair(self)
        notices = {}
        for live in self.live:
            secret = live.card.notice_secret
            address = address_of(notice_write(secret, epoch))
            aad = bound("notice", circle.digest, u32(epoch))
            notices[address] = close_record(
                self._notice(live), key=notice_key(secret, epoch), aad=aad
            )
        self.node.notices = {
            number: rows for number, rows in self.node.notices.items() if number == epoch - 1
        }
        self.node.notices[epoch] = notices
        self.node.committed = epoch
        self.node.open_epoch(epoch + 1)

    def match(self, request: Live, offer: Live, *, mode: int, region: int = 0) -> None:
        """Hold the two for each other."""
        rendezvous = secrets.token_bytes(32)
        for live, other in ((request, offer), (offer, request)):
            peer = Peer(
                other.card.period,
                other.card.public_key,
                other.card.claim_tag,
                other.card.signatures,
            )
            epoch = self.node.epoch
            live.match = Match(rendezvous, epoch, epoch, mode, 0, region, 1, 1, peer)
            live.partner, live.phase = other, HELD

    def pair_first(self, mode: int) -> Callable[[Matchmaker], None]:
        """Pair the first waiting request with the first waiting offer."""

        def pair(_: Matchmaker) -> None:
            waiting = [
                next(live for live in self.of(each) if live.phase == WAITING)
                for each in (CardClass.REQUEST, CardClass.OFFER)
            ]
            self.match(waiting[0], waiting[1], mode=mode)

        return pair

    def reopen(self, request: Live) -> None:
        """The donor was silent: the request waits again, the offer idles."""
        assert request.partner is not None
        request.partner.phase, request.phase = IDLE, WAITING
        request.partner.match = request.match = None

    def _hear(self, live: Live) -> None:
        record = self.node.read(ReadSecret(live.card.outbox_read))
        key, aad = outbox_key(live.card.notice_secret), bound("outbox", self.trial.circle.digest)
        try:
            outbox = open_record(Outbox, record, key=key, aad=aad)
        except CannotOpen:
            return
        if outbox.counter > live.counter:
            live.outbox, live.counter = outbox, outbox.counter
            if live.phase == IDLE:
                live.phase = WAITING

    def _move(self, live: Live) -> None:
        words, match = live.outbox, live.match
        if words is None:
            return
        is_offer = live.card.card_class == CardClass.OFFER
        if live.confirmed and is_offer:
            live.delivery = None if words.got else self._delivery(words)
        if words.withdrawn and live.phase != FINISHED:
            if live.partner is not None and live.partner.match is not None:
                self.reopen(live)
            live.phase = FINISHED
        if match is None or live.partner is None:
            return
        if live.phase == HELD and is_offer and words.accepted == match.matched:
            live.phase = live.partner.phase = AGREED
        if live.phase in (HELD, AGREED) and words.declined == match.matched:
            live.phase = live.partner.phase = WAITING
            live.match = live.partner.match = None
        if live.phase in (HELD, AGREED) and words.received == match.matched and words.receipt:
            live.phase = live.partner.phase = FINISHED
            live.confirmed = live.partner.confirmed = True

    def _delivery(self, words: Outbox) -> Delivery:
        wanted = words.next_slot
        assert wanted is not None
        keys = [
            self.trial.signing_key(wanted.period, use, number)
            for use, number in ((Use.OFFER, 0), (Use.OFFER, 1), (Use.STAMP, 0))
        ]
        values = (*wanted.blinded_roots, wanted.blinded_stamp)
        signatures = tuple(blind_sign(k, v) for k, v in zip(keys, values, strict=True))
        return Delivery(wanted.index, signatures)

    def _notice(self, live: Live) -> Notice:
        other = live if live.partner is None else live.partner
        return Notice(live.phase, live.counter, other.card.pages_read, live.match, live.delivery)


def _cut(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


def _rows(data: bytes) -> list[tuple[bytes, bytes]]:
    return [(row[:32], row[32:]) for row in _cut(data, 32 + RECORD_BYTES)]


def _retry_hash(retry: bytes, rows: list[tuple[bytes, bytes]]) -> bytes:
    return hashed("klunak retry", retry + b"".join(address for address, _ in rows))


def _octets(data: bytes) -> httpx.Response:
    return httpx.Response(200, content=data, headers={"content-type": OCTETS})


def _accepted() -> httpx.Response:
    return httpx.Response(201, json={"status": "accepted"})


def _refused(code: str, status: int = 409) -> httpx.Response:
    problem = {"type": "about:blank", "title": "no", "status": status, "code": code}
    headers = {"content-type": "application/problem+json"}
    return httpx.Response(status, content=json.dumps(problem), headers=headers)
