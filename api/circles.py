"""The circle document the node keeps, and the circle it says (protocol.md, section 4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, select, update
from sqlmodel import col

from api.errors import NotFound, OldCircle, SetupError, StalePeriod, WrongCircle
from api.models import CircleDocument
from api.statements import Done, Statement, run
from api.store import Store
from crypto.circle import Circle, read_circle
from crypto.errors import CryptoError, InvalidKey
from crypto.strict_json import read_object


@dataclass(frozen=True, slots=True)
class _Known:
    document: str
    circle: Circle


class CircleKeeper:
    """The circle of the database, read anew only when its serial has risen.

    Always true: what `current` returns was verified whole and has the digest the node began with.
    """

    def __init__(self) -> None:
        self._known: _Known | None = None

    def current(self, connection: Connection) -> Circle:
        """The circle as of this transaction."""
        return self._latest(connection).circle

    def document(self, connection: Connection) -> str:
        """The document as of this transaction, exactly as it was received."""
        return self._latest(connection).document

    def replace(self, connection: Connection, document: str) -> Circle:
        """Store a later document of the same circle; the same one again is fine.

        Raises WrongCircle, OldCircle, and what `read_circle` raises. Other workers notice by
        the serial; nothing is remembered here before the transaction is through.
        """
        known = self._latest(connection)
        circle = read_circle(document)
        if circle.digest != known.circle.digest:
            raise WrongCircle
        if _almanac(document) == _almanac(known.document):
            return known.circle
        if circle.serial <= known.circle.serial:
            raise OldCircle
        connection.execute(
            update(CircleDocument)
            .where(col(CircleDocument.digest) == circle.digest)
            .values(serial=circle.serial, document=document)
        )
        return circle

    def current_for(self, connection: Connection, asked: Sequence[None]) -> list[Circle]:
        """The circle, for each of those who ask."""
        return [self.current(connection)] * len(asked)

    def of_serial(self, connection: Connection, found: Done) -> Circle:
        """The circle, where its `SERIAL` was read together with other things."""
        return self._of_serial(connection, found).circle

    def _latest(self, connection: Connection) -> _Known:
        return self._of_serial(connection, run(connection, SERIAL()))

    def _of_serial(self, connection: Connection, found: Done) -> _Known:
        if not found.rows:
            raise NotFound  # unreachable: the node starts with a circle
        ((serial,),) = found.rows
        known = self._known
        if known is not None and known.circle.serial == serial:
            return known
        document: str = connection.execute(select(col(CircleDocument.document))).scalar_one()
        known = _Known(document, read_circle(document))
        self._known = known
        return known


SERIAL = Statement(select(col(CircleDocument.serial)))
"""Whether the circle that is known is still the one that counts."""


def _almanac(document: str) -> object:
    # The signed text: who wrote the JSON around it anew has changed nothing.
    return read_object(document)["almanac"]


def found_circle(store: Store, file: Path) -> CircleKeeper:
    """A keeper of the circle in *file*, or of its later almanac in the database.

    Raises SetupError when the file is no circle document, or the database belongs to another.
    """
    try:
        document = file.read_text(encoding="utf-8")
        circle = read_circle(document)
    except OSError:
        raise SetupError("the circle document cannot be read") from None
    except (CryptoError, UnicodeDecodeError) as error:
        raise SetupError(f"the circle document does not count: {error}") from None
    keeper = CircleKeeper()

    def begin(connection: Connection) -> None:
        stored = connection.execute(select(CircleDocument)).first()
        if stored is None:
            connection.execute(
                CircleDocument.__table__.insert(),  # type: ignore[attr-defined]
                {"digest": circle.digest, "serial": circle.serial, "document": document},
            )
        elif stored.digest != circle.digest:
            raise SetupError("the database belongs to another circle")
        elif stored.serial < circle.serial:
            keeper.replace(connection, document)

    store.write_alone(begin)
    return keeper


def require_current(circle: Circle, number: int, today: int) -> None:
    """Return if *today* is a day of period *number*. Raises StalePeriod.

    Burned values are kept long enough for cards posted until the period's last day, not later.
    """
    try:
        period = circle.period(number)
    except InvalidKey:
        raise StalePeriod from None
    if not period.from_day <= today <= period.to_day:
        raise StalePeriod
