"""`python -m api new-key FILE` makes a node's key; `serve` serves; `health` asks whether it does.

A node needs no more commands than these, and none of the libraries of the klunak command.
"""

from __future__ import annotations

import sys
from pathlib import Path

from pydantic import ValidationError

from api.errors import SetupError
from api.health import is_healthy
from api.memory import overwrite_what_is_freed
from api.node import create_node_key
from api.serve import serve
from api.settings import Settings
from crypto.documents import public_key_of

USAGE = "usage: python -m api serve | python -m api health | python -m api new-key FILE"


def main(arguments: list[str]) -> str | None:
    """What to exit with: None, or a sentence for the operator."""
    match arguments:
        case ["serve" | "health" as command]:
            if command == "serve":
                overwrite_what_is_freed()
            try:
                settings = Settings()  # type: ignore[call-arg]  # from the environment
                if command == "serve":
                    serve(settings)
                elif not is_healthy(settings):
                    return "the node does not answer"
            except SetupError as error:
                return str(error)
            except ValidationError as error:
                wrong = ", ".join(f"KLUNAK_{place['loc'][0]}".upper() for place in error.errors())
                return f"missing or wrong in the environment: {wrong}"
        case ["new-key", name]:
            try:
                seed = create_node_key(Path(name))
            except FileExistsError:
                return "there is a file of that name already; a node's key is never overwritten"
            print(public_key_of(seed).hex())
        case _:
            return USAGE
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
