"""Charter and almanac: the two texts of a circle, as models (protocol.md, section 4).

Sizes, ranges and what a text must agree on with itself are checked here; signatures, and whether
the certifying keys may be used, in ``crypto.circle``. The order of the fields is the order in
which our writer puts them; a reader takes any.
"""

from __future__ import annotations

from itertools import combinations, product
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from crypto.certifying_keys import CHALLENGE_COUNT, MODULUS_BYTES
from crypto.errors import WrongShape
from crypto.labels import hashed
from crypto.periods import days_of
from crypto.strict_json import LISTED, U8, U32, StrictModel, b64_field, hex_field, write_text

SEALING_KEY_BYTES = 1_216
CATALOGUE_BYTES = 64 * 1_024

# A coordinator's number is a byte with room; the others only have to end somewhere.
MOST_COORDINATORS = 64
MOST_SIGNERS = 32
MOST_MATCHERS = 8
MOST_NODES = 32
MOST_PERIODS = 8
MOST_DAYS = 3_650

NEAR_PERIODS = 2
"""How far apart two periods are that one receipt can be spent in."""

PublicKey = Annotated[bytes, *hex_field(32)]
Count = Annotated[int, Field(ge=1, le=1_000_000)]
Days = Annotated[int, Field(ge=0, le=MOST_DAYS)]


class Charter(StrictModel):
    """What never changes while a circle lives: its signers, coordinators and matchers."""

    version: Literal[1] = 1
    name: Annotated[str, Field(min_length=1, max_length=64)]
    signers: Annotated[tuple[PublicKey, ...], LISTED, Field(min_length=1, max_length=MOST_SIGNERS)]
    threshold: Annotated[int, Field(ge=1, le=MOST_SIGNERS)]
    coordinators: Annotated[
        tuple[PublicKey, ...], LISTED, Field(min_length=2, max_length=MOST_COORDINATORS)
    ]
    matchers: Annotated[
        tuple[PublicKey, ...], LISTED, Field(min_length=1, max_length=MOST_MATCHERS)
    ]

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        for keys in (self.signers, self.coordinators, self.matchers):
            if len(set(keys)) != len(keys):
                raise ValueError("a key stands twice")
        # Who vouches does not match: coarse attributes of somebody one vetted are a person.
        if set(self.coordinators) & set(self.matchers):
            raise ValueError("a coordinator matches")
        if self.threshold > len(self.signers):
            raise ValueError("more signatures than signers")
        return self


class NodeEntry(StrictModel):
    """A node: the key (32 bytes) its descriptors are signed with, and where it is."""

    key: PublicKey
    address: Annotated[str, Field(min_length=1, max_length=255, pattern=r"\A[!-~]+\z")]


class CoordinatorEntry(StrictModel):
    """What the almanac adds to a coordinator of the charter: an X-Wing public key."""

    sealing: Annotated[bytes, *b64_field(SEALING_KEY_BYTES)]


class KeyEntry(StrictModel):
    """A certifying key: its modulus, and its eight challenges' roots joined (2,048 bytes)."""

    coordinator: U8
    use: Literal["request", "offer", "stamp", "receipt"]
    modulus: Annotated[bytes, *b64_field(MODULUS_BYTES)]
    challenges: Annotated[bytes, *b64_field(CHALLENGE_COUNT * MODULUS_BYTES)]


class PeriodEntry(StrictModel):
    """A period: its days within the quarter, who has duty for which class, and their keys."""

    period: U32
    from_day: U32
    to_day: U32
    request: Annotated[tuple[U8, U8], LISTED]
    offer: Annotated[tuple[U8, U8], LISTED]
    keys: Annotated[tuple[KeyEntry, ...], LISTED, Field(max_length=16)]

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        try:
            first, last = days_of(self.period)
        except WrongShape:
            raise ValueError("no such period") from None
        if not first <= self.from_day <= self.to_day <= last:
            raise ValueError("days outside the quarter")
        for first_duty, second_duty in (self.request, self.offer):
            if first_duty == second_duty:
                raise ValueError("one coordinator twice")
        if self.request[0] != self.offer[0]:
            raise ValueError("stamps have one signer for both classes")
        return self


class Policy(StrictModel):
    """The numbers a circle lives by: seconds, epochs, days and counts, as their names say."""

    epoch_seconds: Count
    answer_epochs: Count
    respond_epochs: Count
    send_epochs: Count
    confirm_epochs: Count
    card_epochs: Count
    match_left_epochs: Count
    again_epochs: Count
    drop_days: Days
    jitter_days: Days
    keep_days: Days
    batch_records: Annotated[int, Field(ge=1, le=256)]
    invites_per_day: Annotated[int, Field(ge=0, le=1_000)]
    intake_pool: Count
    intake_draw: Count

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        # A stamp forgotten while the card it admitted still lies there could be spent again.
        if self.keep_days < self.drop_days + self.jitter_days:
            raise ValueError("burned values must outlive drops")
        return self


DEFAULT_POLICY = Policy(
    epoch_seconds=86_400,
    answer_epochs=2,
    respond_epochs=7,
    send_epochs=3,
    confirm_epochs=30,
    card_epochs=90,
    match_left_epochs=42,
    again_epochs=7,
    drop_days=90,
    jitter_days=7,
    keep_days=97,
    batch_records=2,
    invites_per_day=20,
    intake_pool=512,
    intake_draw=64,
)
"""The numbers the protocol page names. A reader never fills in one that is missing."""


class Almanac(StrictModel):
    """What a circle changes under a rising serial: nodes, policy, catalogue and keys.

    Coordinators stand in the order of the charter, periods in rising order.
    """

    version: Literal[1] = 1
    circle: Annotated[bytes, *hex_field(32)]
    serial: U32
    trial: bool
    nodes: Annotated[tuple[NodeEntry, ...], LISTED, Field(min_length=1, max_length=MOST_NODES)]
    policy: Policy
    catalogue: dict[str, Any]
    coordinators: Annotated[
        tuple[CoordinatorEntry, ...], LISTED, Field(min_length=2, max_length=MOST_COORDINATORS)
    ]
    periods: Annotated[
        tuple[PeriodEntry, ...], LISTED, Field(min_length=1, max_length=MOST_PERIODS)
    ]

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        node_keys = [node.key for node in self.nodes]
        if len(set(node_keys)) != len(node_keys):
            raise ValueError("a node stands twice")
        numbers = [entry.period for entry in self.periods]
        if numbers != sorted(set(numbers)):
            raise ValueError("periods do not rise")
        if any(_are_apart(*two) for two in combinations(self.periods, 2)):
            raise ValueError("duties of near periods without a common coordinator")
        if len(write_text(self.catalogue).encode()) > CATALOGUE_BYTES:
            raise ValueError("the catalogue is too long")
        return self


def _are_apart(one: PeriodEntry, other: PeriodEntry) -> bool:
    """Whether one receipt could be spent twice, with two pairs that have nobody in common: in the
    period before its own, in its own and in the next (docs/decisions/0019)."""
    pairs = product((one.request, one.offer), (other.request, other.offer))
    is_near = other.period - one.period <= NEAR_PERIODS
    return is_near and any(set(first).isdisjoint(second) for first, second in pairs)


def circle_digest(charter: Charter | str) -> bytes:
    """H("klunak circle", charter), 32 bytes; a charter's text is hashed exactly as received."""
    text = charter if isinstance(charter, str) else write_text(charter)
    return hashed("klunak circle", text.encode())
