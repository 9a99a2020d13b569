"""Addresses as parameters of a statement, and the row that comes next to one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BindParameter, LargeBinary, Select, Table, bindparam, select


def place(number: int) -> BindParameter[bytes]:
    """The parameter for the address of that number."""
    return bindparam(f"at_{number}", type_=LargeBinary)


def places(count: int) -> list[BindParameter[bytes]]:
    """The parameters for *count* addresses."""
    return [place(number) for number in range(count)]


def values_of(addresses: Sequence[bytes]) -> dict[str, bytes]:
    """The values of those parameters."""
    return {f"at_{number}": address for number, address in enumerate(addresses)}


def next_row(table: Table, number: int, column: str, *before: Any) -> Select[Any]:
    """*before*, address and *column* of the first row at or after the address of that number."""
    at_or_after = (
        select(table.c.address, table.c[column])
        .where(table.c.address >= place(number))
        .order_by(table.c.address)
        .limit(1)
        .subquery()
    )
    return select(*before, at_or_after.c.address, at_or_after.c[column])
