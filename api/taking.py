"""What many intakes write, in one go: as if they came one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection

from api.errors import ApiError, IntakeFull, UnknownInvite
from api.intake_rows import COUNT, counted, hand_out, let_wait
from api.invite_rows import read_invites, use_invites
from api.ledger import Admission, Ledger, refusals
from api.statements import Values

Printed = tuple[bytes, int, int]
"""What is kept of an invite: hash, coordinator's number, period."""


class Taking(NamedTuple):
    """An intake whose proof of work or stamp is a good one, with the rows that it is to become."""

    admission: Admission
    invites: Sequence[Printed]
    """What is to be kept of those that it shows."""
    inboxes: Sequence[Values]
    waiting: Sequence[Values]
    places: int
    """How many may wait for the lot."""


def take_in(connection: Connection, takings: Sequence[Taking]) -> list[ApiError | None]:
    """Burn what admits them and store records and drops; None for each that is stored."""
    ledger = Ledger(
        connection,
        [each.admission for each in takings],
        read_invites([kept for each in takings for kept, _, _ in each.invites]),
        # Counting goes through all that wait, so not for those who do not.
        *([COUNT()] if any(each.waiting for each in takings) else []),
    )
    invites, *pool = ledger.also
    unused = {*invites.rows}
    waiting = counted(pool[0]) if pool else 0
    admitted: list[Taking] = []

    def judge(one: Taking) -> None:
        nonlocal waiting
        if ledger.is_repeated(one.admission):
            return
        # The invites before the addresses: nobody without one asks which of them are in use.
        if len({*one.invites} & unused) != len(one.invites):
            raise UnknownInvite
        ledger.require_free(one.admission)
        if one.waiting and waiting >= one.places:
            raise IntakeFull
        waiting += len(one.waiting)
        unused.difference_update(one.invites)
        ledger.admit(one.admission)
        admitted.append(one)

    answers = refusals(judge, takings)
    ledger.write(
        use_invites([kept for each in admitted for kept, _, _ in each.invites]),
        hand_out([row for each in admitted for row in each.inboxes]),
        let_wait([row for each in admitted for row in each.waiting]),
    )
    return answers
