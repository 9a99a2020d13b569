"""Operators and raw card owners for tests, around a real node.

The operators are the real ones with the trial circle's keys in sealed keyrings. The owners hold
pseudonyms and speak bytes: what a family's or a donor's client does with them is tested elsewhere.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx

from clients.coordinator import Coordinator
from clients.matcher import Matcher
from clients.node import NodeClient
from clients.operators.clerk import Clerk
from clients.operators.invites import kept_hash
from clients.operators.keyring import CoordinatorKeyring, HeldKey, MatcherKeyring
from clients.operators.operator import OperatorClient
from clients.operators.sealed_file import CHEAPEST
from clients.operators.signed_http import SignedHttp
from clients.people.outboxes import first_outbox
from crypto.blinding import blind, unblind
from crypto.certificates import (
    CardClass,
    Stamp,
    certificate_message,
    receipt_message,
    root_of,
    stamp_message,
    stamp_nonce,
)
from crypto.certifying_keys import CertifyingKey
from crypto.descriptors import read_epoch_descriptor
from crypto.drops import WriteSecret, address_of, reader_of, record_hash
from crypto.keys import Person, Pseudonym, notice_key, notice_write, outbox_key
from crypto.labels import bound, hashed, u8, u32
from crypto.messages.cards import Card
from crypto.messages.intake import FAMILY, In, Intake, Out
from crypto.messages.notices import Notice
from crypto.messages.tokens import NextSlot, SpentReceipt
from crypto.permits import permit_hash
from crypto.records import close_record, open_record, random_record
from crypto.sealing import seal
from matching.trial_catalogue import TRIAL_CATALOGUE
from tests.api.nodes import Clock
from tests.api.servers import served
from tests.circles import TODAY, TrialCircle, make_trial_circle
from tests.patience import PATIENCE_SECONDS

PASSPHRASE = "сем вёдраў бульбы"
DAY = TODAY + 10
NOW = DAY * 86_400 + 43_200.0
OCTETS = {"content-type": "application/octet-stream"}


def client_trial(**policy: int) -> TrialCircle:
    """A trial circle with a catalogue."""
    return make_trial_circle(catalogue=TRIAL_CATALOGUE, **policy)


@dataclass
class Desks:
    """Everybody who operates a circle, at one node."""

    trial: TrialCircle
    url: str
    directory: Path
    http: httpx.Client = field(
        default_factory=lambda: httpx.Client(trust_env=False, timeout=PATIENCE_SECONDS)
    )
    clock: Clock = field(default_factory=Clock)

    @property
    def matcher_path(self) -> Path:
        return self.directory / "matcher.keyring"

    def operator(self, seed: bytes) -> OperatorClient:
        return OperatorClient(SignedHttp(self.url, seed, self.trial.circle.digest, self.http))

    def coordinator(self, number: int) -> Coordinator:
        keyring = coordinator_keyring(self.trial, self.directory, number)
        operator = self.operator(keyring.secrets.signing_seed)
        return Coordinator(keyring, operator, NodeClient(self.url, self.http), self.trial.circle)

    def clerk(self, number: int, today: Callable[[], int] = lambda: DAY) -> Clerk:
        return Clerk(self.coordinator(number), today=today)

    def matcher(self, **options: object) -> Matcher:
        """A new process, which finds nothing but its keyring file."""
        keyring = matcher_keyring(self.trial, self.directory)
        operator = self.operator(keyring.secrets.signing_seed)
        return Matcher(keyring, operator, self.trial.circle, **options)  # type: ignore[arg-type]


@contextmanager
def desks_at(directory: Path, **policy: int) -> Iterator[Desks]:
    """Operators around a node of their own in *directory*, whose first epoch is open."""
    (directory / "node").mkdir()
    trial = client_trial(**policy)
    with served(directory / "node", trial) as url:
        desks = Desks(trial, url, directory)
        assert desks.matcher().open_first_epoch(NOW)
        yield desks
        desks.http.close()


def coordinator_keyring(trial: TrialCircle, directory: Path, number: int) -> CoordinatorKeyring:
    path = directory / f"coordinator-{number}.keyring"
    if path.exists():
        return CoordinatorKeyring.open(path, PASSPHRASE)
    keyring = CoordinatorKeyring.create(path, PASSPHRASE, cost=CHEAPEST)
    keys = tuple(
        HeldKey(period=period, use=str(use.value), primes=key.to_bytes())
        for (period, coordinator, use), key in trial.signing_keys.items()
        if coordinator == number
    )
    keyring.change(
        lambda kept: replace(
            kept,
            signing_seed=trial.coordinator_seeds[number],
            sealing_seed=trial.sealing_seeds[number],
            keys=keys,
        )
    )
    return keyring


def matcher_keyring(trial: TrialCircle, directory: Path) -> MatcherKeyring:
    path = directory / "matcher.keyring"
    if path.exists():
        return MatcherKeyring.open(path, PASSPHRASE)
    keyring = MatcherKeyring.create(path, PASSPHRASE, cost=CHEAPEST)
    keyring.change(lambda kept: replace(kept, signing_seed=trial.matcher_seed))
    return keyring


@dataclass
class Owner:
    """Whoever owns a card. Everybody's attributes fit everybody's unless a test says otherwise."""

    desks: Desks
    card_class: CardClass
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    changes: dict[str, object] = field(default_factory=dict)
    said: dict[str, object] = field(default_factory=dict)
    outbox_record: bytes = b""

    @property
    def pseudonym(self) -> Pseudonym:
        return Pseudonym(self.secret)

    @property
    def root(self) -> bytes:
        """The root of the card that is posted, whatever was changed of it."""
        card, circle = self.card(), self.desks.trial.circle.digest
        card_class = CardClass(card.card_class)
        return root_of(circle, card_class, card.period, card.public_key, card.claim_tag)

    def card(self) -> Card:
        own, trial = self.pseudonym, self.desks.trial
        public_key = bytes(own.sealing_key.public)
        card = Card(
            card_class=int(self.card_class),
            period=trial.period,
            public_key=public_key,
            claim_tag=own.claim_tag,
            signatures=trial.certificate(self.card_class, public_key, own.claim_tag),
            regions=0b1,
            modes=0b111,
            preset=0,
            size=0,
            needs=0b1,
            urgency=0,
            agains=(),
            notice_secret=own.notice_secret,
            outbox_read=reader_of(own.outbox_write),
            pages_read=tuple(reader_of(w) for w in own.pages_write),
        )
        return replace(card, **self.changes)

    def post(
        self,
        record: bytes | None = None,
        *,
        reserved: Sequence[WriteSecret] = (),
        stamp: Stamp | None = None,
    ) -> Owner:
        """Post the card, or another *record* in its place, into the open epoch; *reserved* takes
        the place of as many of its last pages, another *stamp* that of the root's own."""
        desks, own = self.desks, self.pseudonym
        descriptor, _ = desks.operator(desks.trial.matcher_seed).current_epoch()
        epoch = read_epoch_descriptor(descriptor, desks.trial.circle)
        if stamp is None:
            stamp = desks.trial.stamp(stamp_nonce(self.root))
        if record is None:
            info = bound("card", desks.trial.circle.digest, u32(epoch.epoch))
            record = seal(self.card(), recipient=epoch.key, info=info)
        self.outbox_record = self._outbox()
        drops = [address_of(own.outbox_write) + self.outbox_record]
        pages = (*own.pages_write[: len(own.pages_write) - len(reserved)], *reserved)
        drops += [address_of(w) + random_record() for w in pages]
        head = u32(epoch.epoch) + stamp.to_bytes() + own.card_retry
        body = head + permit_hash(own.claim_permit) + record + b"".join(drops)
        answer = desks.http.post(desks.url + "/cards", content=body, headers=OCTETS)
        assert answer.status_code == 201, answer.text
        return self

    def say(self, **words: object) -> Owner:
        """Rewrite the outbox: everything said so far, *words*, and a higher counter."""
        self.said |= words
        self.said["counter"] = int(str(self.said.get("counter", 0))) + 1
        record = self._outbox()
        self.write_outbox(record)
        return self

    def write_outbox(self, record: bytes) -> None:
        w = self.pseudonym.outbox_write
        rows = [w + record_hash(self.outbox_record) + record]
        rows += [secrets.token_bytes(64) + random_record() for _ in range(7)]
        answer = self.desks.http.post(
            self.desks.url + "/visit/leave", content=b"".join(rows), headers=OCTETS
        )
        assert answer.content[0] == 0
        self.outbox_record = record

    def _outbox(self) -> bytes:
        quiet = replace(first_outbox(None), counter=0)
        return close_record(
            replace(quiet, **self.said),
            key=outbox_key(self.pseudonym.notice_secret),
            aad=bound("outbox", self.desks.trial.circle.digest),
        )

    def notice(self, epoch: int) -> Notice:
        """The notice of the round of *epoch*. Raises CannotOpen if there is none."""
        secret = self.pseudonym.notice_secret
        record = read(self.desks, reader_of(notice_write(secret, epoch)))
        aad = bound("notice", self.desks.trial.circle.digest, u32(epoch))
        return open_record(Notice, record, key=notice_key(secret, epoch), aad=aad)

    def receipt(self) -> SpentReceipt:
        nonce = self.pseudonym.receipt_nonce
        signed = self.desks.trial.receipt(nonce)
        return SpentReceipt(period=signed.period, nonce=nonce, signature=signed.signature)


def family(desks: Desks, **changes: object) -> Owner:
    return Owner(desks, CardClass.REQUEST, changes=changes)


def donor(desks: Desks, **changes: object) -> Owner:
    return Owner(desks, CardClass.OFFER, changes=changes)


def read(desks: Desks, reader: bytes) -> bytes:
    body = reader + secrets.token_bytes(11 * 32)
    answer = desks.http.post(desks.url + "/visit/look", content=body, headers=OCTETS)
    return answer.content[:4_096]


@dataclass
class Asking:
    """Somebody who asks to be certified, with everything blinded as a client would."""

    desks: Desks
    role: int = FAMILY
    words: str = "Прывітанне"
    codes: tuple[bytes, bytes] = (b"", b"")
    list_key: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    changes: dict[str, object] = field(default_factory=dict)

    @property
    def person(self) -> Person:
        trial = self.desks.trial
        return Person.from_list_key(self.list_key, circle=trial.circle.digest, period=trial.period)

    @property
    def card_class(self) -> CardClass:
        return CardClass.REQUEST if self.role == FAMILY else CardClass.OFFER

    def wants(self, position: int) -> tuple[list[tuple[CertifyingKey, bytes, bytes]], ...]:
        """(key, message, blinding) of the three roots, and of the extras."""
        trial, circle, period = self.desks.trial, self.desks.trial.circle, self.desks.trial.period
        key = circle.certificate_keys(period, self.card_class)[position]
        roots, extras = [], []
        for index in range(3):
            own = self.person.pseudonym(index)
            root = root_of(
                circle.digest,
                self.card_class,
                trial.period,
                bytes(own.sealing_key.public),
                own.claim_tag,
            )
            message = certificate_message(circle.digest, root)
            roots.append((key, message, own.blinding(self.card_class.use, key.key_id)))
            if position == 0:
                stamp_key = circle.stamp_key(period)
                message = stamp_message(circle.digest, period, stamp_nonce(root))
                extras.append((stamp_key, message, own.blinding("stamp", stamp_key.key_id)))
            elif self.role == FAMILY:
                receipt_key = circle.receipt_key(period)
                message = receipt_message(circle.digest, period, own.receipt_nonce)
                extras.append((receipt_key, message, own.blinding("receipt", receipt_key.key_id)))
        return roots, extras

    def record(self, position: int) -> bytes:
        """The intake record for duty coordinator *position*."""
        thread = self.person.thread(position)
        roots, extras = self.wants(position)
        circle, period = self.desks.trial.circle, self.desks.trial.period
        intake = Intake(
            role=self.role,
            language="be",
            words=self.words,
            thread_key=thread.key,
            out_read=reader_of(thread.out_write),
            in_write=thread.in_write,
            blinded_roots=tuple(blind(*one).blinded for one in roots),
            blinded_extras=tuple(blind(*one).blinded for one in extras),
            invite_code=self.codes[position],
            opening=None,
        )
        duty = circle.duty(period, self.card_class)[position]
        return seal(
            replace(intake, **self.changes),
            recipient=circle.sealing_keys[duty],
            info=bound("intake", circle.digest, u32(period), u8(position)),
        )

    def body(self) -> bytes:
        """Everything after kind and admission."""
        person, circle = self.person, self.desks.trial.circle
        quiet_in = In(kind=0, turn=0, words="", signed_roots=(), signed_extras=())
        drops = [address_of(person.shelf_write) + random_record()]
        for position in (0, 1):
            thread = person.thread(position)
            drops.append(address_of(thread.in_write) + self.close(quiet_in, position, "in"))
            out = Out(turn=0, words="")
            drops.append(address_of(thread.out_write) + self.close(out, position, "out"))
        duty = circle.duty(person.period, self.card_class)
        records = b"".join(u8(duty[place]) + self.record(place) for place in (0, 1))
        return person.intake_retry + u32(person.period) + records + b"".join(drops)

    def close(self, message: In | Out, position: int, way: str) -> bytes:
        aad = bound(f"thread {way}", self.person.circle, u32(self.person.period), u8(position))
        return close_record(message, key=self.person.thread(position).key, aad=aad)

    def told(self, position: int) -> In:
        """What *in* says now. Raises CannotOpen."""
        thread = self.person.thread(position)
        record = read(self.desks, reader_of(thread.in_write))
        aad = bound("thread in", self.person.circle, u32(self.person.period), u8(position))
        return open_record(In, record, key=thread.key, aad=aad)

    def answer(self, position: int, turn: int, words: str) -> None:
        """Write *out*."""
        w = self.person.thread(position).out_write
        before = read(self.desks, reader_of(w))
        record = self.close(Out(turn=turn, words=words), position, "out")
        rows = [w + record_hash(before) + record]
        rows += [secrets.token_bytes(64) + random_record() for _ in range(7)]
        self.desks.http.post(
            self.desks.url + "/visit/leave", content=b"".join(rows), headers=OCTETS
        )

    def unblinded(self, position: int) -> None:
        """Unblind and verify all that *in* holds. Raises InvalidCertificate."""
        told = self.told(position)
        for wanted, signed in zip(
            self.wants(position), (told.signed_roots, told.signed_extras), strict=True
        ):
            assert len(signed) == len(wanted)
            for (key, message, blinding), signature in zip(wanted, signed, strict=True):
                unblind(key, message, signature, blind(key, message, blinding).inverse)


@dataclass
class NextSlotWanted:
    """What a donor wants signed for its next slot, and how to take it out of the blinding."""

    desks: Desks
    index: int = 7
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(32))

    def _wants(self) -> list[tuple[CertifyingKey, bytes, bytes]]:
        trial, own = self.desks.trial, Pseudonym(self.secret)
        circle, period = trial.circle, trial.period
        root = root_of(
            circle.digest,
            CardClass.OFFER,
            period,
            bytes(own.sealing_key.public),
            own.claim_tag,
        )
        message = certificate_message(circle.digest, root)
        stamp_key = circle.stamp_key(period)
        return [
            *(
                (key, message, own.blinding("offer", key.key_id))
                for key in circle.certificate_keys(period, CardClass.OFFER)
            ),
            (
                stamp_key,
                stamp_message(circle.digest, period, stamp_nonce(root)),
                own.blinding("stamp", stamp_key.key_id),
            ),
        ]

    def message(self) -> NextSlot:
        first, second, stamp = (blind(*one).blinded for one in self._wants())
        return NextSlot(
            index=self.index,
            period=self.desks.trial.period,
            blinded_roots=(first, second),
            blinded_stamp=stamp,
        )

    def unblinded(self, signatures: tuple[bytes, ...]) -> None:
        """Raises InvalidCertificate unless all three are good."""
        for (key, message, blinding), signature in zip(self._wants(), signatures, strict=True):
            unblind(key, message, signature, blind(key, message, blinding).inverse)


UNKNOWN = (b"", b"")
"""Half-codes that `admit` draws: registered at the node, made by no coordinator."""


def admit(person: Asking, shown: tuple[bytes, bytes] | None = None) -> Asking:
    """Bring *person* past the node with the half-codes *shown*, or those inside its seals."""
    desks, codes = person.desks, person.codes if shown is None else shown
    if not all(codes):
        codes = secrets.token_bytes(8), secrets.token_bytes(8)
        for number, code in enumerate(codes):
            operator = desks.operator(desks.trial.coordinator_seeds[number])
            operator.register_invites(desks.trial.period, [kept_hash(code)])
    tokens = b"".join(hashed("klunak invite", code) for code in codes)
    body = u8(1) + tokens.ljust(292, b"\0") + person.body()
    answer = desks.http.post(desks.url + "/intake", content=body, headers=OCTETS)
    assert answer.status_code == 201, answer.text
    return person
