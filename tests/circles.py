"""A small real circle for tests: real keys, real signatures, every secret at hand.

    trial = make_trial_circle()
    trial.circle                                the verified Circle
    trial.document                              the circle document, as a node serves it
    trial.signing_key(period, Use.STAMP)        whoever has that duty
    trial.certificate(CardClass.REQUEST, public_key, claim_tag)
    trial.stamp(nonce)                          a Stamp, signed for the current period

Two coordinators (0 first on duty, 1 second), one matcher, one signer with threshold 1, one node,
two periods (current and previous). Generating twelve RSA keys takes a second or two, so keys are
made once per test session, and a circle once per set of arguments.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from hashlib import shake_256
from typing import Any

from crypto.almanac import (
    DEFAULT_POLICY,
    Almanac,
    Charter,
    CoordinatorEntry,
    KeyEntry,
    NodeEntry,
    PeriodEntry,
    Policy,
    circle_digest,
)
from crypto.blinding import BLINDING_BYTES, blind, blind_sign, unblind
from crypto.certificates import (
    CardClass,
    Receipt,
    Stamp,
    certificate_message,
    receipt_message,
    root_of,
    stamp_message,
)
from crypto.certifying_keys import Use
from crypto.circle import Circle, read_circle, write_circle
from crypto.documents import public_key_of, sign
from crypto.labels import bound
from crypto.periods import days_of, period_of
from crypto.sealing import SealingKey
from crypto.signing_keys import SigningKey, challenges

Change = Callable[[dict[str, Any]], None]
"""Changes a parsed charter or almanac in place."""

TODAY = 20_454
"""2026-01-01, the first day of the current period of a trial circle unless told otherwise."""

DUTIES = (
    (0, Use.REQUEST),
    (1, Use.REQUEST),
    (0, Use.OFFER),
    (1, Use.OFFER),
    (0, Use.STAMP),
    (1, Use.RECEIPT),
)


@dataclass(frozen=True)
class TrialCircle:
    """A circle and everything its people keep secret. Never use outside tests."""

    circle: Circle
    document: dict[str, Any]
    charter: Charter
    almanac: Almanac
    signer_seeds: tuple[bytes, ...]
    coordinator_seeds: tuple[bytes, ...]
    sealing_seeds: tuple[bytes, ...]
    matcher_seed: bytes
    node_seed: bytes
    signing_keys: dict[tuple[int, int, Use], SigningKey]

    @property
    def period(self) -> int:
        """The current period; ``period - 1`` is there too."""
        return self.circle.periods[-1].number

    def signing_key(self, period: int, use: Use, coordinator: int | None = None) -> SigningKey:
        """The private key of *coordinator* for *use*; the only one for stamps and receipts."""
        if coordinator is None:
            coordinator = {Use.STAMP: 0, Use.RECEIPT: 1}[use]
        return self.signing_keys[period, coordinator, use]

    def sign(self, period: int, use: Use, coordinator: int, message: bytes) -> bytes:
        """An unblinded signature on any *message*, by way of blinding."""
        key = self.circle.certifying_key(period, use, coordinator)
        value = blind(key, message, b"\x07" * BLINDING_BYTES)
        answer = blind_sign(self.signing_key(period, use, coordinator), value.blinded)
        return unblind(key, message, answer, value.inverse)

    def certificate(
        self,
        card_class: CardClass,
        public_key: bytes,
        claim_tag: bytes,
        period: int | None = None,
    ) -> tuple[bytes, bytes]:
        """Both signatures of the root that commits to *public_key* and *claim_tag*."""
        period = self.period if period is None else period
        root = root_of(self.circle.digest, card_class, period, public_key, claim_tag)
        message = certificate_message(self.circle.digest, root)
        first, second = self.circle.duty(period, card_class)
        return (
            self.sign(period, card_class.use, first, message),
            self.sign(period, card_class.use, second, message),
        )

    def stamp(self, nonce: bytes, period: int | None = None) -> Stamp:
        """A signed stamp with *nonce*, 32 bytes."""
        period = self.period if period is None else period
        message = stamp_message(self.circle.digest, period, nonce)
        return Stamp(period, nonce, self.sign(period, Use.STAMP, 0, message))

    def receipt(self, nonce: bytes, period: int | None = None) -> Receipt:
        """A signed receipt with *nonce*, 32 bytes."""
        period = self.period if period is None else period
        message = receipt_message(self.circle.digest, period, nonce)
        return Receipt(period, nonce, self.sign(period, Use.RECEIPT, 1, message))

    def rewritten(self, **almanac_changes: Any) -> dict[str, Any]:
        """A circle document with a changed almanac, signed again; not necessarily a valid one."""
        almanac = self.almanac.model_copy(update=almanac_changes)
        return write_circle(self.charter, almanac, self.signer_seeds)


def make_trial_circle(
    *,
    today: int = TODAY,
    name: str = "trial",
    address: str = "http://127.0.0.1:8000",
    catalogue: dict[str, Any] | None = None,
    **policy_overrides: int,
) -> TrialCircle:
    """The trial circle whose current period holds *today* (a day).

    Any policy value can be given by its name: ``make_trial_circle(epoch_seconds=1)``. The same
    arguments give the same circle within a test session.
    """
    frozen_catalogue = None if catalogue is None else _Frozen(catalogue)
    return _made(today, name, address, frozen_catalogue, tuple(sorted(policy_overrides.items())))


def seed_of(role: str) -> bytes:
    """A fixed 32-byte seed for *role*: readable in a debugger, and the same in every run."""
    return shake_256(f"trial {role}".encode()).digest(32)


@lru_cache(maxsize=64)
def trial_signing_key(number: int) -> SigningKey:
    """The *number*th RSA key of this test session."""
    del number  # only tells one key from another
    return SigningKey.generate()


def changed_almanac(trial: TrialCircle, change: Change) -> dict[str, Any]:
    """The document with *change* made to the almanac's JSON, properly signed again."""
    almanac = json.loads(trial.document["almanac"])
    change(almanac)
    return signed_texts(trial.document["charter"], json.dumps(almanac), trial.signer_seeds)


def changed_charter(trial: TrialCircle, change: Change) -> dict[str, Any]:
    """A circle whose charter and the almanac's digest of it are changed, properly signed."""
    charter = json.loads(trial.document["charter"])
    change(charter)
    text = json.dumps(charter)
    almanac = json.loads(trial.document["almanac"])
    almanac["circle"] = circle_digest(text).hex()
    return signed_texts(text, json.dumps(almanac), trial.signer_seeds)


def signed_texts(charter: str, almanac: str, seeds: tuple[bytes, ...]) -> dict[str, Any]:
    message = bound("almanac", circle_digest(charter)) + almanac.encode()
    signatures = {public_key_of(seed).hex(): sign(seed, message).hex() for seed in seeds}
    return {"charter": charter, "almanac": almanac, "signatures": signatures}


def at(*path: Any) -> Callable[[Any], Change]:
    """``at("nodes", 0, "key")(value)`` is the change that puts *value* there."""

    def change_to(value: Any) -> Change:
        def change(almanac: dict[str, Any]) -> None:
            place: Any = almanac
            for step in path[:-1]:
                place = place[step]
            if value is ...:
                del place[path[-1]]
            else:
                place[path[-1]] = value

        return change

    return change_to


class _Frozen:
    """A catalogue that can stand in a cache's key: equal catalogues give the same circle."""

    def __init__(self, value: dict[str, Any]) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Frozen) and repr(self.value) == repr(other.value)

    def __hash__(self) -> int:
        return hash(repr(self.value))


@lru_cache(maxsize=16)
def _made(
    today: int,
    name: str,
    address: str,
    catalogue: _Frozen | None,
    policy_overrides: tuple[tuple[str, int], ...],
) -> TrialCircle:
    signer_seed, matcher_seed, node_seed = seed_of("signer"), seed_of("matcher"), seed_of("node")
    coordinator_seeds = (seed_of("coordinator 0"), seed_of("coordinator 1"))
    sealing_seeds = (seed_of("sealing 0"), seed_of("sealing 1"))
    charter = Charter(
        name=name,
        signers=(public_key_of(signer_seed),),
        threshold=1,
        coordinators=tuple(public_key_of(seed) for seed in coordinator_seeds),
        matchers=(public_key_of(matcher_seed),),
    )
    digest = circle_digest(charter)
    current = period_of(today)
    signing_keys = {
        (period, coordinator, use): trial_signing_key(place * len(DUTIES) + number)
        for place, period in enumerate((current - 1, current))
        for number, (coordinator, use) in enumerate(DUTIES)
    }
    almanac = Almanac(
        circle=digest,
        serial=1,
        trial=True,
        nodes=(NodeEntry(key=public_key_of(node_seed), address=address),),
        policy=Policy(**{**DEFAULT_POLICY.model_dump(), **dict(policy_overrides)}),
        catalogue={} if catalogue is None else catalogue.value,
        coordinators=tuple(
            CoordinatorEntry(sealing=SealingKey(seed).public) for seed in sealing_seeds
        ),
        periods=tuple(
            _period_entry(digest, period, signing_keys) for period in (current - 1, current)
        ),
    )
    document = write_circle(charter, almanac, (signer_seed,))
    return TrialCircle(
        circle=read_circle(document),
        document=document,
        charter=charter,
        almanac=almanac,
        signer_seeds=(signer_seed,),
        coordinator_seeds=coordinator_seeds,
        sealing_seeds=sealing_seeds,
        matcher_seed=matcher_seed,
        node_seed=node_seed,
        signing_keys=signing_keys,
    )


def _period_entry(
    digest: bytes, period: int, signing_keys: dict[tuple[int, int, Use], SigningKey]
) -> PeriodEntry:
    first, last = days_of(period)
    keys = tuple(
        KeyEntry(
            coordinator=coordinator,
            use=use.value,
            modulus=signing_keys[period, coordinator, use].modulus,
            challenges=b"".join(
                challenges(signing_keys[period, coordinator, use], digest, period, use)
            ),
        )
        for coordinator, use in DUTIES
    )
    return PeriodEntry(
        period=period, from_day=first, to_day=last, request=(0, 1), offer=(0, 1), keys=keys
    )
