"""`radar report --check` as somebody types it: exit codes, and what differs by name."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from connectors.simulation.figures import Figures
from hub.cli import app
from streams.engine.errors import StopError
from tests.integration.figures.test_published import FIGURES_STATED

Radar = Callable[..., Result]


@pytest.fixture
def radar(filled_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Radar:
    """Return the command, at the simulated region."""
    monkeypatch.setenv("RADAR_DATA", str(tmp_path))
    monkeypatch.setenv("RADAR_DATABASE_URL", filled_database)
    monkeypatch.setenv("RADAR_KAFKA_BOOTSTRAP", "nobody.invalid:9092")
    return lambda *arguments: CliRunner().invoke(app, ["report", *arguments])


def written(figures: Figures, path: Path) -> str:
    path.write_text(figures.model_dump_json(by_alias=True, exclude_none=True), encoding="utf-8")
    return str(path)


def document(result: Result) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_figures_that_are_ours_end_with_zero(
    radar: Radar, printed: Figures, tmp_path: Path
) -> None:
    result = radar("--check", written(printed, tmp_path / "figures.json"), "--json")
    assert result.exit_code == 0, result.stderr
    told = document(result)
    assert (told["compared"], told["different"]) == (FIGURES_STATED, [])
    assert f"{FIGURES_STATED} published figures compared, 0 different" in result.stderr


def test_one_that_is_not_ours_ends_with_one_and_is_named(
    radar: Radar, printed: Figures, tmp_path: Path
) -> None:
    edition, *others = printed.editions
    first, *rest = edition.counts
    wrong = first.model_copy(update={"count": first.count + 1})
    changed = edition.model_copy(update={"counts": (wrong, *rest)})
    figures = printed.model_copy(update={"editions": (changed, *others)})
    file = written(figures, tmp_path / "figures.json")
    result = radar("--check", file, "--json")
    assert result.exit_code == 1
    (different,) = document(result)["different"]
    assert (different["edition"], different["id"]) == (edition.id, first.id)
    assert (different["published"], different["ours"]) == (first.count + 1, first.count)
    if others:
        # Asked for another edition alone, there is nothing wrong.
        assert radar("--check", file, "--edition", others[0].id).exit_code == 0


def test_an_edition_that_the_file_lacks_is_refused_with_those_it_has(
    radar: Radar, printed: Figures, tmp_path: Path
) -> None:
    file = written(printed, tmp_path / "figures.json")
    result = radar("--check", file, "--edition", "jaarboek")
    assert isinstance(result.exception, StopError)
    assert printed.editions[0].id in str(result.exception)


def test_a_file_that_is_not_there_is_wrong_use(radar: Radar, tmp_path: Path) -> None:
    result = radar("--check", str(tmp_path / "none.json"))
    assert result.exit_code == 2
    assert "there is no such file" in result.stderr
