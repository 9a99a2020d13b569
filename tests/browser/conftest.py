"""Browsers are not everywhere: without them, or without built pages, these tests are left out, and
the first lines of the run say so.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from api.web import BUILT

NEEDED = {
    "playwright==1.64.1 (pip, without its own browsers)": find_spec("playwright") is not None,
    "chromium and firefox-esr (Debian)": all(
        Path(program).exists() for program in ("/usr/bin/chromium", "/usr/bin/firefox-esr")
    ),
    "built pages (npm ci && npm run pages in clients/web)": (BUILT / "index.html").is_file(),
}
MISSING = [what for what, found in NEEDED.items() if not found]

collect_ignore = ["test_journeys.py", "test_screens.py"] if MISSING else []


def pytest_report_header() -> list[str]:
    """What is missing, so that nobody takes silence for success."""
    return [f"browser tests left out, for want of: {what}" for what in MISSING]
