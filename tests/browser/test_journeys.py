"""A family at the page and a donor at the command line, or the reverse, through a real node."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Playwright, sync_playwright

from tests.browser.stage import CHROMIUM_FLAGS
from tests.browser.town import DONOR_WISH, FAMILY_WISH, Town
from tests.browser.visitor import SIZES, Visitor

pytestmark = pytest.mark.long

CODE, OTHER_CODE = "MARK-7731-0094", "MARK-0002-1188"
THANKS = "thanks-marked-9f31"


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with Town(tmp_path / "trial") as running:
        yield running


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    return tmp_path / "profile"


def visitor(playwright: Playwright, town: Town, profile: Path, role: str) -> Visitor:
    """A visitor whose browser keeps a profile on disk, as real ones do."""
    context = playwright.chromium.launch_persistent_context(
        str(profile),
        executable_path="/usr/bin/chromium",
        args=list(CHROMIUM_FLAGS),
        viewport={"width": 360, "height": 740},
    )
    return Visitor(context, town.url, role)


def offer(town: Town) -> None:
    """A donor of the command line, certified, with three cards in the queue."""
    town.person("donor", "offer", DONOR_WISH, "en", "help")
    town.epoch()
    town.certify()
    town.person("donor", "visit")


def held(town: Town) -> int:
    """The slot that was matched."""
    slots = town.person("donor", "visit")["slots"]
    (index,) = (slot["index"] for slot in slots if slot["status"] == "held")
    return int(index)


def test_a_voucher_reaches_a_family_at_the_page(
    playwright: Playwright, town: Town, profile: Path
) -> None:
    offer(town)
    mother = visitor(playwright, town, profile, "family")

    mother.arrive()
    mother.draw()
    mother.page.get_by_label("Minsk city").check()
    mother.press_main()
    mother.fill("Invite", town.invite())
    mother.press_main()
    assert "with two coordinators" in mother.stands()

    town.epoch()
    mother.come_back()
    assert "in the queue" in mother.stands()

    town.epoch()
    town.person("donor", "accept", held(town), CODE)
    town.epoch()
    mother.come_back()
    assert CODE in mother.stands()

    mother.open("The code does not work")
    mother.press("Send")
    assert "does not work" in mother.stands()
    town.epoch()
    town.person("donor", "visit")
    index = next(
        slot["index"]
        for slot in town.person("donor", "visit")["slots"]
        if slot["status"] == "code_failed"
    )
    town.person("donor", "replace_code", index, OTHER_CODE)
    town.epoch()
    mother.come_back()
    assert OTHER_CODE in mother.stands()

    mother.open("I have received it")
    mother.fill("Thanks", THANKS)
    mother.press("Yes, confirm")
    assert OTHER_CODE not in mother.stands()
    assert "confirmed" in mother.stands()

    town.epoch()
    town.epoch()
    slots = town.person("donor", "visit")["slots"]
    assert [slot["index"] for slot in slots if slot["status"] == "certified"] == [index + 3]

    _only_asked_the_node(mother, town)
    assert mother.complaints == []
    mother.context.close()
    _profile_knows_nothing(profile, [*mother.paper, CODE, OTHER_CODE, THANKS])


def test_a_donor_at_the_page_gives_a_voucher(
    playwright: Playwright, town: Town, profile: Path
) -> None:
    giver = visitor(playwright, town, profile, "donor")
    giver.arrive()
    giver.draw()
    giver.press_main()
    giver.fill("Words for the coordinators", "a friend of Anna vouches")
    giver.press_main()
    assert "with two coordinators" in giver.stands()
    town.person("family", "ask", FAMILY_WISH, "be", "words")
    town.epoch()
    town.certify()
    town.person("family", "visit")
    giver.come_back()
    assert giver.stands().count("in the queue") == 3

    town.epoch()
    giver.come_back()
    giver.fill("The voucher’s code", CODE)
    giver.press("Give the code")
    assert "The code is sent" in giver.stands()
    town.epoch()
    card = town.person("family", "visit")["card"]
    assert card["code"] == CODE

    town.person("family", "received", THANKS)
    town.epoch()
    town.epoch()
    giver.come_back()
    assert THANKS in giver.stands()
    assert "This slot is free" in giver.stands()
    _only_asked_the_node(giver, town)
    assert giver.complaints == []
    giver.context.close()
    _profile_knows_nothing(profile, [*giver.paper, CODE, THANKS])


def _only_asked_the_node(person: Visitor, town: Town) -> None:
    secrets = [line.split(" — ")[0] for line in person.paper]
    for method, url, length in person.requests:
        parts = urlsplit(url)
        assert f"{parts.scheme}://{parts.netloc}" == town.url
        assert parts.query == "" and parts.fragment == ""
        assert length == (SIZES[parts.path] if method == "POST" else 0)
        assert not any(secret in url for secret in secrets)


def _profile_knows_nothing(profile: Path, secrets: list[str]) -> None:
    """No file of the profile holds a secret, in UTF-8 or as browsers keep strings, in UTF-16."""
    files = [file for file in profile.rglob("*") if file.is_file()]
    assert files
    for file in files:
        held = file.read_bytes()
        for secret in secrets:
            for encoding in ("utf-8", "utf-16-le"):
                assert secret.encode(encoding) not in held, file.relative_to(profile)
