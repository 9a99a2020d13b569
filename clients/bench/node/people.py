"""People for a bench: drops that exist, and the bodies they send, in files that wrk reads.

A visitor writes eight drops of its own again and again, each time naming what stands there: once
round with one record, once round with the other. Cards and intakes are spent, so there is a body
for each.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from clients.bench.stamps import stamper
from clients.people.vetting import ADMISSION_BYTES
from clients.trial.circle import Trial
from crypto.drops import WriteSecret, address_of, reader_of, record_hash
from crypto.labels import RECORD_BYTES, hashed, u8, u32
from crypto.permits import Permit, PermitHash, permit_hash

VISITORS = 400
OWN_DROPS = 8
LOOKED_AT = 12
EPOCH = 1


@dataclass(frozen=True)
class Prepared:
    """What stands in both databases before the first request, and where the bodies are."""

    trial: Trial
    today: int
    drops: list[WriteSecret]
    """Every drop there is; the visitors' own, which they write, come first."""
    standing: bytes
    """The record that stands in each."""
    period: int
    invites: list[tuple[int, bytes]]
    """Coordinator's number and what a node keeps of a token."""
    permits: list[PermitHash]
    """What a node keeps of the permits that visitors show."""
    bodies: Path
    cards: int
    intakes: int

    @property
    def rows(self) -> int:
        """How many drops there are."""
        return len(self.drops)

    @property
    def written(self) -> list[WriteSecret]:
        """The drops that visitors write."""
        return self.drops[: VISITORS * OWN_DROPS]


def prepare(home: Path, *, rows: int, cards: int, told: Callable[[str], None]) -> Prepared:
    """A circle, at least *rows* drops and bodies for *cards* cards and as many intakes."""
    trial = Trial(home / "trial")
    today = int(time.time()) // 86_400
    trial.found(today=today, address="http://127.0.0.1:1")
    bodies = home / "bodies"
    bodies.mkdir()
    period = trial.circle().period_on(today).number
    standing = secrets.token_bytes(RECORD_BYTES)
    drops, permits = _write_visits(bodies, rows, standing)
    told("signing stamps")
    _write_cards(bodies, trial, period, cards)
    invites = _write_intakes(bodies, period, cards)
    return Prepared(trial, today, drops, standing, period, invites, permits, bodies, cards, cards)


def _write_visits(
    bodies: Path, rows: int, first: bytes
) -> tuple[list[WriteSecret], list[PermitHash]]:
    second = secrets.token_bytes(RECORD_BYTES)
    count = max(rows, VISITORS * OWN_DROPS)
    secrets_of = [WriteSecret(secrets.token_bytes(32)) for _ in range(count)]
    own = [secrets_of[i * OWN_DROPS : (i + 1) * OWN_DROPS] for i in range(VISITORS)]
    permits = [Permit(secrets.token_bytes(32)) for _ in range(VISITORS)]
    some = secrets.SystemRandom()
    with (bodies / "look").open("wb") as look, (bodies / "meet").open("wb") as meet:
        # Enough of them to reach every drop about once: a few would read from a warm cache.
        for number in range(max(VISITORS, count // LOOKED_AT)):
            look.write(b"".join(reader_of(w) for w in some.sample(secrets_of, LOOKED_AT)))
            permit = permits[number % VISITORS]
            meet.write(b"".join(reader_of(w) for w in some.sample(secrets_of, 4)) + permit)
    with (bodies / "leave").open("wb") as leave:
        for before, after in ((first, second), (second, first)):
            for drops in own:
                leave.write(b"".join(w + record_hash(before) + after for w in drops))
    return secrets_of, [permit_hash(permit) for permit in permits]


def _write_cards(bodies: Path, trial: Trial, period: int, count: int) -> None:
    stamp = stamper(trial, period)
    record = secrets.token_bytes(RECORD_BYTES)
    with (bodies / "cards").open("wb") as file:
        for _ in range(count):
            head = u32(EPOCH) + stamp().to_bytes() + secrets.token_bytes(64)
            file.write(head + record + _five(record))


def _write_intakes(bodies: Path, period: int, count: int) -> list[tuple[int, bytes]]:
    record = secrets.token_bytes(RECORD_BYTES)
    kept = []
    with (bodies / "intake").open("wb") as file:
        for _ in range(count):
            tokens = [secrets.token_bytes(32) for _ in range(2)]
            kept += [(number, hashed("klunak kept", token)) for number, token in enumerate(tokens)]
            records = b"".join(u8(number) + record for number in range(2))
            head = u8(1) + b"".join(tokens).ljust(ADMISSION_BYTES, b"\0")
            head += secrets.token_bytes(32) + u32(period)
            file.write(head + records + _five(record))
    return kept


def _five(record: bytes) -> bytes:
    return b"".join(address_of(WriteSecret(secrets.token_bytes(32))) + record for _ in range(5))
