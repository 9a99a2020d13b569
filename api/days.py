"""Days: the only time the node keeps (protocol.md, sections 1 and 7)."""

from __future__ import annotations

import secrets

from crypto.almanac import Policy
from crypto.periods import days_of, period_of

SECONDS_PER_DAY = 86_400


def day_of(unix_seconds: float) -> int:
    """Whole days since 1970-01-01 (UTC)."""
    return int(unix_seconds // SECONDS_PER_DAY)


def drawn_expiry(today: int, policy: Policy) -> int:
    """An expiry day for one row: drawn anew for each, so that no two rows tell on each other."""
    return today + policy.drop_days + secrets.randbelow(policy.jitter_days + 1)


def drawn_expiry_of_period(period: int, policy: Policy) -> int:
    """An expiry day for a drop of an intake: never before one of a drop of a card that was posted
    on the period's last day. By the default policy that is after the next period's end, until which
    what the shelf has left is exchanged (docs/decisions/0011)."""
    return drawn_expiry_of_permit(days_of(period)[1], policy)


def kept_until(period: int, policy: Policy) -> int:
    """How long burned values and claims of *period* stay: the quarter's last day + keep_days."""
    return days_of(period)[1] + policy.keep_days


def drawn_expiry_of_permit(today: int, policy: Policy) -> int:
    """An expiry day for a permit: drawn too, and never before one of a drop of the same card."""
    return drawn_expiry(today + policy.jitter_days, policy)


def claim_kept_until(today: int, policy: Policy) -> int:
    """A claim does not say of which period its tag is; no tag shown today is of a later one."""
    return kept_until(period_of(today), policy)
