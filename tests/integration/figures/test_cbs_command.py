"""`radar cbs` as somebody types it: exit codes, files, and what each mistake is told."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from typer.testing import CliRunner, Result

from hub.cli import app
from streams.engine.errors import StopError
from streams.engine.key_files import KeyFiles
from tests.integration.figures.test_cbs_journal import SOON, Journal
from tests.support.log_rows import lease
from tests.support.projected import migrate_projections, project

TODAY = datetime(2025, 8, 1, 8, tzinfo=UTC)


@pytest.fixture(scope="module")
def database(module_database: str) -> str:
    """Return a region with one report that is complete, and one advice with a gap."""
    told = Journal()
    told.add("RegionOpened", "opened", clock_mode="REPLAY", name="Drenthe", known_at=SOON)
    told.add("ClockTicked", "tick", day=TODAY.date(), known_at=TODAY)
    told.report(1, date(2025, 3, 3), reporter_role="01")
    told.assessed(1, date(2025, 3, 5), "NO_FOLLOW_UP")
    told.advice("gap", date(2025, 7, 2), seeker_role="15")
    with psycopg.connect(module_database) as connection:
        migrate_projections(connection)
        project(connection, lease(), told.rows)
    return module_database


@pytest.fixture
def deployment(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty directory beside a deployment that the command finds by its settings."""
    KeyFiles.create(tmp_path / "keys")
    regions = tmp_path / "regions.toml"
    regions.write_text('[[region]]\ncode = "drenthe"\nname = "Drenthe"\n', encoding="utf-8")
    monkeypatch.setenv("RADAR_DATA", str(tmp_path))
    monkeypatch.setenv("RADAR_DATABASE_URL", database)
    monkeypatch.setenv("RADAR_KAFKA_BOOTSTRAP", "nobody.invalid:9092")
    return tmp_path / "levering"


def radar(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["cbs", *arguments])


def document(result: Result) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_a_delivery_that_is_fit_ends_with_zero(deployment: Path) -> None:
    result = radar("export", "--half-year", "2025-1", "--out", str(deployment), "--json")
    assert result.exit_code == 0, result.stderr
    told = document(result)
    assert (told["fit"], told["known_on"], told["organisation"]) == (True, "2025-08-01", "drenthe")
    assert [each["records"] for each in told["sets"]] == [0, 1, 0]
    (check,) = deployment.glob("*-check.json")
    assert json.loads(check.read_text(encoding="utf-8")) == told
    assert {path.name for path in deployment.glob("*.txt")} == {e["file"] for e in told["sets"]}
    (line,) = (deployment / told["sets"][1]["file"]).read_text("ascii").splitlines()
    number = line[20:34]
    found = radar("find", number, "--half-year", "2025-1", "--json")
    assert document(found) == {"set": "meldingen", "identity": "M-1"}


def test_a_half_year_that_is_not_over_writes_nothing(deployment: Path) -> None:
    told = radar("export", "--half-year", "2025-2", "--out", str(deployment))
    assert isinstance(told.exception, StopError)
    assert "was not over on that day" in str(told.exception)
    assert not deployment.exists()


def test_a_gap_is_refused(deployment: Path, database: str) -> None:
    told = Journal()
    told.log.heads = {"journal": 100, "advice": 100}
    told.advice("another", date(2025, 2, 2), seeker_role="15")
    with psycopg.connect(database) as connection:
        project(connection, lease(), told.rows)
    result = radar("export", "--half-year", "2025-1", "--out", str(deployment), "--json")
    assert result.exit_code == 1
    told_set = document(result)["sets"][0]
    assert [(p["field"], p["refused"]) for p in told_set["problems"]] == [("aanleiding", True)]
    assert len(list(deployment.iterdir())) == 4
    assert "refused: aanleiding" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("check", "--half-year", "2025"), "write a half-year as 2025-1"),
        (("check", "--half-year", "2025-1", "--region", "limburg"), "there is no such region"),
        (("check", "--half-year", "2025-1", "--known-on", "soon"), "write a day as"),
        (("check",), "--half-year"),
    ],
)
def test_wrong_use_ends_with_two(deployment: Path, arguments: tuple[str, ...], said: str) -> None:
    result = radar(*arguments)
    assert result.exit_code == 2
    assert said in " ".join(result.stderr.replace("│", " ").split())


def test_a_day_that_cannot_be_asked_is_told(deployment: Path) -> None:
    for day, said in (("2025-08-02", "is a day to come"), ("2025-06-29", "was not over")):
        result = radar("check", "--half-year", "2025-1", "--known-on", day)
        assert isinstance(result.exception, StopError)
        assert said in str(result.exception)


def test_an_unknown_number_ends_with_one(deployment: Path) -> None:
    assert radar("find", "ML000000000000", "--half-year", "2025-1").exit_code == 1
