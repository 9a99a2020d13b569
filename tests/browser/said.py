"""The sentences of the pages as their tables hold them, to ask whether each is ever shown."""

from __future__ import annotations

import json
import re
from pathlib import Path

PAGES = Path(__file__).parents[2] / "clients/web/pages"
TABLES = [PAGES / "phrases.generated.ts", *sorted((PAGES / "strings").glob("*.ts"))]

_ENTRY = re.compile(r'^  "?([\w.]+)"?: (\[(?:\s*"(?:[^"\\]|\\.)*",?\s*){3}\])', re.MULTILINE)
_COMMA_AT_THE_END = re.compile(r'",\s*\]$')


def english() -> dict[str, re.Pattern[str]]:
    """For each key what its English looks like on a screen, whatever stands in its fields."""
    said = {}
    for table in TABLES:
        for key, three in _ENTRY.findall(table.read_text("utf-8")):
            text = json.loads(_COMMA_AT_THE_END.sub('"]', three))[2]
            parts = re.split(r"\{\w+\}|\n", text)
            said[key] = re.compile(".*".join(map(re.escape, parts)), re.DOTALL | re.IGNORECASE)
    return said
