"""The page at ``/``: what this is, in three languages. It loads nothing and asks nothing."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from api.bodies import NOTHING, route

router = APIRouter(tags=["page"])

_PAGE = (Path(__file__).parent / "pages" / "start.html").read_text(encoding="utf-8")

_described = route(takes=NOTHING, says="a page")
_described["responses"][200]["content"] = {"text/html": {"schema": {"type": "string"}}}


@router.get("/", response_class=HTMLResponse, **_described)
async def start_page() -> HTMLResponse:
    """Say what a node keeps."""
    return HTMLResponse(_PAGE)
