"""Every vector in real browsers, with a JIT and without: what Python wrote, they give too.

The script is made small exactly as the page's own is, so what minifying breaks, these find.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Playwright

from clients.bench.browsers import NO_JIT_FLAG, chromium, safer_firefox

ROOT = Path(__file__).parents[2]
WEB = ROOT / "clients/web"
VECTORS = ROOT / "vectors"

EMPTY = "http://localhost:8888/"
"""Answered by the test itself; Firefox goes to no port that is another service's."""

Vector = dict[str, Any]

RUN = """async vectors => {
  const told = [];
  for (const { operation, input } of vectors) told.push(await klunak.outcome(operation, input));
  return told;
}"""
AT_ONCE = 20
"""So that no browser is without a sign of life for minutes."""


def vectors() -> dict[str, Vector]:
    """All of them that ask for an operation, by their place."""
    read = {path: json.loads(path.read_text("utf-8")) for path in sorted(VECTORS.rglob("*.json"))}
    return {
        str(path.relative_to(VECTORS)): vector
        for path, vector in read.items()
        if "operation" in vector
    }


@pytest.fixture(scope="module")
def script() -> str:
    """The operations, bundled."""
    subprocess.run(["npm", "run", "--silent", "vectors:browser"], cwd=WEB, check=True)
    return (WEB / "build/vectors/vectors.js").read_text("utf-8")


LONG = pytest.mark.long


@pytest.fixture(
    params=[
        "chromium",
        pytest.param("chromium-nojit", marks=LONG),
        pytest.param("firefox-nojit", marks=LONG),
    ]
)
def page(playwright: Playwright, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Page]:
    """An empty page in one of the browsers."""
    name: str = request.param
    if name == "firefox-nojit":
        context = safer_firefox(playwright, tmp_path)
    else:
        flags = (NO_JIT_FLAG,) if name == "chromium-nojit" else ()
        context = chromium(playwright, tmp_path, *flags)
    with closing(context):
        context.route("**/*", lambda route: route.fulfill(body="<!doctype html>"))
        page = context.new_page()
        page.goto(EMPTY)
        # Without a JIT neither browser has WebAssembly: so it is off, and not only asked to be.
        assert page.evaluate("typeof WebAssembly === 'undefined'") == name.endswith("-nojit")
        yield page


def test_every_vector(page: Page, script: str) -> None:
    asked = vectors()
    circles = {Path(path).stem: v for path, v in asked.items() if path.startswith("circles/")}
    page.add_script_tag(content=script)
    page.evaluate("circles => klunak.begin(circles)", circles)
    paths = list(asked)
    told: dict[str, Vector] = {}
    for start in range(0, len(paths), AT_ONCE):
        some = paths[start : start + AT_ONCE]
        told |= zip(some, page.evaluate(RUN, [asked[path] for path in some]), strict=True)

    assert len(told) > 500
    for path, vector in asked.items():
        assert told[path]["expect"] == vector["expect"], path
        if vector["expect"] == "success":
            assert told[path]["output"] == vector.get("output", {}), path
        else:
            assert vector.get("output", {}).items() <= told[path]["output"].items(), path
