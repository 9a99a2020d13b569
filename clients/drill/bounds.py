"""How sure a measured share is: exact binomial bounds (Clopper and Pearson, Biometrika 26, 1934).

With several attacks at once each gets its part of the error (Bonferroni), so that all bounds of a
kind hold together: upper ones with 99 % confidence, lower ones, by which a drill fails, with all
but one in a million, so that no honest drill fails by chance.
"""

from __future__ import annotations

import math

CONFIDENCE = 0.99
FALSE_ALARM = 1e-6


def upper_bound(successes: int, trials: int, *, attacks: int) -> float:
    """The largest probability of success under which so few are not surprising; 1 for no trials."""
    if successes >= trials:
        return 1.0
    surprising = (1 - CONFIDENCE) / attacks
    low, high = successes / trials, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if _at_most(successes, trials, middle) > surprising:
            low = middle
        else:
            high = middle
    return high


def lower_bound(successes: int, trials: int, *, attacks: int) -> float:
    """The smallest probability of success under which so many are not surprising."""
    if not successes:
        return 0.0
    surprising = FALSE_ALARM / attacks
    low, high = 0.0, successes / trials
    for _ in range(60):
        middle = (low + high) / 2
        # At least so many successes are at most as many failures as are left.
        if _at_most(trials - successes, trials, 1 - middle) > surprising:
            high = middle
        else:
            low = middle
    return low


def _at_most(successes: int, trials: int, probability: float) -> float:
    """The probability of no more than *successes* in *trials*."""
    if probability >= 1:
        return float(successes >= trials)
    total = 0.0
    for k in range(successes + 1):
        log = (
            math.lgamma(trials + 1)
            - math.lgamma(k + 1)
            - math.lgamma(trials - k + 1)
            + k * math.log(probability or 1e-300)
            + (trials - k) * math.log1p(-probability)
        )
        total += math.exp(log)
    return total
