"""Write the corpus that fuzzing begins with: one sound example of everything.

    python -m tests.fuzz.seeds

Files named otherwise were found by fuzzing, and stay.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from crypto.encoding import LENGTH_BYTES, encode
from crypto.goods import LANGUAGES
from crypto.lists import GroceryList, Line, format_line
from crypto.messages.pages import Kind, Page, Said
from crypto.strict_json import write_text
from tests.api.people import Card, Intake
from tests.crypto.test_altered import SMALL
from tests.crypto.test_budget import SEALED, SHARED
from tests.fuzz.targets import KINDS, ROUTES, SHARED_FRAME_BYTES, trial

CORPUS = Path(__file__).parent / "corpus"


def seeds() -> Iterator[tuple[str, str, bytes]]:
    """Target, name, content."""
    page = Page(messages=(Said(kind=Kind.TERMS, words="Дзякуй"),) * 2)
    for name, message in {**SEALED, **SHARED, "page": page}.items():
        frame = encode(message, frame_bytes=SHARED_FRAME_BYTES)
        encoded = frame[LENGTH_BYTES:][: int.from_bytes(frame[:LENGTH_BYTES], "big")]
        for target in ("messages", "opening"):
            yield target, name, bytes([KINDS.index(type(message))]) + encoded
    for name, make in SMALL.items():
        wire, _ = make()
        if name in ("stamp", "receipt"):
            yield "certificates", name, wire
        else:
            text = next(iter(json.loads(wire).values())).encode()
            yield "documents", name, text
            yield "strict_json", name, wire[:400] + b'"}'
    yield "circles", "charter", trial().document["charter"].encode()
    yield "circles", "almanac", trial().document["almanac"].encode()
    yield (
        "circles",
        "almanac of no periods",
        write_text(
            trial().almanac.model_copy(update={"periods": trial().almanac.periods[:0]})
        ).encode(),
    )
    yield (
        "strict_json",
        "everything",
        b'{"a":[1,-2,true,null,"\\u0456\\ud83c\\udf5e"],"b":{"c":""}}',
    )
    groceries = GroceryList(tuple(Line(good * 50, 1 + good % 8) for good in range(9)))
    for language in LANGUAGES:
        lines = [format_line(line, language) for line in groceries.lines]
        yield "lists", language, "\n".join(lines).encode()
    drops_card = Card(trial().stamp(bytes(32))).body(2)
    bodies = {"/cards": drops_card, "/intake": Intake(trial().period).invited(bytes(32), b"1" * 32)}
    for number, (_, path, body, _) in enumerate(ROUTES):
        content = bodies.get(path, b"{}" if body.media_type.endswith("json") else bytes(64))
        # Random records teach a fuzzer nothing; the heads of bodies do.
        yield "node", path.strip("/").replace("/", " "), bytes([number]) + content[:512]


def main() -> None:
    for target, name, content in seeds():
        file = CORPUS / target / name.replace(" ", "_").replace("'", "")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


if __name__ == "__main__":
    main()
