"""Periods are quarters of a year (protocol.md, section 1).

period = year·4 + (month−1) div 3        a day is whole days since 1970-01-01 (UTC)
"""

from __future__ import annotations

from datetime import date, timedelta

from crypto.errors import WrongShape

_EPOCH = date(1970, 1, 1)
_FIRST_PERIOD = 1970 * 4
# The last quarter whose following day still is a date.
_LAST_PERIOD = 9998 * 4 + 3


def period_of(day: int) -> int:
    """The period that *day* lies in. Raises WrongShape for a day before 1970 or after 9998."""
    if not 0 <= day <= days_of(_LAST_PERIOD)[1]:
        raise WrongShape("no such day")
    on = _EPOCH + timedelta(days=day)
    return on.year * 4 + (on.month - 1) // 3


def days_of(period: int) -> tuple[int, int]:
    """The first and the last day of *period*. Raises WrongShape for one outside 1970 to 9998."""
    if not _FIRST_PERIOD <= period <= _LAST_PERIOD:
        raise WrongShape("no such period")
    return _first_day(period), _first_day(period + 1) - 1


def _first_day(period: int) -> int:
    year, quarter = divmod(period, 4)
    return (date(year, quarter * 3 + 1, 1) - _EPOCH).days
