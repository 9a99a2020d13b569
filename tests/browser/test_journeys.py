"""A family at the page and a donor at the command line, or the reverse, through a real node."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Playwright, sync_playwright

from tests.browser.stage import CHROMIUM_FLAGS
from tests.browser.town import DONOR_WISH, FAMILY_WISH, Town
from tests.browser.visitor import SIZES, UNTOLD, Visitor

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


SAFER = {
    "javascript.options.baselinejit": False,
    "javascript.options.ion": False,
    "javascript.options.wasm": False,
    "privacy.resistFingerprinting": True,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
}
"""A stand-in for Tor Browser's Safer level, in Debian's Firefox."""


def visitor(
    playwright: Playwright, town: Town, profile: Path, role: str, *, safer: bool = False
) -> Visitor:
    """A visitor whose browser keeps a profile on disk, as real ones do."""
    if safer:
        context = playwright.firefox.launch_persistent_context(
            str(profile),
            channel="moz-firefox",
            executable_path="/usr/bin/firefox-esr",
            firefox_user_prefs=SAFER,
        )
        return Visitor(context, town.url, role, safer=True)
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


@pytest.mark.parametrize(
    ("mode", "label", "sought", "safer"),
    [
        ("Parcel locker", "Locker, name, phone", "Locker 114", False),
        ("Delivery to the door", "Name, phone, address", "Žudro 42", True),
    ],
)
def test_two_browsers_send_a_parcel_from_one_to_the_other(
    playwright: Playwright,
    town: Town,
    tmp_path: Path,
    mode: str,
    label: str,
    sought: str,
    safer: bool,
) -> None:
    profiles = tmp_path / "mother", tmp_path / "giver"
    mother = visitor(playwright, town, profiles[0], "family", safer=safer)
    giver = visitor(playwright, town, profiles[1], "donor")

    giver.arrive()
    giver.draw()
    giver.page.get_by_label("E-voucher").uncheck()
    giver.page.get_by_label(mode).check()
    giver.page.get_by_label("Diet and hygiene").check()
    giver.press_main()
    giver.fill("Words for the coordinators", "Anna speaks for me")
    giver.press_main()
    giver.stands()
    mother.arrive()
    mother.draw()
    mother.page.get_by_label("Minsk city").check()
    mother.page.get_by_label("Groceries").uncheck()
    mother.page.get_by_label("Diet and hygiene").check()
    mother.page.get_by_label("E-voucher").uncheck()
    mother.page.get_by_label(mode).check()
    mother.press_main()
    mother.fill("Invite", town.invite())
    mother.press_main()
    mother.stands()

    town.epoch()
    town.ask("Whom do you know?")
    giver.come_back()
    assert "Whom do you know?" in giver.stands()
    giver.fill("Your answer", "Anna")
    giver.press("Send")
    giver.stands()
    town.certify()
    giver.press("Look again")
    giver.stands()
    mother.come_back()
    assert "in the queue" in mother.stands()
    town.epoch()

    giver.come_back()
    giver.press("Accept")
    assert "You have accepted" in giver.stands()
    mother.come_back()
    assert "who will see what" in mother.stands()
    mother.fill(label, f"Alena, {sought}, +375 29 000-00-00")
    mother.press("Show it to the donor")
    assert "knows where to send" in mother.stands()
    town.epoch()

    giver.come_back()
    assert sought in giver.stands()
    giver.fill("What is needed to receive it", "No. 5512")
    giver.press("I have ordered")
    giver.stands()
    town.epoch()
    mother.come_back()
    assert "No. 5512" in mother.stands()
    mother.open("I have received it")
    mother.press("Yes, confirm")
    assert sought not in mother.stands()
    town.epoch()
    town.epoch()
    giver.come_back()
    stands = giver.stands()
    assert "This slot is free" in stands
    assert sought not in stands

    for person in (mother, giver):
        _only_asked_the_node(person, town)
        assert person.complaints == []
        person.context.close()
    for profile, person in zip(profiles, (mother, giver), strict=True):
        _profile_knows_nothing(profile, [*person.paper, sought, "No. 5512"])


def test_an_unknown_list_asks_as_much_as_a_known_one_and_looks_alike(
    playwright: Playwright, town: Town, profile: Path, tmp_path: Path
) -> None:
    offer(town)
    known = visitor(playwright, town, profile, "family")
    known.arrive()
    known.draw()
    known.page.get_by_label("Minsk city").check()
    known.press_main()
    known.fill("Invite", town.invite())
    known.press_main()
    known.stands()
    known.requests.clear()
    known.come_back()
    other = visitor(playwright, town, tmp_path / "other", "family")
    other.arrive()
    other.draw()
    other.requests.clear()
    other.come_back()
    assert other.requests == known.requests
    assert _skeleton(other)[:2] == _skeleton(known)[:2]
    for person in (known, other):
        person.context.close()


def _skeleton(person: Visitor) -> list[str]:
    found: list[str] = person.page.evaluate(
        "() => [...document.querySelectorAll('main > *')].map(e => e.tagName + '.' + e.className)"
    )
    return found


def _only_asked_the_node(person: Visitor, town: Town) -> None:
    secrets = [line.split(" — ")[0] for line in person.paper]
    for method, url, length in person.requests:
        parts = urlsplit(url)
        assert f"{parts.scheme}://{parts.netloc}" == town.url
        assert parts.query == ""
        assert parts.fragment == ""
        assert length in (SIZES[parts.path] if method == "POST" else 0, UNTOLD)
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
