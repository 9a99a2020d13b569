"""Settings: one type, nothing secret by default, nothing changed while it runs."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from pydantic import ValidationError

import api.settings
from api.settings import Settings


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    for name in list(os.environ):
        if name.startswith("KLUNAK_"):
            monkeypatch.delenv(name)


def test_every_setting_is_one_line_with_a_sentence() -> None:
    tree = ast.parse(Path(api.settings.__file__).read_text(encoding="utf-8"))
    lines = {
        node.target.id: (node.lineno, node.end_lineno)
        for node in ast.walk(tree)
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    }
    for name, field in Settings.model_fields.items():
        assert field.description, name
        assert lines[name][0] == lines[name][1], name


@pytest.mark.parametrize("missing", ["circle_document", "node_key"])
def test_a_node_does_not_start_on_somebody_elses_circle_or_key(missing: str) -> None:
    given = {"circle_document": Path("a"), "node_key": Path("b")}
    del given[missing]

    with pytest.raises(ValidationError):
        Settings(**given)  # type: ignore[arg-type]


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KLUNAK_CIRCLE_DOCUMENT", "/c")
    monkeypatch.setenv("KLUNAK_NODE_KEY", "/k")
    monkeypatch.setenv("KLUNAK_DATA_DIRECTORY", "/d")
    monkeypatch.setenv("KLUNAK_PORT", "9000")

    settings = Settings()  # type: ignore[call-arg]

    assert settings.port == 9000
    assert settings.database == "sqlite:////d/node.db"


def test_settings_do_not_change() -> None:
    settings = Settings(circle_document=Path("a"), node_key=Path("b"))

    with pytest.raises(ValidationError):
        settings.port = 1  # type: ignore[misc]
