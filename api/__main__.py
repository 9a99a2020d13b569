"""`python -m api new-key FILE` makes a node's key; `serve` serves; `health` asks whether it does.

A node needs no more commands than these, and none of the libraries of the klunak command. Each
loads what it needs alone: health is asked again and again, and a server begins twice.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from api.errors import SetupError
from api.memory import overwrite_what_is_freed

if TYPE_CHECKING:
    from api.settings import Settings

USAGE = "usage: python -m api serve | python -m api health | python -m api new-key FILE"


def main(arguments: list[str]) -> str | None:
    """What to exit with: None, or a sentence for the operator."""
    match arguments:
        case ["serve"]:
            overwrite_what_is_freed()
            return _as_set(_serve)
        case ["health"]:
            return _as_set(_health)
        case ["new-key", name]:
            return _new_key(Path(name))
        case _:
            return USAGE


def _as_set(act: Callable[[Settings], str | None]) -> str | None:
    """Do it by the settings of the environment."""
    from pydantic import ValidationError

    from api.settings import Settings

    try:
        return act(Settings())  # type: ignore[call-arg]  # from the environment
    except SetupError as error:
        return str(error)
    except ValidationError as error:
        wrong = ", ".join(f"KLUNAK_{place['loc'][0]}".upper() for place in error.errors())
        return f"missing or wrong in the environment: {wrong}"


def _serve(settings: Settings) -> None:
    from api.serve import serve

    serve(settings)


def _health(settings: Settings) -> str | None:
    from api.health import is_healthy

    return None if is_healthy(settings) else "the node does not answer"


def _new_key(path: Path) -> str | None:
    from api.node_key import create_node_key
    from crypto.documents import public_key_of

    try:
        seed = create_node_key(path)
    except FileExistsError:
        return "there is a file of that name already; a node's key is never overwritten"
    print(public_key_of(seed).hex())
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
