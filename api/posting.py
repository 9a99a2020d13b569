"""What many cards write, in one go: as if they came one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter
from typing import NamedTuple

from sqlalchemy import Connection

from api.claims import keep_permits, known_permits
from api.course import NEWEST, newest
from api.errors import AddressTaken, ApiError, EpochClosed
from api.keyed import adding
from api.ledger import Admission, Ledger, refusals
from api.models import CARDS
from api.statements import Values


class Posting(NamedTuple):
    """A card whose stamp is a good one, with the rows that it is to become."""

    admission: Admission
    permit: Values
    card: Values


def post(connection: Connection, postings: Sequence[Posting]) -> list[ApiError | None]:
    """Burn the stamps and store cards, permits and drops; None for each that is stored."""
    ledger = Ledger(
        connection,
        [each.admission for each in postings],
        known_permits([each.permit["permit"] for each in postings]),
        NEWEST(),
    )
    permits, epochs = ledger.also
    known = {permit for (permit,) in permits.rows}
    admitted: list[Posting] = []

    def judge(one: Posting) -> None:
        if ledger.is_repeated(one.admission):
            return
        if one.card["epoch"] != newest(epochs).epoch:
            raise EpochClosed
        ledger.require_free(one.admission)
        if one.permit["permit"] in known:
            raise AddressTaken
        known.add(one.permit["permit"])
        ledger.admit(one.admission)
        admitted.append(one)

    answers = refusals(judge, postings)
    ledger.write(
        keep_permits(sorted((each.permit for each in admitted), key=itemgetter("permit"))),
        _add([each.card for each in admitted]),
    )
    return answers


_add = adding(CARDS)
