"""What a sitting leaves behind: on the way to the node, and in the profile on disk."""

from __future__ import annotations

import secrets
from pathlib import Path
from urllib.parse import urlsplit

from clients.thief import files_below, search
from tests.browser.visitor import UNTOLD, Visitor
from tests.sizes import SIZES


def only_asked_the_node(person: Visitor) -> None:
    """Every request went to the node, with a body of its one size and nothing in its address."""
    origin = f"{urlsplit(person.url).scheme}://{urlsplit(person.url).netloc}"
    assert any(method == "POST" for method, _, _ in person.requests)
    for method, url, length in person.requests:
        parts = urlsplit(url)
        assert f"{parts.scheme}://{parts.netloc}" == origin
        assert (parts.query, parts.fragment) == ("", "")
        expected = SIZES[parts.path] if method == "POST" else 0
        assert length in (expected, UNTOLD), url
        assert not any(line.split(" — ")[0] in url for line in person.paper)


def leaves_nothing(person: Visitor, profile: Path, said: list[str]) -> None:
    """Close the browser and search its profile: for the list, for what was typed and shown.

    What the node's origin may keep is where a control is planted, which must be found.
    """
    control = f"planted-{secrets.token_hex(8)}"
    person.page.goto(person.url)
    person.page.evaluate("control => localStorage.setItem('control', control)", control)
    person.context.close()
    files = files_below(profile)
    assert search(files, {"control": control})
    assert search(files, {text: text for text in [*person.paper, *said]}) == []
