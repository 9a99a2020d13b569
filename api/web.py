"""The built pages, served from memory: a few files, read once, the same bytes for everybody.

They are built elsewhere (`npm run pages` in clients/web); a node needs no Node.js and works without
them. Every answer is one of the files and its headers: no path, header or body of a request is
looked at beyond the name of a file and whether compressed bytes are taken.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from api.headers import HEADERS

PAGES_VARIABLE = "KLUNAK_WEB_PAGES"
BUILT = Path(__file__).parent.parent / "clients" / "web" / "dist"

CONTENT_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src data:",
        "connect-src 'self'",
        "worker-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types recipes",
    )
)
"""Only what the pages load; `recipes` is their one policy, for the Worker's address,
and the one image is the icon, which stands in the page itself."""

MEDIA_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
}

SQUEEZED = ((b"br", ".br"), (b"gzip", ".gz"))
"""What the build lays beside a file, best first."""

_REFUSED = re.compile(r";\s*q=0(\.0*)?\s*$")
"""The weight of an encoding that is not taken (RFC 9110, section 12.4.2)."""

LEFT_TO = "soup-"
"""The recipes that somebody leaves to; a browser is told to forget what it holds of this site."""


@dataclass(frozen=True, slots=True)
class Page:
    """One file, ready to be sent; *squeezed* is the same by content encoding, best first."""

    headers: tuple[tuple[bytes, bytes], ...]
    plain: bytes
    squeezed: tuple[tuple[bytes, bytes], ...]


def built_pages() -> Path | None:
    """Where the pages are: what the environment says, or the place where they are built."""
    named = os.environ.get(PAGES_VARIABLE)
    place = Path(named) if named else BUILT
    return place if (place / "index.html").is_file() else None


def read_pages(place: Path) -> dict[str, Page]:
    """The files of *place* by the path they are asked for under."""
    pages: dict[str, Page] = {}
    for file in sorted(place.iterdir()):
        media_type = MEDIA_TYPES.get(file.suffix)
        if media_type is None:
            continue
        name = file.name.removesuffix(".html")
        squeezed = [
            (encoding, beside.read_bytes())
            for encoding, suffix in SQUEEZED
            if (beside := file.with_name(file.name + suffix)).is_file()
        ]
        pages["/" if name == "index" else f"/{name}"] = Page(
            _headers(name, media_type), file.read_bytes(), tuple(squeezed)
        )
    return pages


class WebPages:
    """Answers GET and HEAD for the files; everything else goes on to the node."""

    def __init__(self, app: ASGIApp, pages: dict[str, Page]) -> None:
        self.app = app
        self.pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = scope["type"] == "http" and scope["method"] in ("GET", "HEAD")
        page = self.pages.get(scope["path"]) if asked else None
        if page is None:
            await self.app(scope, receive, send)
            return
        encoding, body = _chosen(page, Headers(scope=scope).get("accept-encoding", ""))
        headers = [*page.headers, (b"content-length", str(len(body)).encode())]
        if encoding:
            headers.append((b"content-encoding", encoding))
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        sent = b"" if scope["method"] == "HEAD" else body
        await send({"type": "http.response.body", "body": sent})


def _chosen(page: Page, accepted: str) -> tuple[bytes, bytes]:
    named = (part for part in accepted.lower().split(",") if not _REFUSED.search(part))
    taken = {part.partition(";")[0].strip() for part in named}
    for encoding, body in page.squeezed:
        if encoding.decode() in taken:
            return encoding, body
    return b"", page.plain


def _headers(name: str, media_type: str) -> tuple[tuple[bytes, bytes], ...]:
    own = {
        b"content-type": media_type.encode(),
        b"content-security-policy": CONTENT_POLICY.encode(),
        b"vary": b"accept-encoding",
    }
    if name.startswith(LEFT_TO):
        own[b"clear-site-data"] = b'"cache", "cookies", "storage"'
    return (*own.items(), *((key, value) for key, value in HEADERS if key not in own))
