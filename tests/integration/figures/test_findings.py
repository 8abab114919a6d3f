"""S32: findings by rule and week, what became of them, how soon somebody looked, and who waits."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import psycopg
import pytest
from typer.testing import CliRunner

from hub.cli import app
from projections.statistics import PLAIN, Period, Question, figures_of
from projections.statistics.s32_findings import Reviewed, reviewed, weeks
from streams.engine.database import Connection
from streams.engine.errors import StopError
from streams.engine.stage import InputRecord
from streams.household.terms import noon, start_of_day
from tests.support.log_rows import REGION, LogRows, lease
from tests.support.projected import migrate_projections, project

NOW = Question(region=REGION)
MARCH = Period(first=date(2025, 3, 1), last=date(2025, 3, 31))
FAMILIES = {name: f"household-{name}" for name in "abc"}


@pytest.fixture
def connection(module_database: str) -> Iterator[Connection]:
    with psycopg.connect(module_database) as connection:
        migrate_projections(connection)
        yield connection
        connection.rollback()


def step(log: LogRows, kind: str, name: str, on: date | datetime, **fields: Any) -> InputRecord:
    known_at = on if isinstance(on, datetime) else noon(on)
    return log.finding(kind, finding=name, known_at=known_at, **fields)


def life(log: LogRows) -> list[InputRecord]:
    """Return the lives of four findings in three households."""
    a, b, c = FAMILIES.values()
    high: dict[str, Any] = {"household_id": a, "level": "HIGH"}
    grave: dict[str, Any] = {"household_id": b, "rule_id": "R07", "level": "CRITICAL"}
    info: dict[str, Any] = {"household_id": c, "rule_id": "R16", "level": "INFO"}
    return [
        step(log, "RAISED", "f1", date(2025, 2, 27), **high),
        step(log, "RAISED", "f2", date(2025, 3, 3), **grave),
        step(log, "RAISED", "f3", date(2025, 3, 3), **info),
        step(log, "RAISED", "f4", date(2025, 3, 5), **grave | {"level": "HIGH", "subject": "p"}),
        step(log, "ACKNOWLEDGED", "f1", date(2025, 3, 10), **high),
        step(log, "RENEWED", "f3", date(2025, 3, 11), **info | {"level": "HIGH"}),
        step(log, "DISMISSED", "f2", date(2025, 3, 12), **grave),
        step(log, "WITHDRAWN", "f4", date(2025, 3, 20), **grave | {"level": "HIGH"}),
        step(log, "RAISED", "f4", date(2025, 3, 21), **grave | {"level": "HIGH"}),
        step(log, "DISMISSED", "f1", date(2025, 4, 2), **high),
        step(log, "EXPIRED", "f3", date(2025, 9, 2), **info),
    ]


def counts(
    connection: Connection, statistic: str, period: Period, question: Question = NOW
) -> Mapping[str, int]:
    (figures,) = figures_of(connection, statistic, question, [period])
    return {code or "all": figure.count for code, figure in figures.items() if figure.count}


def test_a_finding_counts_in_the_period_that_raised_it_under_its_rule(
    connection: Connection,
) -> None:
    project(connection, lease(), life(LogRows()))
    # f4 was raised twice and is one finding.
    assert counts(connection, "S32", MARCH) == {"all": 3, "R07": 2, "R16": 1}
    february = Period(first=date(2025, 2, 1), last=date(2025, 2, 28))
    assert counts(connection, "S32", february) == {"all": 1, "R01": 1}


def test_what_became_of_findings(connection: Connection) -> None:
    project(connection, lease(), life(LogRows()))
    assert counts(connection, "S32-ended", MARCH) == {
        "all": 3,
        "ACKNOWLEDGED": 1,
        "DISMISSED": 1,
        "WITHDRAWN": 1,
    }
    september = Period(first=date(2025, 9, 1), last=date(2025, 9, 30))
    assert counts(connection, "S32-ended", september) == {"all": 1, "EXPIRED": 1}


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2025, 2, 26), {}),
        (date(2025, 2, 27), {"all": 1, "HIGH": 1}),
        # b has a critical and a high one: once in the whole, once in each row.
        (date(2025, 3, 5), {"all": 2, "HIGH": 2, "CRITICAL": 1}),
        # c's became high when it was renewed; b's critical one was dismissed.
        (date(2025, 3, 12), {"all": 3, "HIGH": 3}),
        (date(2025, 3, 20), {"all": 2, "HIGH": 2}),
        (date(2025, 3, 21), {"all": 3, "HIGH": 3}),
        (date(2025, 4, 2), {"all": 2, "HIGH": 2}),
        (date(2025, 9, 2), {"all": 1, "HIGH": 1}),
    ],
)
def test_who_waits_with_something_grave(
    connection: Connection, day: date, expected: Mapping[str, int]
) -> None:
    project(connection, lease(), life(LogRows()))
    assert counts(connection, "S32-open", Period(first=day, last=day)) == expected


def test_how_soon_somebody_looked(connection: Connection) -> None:
    project(connection, lease(), life(LogRows()))
    # f1 after 11 days, f2 after 9; that f1 was dismissed later is no first look.
    assert reviewed(connection, NOW, MARCH) == Reviewed(count=2, median_days=Fraction(10))
    april = Period(first=date(2025, 4, 1), last=date(2025, 4, 30))
    assert reviewed(connection, NOW, april) == Reviewed(count=0, median_days=None)


def test_a_median_of_two_may_be_a_half(connection: Connection) -> None:
    log = LogRows()
    rows = [step(log, "RAISED", name, MARCH.first) for name in ("f1", "f2")]
    rows.append(step(log, "ACKNOWLEDGED", "f1", MARCH.first))
    rows.append(step(log, "DISMISSED", "f2", MARCH.first + timedelta(days=3)))
    project(connection, lease(), rows)
    assert reviewed(connection, NOW, MARCH) == Reviewed(count=2, median_days=Fraction(3, 2))


def test_as_known_on_a_day(connection: Connection) -> None:
    project(connection, lease(), life(LogRows()))
    then = Question(region=REGION, known_on=date(2025, 3, 3))
    assert counts(connection, "S32", MARCH, then) == {"all": 2, "R07": 1, "R16": 1}
    assert counts(connection, "S32-ended", MARCH, then) == {}
    assert reviewed(connection, then, MARCH).count == 0
    assert counts(connection, "S32-open", MARCH, then) == {"all": 2, "HIGH": 1, "CRITICAL": 1}


def test_a_day_ends_at_midnight_in_amsterdam(connection: Connection) -> None:
    log = LogRows()
    midnight = start_of_day(date(2025, 7, 1))
    rows = [
        step(log, "RAISED", "f1", midnight - timedelta(milliseconds=1)),
        step(log, "RAISED", "f2", midnight),
    ]
    project(connection, lease(), rows)
    days = [Period(first=day, last=day) for day in (date(2025, 6, 30), date(2025, 7, 1))]
    figures = figures_of(connection, "S32", NOW, days)
    assert [day[PLAIN].count for day in figures] == [1, 1]


def test_weeks_are_whole_and_start_on_monday() -> None:
    found = weeks(date(2025, 3, 1), date(2025, 3, 31))
    assert [week.first for week in found] == [
        date(2025, 3, 3),
        date(2025, 3, 10),
        date(2025, 3, 17),
        date(2025, 3, 24),
    ]
    assert all((week.last - week.first).days == 6 for week in found)
    assert weeks(date(2025, 3, 3), date(2025, 3, 9)) == found[:1]
    assert weeks(date(2025, 3, 4), date(2025, 3, 9)) == []
    assert weeks(date(2025, 3, 9), date(2025, 3, 1)) == []


def test_the_command_tells_all_of_it_as_one_document(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = LogRows()
    opened = log.event("RegionOpened", event="o", clock_mode="REPLAY", name="Drenthe")
    regions = tmp_path / "regions.toml"
    regions.write_text('[[region]]\ncode = "drenthe"\nname = "Drenthe"\n', encoding="utf-8")
    monkeypatch.setenv("RADAR_DATA", str(tmp_path))
    monkeypatch.setenv("RADAR_DATABASE_URL", database)
    monkeypatch.setenv("RADAR_KAFKA_BOOTSTRAP", "nobody.invalid:9092")
    with psycopg.connect(database) as connection:
        migrate_projections(connection)
        project(connection, lease(), [opened, *life(log)])
    asked = ("rules", "figures", "--from", "2025-03-01", "--to", "2025-03-31")
    told = CliRunner().invoke(app, [*asked, "--json"])
    assert told.exit_code == 0, told.stderr
    document = json.loads(told.stdout)
    assert document["raised"]["count"] == 3
    assert {rule: n for rule, n in document["raised"]["by_rule"].items() if n} == {
        "R07": 2,
        "R16": 1,
    }
    assert [week["count"] for week in document["raised"]["by_week"]] == [3, 0, 1, 0]
    assert document["ended"]["WITHDRAWN"] == 1
    assert document["reviewed"] == {"count": 2, "median_days": 10.0}
    assert document["households_open"] == {"count": 3, "HIGH": 3, "CRITICAL": 0}
    wrong = CliRunner().invoke(app, [*asked[:2], "--from", "2025-04-01", "--to", "2025-03-01"])
    assert isinstance(wrong.exception, StopError)
