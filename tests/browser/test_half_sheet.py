"""The half sheet about bridges: asked for by whoever opens it, beside the page."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.browser.stage import ORIGIN, Stage


@pytest.mark.parametrize("language", ["be", "ru", "en"])
def test_help_about_tor_leads_to_the_sheet_in_a_tab_beside(browser: Browser, language: str) -> None:
    stage = Stage(browser, viewport={"width": 360, "height": 740})
    page = stage.begin(language)
    page.locator("footer button").last.click()
    page.locator("summary", has_text="Tor").first.click()
    assert "/half-sheet" not in stage.requests
    with stage.context.expect_page() as opened:
        page.locator("details[open] a").click()
    sheet = opened.value
    sheet.wait_for_url(f"{ORIGIN}/half-sheet#{language}")
    sheet.on("console", lambda said: stage.console.append(said.text))
    sheet.reload()  # what it said while it came was not heard

    assert page.url == f"{ORIGIN}/"
    assert sheet.url == f"{ORIGIN}/half-sheet#{language}"
    assert sheet.locator(f"section[lang={language}] li").count() >= 9
    # The style sheet was allowed to load: text is set in points, as for paper.
    assert sheet.evaluate("getComputedStyle(document.body).fontSize") == "14px"
    assert stage.console == []
    stage.close()
