"""What the pages cost on this machine: `python -m tests.browser.measure` prints one JSON object.

first_load_…           what the built files weigh, and how many there are
list_to_ready_s        from nine lines typed to the dish: Argon2id, in Chromium
list_to_ready_nojit_s  the same in Firefox without JIT and WebAssembly
card_post_s_nojit      from the dish to the first card in the queue, in that Firefox
"""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Playwright, sync_playwright

from api.web import BUILT
from tests.browser.browsers import visitor
from tests.browser.town import Town
from tests.browser.visitor import Visitor

FIRST = ("index.html", "page.js", "page.css", "worker.js")


def weights() -> dict[str, int]:
    """The files of a first load."""
    return {
        "first_load_bytes_brotli": sum((BUILT / f"{name}.br").stat().st_size for name in FIRST),
        "first_load_bytes_gzip": sum((BUILT / f"{name}.gz").stat().st_size for name in FIRST),
        "first_load_requests": len(FIRST),
    }


def sitting(playwright: Playwright, town: Town, home: Path, *, safer: bool) -> tuple[float, float]:
    """Seconds from typed lines to the dish, and from there to a card in the queue."""
    person: Visitor = visitor(playwright, town, home, "family", safer=safer)
    person.arrive()
    person.draw()
    person.page.get_by_label("Minsk city").check()
    person.press_main()
    person.fill("Invite", town.invite())
    person.press_main()
    person.stands()
    town.epoch()
    person.arrive()
    person.page.locator("main .stack button").nth(1).click()
    began = time.monotonic()
    person.type_list()
    typed = time.monotonic()
    # Typing is the test's; what a person waits for begins with the last button.
    took = person.opened_in
    person.page.locator("main .stack button").first.click()
    person.stands()
    posted = time.monotonic() - typed
    person.context.close()
    assert took <= typed - began
    return took, posted


def main() -> None:
    """Measure, and print."""
    with tempfile.TemporaryDirectory(prefix="measure-") as name, sync_playwright() as playwright:
        home = Path(name)
        with Town(home / "trial") as town:
            ready, _ = sitting(playwright, town, home / "chromium", safer=False)
            slow, posted = sitting(playwright, town, home / "firefox", safer=True)
    measured = {
        **weights(),
        "list_to_ready_s": round(ready, 2),
        "list_to_ready_nojit_s": round(slow, 2),
        "card_post_s_nojit": round(posted, 2),
    }
    print(json.dumps(measured))


if __name__ == "__main__":
    main()
