"""What a drill came to, and why it failed if it did."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from clients.drill.attacks import Advantage
from clients.drill.coercion import Coerced
from clients.drill.estimates import Estimate
from clients.drill.judging import ENOUGH_TRIALS, of_guesses
from clients.drill.layouts import SinceLayout
from clients.drill.matrix import Matrix, matrix_of
from clients.drill.place import Place, kind_of
from clients.drill.recorded import Recording

NOT_COVERED = (
    "a brotli stream has no mark: one is unpacked only where a file or a table's values begin",
    "a region's name of fewer than eight letters is looked for in UTF-16 alone",
    "of a crowd's recorded past the addresses alone are kept: lists open that of the others",
    "raw devices: blocks that the file system gave back are not read",
    "names of regions and stores in shared directories, and in a PostgreSQL server's memory",
    "what came up below entries of /tmp, /var/tmp and /dev/shm that stood there before",
    "the kernel's memory, tor's, people's devices', and swap",
    "clerks and coordinators: their keyrings are opened under coercion, their machines not seized",
    "what a matcher leaves in the directory it works in and at home",
    "times of files, and what the system's own journal keeps",
    "texts folded, decomposed, in UTF-32 or in code pages before Unicode",
    "digests of what is typed but names, phones, streets, codes and lists, and such with a key",
    "parts of a text, less than half of a secret, and half of one shorter than 32 octets",
    "numbers in decimals, and streams of lzma, bz2 and lz4",
    "several workers of one node, several nodes, and two seizures that can be compared",
    "guesses by several traces together",
)
"""Said with every result."""


@dataclass
class Drill:
    """What a drill came to."""

    backend: str
    wanted: int = 0
    parcels: int = 0
    epochs: int = 0
    people: int = 0
    markers: int = 0
    places: dict[str, Place] = field(default_factory=dict)
    coercion: dict[str, Coerced] = field(default_factory=dict)
    recorded: Recording = field(default_factory=Recording)
    told_apart: list[str] = field(default_factory=list)
    """In what a node's answers tell a reserved drop from an unknown one."""
    link: dict[str, Advantage] = field(default_factory=dict)
    since_layout: SinceLayout = field(default_factory=SinceLayout)
    estimates: dict[str, Estimate] = field(default_factory=dict)
    uncovered: list[str] = field(default_factory=list)
    """What this drill was too small for, or its machine."""
    dump: str = ""
    """A few lines of the disk as it lies there."""
    octets: bytes = field(default=b"", repr=False)
    """As much of it as a picture shows."""
    seconds: float = 0.0
    phases: dict[str, float] = field(default_factory=dict)
    """Seconds by what they were spent on."""

    def spent(self, phase: str, began: float) -> None:
        """Seconds since *began* were spent on *phase*."""
        self.phases[phase] = round(self.phases.get(phase, 0.0) + time.monotonic() - began, 1)

    def as_json(self) -> dict[str, object]:
        """The figures of `klunak drill --json`."""
        return {
            "backend": self.backend,
            "parcels": self.parcels,
            "epochs": self.epochs,
            "people": self.people,
            "phases": self.phases,
            "markers": self.markers,
            "places": {name: place.as_json() for name, place in self.places.items()},
            "coercion": {name: one.as_json() for name, one in self.coercion.items()},
            "recorded": self.recorded.as_json(),
            "link": {name: one.as_json() for name, one in self.link.items()},
            "since_layout": self.since_layout.as_json(),
            "estimates": {name: one.as_json() for name, one in self.estimates.items()},
            "matrix": {
                who: {what: str(cell) for what, cell in row.items()}
                for who, row in self.matrix.items()
            },
            "not_covered": self.not_covered,
            "told_apart": self.told_apart,
            "failures": self.failures,
            "seconds": self.seconds,
        }

    @property
    def matrix(self) -> Matrix:
        """What a seizure of each yielded."""
        return matrix_of(self.places, self.coercion, self.link, self.estimates)

    @property
    def not_covered(self) -> list[str]:
        """What this drill cannot say."""
        few = [name for name, one in self.link.items() if one.trials < ENOUGH_TRIALS]
        said = f"tried too seldom to be held to two hundredths: {', '.join(few)}"
        return [*NOT_COVERED, *self.uncovered, *([said] if few else [])]

    @property
    def failures(self) -> list[str]:
        """Why this drill failed; nothing if it did not."""
        few = [f"only {self.parcels} of {self.wanted} parcels came to be confirmed"]
        lost = [
            f"{name}: a control was not found"
            for name, p in self.places.items()
            if not p.control_found
        ] + [
            f"coercion, {name}: not everything opened what it is known to open"
            for name, coerced in self.coercion.items()
            if not coerced.control_found
        ]
        found = [
            f"{name}: hits of {', '.join(sorted({kind_of(find.marker) for find in place.told}))}"
            for name, place in self.places.items()
            if place.told
        ]
        named = [
            f"{name}: {', '.join(sorted(place.surplus))} outside the circle's document"
            for name, place in self.places.items()
            if place.surplus
        ]
        opened = [
            f"coercion, {name}: opened {', '.join(sorted(set(coerced.must_not)))}"
            for name, coerced in (*self.coercion.items(), *self.recorded.opened.items())
            if coerced.must_not
        ]
        weak = [f"{name}: {said}" for name, p in self.places.items() for said in p.weaknesses]
        return (
            (few if self.parcels < self.wanted else [])
            + lost
            + found
            + named
            + weak
            + opened
            + self.told_apart
            + list(of_guesses(self.link, parcels=self.parcels))
        )
