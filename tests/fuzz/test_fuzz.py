"""Whatever arrives is read or refused: the kept corpus, and for a moment what coverage leads to.

`make fuzz` goes on for longer. What it finds joins the corpus, so that it is asked here ever after.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.fuzz import targets
from tests.fuzz.targets import TARGETS

CORPUS = Path(__file__).parent / "corpus"
ROOT = Path(__file__).parents[2]
SECONDS, LONG_SECONDS = 2, 60

needs_atheris = pytest.mark.skipif(
    importlib.util.find_spec("atheris") is None, reason="atheris is not made for this platform"
)


@pytest.fixture(scope="module", autouse=True)
def closing() -> Iterator[None]:
    yield
    targets.close()


@pytest.mark.parametrize("name", TARGETS)
def test_the_corpus_is_read_or_refused(name: str) -> None:
    files = sorted((CORPUS / name).iterdir())
    assert files

    for file in files:
        data = file.read_bytes()
        for cut in (data, data[:-1], data[: len(data) // 2], b""):
            TARGETS[name](cut)


def fuzz(name: str, seconds: int, folder: Path) -> None:
    """Raise unless *seconds* of fuzzing end well. What breaks it is said as hex."""
    (folder / "found").mkdir(parents=True)
    options = [f"-max_total_time={seconds}", "-timeout=20", "-rss_limit_mb=2048", "-max_len=8192"]
    folders = [f"-artifact_prefix={folder}/", str(folder / "found"), str(CORPUS / name)]
    ran = subprocess.run(
        [sys.executable, "-m", "tests.fuzz.run", name, *options, *folders],
        cwd=ROOT,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=120 + 2 * seconds,
    )
    artifacts = [file.read_bytes().hex() for file in folder.iterdir() if file.is_file()]
    assert ran.returncode == 0, (artifacts, ran.stderr[-6_000:])
    assert "Done " in ran.stderr


@pytest.fixture(scope="module")
def moments(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Future[None]]]:
    """A moment of every target, two at once: most of it is starting."""
    folder = tmp_path_factory.mktemp("fuzz")
    with ThreadPoolExecutor(2) as pool:
        yield {name: pool.submit(fuzz, name, SECONDS, folder / name) for name in TARGETS}


@needs_atheris
@pytest.mark.parametrize("name", TARGETS)
def test_nothing_breaks_for_a_moment(name: str, moments: dict[str, Future[None]]) -> None:
    moments[name].result()


@needs_atheris
@pytest.mark.long
@pytest.mark.parametrize("name", TARGETS)
def test_nothing_breaks_for_long(name: str, tmp_path: Path) -> None:
    fuzz(name, LONG_SECONDS, tmp_path)


@needs_atheris
def test_a_planted_fault_is_found(tmp_path: Path) -> None:
    """The fuzzing can fail: a reader that breaks far inside a seed is caught."""
    program = (
        "import sys, atheris\n"
        "def target(data):\n"
        "    if data[:2] == b'ab': raise KeyError\n"
        "atheris.instrument_func(target)\n"
        "atheris.Setup(sys.argv, atheris.instrument_func(target)); atheris.Fuzz()\n"
    )
    options = ["-max_total_time=120", f"-artifact_prefix={tmp_path}/"]
    ran = subprocess.run([sys.executable, "-c", program, *options], capture_output=True)

    assert ran.returncode != 0
    assert [file.name[:6] for file in tmp_path.iterdir()] == ["crash-"]
