"""The bytes of an intake (protocol.md, section 7).

kind u8 (0 work, 1 invite, 2 stamp) ‖ admission 292 ‖ retry 32 ‖ period u32
  ‖ 2 × (coordinator u8 ‖ record) ‖ 5 × (A 32 ‖ record)                         (29,163)
admission: work    challenge 16 ‖ nonce 8 ‖ 268 zeros
           invite  token of the first coordinator 32 ‖ of the second 32 ‖ 228 zeros
           stamp   of the period before: an exchange
"""

from __future__ import annotations

from dataclasses import dataclass

from api import drops
from api.bodies import Reader, exactly
from api.burned import Kind, burned_hash, retry_hash
from api.errors import Malformed
from api.intake_rows import Sealed
from api.invite_rows import TOKEN_BYTES, kept_hash
from api.taking import Printed
from api.work import CHALLENGE_BYTES, NONCE_BYTES
from crypto.certificates import STAMP_BYTES, Stamp
from crypto.labels import RECORD_BYTES, SECRET_BYTES, hashed, u32

_ADMISSION_BYTES = STAMP_BYTES
_BEFORE_RETRY_BYTES = 1 + _ADMISSION_BYTES
INTAKE = exactly(
    _BEFORE_RETRY_BYTES + SECRET_BYTES + 4 + 2 * (1 + RECORD_BYTES) + drops.RESERVED_BYTES
)
_USED = {
    Kind.WORK: CHALLENGE_BYTES + NONCE_BYTES,
    Kind.INVITE: 2 * TOKEN_BYTES,
    Kind.STAMP: STAMP_BYTES,
}
"""How much of the admission says something; the rest is zeros."""


@dataclass(frozen=True, slots=True, repr=False)
class IntakeRequest:
    """An intake, read; nothing of it is verified."""

    kind: Kind
    admission: bytes
    stamp: Stamp | None
    retry: bytes
    period: int
    records: tuple[Sealed, Sealed]
    rows: list[drops.Row]
    digest: bytes

    @property
    def spent(self) -> list[bytes]:
        """The names under which its admission is burned."""
        if self.kind is Kind.WORK:
            return [burned_hash(self.kind, self.admission)]
        if self.stamp is not None:
            # The name under which posting a card burns it: either, and once.
            return [burned_hash(self.kind, u32(self.stamp.period) + self.stamp.nonce)]
        return [burned_hash(self.kind, token) for token in self._tokens]

    @property
    def invites(self) -> list[Printed]:
        """What is kept of the invites that it shows, if they are what they are shown as."""
        if self.kind is not Kind.INVITE:
            return []
        return [
            (kept_hash(token), coordinator, self.period)
            for token, (coordinator, _) in zip(self._tokens, self.records, strict=True)
        ]

    @property
    def _tokens(self) -> tuple[bytes, bytes]:
        return self.admission[:TOKEN_BYTES], self.admission[TOKEN_BYTES:]


def read_intake(body: bytes) -> IntakeRequest:
    """*body*, of its one length, taken apart. Raises Malformed."""
    reader = Reader(body)
    kind = reader.number(1)
    if kind not in _USED:
        raise Malformed
    used = _USED[Kind(kind)]
    admission, zeros = reader.take(used), reader.take(_ADMISSION_BYTES - used)
    # Zeros must be zeros: nothing rides along that another reader might understand.
    if any(zeros):
        raise Malformed
    retry_token = reader.take(SECRET_BYTES)
    period = reader.number(4)
    first = (reader.number(1), reader.take(RECORD_BYTES))
    second = (reader.number(1), reader.take(RECORD_BYTES))
    rows = drops.take_rows(reader)
    return IntakeRequest(
        kind=Kind(kind),
        admission=admission,
        stamp=Stamp.from_bytes(admission) if kind == Kind.STAMP else None,
        retry=retry_hash(retry_token, rows),
        period=period,
        records=(first, second),
        rows=rows,
        digest=hashed("klunak work", body[_BEFORE_RETRY_BYTES:]),
    )
