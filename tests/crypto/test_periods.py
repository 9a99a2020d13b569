from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.errors import WrongShape
from crypto.periods import days_of, period_of

LAST_DAY = (date(9998, 12, 31) - date(1970, 1, 1)).days


def test_a_period_is_a_quarter_counted_from_year_nought() -> None:
    assert period_of((date(2026, 1, 1) - date(1970, 1, 1)).days) == 2026 * 4
    assert period_of((date(2026, 11, 23) - date(1970, 1, 1)).days) == 2026 * 4 + 3


def test_the_first_day_of_all_lies_in_the_first_quarter_of_1970() -> None:
    assert period_of(0) == 1970 * 4
    assert days_of(1970 * 4) == (0, 89)


def test_the_first_quarter_of_a_leap_year_has_91_days() -> None:
    first, last = days_of(2028 * 4)
    assert last - first + 1 == 91


@given(st.integers(0, LAST_DAY))
def test_every_day_lies_between_the_days_of_its_period(day: int) -> None:
    first, last = days_of(period_of(day))
    assert first <= day <= last


@given(st.integers(1970 * 4, 9998 * 4 + 2))
def test_a_period_begins_on_the_day_after_the_one_before(period: int) -> None:
    assert days_of(period)[1] + 1 == days_of(period + 1)[0]


@pytest.mark.parametrize("day", [-1, LAST_DAY + 1, 2**32])
def test_a_day_out_of_range_has_no_period(day: int) -> None:
    with pytest.raises(WrongShape):
        period_of(day)


@pytest.mark.parametrize("period", [-1, 1970 * 4 - 1, 9999 * 4, 2**32 - 1])
def test_a_period_out_of_range_has_no_days(period: int) -> None:
    with pytest.raises(WrongShape):
        days_of(period)
