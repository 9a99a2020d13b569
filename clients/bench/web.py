"""What the page costs on this machine: `klunak bench web`.

    first_load_bytes_…     what a browser fetches, as the node sends it, before it can do anything
    first_load_requests    in how many files
    list_to_ready_s        from nine lines typed to the dish, Argon2id in between, in Chromium
    list_to_ready_nojit_s  the same in Firefox ESR without JIT and WebAssembly
    card_post_s_nojit      from the dish to a card in the queue, in that Firefox

Two real browsers against a node, a matcher and two clerks of their own. Whoever measures needs the
built pages, both browsers and what drives them: `make test-browser` installs all of it.
"""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

from playwright.sync_api import BrowserContext, Page, sync_playwright

from api.web import BUILT
from clients.bench.browsers import chromium, safer_firefox
from clients.errors import BenchError
from clients.invites_text import format_invite
from clients.operators.invites import join_slips, make_invites
from clients.operators.keyring import CoordinatorKeyring
from clients.operators.operator import OperatorClient
from clients.operators.signed_http import SignedHttp
from clients.trial.circle import COORDINATORS, Trial
from clients.trial.ports import free_port
from clients.trial.processes import StepProcess

FIRST = ("index.html", "page.js", "page.css", "worker.js")
"""Every file of the page but the recipes that one leaves to."""

RUNS = 3
PATIENCE_MS = 300_000

_QUEUED = "Your request is in the queue"


class NotBuilt(BenchError):
    """There is no page to measure yet: `make pages` builds it."""


def web_figures(told: Callable[[str], None] = lambda _name: None) -> dict[str, float | int]:
    """All six figures, in seconds and bytes. *told* hears what is measured now. Raises NotBuilt."""
    weights = first_load()
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as name,
        sync_playwright() as playwright,
        _circle(Path(name) / "trial") as circle,
    ):
        told("in Chromium")
        ready, _ = _sittings(chromium(playwright, Path(name) / "chromium"), circle)
        told("in Firefox without a JIT")
        slow, posted = _sittings(safer_firefox(playwright, Path(name) / "firefox"), circle)
    return {
        **weights,
        "list_to_ready_s": round(ready, 2),
        "list_to_ready_nojit_s": round(slow, 2),
        "card_post_s_nojit": round(posted, 2),
    }


def first_load(built: Path = BUILT) -> dict[str, int]:
    """What the files of a first load weigh, and how many they are. Raises NotBuilt."""

    def weight(suffix: str) -> int:
        return sum((built / f"{name}{suffix}").stat().st_size for name in FIRST)

    try:
        return {
            "first_load_bytes_brotli": weight(".br"),
            "first_load_bytes_gzip": weight(".gz"),
            "first_load_requests": len(FIRST),
        }
    except FileNotFoundError:
        raise NotBuilt from None


class _Circle:
    """A circle's processes, which take a step when told to."""

    def __init__(self, home: Path, running: ExitStack) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self._trial = Trial(home)
        self._today = int(time.time()) // 86_400
        self._trial.found(today=self._today, address=self.url)
        running.enter_context(self._trial.node(port).wait_until_ready())
        keyrings = [self._trial.coordinator_keyring(number) for number in range(COORDINATORS)]
        programs = [["coordinator", "clerk", str(keyring)] for keyring in keyrings]
        programs.append(["matcher", "run", str(self._trial.matcher_keyring)])
        *self._clerks, self._matcher = [
            running.enter_context(self._begun(program)) for program in programs
        ]
        self._matcher.step()

    def invite(self) -> str:
        """A slip with a code of both coordinators."""
        circle = self._trial.circle()
        halves = []
        for number in range(COORDINATORS):
            place = self._trial.coordinator_keyring(number)
            keyring = CoordinatorKeyring.open(place, self._trial.passphrase)
            seed = keyring.secrets.signing_seed
            operator = OperatorClient(SignedHttp(self.url, seed, circle.digest))
            period = circle.period_on(self._today).number
            halves.append(make_invites(keyring, operator, circle, period=period, count=1))
            operator.close()
        (slip,) = join_slips(*halves)
        return format_invite(slip)

    def close_epoch(self) -> None:
        """Clerks certify whoever was invited, and the matcher closes the epoch."""
        for clerk in self._clerks:
            clerk.step()
        self._matcher.step()

    def _begun(self, program: list[str]) -> StepProcess:
        return StepProcess(
            [*program, "--node", self.url, "--circle", str(self._trial.document)],
            log=self._trial.home / f"{program[0]}.log",
            passphrase=self._trial.passphrase,
        )


@contextmanager
def _circle(home: Path) -> Iterator[_Circle]:
    with ExitStack() as running:
        yield _Circle(home, running)


def _sittings(context: BrowserContext, circle: _Circle) -> tuple[float, float]:
    """A family asks, and comes back: seconds from list to dish, and from there to its card."""
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    paper = _asks(page, circle)
    circle.close_epoch()
    ready = _opens(page, circle, paper)
    began = time.monotonic()
    page.locator("main .stack button.main").click()
    page.locator(".lead", has_text=_QUEUED).wait_for()
    posted = time.monotonic() - began
    context.close()
    return ready, posted


def _arrives(page: Page, circle: _Circle) -> None:
    page.goto(circle.url)
    page.get_by_role("button", name="English").click()
    page.get_by_role("button", name="I need a parcel").click()


def _asks(page: Page, circle: _Circle) -> list[str]:
    """With an invite and a new list; what was written down."""
    _arrives(page, circle)
    page.get_by_role("button", name="Ask for a parcel").click()
    page.locator("main button.main").click()
    page.locator("ul.paper").wait_for()
    paper: list[str] = page.locator("ul.paper li").all_inner_texts()
    page.locator("main > button.main").click()
    page.get_by_label("Minsk city").check()
    page.locator("main button.main").click()
    page.get_by_label("Invite").fill(circle.invite())
    page.locator("main button.main").click()
    page.locator(".come-back").wait_for()
    return paper


def _opens(page: Page, circle: _Circle, paper: list[str]) -> float:
    """Types the list, as if on another day; the median time until its dish is there."""
    _arrives(page, circle)
    page.get_by_role("button", name="I have a list").click()
    for row, line in zip(page.locator("ol.typed > li").all(), paper, strict=True):
        good, _, many = line.partition(" — ")
        row.get_by_role("combobox").first.fill(good)
        row.locator("select").select_option(re.sub(r"\D", "", many))
    took = []
    for run in range(RUNS):
        if run > 0:  # no, that is not my dish: back to the nine lines
            page.locator("main .stack button").last.click()
        began = time.monotonic()
        page.locator("main form button.main").click()
        page.locator(".dish-card").wait_for()
        took.append(time.monotonic() - began)
    return median(took)
