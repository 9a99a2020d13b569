"""The arrows point one way, and nothing that opens a record can be reached from the node.

Imports are read from the source, through our own modules, to wherever they lead; then a fresh
process imports the node for real and says what is in its memory.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FIRST_PARTY = ("api", "crypto", "matching", "clients")

ALLOWED_CRYPTO = {
    "crypto",
    "crypto.almanac",
    "crypto.certificates",
    "crypto.certifying_keys",
    "crypto.circle",
    "crypto.commit_headers",
    "crypto.descriptors",
    "crypto.documents",
    "crypto.drops",
    "crypto.errors",
    "crypto.labels",
    "crypto.periods",
    "crypto.permits",
    "crypto.strict_json",
}
"""Hashing, verifying and reading documents: all of `crypto` that a node may hold."""

OPENERS = (
    "crypto.sealing",
    "crypto.records",
    "crypto.encoding",
    "crypto.blinding",
    "crypto.signing_keys",
    "crypto.lists",
    "crypto.messages",
    "crypto.keys",
    "crypto.conversations",
    "crypto.outboxes",
    "matching",
    "clients",
    "nacl.secret",
    "nacl.public",
    "nacl.bindings.crypto_aead",
    "cryptography.fernet",
    "cryptography.hazmat.primitives.hpke",
    "cryptography.hazmat.primitives.ciphers",
    "cryptography.hazmat.primitives.asymmetric.x25519",
    "cryptography.hazmat.primitives.asymmetric.mlkem",
)
"""What opens a record, or leads to it. A name here stands for everything that begins with it."""

LIBRARIES_LOAD = ("nacl.bindings.crypto_aead", "nacl.public")
"""PyNaCl loads all its bindings for the sake of any, and `nacl.public` for `nacl.signing`. They
hold no key and know no format; that nothing of ours names them is checked from the source."""


def modules(root: Path, packages: tuple[str, ...] = FIRST_PARTY) -> dict[str, Path]:
    """Every first-party module beneath *root*, by its dotted name."""
    found = {}
    for package in packages:
        for file in sorted((root / package).rglob("*.py")):
            parts = file.relative_to(root).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    return found


def imports_of(name: str, file: Path) -> Iterator[str]:
    """What *file* imports anywhere, also inside functions: modules and names within them."""
    package = name if file.name == "__init__.py" else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*above, *([base] if base else [])])
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and _named(node.func) in {"__import__", "import_module"}:
            # What is computed cannot be followed, so it is as good as forbidden.
            argument = node.args[0] if node.args else None
            yield str(argument.value) if isinstance(argument, ast.Constant) else "clients"


def reached_from(root: Path, start: str) -> dict[str, str]:
    """Everything imported from package *start*, through first-party modules: name → by whom."""
    known = modules(root)
    reached: dict[str, str] = {}
    to_read = [name for name in known if name == start or name.startswith(start + ".")]
    read = set()
    while to_read:
        name = to_read.pop()
        if name in read:
            continue
        read.add(name)
        for imported in imports_of(name, known[name]):
            reached.setdefault(imported, name)
            # Importing a module runs every package above it.
            parts = imported.split(".")
            above = (".".join(parts[:length]) for length in range(1, len(parts) + 1))
            to_read += [module for module in above if module in known]
    return reached


def forbidden(reached: dict[str, str]) -> dict[str, str]:
    return {
        name: by
        for name, by in reached.items()
        if any(name == opener or name.startswith(opener) for opener in OPENERS)
    }


def _named(function: ast.expr) -> str:
    return getattr(function, "attr", getattr(function, "id", ""))


def test_nothing_that_opens_a_record_is_reachable_from_the_node() -> None:
    assert forbidden(reached_from(ROOT, "api")) == {}


def test_the_node_holds_only_the_crypto_it_is_allowed() -> None:
    known = modules(ROOT)
    crypto = {name for name in reached_from(ROOT, "api") if name in known and "crypto" in name}

    assert {name for name in crypto if name.startswith("crypto")} <= ALLOWED_CRYPTO


def test_the_nodes_memory_has_nothing_that_opens_a_record() -> None:
    program = "import json, sys, api.app, api.serve; print(json.dumps(sorted(sys.modules)))"
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    )
    loaded = json.loads(ran.stdout)

    assert "api.commits" in loaded
    opening = forbidden(dict.fromkeys(loaded, "the process"))
    ours = {name for name in opening if not name.startswith(LIBRARIES_LOAD)}
    assert ours == set()
    assert {name for name in loaded if name.split(".")[0] == "crypto"} <= ALLOWED_CRYPTO


def cycle_in(root: Path) -> list[str]:
    """First-party modules that import each other in a circle; empty if there are none."""
    known = modules(root)
    importing = {
        name: {imported for imported in imports_of(name, file) if imported in known} - {name}
        for name, file in known.items()
    }
    try:
        TopologicalSorter(importing).prepare()
    except CycleError as error:
        circle: list[str] = error.args[1]
        return circle
    return []


def test_no_modules_import_each_other() -> None:
    """Not for the sake of types either: what is drawn in a circle cannot be read in an order."""
    assert cycle_in(ROOT) == []


def test_a_planted_circle_is_found(tmp_path: Path) -> None:
    (tmp_path / "crypto").mkdir()
    (tmp_path / "crypto/keys.py").write_text("from crypto import lists")
    (tmp_path / "crypto/lists.py").write_text("def later():\n    import crypto.goods")
    goods = tmp_path / "crypto/goods.py"
    goods.write_text("if TYPE_CHECKING:\n    from crypto.keys import Person")

    assert {*cycle_in(tmp_path)} == {"crypto.keys", "crypto.lists", "crypto.goods"}

    goods.write_text("")
    assert cycle_in(tmp_path) == []


def test_crypto_knows_nothing_of_us() -> None:
    reached = reached_from(ROOT, "crypto")

    assert {n for n in reached if n.split(".")[0] in ("api", "matching", "clients")} == set()


def test_matching_knows_nobody() -> None:
    reached = reached_from(ROOT, "matching")

    others = ("api", "crypto", "clients", "sqlmodel", "sqlalchemy", "httpx", "socket")
    assert {name for name in reached if name.split(".")[0] in others} == set()


@pytest.mark.parametrize(
    "planted",
    [
        "import crypto.sealing",
        "from crypto import sealing",
        "from crypto.sealing import open_sealed",
        "def later():\n    from crypto import records",
        "from crypto import innocent",
        "import matching.rounds",
        "from clients import family",
        "from nacl.secret import SecretBox",
        "from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_decrypt",
        "from cryptography.hazmat.primitives import ciphers",
        "from cryptography.hazmat.primitives.hpke import Suite",
        "import importlib\nimportlib.import_module('crypto.' + 'sealing')",
        "from . import helper",
    ],
)
def test_a_planted_import_is_found(tmp_path: Path, planted: str) -> None:
    """The test can fail: each of these, anywhere in api/, is noticed."""
    files = {
        "api/__init__.py": "",
        "api/app.py": "from api import drops",
        "api/drops.py": planted,
        "api/helper.py": "import crypto.innocent",
        "crypto/__init__.py": "",
        "crypto/innocent.py": "from crypto.sealing import seal",
        "crypto/sealing.py": "",
        "crypto/records.py": "",
        "matching/rounds.py": "",
        "clients/family.py": "",
    }
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content)

    assert forbidden(reached_from(tmp_path, "api"))

    (tmp_path / "api/drops.py").write_text("from crypto import labels")
    (tmp_path / "api/helper.py").write_text("")
    assert forbidden(reached_from(tmp_path, "api")) == {}
