"""What the search of one place came to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container
from dataclasses import dataclass, field

from clients.drill.common import COMMON, Common
from clients.thief import Find, Patterns, finds_in

Octets = bytes  # a place has a field of that name


@dataclass
class Place:
    """What a search came to."""

    name: str
    bytes: int = 0
    hits: list[Find] = field(default_factory=list)
    excused: list[Find] = field(default_factory=list)
    """In flight in a node's memory; what a matcher's has to know."""
    common: Counter[str] = field(default_factory=Counter)
    """Finds of names of regions and stores outside the circle's document, by name."""
    if_idle: Counter[str] = field(default_factory=Counter)
    """Finds of such names, and of single lines of lists, in a node that nobody visited."""
    weaknesses: list[str] = field(default_factory=list)
    controls_planted: int = 0
    controls_found: int = 0
    seen: set[str] = field(default_factory=set)
    """Which of those that stand among what is searched have been found."""
    note: str = ""

    def search(
        self,
        data: Octets,
        patterns: Patterns,
        where: str,
        *,
        is_excused: Callable[[Find], bool] = lambda _: False,
        common: Common | None = None,
        planted: Container[str] = (),
    ) -> None:
        """Look through *data* and put every find where it belongs; what was *planted* here is among
        *patterns*, and elsewhere as much a hit as anything."""
        self.bytes += len(data)
        is_named = False
        for find in finds_in(data, patterns, where):
            if find.marker.startswith(COMMON):
                is_named = True
            elif find.marker in planted:
                self.seen.add(find.marker)
            else:
                (self.excused if is_excused(find) else self.hits).append(find)
        if is_named and common is not None:
            self.common += common.elsewhere(data, where)

    @property
    def surplus(self) -> Counter[str]:
        """Names of regions and stores that stand where in an idle node they do not."""
        return self.common - self.if_idle

    @property
    def told(self) -> list[Find]:
        """Those of the hits that say more than a node that nobody visited."""
        often = Counter(find.marker for find in self.hits) - self.if_idle
        return [find for find in self.hits if find.marker in often]

    @property
    def hit_count(self) -> int:
        """Everything that must not be there."""
        return len(self.told) + len(self.weaknesses) + self.surplus.total()

    @property
    def control_found(self) -> bool:
        """Whether every planted value was found."""
        return self.controls_planted == self.controls_found > 0

    def as_json(self) -> dict[str, object]:
        """The figures."""
        return {
            "bytes": self.bytes,
            "hits": self.hit_count,
            "control_found": self.control_found,
            "kinds": _kinds(self.told),
            "excused": _kinds(self.excused),
            "catalogue": {"elsewhere": self.common.total(), "idle": self.if_idle.total()},
            **({"ways": sorted({find.encoding for find in self.told})} if self.told else {}),
            **({"weaknesses": self.weaknesses} if self.weaknesses else {}),
            **({"note": self.note} if self.note else {}),
        }


def _kinds(finds: list[Find]) -> dict[str, int]:
    """How many by kind of marker: whose it was is not what matters."""
    return dict(Counter(kind_of(find.marker) for find in finds).most_common())


def kind_of(marker: str) -> str:
    """The name of a marker without numbers: of every family's street it is "family: street"."""
    words = "".join(letter for letter in marker if not letter.isdigit()).split()
    return " ".join(words).replace(" :", ":")
