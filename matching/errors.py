"""What can be wrong with values.

MatchingError
├── CatalogueError      the almanac's catalogue is not one
├── CardError           a card's attributes are out of range; such a card is carried as void
├── PlanError           a round was asked for with cards or decoys that cannot be
├── LifeError           states or words that no table leads to: the caller's mistake, not a card's
├── PolicyError         durations under which a pair would outlive its cards
└── SolveError          a solver did not find an optimum although there always is one

No message carries a card's id: an id may be somebody's root.
"""


class MatchingError(Exception):
    """The root of everything this package raises."""


class CatalogueError(MatchingError):
    """The catalogue in the almanac is not one."""


class CardError(MatchingError):
    """A card's attributes are out of range."""


class PlanError(MatchingError):
    """A round was asked for with cards or decoys that cannot be."""


class LifeError(MatchingError):
    """States or words that no table leads to."""


class PolicyError(MatchingError):
    """Durations under which a pair would outlive its cards."""


class SolveError(MatchingError):
    """A solver did not find an optimum although there always is one."""
