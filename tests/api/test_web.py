"""What a node serves of the pages, byte by byte and header by header; no browser needed."""

from __future__ import annotations

import gzip
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from api.web import PAGES_VARIABLE, WebPages, built_pages, read_pages

pytestmark = pytest.mark.no_database

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; "
    "worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types recipes"
)
ALONE = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}

FILES = {
    "index.html": "<!doctype html>" + "word " * 200,
    "page.js": "let a = 1;",
    "page.css": "p { margin: 0 }",
    "worker.js": "let b = 2;",
    "soup-en.html": "<!doctype html>soup",
    "page.js.br": "as if squeezed",
    "notes.txt": "not served",
}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "page.js.gz").write_bytes(gzip.compress(FILES["page.js"].encode()))
    return tmp_path


async def ask(place: Path, path: str, method: str = "GET", encoding: str = "") -> httpx.Response:
    transport = httpx.ASGITransport(WebPages(FastAPI(), read_pages(place)))
    async with httpx.AsyncClient(transport=transport, base_url="http://node") as client:
        return await client.request(method, path, headers={"accept-encoding": encoding})


@pytest.mark.anyio
@pytest.mark.parametrize("path", ["/", "/page.js", "/page.css", "/worker.js", "/soup-en"])
async def test_a_file_comes_whole_under_the_strict_policy(place: Path, path: str) -> None:
    answer = await ask(place, path)
    name = {"/": "index.html", "/soup-en": "soup-en.html"}.get(path, path[1:])
    assert answer.text == FILES[name]
    assert answer.headers.get_list("content-security-policy") == [POLICY]
    for header, value in ALONE.items():
        assert answer.headers.get_list(header) == [value]
    assert "set-cookie" not in answer.headers
    assert "etag" not in answer.headers
    assert "last-modified" not in answer.headers


@pytest.mark.anyio
async def test_only_the_recipe_tells_a_browser_to_forget(place: Path) -> None:
    assert "storage" in (await ask(place, "/soup-en")).headers["clear-site-data"]
    assert "clear-site-data" not in (await ask(place, "/")).headers


@pytest.mark.anyio
@pytest.mark.parametrize(
    "path",
    ["/notes.txt", "/index.html", "/page.js.br", "/page.js/", "/soup-en.html"],
)
async def test_nothing_else_of_the_directory_is_served(place: Path, path: str) -> None:
    assert (await ask(place, path)).status_code == httpx.codes.NOT_FOUND


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate", "gzip"),
        ("gzip, deflate, br", "br"),
        ("br;q=0, gzip", "gzip"),
        ("br; Q=0.000 , GZIP", "gzip"),
        ("br;q=0.5, gzip;q=0.4", "br"),
        ("br;q=0.001, gzip", "br"),
        ("deflate, zstd", None),
        ("", None),
    ],
)
async def test_a_body_is_squeezed_only_as_asked(
    place: Path, accepted: str, encoding: str | None
) -> None:
    transport = httpx.ASGITransport(WebPages(FastAPI(), read_pages(place)))
    async with httpx.AsyncClient(transport=transport, base_url="http://node") as client:
        asked = client.stream("GET", "/page.js", headers={"accept-encoding": accepted})
        async with asked as answer:
            body = b"".join([part async for part in answer.aiter_raw()])
    assert answer.headers.get("content-encoding") == encoding
    assert answer.headers["vary"] == "accept-encoding"
    suffix = {"br": ".br", "gzip": ".gz", None: ""}[encoding]
    assert body == (place / f"page.js{suffix}").read_bytes()
    assert "content-encoding" not in (await ask(place, "/", encoding=accepted)).headers


@pytest.mark.anyio
async def test_other_methods_and_bodies_go_on_to_the_node(place: Path) -> None:
    head = await ask(place, "/", "HEAD")
    assert head.status_code == httpx.codes.OK
    assert head.content == b""
    assert (await ask(place, "/", "POST")).status_code == httpx.codes.NOT_FOUND


def test_a_node_without_built_pages_has_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PAGES_VARIABLE, str(tmp_path))
    assert built_pages() is None
    (tmp_path / "index.html").write_text("page")
    assert built_pages() == tmp_path
