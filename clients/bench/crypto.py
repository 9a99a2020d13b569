"""How fast the cryptography is on this machine: `klunak bench crypto`.

    list_to_key    nine lines to a key, as a phone does once a sitting
    seal, open     one record to an X-Wing key, and back
    certify        one blind signature
    verify         one certificate: two signatures and its root
    card_check     what the node does for a card before it stores it: read and verify the stamp
    card_opening   what the matcher does for a card: open the seal and verify the certificate

Rates are per second on one core, the median of several short runs.
"""

from __future__ import annotations

import secrets
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

from clients.operators.keyring import CoordinatorKeyring
from clients.operators.operator import FrozenCard
from clients.operators.rounds.opening import Keys, open_cards
from clients.trial.circle import COORDINATORS, Trial
from crypto.blinding import BLINDING_BYTES, blind, blind_sign, unblind
from crypto.certificates import (
    CardClass,
    Stamp,
    certificate_message,
    root_of,
    stamp_message,
    stamp_nonce,
    stamped,
    verify_certificate,
    verify_stamp,
)
from crypto.certifying_keys import CertifyingKey, Use
from crypto.circle import Circle
from crypto.drops import DropAddress
from crypto.labels import bound, u32
from crypto.lists import draw_list, list_to_key
from crypto.messages.cards import Card
from crypto.sealing import SealingKey, open_sealed, seal
from crypto.signing_keys import SigningKey

RUNS = 5
RUN_SECONDS = 0.3
EPOCH = 1


def crypto_rates(told: Callable[[str], None] = lambda _name: None) -> dict[str, float]:
    """Operations per second, by name. *told* hears what is measured now."""
    with tempfile.TemporaryDirectory(prefix="bench-") as directory:
        bench = _Bench(Path(directory))
        rates: dict[str, float] = {}
        for name, act in bench.acts().items():
            told(name)
            rates[name] = _rate(act)
        return rates


class _Bench:
    """One person's certificate, stamp and card in a real circle."""

    def __init__(self, home: Path) -> None:
        trial = Trial(home / "trial")
        self.today = int(time.time()) // 86_400
        trial.found(today=self.today, address="http://127.0.0.1:1")
        self.circle: Circle = trial.circle()
        self._keyrings = [
            CoordinatorKeyring.open(trial.coordinator_keyring(number), trial.passphrase)
            for number in range(COORDINATORS)
        ]
        self.period = self.circle.period_on(self.today).number
        self.groceries = draw_list()
        self.pseudonym = SealingKey(secrets.token_bytes(32))
        self.epoch_seed = secrets.token_bytes(32)
        self.epoch_key = SealingKey(self.epoch_seed)
        self.tag = secrets.token_bytes(32)

    def acts(self) -> dict[str, Callable[[], object]]:
        circle, period, public_key = self.circle, self.period, self.pseudonym.public
        digest = circle.digest
        root = root_of(digest, CardClass.REQUEST, period, public_key, self.tag)
        message = certificate_message(digest, root)
        keys = circle.certificate_keys(period, CardClass.REQUEST)
        signatures = tuple(self._signed(key, message) for key in keys)
        nonce = stamp_nonce(root)
        stamp_signature = self._signed(
            circle.stamp_key(period), stamp_message(digest, period, nonce)
        )
        stamp = Stamp(period, nonce, stamp_signature).to_bytes()
        card = self._card(signatures)
        info = bound("card", digest, u32(EPOCH))
        record = seal(card, recipient=self.epoch_key.public, info=info)
        frozen = FrozenCard(DropAddress(bytes(32)), stamped(period, nonce), record)
        opener = Keys(circle, EPOCH, self.epoch_seed, None, self.today)
        signing_key = self._signing_key(keys[0])
        blinded = blind(keys[0], message, secrets.token_bytes(BLINDING_BYTES)).blinded
        return {
            "list_to_key": lambda: list_to_key(self.groceries),
            "seal": lambda: seal(card, recipient=self.epoch_key.public, info=info),
            "open": lambda: open_sealed(Card, record, key=self.epoch_key, info=info),
            "certify": lambda: blind_sign(signing_key, blinded),
            "verify": lambda: verify_certificate(
                circle, CardClass.REQUEST, period, public_key, self.tag, signatures
            ),
            "card_check": lambda: verify_stamp(circle, Stamp.from_bytes(stamp)),
            "card_opening": lambda: _counted(open_cards([frozen] * 50, opener)),
        }

    def _card(self, signatures: tuple[bytes, ...]) -> Card:
        return Card(
            card_class=CardClass.REQUEST,
            period=self.period,
            public_key=self.pseudonym.public,
            claim_tag=self.tag,
            signatures=signatures,
            regions=1,
            modes=1,
            preset=0,
            size=0,
            needs=1,
            urgency=0,
            agains=(),
            notice_secret=secrets.token_bytes(32),
            outbox_read=secrets.token_bytes(32),
            pages_read=tuple(secrets.token_bytes(32) for _ in range(4)),
        )

    def _signing_key(self, key: CertifyingKey) -> SigningKey:
        return self._keyrings[key.coordinator].secrets.signing_key(self.period, Use(key.use))

    def _signed(self, key: CertifyingKey, message: bytes) -> bytes:
        value = blind(key, message, secrets.token_bytes(BLINDING_BYTES))
        signed = blind_sign(self._signing_key(key), value.blinded)
        return unblind(key, message, signed, value.inverse)


def _counted(opened: Sequence[object]) -> int:
    """How many cards one call opened. A bench that opens nothing measures nothing."""
    if None in opened:
        raise AssertionError("the bench's own card does not count")
    return len(opened)


def _rate(act: Callable[[], object]) -> float:
    rates = []
    for _ in range(RUNS):
        done, began = 0, time.perf_counter()
        while (spent := time.perf_counter() - began) < RUN_SECONDS:
            made = act()
            done += made if type(made) is int else 1
        rates.append(done / spent)
    return round(median(rates), 1)
