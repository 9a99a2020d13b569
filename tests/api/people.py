"""People who use a node in tests: the bytes they send, without anything sealed inside."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from api.claims import keep_permits
from api.statements import run
from api.store import open_store
from api.work import work_digest
from crypto.certificates import Stamp
from crypto.commit_headers import Part, PartKind, part_digest, write_commit_header
from crypto.descriptors import write_epoch_descriptor
from crypto.drops import BlankSecret, WriteSecret, address_of, blank_secret, reader_of, record_hash
from crypto.labels import RECORD_BYTES, hashed, u8, u32
from crypto.permits import Permit, permit_hash
from crypto.strict_json import write_text
from tests import backends
from tests.api.nodes import Spoken, TrialNode

JSON = "application/json"
ADMISSION_BYTES = 292

FAR_AWAY = 40_000
"""A day after any that a node of a test may have, by its own clock or by this machine's."""


def a_record() -> bytes:
    return secrets.token_bytes(RECORD_BYTES)


@dataclass
class Drop:
    """A drop and the record its owner last wrote."""

    w: WriteSecret = field(default_factory=lambda: WriteSecret(secrets.token_bytes(32)))
    record: bytes = field(default_factory=a_record)

    @property
    def b(self) -> BlankSecret:
        return blank_secret(self.w)

    @property
    def r(self) -> bytes:
        return reader_of(self.w)

    @property
    def row(self) -> bytes:
        return address_of(self.w) + self.record

    def write(self, new: bytes) -> bytes:
        """The bytes of a write that replaces what stands."""
        return self.w + record_hash(self.record) + new


@dataclass
class Card:
    """A card as its owner holds it."""

    stamp: Stamp
    drops: list[Drop] = field(default_factory=lambda: [Drop() for _ in range(5)])
    retry: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    permit: Permit = field(default_factory=lambda: Permit(secrets.token_bytes(32)))
    record: bytes = field(default_factory=a_record)

    def body(self, epoch: int) -> bytes:
        rows = b"".join(drop.row for drop in self.drops)
        head = u32(epoch) + self.stamp.to_bytes() + self.retry
        return head + permit_hash(self.permit) + self.record + rows


@dataclass
class Intake:
    """An intake as its sender holds it."""

    period: int
    coordinators: tuple[int, int] = (0, 1)
    retry: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    records: tuple[bytes, bytes] = field(default_factory=lambda: (a_record(), a_record()))
    drops: list[Drop] = field(default_factory=lambda: [Drop() for _ in range(5)])

    @property
    def rest(self) -> bytes:
        """The body from retry on: what the work is done for."""
        records = b"".join(
            u8(number) + record
            for number, record in zip(self.coordinators, self.records, strict=True)
        )
        return self.retry + u32(self.period) + records + b"".join(drop.row for drop in self.drops)

    def invited(self, *tokens: bytes) -> bytes:
        return u8(1) + b"".join(tokens).ljust(ADMISSION_BYTES, b"\0") + self.rest

    def exchanging(self, stamp: Stamp) -> bytes:
        return u8(2) + stamp.to_bytes() + self.rest

    def worked(self, challenge: bytes, bits: int) -> bytes:
        request = hashed("klunak work", self.rest)
        # From a random start, as clients do: two that ask at once must not spend the same nonce.
        start = secrets.randbelow(1 << 63)
        for number in range(start, start + (1 << 20)):
            nonce = number.to_bytes(8, "big")
            digest = work_digest(challenge, nonce, request)
            if int.from_bytes(digest, "big") >> (256 - bits) == 0:
                return u8(0) + (challenge + nonce).ljust(ADMISSION_BYTES, b"\0") + self.rest
        raise AssertionError("no work found")


def new_card(node: TrialNode, period: int | None = None) -> Card:
    return Card(node.trial.stamp(secrets.token_bytes(32), period))


def post(node: TrialNode, card: Card, epoch: int) -> httpx.Response:
    return node.post("/cards", card.body(epoch))


def epoch_descriptor(node: TrialNode, epoch: int, key: bytes = bytes(1_216)) -> bytes:
    signed = write_epoch_descriptor(
        node.trial.circle,
        epoch=epoch,
        key=key,
        opens=29_000_000,
        closes=29_001_440,
        signing_seed=node.trial.matcher_seed,
    )
    return write_text(signed).encode()


def begin_epoch(node: TrialNode, epoch: int) -> httpx.Response:
    return as_matcher(node, "POST", "/operator/epochs", epoch_descriptor(node, epoch), JSON)


def as_matcher(
    node: TrialNode, method: str, path: str, body: bytes = b"", content_type: str | None = None
) -> httpx.Response:
    kwargs = {} if content_type is None else {"content_type": content_type}
    return node.operator(node.trial.matcher_seed, method, path, body, **kwargs)


def as_coordinator(
    node: TrialNode,
    number: int,
    method: str,
    path: str,
    body: bytes = b"",
    content_type: str | None = None,
) -> httpx.Response:
    kwargs = {} if content_type is None else {"content_type": content_type}
    return node.operator(node.trial.coordinator_seeds[number], method, path, body, **kwargs)


def frozen_cards(node: TrialNode, epoch: int) -> list[tuple[bytes, bytes, bytes]]:
    """(address, stamped, record) of the frozen cards, collected page by page."""
    found: list[tuple[bytes, bytes, bytes]] = []
    while True:
        after = found[-1][0].hex() if found else ""
        answer = as_matcher(node, "GET", f"/operator/cards?epoch={epoch}&after={after}")
        assert answer.status_code == 200
        page = answer.content
        if not page:
            return found
        rows = (page[i : i + 4_160] for i in range(0, len(page), 4_160))
        found += [(row[:32], row[32:64], row[64:]) for row in rows]


def frozen_rows(node: TrialNode, epoch: int) -> list[tuple[bytes, bytes]]:
    """Addresses and records of the frozen cards."""
    return [(address, record) for address, _, record in frozen_cards(node, epoch)]


@dataclass
class RoundWork:
    """A round as a matcher would commit it, easy to spoil."""

    epoch: int
    cards: list[tuple[bytes, bytes]]
    notices: list[tuple[bytes, bytes]]
    batches: list[tuple[int, bytes]]
    part_rows: int = 256

    @property
    def parts(self) -> list[bytes]:
        keyed = (
            (PartKind.CARDS, self.cards),
            (PartKind.NOTICES, self.notices),
            (PartKind.BATCHES, [(u8(number), record) for number, record in self.batches]),
        )
        return [
            u8(kind) + b"".join(key + record for key, record in rows[i : i + self.part_rows])
            for kind, rows in keyed
            for i in range(0, len(rows), self.part_rows)
        ]

    def header(self, node: TrialNode, round_key: bytes = bytes(RECORD_BYTES)) -> bytes:
        signed = write_commit_header(
            node.trial.circle,
            epoch=self.epoch,
            round_key=round_key,
            parts=tuple(_part(body) for body in self.parts),
            signing_seed=node.trial.matcher_seed,
        )
        return write_text(signed).encode()

    def upload(self, node: TrialNode) -> None:
        for number, body in enumerate(self.parts):
            path = f"/operator/rounds/{self.epoch}/parts/{number}"
            assert as_matcher(node, "PUT", path, body).status_code == 204

    def commit(self, node: TrialNode, header: bytes | None = None) -> httpx.Response:
        path = f"/operator/rounds/{self.epoch}"
        return as_matcher(node, "POST", path, header or self.header(node), JSON)


def round_work(node: TrialNode, epoch: int) -> RoundWork:
    """A valid round for the closed *epoch*: fresh records, notices at random addresses."""
    cards = [(address, a_record()) for address, _ in frozen_rows(node, epoch)]
    notices = sorted((secrets.token_bytes(32), a_record()) for _ in cards)
    batches = [(number, a_record()) for number in (0, 0, 1, 1)]
    return RoundWork(epoch, cards, notices, batches)


def whole_round(node: TrialNode, epoch: int) -> RoundWork:
    """Close *epoch* and commit its round."""
    assert begin_epoch(node, epoch + 1).status_code == 201
    work = round_work(node, epoch)
    work.upload(node)
    assert work.commit(node).status_code == 200
    return work


def look(node: TrialNode, secrets_: list[bytes]) -> list[bytes]:
    """Twelve reads."""
    padded = secrets_ + [secrets.token_bytes(32) for _ in range(12 - len(secrets_))]
    answer = node.post("/visit/look", b"".join(padded))
    assert answer.status_code == 200
    assert len(answer.content) == 49_152
    return [answer.content[i : i + 4_096] for i in range(0, 49_152, 4_096)]


def no_pages() -> list[bytes]:
    """Four secrets of nothing."""
    return [secrets.token_bytes(32) for _ in range(4)]


@dataclass
class Claim:
    """What a visit shows besides its reads; by default a decoy, from somebody without a card."""

    permit: Permit = field(default_factory=lambda: Permit(secrets.token_bytes(32)))
    tag: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    token: bytes = field(default_factory=lambda: secrets.token_bytes(32))

    @property
    def body(self) -> bytes:
        return self.permit + self.tag + self.token


def meet(
    node: Spoken, claim: Claim | None = None, four: list[bytes] | None = None
) -> tuple[list[bytes], int]:
    """Four records and the verdict."""
    body = b"".join(four or no_pages()) + (claim or Claim()).body
    answer = node.post("/visit/meet", body)
    assert answer.status_code == 200
    assert len(answer.content) == 16_400
    assert answer.content[16_385:] == bytes(15)
    return [answer.content[i : i + 4_096] for i in range(0, 16_384, 4_096)], answer.content[16_384]


def permit_in_database(directory: Path) -> Permit:
    """A permit that the node in *directory* knows, of a card that was posted earlier."""
    permit = Permit(secrets.token_bytes(32))
    store = open_store(backends.current.url(directory))
    row = {"permit": permit_hash(permit), "expires": FAR_AWAY}
    store.write(lambda connection: run(connection, keep_permits([row])))
    store.close()
    return permit


def _part(body: bytes) -> Part:
    size = 4_097 if body[0] == PartKind.BATCHES else 4_128
    return Part(kind=body[0], rows=(len(body) - 1) // size, digest=part_digest(body))
