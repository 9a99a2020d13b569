"""A catalogue for the trial circle and the tests.

The kinds of store are real (chains that deliver, chains that sell codes, lockers that take a parcel
from any of them); the names and what each one accepts are invented. Nothing may be ordered by it.
"""

from __future__ import annotations

from typing import Any, Final

EVERYWHERE: Final = [0, 1, 2, 3, 4, 5, 6]

TRIAL_CATALOGUE: Final[dict[str, Any]] = {
    "as_of": 20770,
    "stores": [
        {
            "name": "Kalasok (trial): groceries, delivery and codes, everywhere",
            "regions": EVERYWHERE,
            "modes": [0, 2],
            "needs": [0, 1],
            "foreign_cards": True,
            "foreign_cards_as_of": 20766,
            "asks_phone": True,
            "asks_name": False,
        },
        {
            "name": "Zbožža (trial): staples by code, everywhere",
            "regions": EVERYWHERE,
            "modes": [0],
            "needs": [0],
            "foreign_cards": True,
            "foreign_cards_as_of": 20751,
            "asks_phone": False,
            "asks_name": False,
        },
        {
            "name": "Skrynka (trial): lockers in the larger towns",
            "regions": [0, 1, 3, 4],
            "modes": [1],
            "needs": [0, 1, 2],
            "foreign_cards": True,
            "foreign_cards_as_of": 20766,
            "asks_phone": True,
            "asks_name": True,
        },
        {
            "name": "Ručnik (trial): chemist and diets, delivery, the east",
            "regions": [0, 2, 3, 5, 6],
            "modes": [1, 2],
            "needs": [1, 2],
            "foreign_cards": True,
            "foreign_cards_as_of": 20730,
            "asks_phone": True,
            "asks_name": True,
        },
        {
            "name": "Hladyš (trial): full range, delivery, local cards only",
            "regions": EVERYWHERE,
            "modes": [0, 2],
            "needs": [0, 1, 2],
            "foreign_cards": False,
            "foreign_cards_as_of": 20690,
            "asks_phone": True,
            "asks_name": True,
        },
    ],
    # 0: nothing asks for a name; 1: all that take foreign cards; 2: every store
    "presets": [[0, 1], [0, 1, 2, 3], [0, 1, 2, 3, 4]],
}
