"""The circle: who coordinates, matches and serves, and under which keys (protocol.md, section 4).

    circle document = {"charter": text, "almanac": text, "signatures": {signer hex: signature hex}}
    digest          = H("klunak circle", charter)
    signature       = Ed25519 over bound("almanac", digest) ‖ almanac

The charter never changes while the circle lives and its digest is bound into everything; the
almanac changes and counts with the signatures of ``threshold`` signers. What ``read_circle``
returns is complete: every key that a period needs is there once and answers its challenges, so
nobody further on has to ask again.

A circle document proves itself only against its own charter. A client that must not be shown
somebody else's circle pins the digest it was built for.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from crypto.almanac import (
    SEALING_KEY_BYTES,
    Almanac,
    Charter,
    KeyEntry,
    NodeEntry,
    PeriodEntry,
    Policy,
    circle_digest,
)
from crypto.certifying_keys import CardClass, CertifyingKey, Use, admit_key
from crypto.documents import public_key_of, sign, signature_from_hex, verify
from crypto.errors import InvalidKey, InvalidSignature, WrongShape
from crypto.labels import bound
from crypto.strict_json import JsonDocument, read_model, read_object, write_text

__all__ = [
    "SEALING_KEY_BYTES",
    "Circle",
    "Period",
    "read_circle",
    "replaces",
    "sign_circle",
    "write_circle",
]


@dataclass(frozen=True, slots=True)
class Period:
    """A period as the almanac has it: its days, its duty coordinators, its six keys."""

    number: int
    from_day: int
    to_day: int
    request: tuple[int, int]
    offer: tuple[int, int]
    keys: tuple[CertifyingKey, ...]

    def duty(self, card_class: CardClass) -> tuple[int, int]:
        """The numbers of the two coordinators who certify *card_class*; the first is the same
        for both classes and signs stamps, the second of requests signs receipts."""
        return self.request if card_class == CardClass.REQUEST else self.offer


@dataclass(frozen=True, slots=True)
class Circle:
    """A verified circle. Keys are bytes: 32 for signing, 1,216 for sealing.

    Coordinators are spoken of by number, their place in ``coordinators`` and ``sealing_keys``.
    ``catalogue`` is the parsed JSON as signed; ``matching`` gives it a meaning.
    """

    digest: bytes
    name: str
    signers: tuple[bytes, ...]
    threshold: int
    coordinators: tuple[bytes, ...]
    matchers: tuple[bytes, ...]
    serial: int
    trial: bool
    nodes: tuple[NodeEntry, ...]
    policy: Policy
    catalogue: dict[str, Any] = field(hash=False)
    sealing_keys: tuple[bytes, ...]
    periods: tuple[Period, ...]

    def period(self, number: int) -> Period:
        """The period *number*. Raises InvalidKey if the almanac has no keys for it."""
        for period in self.periods:
            if period.number == number:
                return period
        raise InvalidKey("no such period in the almanac")

    def period_on(self, day: int) -> Period:
        """The period that certifies on *day*. Raises InvalidKey if there is none."""
        for period in self.periods:
            if period.from_day <= day <= period.to_day:
                return period
        raise InvalidKey("no period in the almanac has this day")

    def duty(self, period: int, card_class: CardClass) -> tuple[int, int]:
        """The two coordinators who certify *card_class* in *period*, by number, in order."""
        return self.period(period).duty(card_class)

    def certifying_key(self, period: int, use: Use, coordinator: int) -> CertifyingKey:
        """The key of *coordinator* for *use*. Raises InvalidKey if it has no such duty."""
        for key in self.period(period).keys:
            if key.use == use and key.coordinator == coordinator:
                return key
        raise InvalidKey("no such key in the almanac")

    def certificate_keys(
        self, period: int, card_class: CardClass
    ) -> tuple[CertifyingKey, CertifyingKey]:
        """Both keys that certify *card_class*, in the order of their signatures."""
        first, second = self.duty(period, card_class)
        use = card_class.use
        return self.certifying_key(period, use, first), self.certifying_key(period, use, second)

    def stamp_key(self, period: int) -> CertifyingKey:
        """The key of the first duty coordinator that signs stamps."""
        return self.certifying_key(period, Use.STAMP, self.period(period).request[0])

    def receipt_key(self, period: int) -> CertifyingKey:
        """The key of the second duty coordinator of requests that signs receipts."""
        return self.certifying_key(period, Use.RECEIPT, self.period(period).request[1])


def read_circle(
    document: JsonDocument,
    *,
    pinned_digest: bytes | None = None,
    pinned_signers: Collection[bytes] | None = None,
) -> Circle:
    """The circle that *document* is, verified whole.

    With *pinned_digest* only that very circle is read. With *pinned_signers* any circle is that
    has exactly these signers; its threshold is then its own word, so pin the digest where you can.

    Raises UnknownVersion or WrongShape for what is no circle document, InvalidSignature when a
    signature is wrong, a stranger's, or too few, or the circle is not the pinned one, and
    InvalidKey when a certifying key is missing, repeated, superfluous or not admitted.
    """
    charter_text, almanac_text, signatures = _parts_of(document)
    charter = read_model(Charter, charter_text)
    digest = circle_digest(charter_text)
    if pinned_digest is not None and digest != pinned_digest:
        raise InvalidSignature("another circle")
    if pinned_signers is not None and set(charter.signers) != set(pinned_signers):
        raise InvalidSignature("the circle of other signers")
    _verify_signatures(charter, digest, almanac_text, signatures)

    almanac = read_model(Almanac, almanac_text)
    if almanac.circle != digest:
        raise InvalidSignature("the almanac of another circle")
    if len(almanac.coordinators) != len(charter.coordinators):
        raise WrongShape("not a sealing key for every coordinator")
    return Circle(
        digest=digest,
        name=charter.name,
        signers=charter.signers,
        threshold=charter.threshold,
        coordinators=charter.coordinators,
        matchers=charter.matchers,
        serial=almanac.serial,
        trial=almanac.trial,
        nodes=almanac.nodes,
        policy=almanac.policy,
        catalogue=almanac.catalogue,
        sealing_keys=tuple(entry.sealing for entry in almanac.coordinators),
        periods=_admitted_periods(almanac, digest, len(charter.coordinators)),
    )


def write_circle(
    charter: Charter | str, almanac: Almanac, signing_seeds: Sequence[bytes]
) -> dict[str, Any]:
    """The circle document of *charter* and *almanac*, signed with each of *signing_seeds*.

    A charter that already lives is given as its text, exactly as received. Nothing is verified:
    signers read what they are about to publish with ``read_circle``.
    """
    charter_text = charter if isinstance(charter, str) else write_text(charter)
    document = {"charter": charter_text, "almanac": write_text(almanac), "signatures": {}}
    for signing_seed in signing_seeds:
        document = sign_circle(document, signing_seed)
    return document


def sign_circle(document: JsonDocument, signing_seed: bytes) -> dict[str, Any]:
    """*document* with one signature more, for signers who sit apart."""
    charter_text, almanac_text, signatures = _parts_of(document)
    message = _signed_message(circle_digest(charter_text), almanac_text)
    signer = public_key_of(signing_seed).hex()
    return {
        "charter": charter_text,
        "almanac": almanac_text,
        "signatures": {**signatures, signer: sign(signing_seed, message).hex()},
    }


def replaces(old: Circle, new: Circle) -> bool:
    """Whether *new* is a later almanac of the same circle."""
    return new.digest == old.digest and new.serial > old.serial


def _parts_of(document: JsonDocument) -> tuple[str, str, dict[str, str]]:
    value = read_object(document)
    if set(value) != {"charter", "almanac", "signatures"}:
        raise WrongShape("not a circle document")
    signatures = value["signatures"]
    if not isinstance(value["charter"], str) or not isinstance(value["almanac"], str):
        raise WrongShape("charter and almanac are texts")
    if not isinstance(signatures, dict) or not all(isinstance(s, str) for s in signatures.values()):
        raise WrongShape("signatures are texts by signer")
    return value["charter"], value["almanac"], signatures


def _signed_message(digest: bytes, almanac_text: str) -> bytes:
    return bound("almanac", digest) + almanac_text.encode()


def _verify_signatures(
    charter: Charter, digest: bytes, almanac_text: str, signatures: dict[str, str]
) -> None:
    # A name in JSON stands once and hex has one spelling, so distinct names are distinct signers.
    signer_of = {signer.hex(): signer for signer in charter.signers}
    message = _signed_message(digest, almanac_text)
    for name, signature in signatures.items():
        if name not in signer_of:
            raise InvalidSignature("a stranger's signature")
        verify(signer_of[name], message, signature_from_hex(signature))
    if len(signatures) < charter.threshold:
        raise InvalidSignature("too few signers")


def _admitted_periods(
    almanac: Almanac, digest: bytes, coordinator_count: int
) -> tuple[Period, ...]:
    moduli = [key.modulus for entry in almanac.periods for key in entry.keys]
    # One key for two uses would let a person have a receipt signed as a stamp.
    if len(set(moduli)) != len(moduli):
        raise InvalidKey("one modulus in two places")
    return tuple(_admitted_period(entry, digest, coordinator_count) for entry in almanac.periods)


def _admitted_period(entry: PeriodEntry, digest: bytes, coordinator_count: int) -> Period:
    if max(*entry.request, *entry.offer) >= coordinator_count:
        raise WrongShape("no such coordinator")
    needed = {
        *((number, Use.REQUEST) for number in entry.request),
        *((number, Use.OFFER) for number in entry.offer),
        (entry.request[0], Use.STAMP),
        (entry.request[1], Use.RECEIPT),
    }
    if (
        len(entry.keys) != len(needed)
        or {(k.coordinator, Use(k.use)) for k in entry.keys} != needed
    ):
        raise InvalidKey("not exactly the keys that the duties need")
    return Period(
        number=entry.period,
        from_day=entry.from_day,
        to_day=entry.to_day,
        request=entry.request,
        offer=entry.offer,
        keys=tuple(admit_key(_key_of(key, entry.period), digest) for key in entry.keys),
    )


def _key_of(entry: KeyEntry, period: int) -> CertifyingKey:
    size = len(entry.modulus)
    return CertifyingKey(
        coordinator=entry.coordinator,
        use=Use(entry.use),
        period=period,
        modulus=entry.modulus,
        challenges=tuple(
            entry.challenges[start : start + size]
            for start in range(0, len(entry.challenges), size)
        ),
    )
