"""Founding a circle, and giving it its next keys: who sends what to whom, as JSON.

    coordinators, matchers, signers  ──identity──▶  founder      their public keys
    founder  ──charter──▶  everybody                             which fixes the circle's digest
    coordinators  ──certifying keys──▶  founder                  for a period; bound to the digest
    founder  ──almanac──▶  signers  ──signatures──▶  node

Every private key is made where it stays, in its owner's keyring, and is durable there before its
public half leaves. A coordinator's certifying keys are signed with the key the charter names, so
nobody on the way can exchange them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal

from clients.operators.keyring import CoordinatorKeyring, CoordinatorSecrets, HeldKey
from crypto.almanac import (
    DEFAULT_POLICY,
    MOST_PERIODS,
    Almanac,
    Charter,
    CoordinatorEntry,
    KeyEntry,
    NodeEntry,
    PeriodEntry,
    Policy,
    circle_digest,
)
from crypto.certifying_keys import Use
from crypto.circle import read_circle, sign_circle
from crypto.documents import SignedContent, public_key_of, read_signed, write_signed
from crypto.errors import WrongShape
from crypto.periods import days_of
from crypto.sealing import PUBLIC_KEY_BYTES
from crypto.signing_keys import SigningKey, challenges
from crypto.strict_json import (
    LISTED,
    U32,
    JsonDocument,
    StrictModel,
    b64_field,
    build_model,
    hex_field,
    read_model,
    read_object,
    write_text,
)

TRIAL_POLICY = Policy(
    **{
        **DEFAULT_POLICY.model_dump(),
        "epoch_seconds": 20,
        "answer_epochs": 15,
        "respond_epochs": 90,
        "send_epochs": 90,
        "confirm_epochs": 1_000,
        "card_epochs": 20_000,
        "match_left_epochs": 2_000,
        "again_epochs": 9,
    }
)
"""For people who try it out at one table: rounds in seconds, five minutes to answer, half an hour
for the rest."""


class Identity(StrictModel):
    """The public keys of one operator; *sealing* is a coordinator's alone."""

    version: Literal[1] = 1
    signing: Annotated[bytes, *hex_field(32)]
    sealing: Annotated[bytes, *b64_field(PUBLIC_KEY_BYTES)]


class CertifyingKeys(SignedContent):
    """One coordinator's certifying keys for one period."""

    coordinator: Annotated[bytes, *hex_field(32)]
    period: U32
    keys: Annotated[tuple[KeyEntry, ...], LISTED]


@dataclass(frozen=True, slots=True)
class Duties:
    """Who certifies in a period, by number: the first is the same for both classes."""

    request: tuple[int, int]
    offer: tuple[int, int]

    def uses_of(self, coordinator: int) -> tuple[Use, ...]:
        """The keys that *coordinator* needs."""
        holders = {
            Use.REQUEST: self.request,
            Use.OFFER: self.offer,
            Use.STAMP: self.request[:1],
            Use.RECEIPT: self.request[1:],
        }
        return tuple(use for use, held_by in holders.items() if coordinator in held_by)


def coordinator_identity(keyring: CoordinatorKeyring) -> str:
    """What a coordinator gives the founder, as JSON."""
    identity = Identity(
        signing=keyring.public_key, sealing=bytes(keyring.secrets.sealing_key.public)
    )
    return write_text(identity)


def read_identity(document: JsonDocument) -> Identity:
    """Raises WrongShape, UnknownVersion."""
    return read_model(Identity, document)


def make_charter(
    *,
    name: str,
    signers: Sequence[bytes],
    threshold: int,
    coordinators: Sequence[Identity],
    matchers: Sequence[bytes],
) -> str:
    """The charter's text; its hash is the circle. Raises WrongShape."""
    charter = build_model(
        Charter,
        name=name,
        signers=tuple(signers),
        threshold=threshold,
        coordinators=tuple(identity.signing for identity in coordinators),
        matchers=tuple(matchers),
    )
    return write_text(charter)


def make_certifying_keys(
    keyring: CoordinatorKeyring, charter_text: str, *, period: int, duties: Duties
) -> dict[str, str]:
    """This coordinator's keys for its duties in *period*, signed for the founder.

    Asked again it gives the same keys. Raises WrongShape if the charter does not name it.
    """
    charter = read_model(Charter, charter_text)
    if keyring.public_key not in charter.coordinators:
        raise WrongShape("the charter does not name this coordinator")
    number = charter.coordinators.index(keyring.public_key)
    uses = duties.uses_of(number)

    def complete(kept: CoordinatorSecrets) -> CoordinatorSecrets:
        there = {held.use for held in kept.keys if held.period == period}
        fresh = tuple(
            HeldKey(period=period, use=str(use.value), primes=SigningKey.generate().to_bytes())
            for use in uses
            if use not in there
        )
        return replace(kept, keys=kept.keys + fresh) if fresh else kept

    kept = keyring.change(complete)
    circle = circle_digest(charter_text)
    entries = tuple(_key_entry(kept, circle, number, period, use) for use in uses)
    content = build_model(
        CertifyingKeys,
        circle=circle,
        coordinator=keyring.public_key,
        period=period,
        keys=entries,
    )
    return write_signed("keys", "certifying keys", circle, content, kept.signing_seed)


def read_certifying_keys(document: JsonDocument, charter_text: str) -> CertifyingKeys:
    """The keys, verified to come from a coordinator of the charter. Raises InvalidSignature."""
    charter = read_model(Charter, charter_text)
    return read_signed(
        CertifyingKeys,
        document,
        name="keys",
        label="certifying keys",
        circle=circle_digest(charter_text),
        signer_field="coordinator",
        signers=charter.coordinators,
    )


def make_period(
    period: int, duties: Duties, keys: Sequence[CertifyingKeys], *, from_day: int | None = None
) -> PeriodEntry:
    """A period of the almanac, with its duty coordinators' keys. Raises WrongShape."""
    if any(one.period != period for one in keys):
        raise WrongShape("the keys of another period")
    first, last = days_of(period)
    return build_model(
        PeriodEntry,
        period=period,
        from_day=first if from_day is None else from_day,
        to_day=last,
        request=duties.request,
        offer=duties.offer,
        keys=tuple(entry for one in keys for entry in one.keys),
    )


def make_almanac(
    charter_text: str,
    *,
    coordinators: Sequence[Identity],
    nodes: Sequence[NodeEntry],
    periods: Sequence[PeriodEntry],
    catalogue: Mapping[str, Any],
    policy: Policy = DEFAULT_POLICY,
    trial: bool = False,
    serial: int = 1,
) -> Almanac:
    """An almanac of the charter. Raises WrongShape."""
    return build_model(
        Almanac,
        circle=circle_digest(charter_text),
        serial=serial,
        trial=trial,
        nodes=tuple(nodes),
        policy=policy,
        catalogue=dict(catalogue),
        coordinators=tuple(CoordinatorEntry(sealing=one.sealing) for one in coordinators),
        periods=tuple(periods),
    )


def unsigned(charter_text: str, almanac: Almanac) -> dict[str, Any]:
    """The circle document before its first signature, for the signers to read."""
    return {"charter": charter_text, "almanac": write_text(almanac), "signatures": {}}


def with_signature(document: JsonDocument, signing_seed: bytes) -> dict[str, Any]:
    """*document* with one signature more; verified whole once the threshold is reached.

    Raises WrongShape if the charter does not name the signer, and InvalidKey or InvalidSignature
    for a document that nobody should publish.
    """
    signed = sign_circle(document, signing_seed)
    charter = read_model(Charter, signed["charter"])
    if public_key_of(signing_seed) not in charter.signers:
        raise WrongShape("the charter does not name this signer")
    if len(signed["signatures"]) >= charter.threshold:
        read_circle(signed)
    return signed


def next_almanac(
    document: JsonDocument, *, period: PeriodEntry | None = None, **changes: Any
) -> Almanac:
    """The almanac after that of *document*, one serial higher, perhaps with a new *period*.

    Any field can be changed by its name. The oldest periods leave when there are too many.
    Raises WrongShape.
    """
    old = read_model(Almanac, read_object(document)["almanac"])
    fields = {name: getattr(old, name) for name in Almanac.model_fields if name != "version"}
    fields |= {"serial": old.serial + 1, **changes}
    if period is not None:
        others = [entry for entry in fields["periods"] if entry.period != period.period]
        periods = sorted([*others, period], key=lambda entry: entry.period)
        fields["periods"] = tuple(periods[-MOST_PERIODS:])
    return build_model(Almanac, **fields)


def _key_entry(
    kept: CoordinatorSecrets, circle: bytes, number: int, period: int, use: Use
) -> KeyEntry:
    key = kept.signing_key(period, use)
    return KeyEntry(
        coordinator=number,
        use=use.value,
        modulus=key.modulus,
        challenges=b"".join(challenges(key, circle, period, use)),
    )
