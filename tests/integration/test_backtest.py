"""Other numbers over the whole journal: equal to folding it with them, and nothing live touched."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from hub import rebuild_parts
from hub.backtest import Asked, Backtest, backtest
from hub.rates import rates
from hub.trials import Days, week_of
from schemas.codec import decode_body
from streams.engine.errors import StopError
from streams.household import steps
from streams.household.rule_set import RuleSet
from streams.household.rules.repeated_reports import RepeatedReports
from streams.household.terms import amsterdam_day
from streams.radar.replay import replay
from streams.radar.rows import RULES_ACTIVATED, decode_row
from tests.support.live_tables import REGION_CODES, LiveTables, fill
from tests.support.road_command import radar_command

REGION = REGION_CODES[0]
TRIED = {"attention_episodes": 2}


@pytest.fixture(scope="module")
def live(module_database: str) -> Iterator[LiveTables]:
    tables = LiveTables(module_database)
    fill(tables)
    for region in REGION_CODES:
        tables.query(
            "insert into admission.region_clock (region, mode, name, now, day, opened_at) "
            "select %s, 'REPLAY', 'Oefenregio', max(known_at), '2025-01-01', min(known_at) "
            "from engine.journal where region = %s",
            region,
            region,
        )
    yield tables
    tables.close()


def raised_by(live: LiveTables, **numbers: int) -> Counter[str]:
    """Return what a rule with these numbers raises in a region, per week, by the live fold."""
    bodies = live.query(
        "select body from engine.journal where region = %s order by position", REGION
    )
    rows = [decode_row(bytes(body)) for (body,) in bodies]
    rules = RuleSet(rules=(RepeatedReports(**numbers),))
    kept = [row for row in rows if row.event.record_name != RULES_ACTIVATED]
    log = [
        decode_body("FindingEvent", 1, row.body)
        for row in replay(REGION, kept, rule_set=rules).findings
    ]
    return Counter(
        week_of(amsterdam_day(said["known_at"])) for said in log if said["kind"] == "RAISED"
    )


def weeks_of(found: Backtest, side: str) -> Counter[str]:
    return Counter({week["week"]: week[side] for week in found.weeks() if week[side]})


def test_other_numbers_find_what_folding_with_them_finds(live: LiveTables) -> None:
    found = backtest(live.url, Asked(rule_id="R01", changes=TRIED, region=REGION))
    assert weeks_of(found, "now") == raised_by(live)
    assert weeks_of(found, "then") == raised_by(live, **TRIED)
    assert found.then.findings > found.now.findings > 0
    document = found.document()
    assert document["households"]["only_now"] == 0
    assert document["households"]["only_then"] > 0
    assert document["regions"][0]["now"]["attention_episodes"] == 3
    assert document["regions"][0]["then"]["attention_episodes"] == 2
    assert document["reports"] > 0


def test_the_same_numbers_find_what_the_finding_log_has(live: LiveTables) -> None:
    found = backtest(live.url, Asked(rule_id="R01", changes={}))
    assert found.now.weeks == found.then.weeks
    logged = live.query("select body from engine.findings")
    said = [decode_body("FindingEvent", 1, bytes(body)) for (body,) in logged]
    raised = {s["finding_id"] for s in said if s["kind"] == "RAISED" and s["rule_id"] == "R01"}
    assert {each for week in found.now.weeks.values() for each in week} == raised


def test_all_cores_and_one_process_say_the_same(
    live: LiveTables, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = Asked(rule_id="R07", changes={"critical_flags": 1})
    alone = backtest(live.url, asked).document()
    monkeypatch.setattr(rebuild_parts, "POOL_ROWS_MIN", 0)
    together = backtest(live.url, asked).document()
    clock = ("seconds", "rows_per_second")
    assert {**alone, **dict.fromkeys(clock)} == {**together, **dict.fromkeys(clock)}
    assert alone["levels"]["then"].get("HIGH", 0) == 0


def test_days_bound_what_is_counted(live: LiveTables) -> None:
    whole = backtest(live.url, Asked(rule_id="R02", changes={}, region=REGION))
    days = sorted(raised_days(live))
    first, last = days[1], days[-2]
    part = backtest(
        live.url, Asked(rule_id="R02", changes={}, days=Days(first=first, last=last), region=REGION)
    )
    assert 0 < part.now.findings < whole.now.findings
    assert part.now.findings == sum(first <= day <= last for day in raised_days(live))
    assert part.trials.rows < whole.trials.rows


def raised_days(live: LiveTables) -> list[date]:
    rows = live.query("select body from engine.findings where region = %s", REGION)
    said = [decode_body("FindingEvent", 1, bytes(body)) for (body,) in rows]
    return [
        amsterdam_day(one["known_at"])
        for one in said
        if one["kind"] == "RAISED" and one["rule_id"] == "R02"
    ]


def test_the_rates_are_those_of_the_finding_log(live: LiveTables) -> None:
    document = rates(live.url, days=Days(), region=None).document()
    logged = live.query("select body from engine.findings")
    said = [decode_body("FindingEvent", 1, bytes(body)) for (body,) in logged]
    raised = Counter(one["rule_id"] for one in said if one["kind"] == "RAISED")
    high: dict[str, set[str]] = {}
    for one in said:
        if one["kind"] in ("RAISED", "RENEWED") and one["level"] in ("HIGH", "CRITICAL"):
            high.setdefault(one["rule_id"], set()).add(one["finding_id"])
    rules = {each["rule"]: each for each in document["rules"]}
    assert {rule: each["findings"] for rule, each in rules.items() if each["findings"]} == raised
    assert {r: each["high"] for r, each in rules.items() if each["high"]} == {
        rule: len(found) for rule, found in high.items()
    }
    weeks = [week["findings"] for week in document["weeks"]]
    assert {rule: sum(week[rule] for week in weeks) for rule in rules if raised[rule]} == raised
    reports = document["reports"]
    assert reports == sum(week["reports"] for week in document["weeks"]) > 0
    assert rules["R01"]["share"] == round(raised["R01"] / reports, 4)
    assert any(each["is_too_high"] for each in rules.values())
    assert document["households_waiting"] == 0


def test_the_rates_count_within_the_days_asked(live: LiveTables) -> None:
    days = sorted(raised_days(live))
    part = rates(live.url, days=Days(first=days[1], last=days[-2]), region=REGION).document()
    found = {each["rule"]: each["findings"] for each in part["rules"]}
    assert found["R02"] == sum(days[1] <= day <= days[-2] for day in days)


@pytest.fixture
def parked(live: LiveTables) -> Iterator[str]:
    """A household of the region with findings waits from its first row on."""
    ((household, stage, version),) = live.query(
        "select f.household_id, h.stage, h.version from projections.finding f, engine.head h "
        "where f.region = %s and h.region = %s and h.stage = 'radar' "
        "and f.rule_id = 'R02' order by f.household_id limit 1",
        REGION, REGION,
    )  # fmt: skip
    live.query(
        "insert into engine.parked (id, stage, version, region, log, household_id, position, code,"
        " place, attempts, parked_at, tried_at) values (gen_random_uuid(), %s, %s, %s, 'journal', "
        "%s, 1, 'KeyError', 'fold.py:1', 1, now(), now())",
        stage, version, REGION, household,
    )  # fmt: skip
    yield household
    live.query("delete from engine.parked")


def test_a_household_that_waits_is_left_out_and_said(live: LiveTables, parked: str) -> None:
    found = backtest(live.url, Asked(rule_id="R02", changes={}, region=REGION))
    assert parked not in found.now.households
    assert found.document()["households_waiting"] == 1
    document = rates(live.url, days=Days(), region=None).document()
    assert document["households_waiting"] == 1


def test_a_household_that_a_rule_cannot_take_is_left_out_and_said(
    live: LiveTables, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = backtest(live.url, Asked(rule_id="R01", changes={}, region=REGION))
    broken = min(whole.now.households)
    fold = steps.take_event

    def fails(*arguments: Any, **named: Any) -> Any:
        if named["household_id"] == broken:
            raise KeyError("planted")
        return fold(*arguments, **named)

    monkeypatch.setattr("streams.radar.region_fold.take_event", fails)
    rest = backtest(live.url, Asked(rule_id="R01", changes={}, region=REGION))
    assert rest.now.households == whole.now.households - {broken}
    assert rest.trials.waiting == 1


def test_nothing_live_is_touched(live: LiveTables) -> None:
    tables = ("engine.findings", "radar.household_state", "radar.rule_set", "projections.finding")
    sums = "select md5(string_agg(t::text, '|' order by t::text)) from {} as t"
    before = [live.query(sums.format(table)) for table in tables]
    backtest(live.url, Asked(rule_id="R01", changes=TRIED))
    assert [live.query(sums.format(table)) for table in tables] == before
    assert live.query("select nspname from pg_namespace where nspname like '%%_next'") == []


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (Asked(rule_id="R99", changes={}), "there is no rule R99; there are R01, R02"),
        (Asked(rule_id="R01", changes={}, region="utrecht"), "no such region is open"),
        (
            Asked(
                rule_id="R01",
                changes={},
                days=Days(first=date(2025, 2, 1), last=date(2025, 1, 1)),
            ),
            "give the earlier day first",
        ),
    ],
)
def test_what_cannot_be_tried_is_said(live: LiveTables, asked: Asked, message: str) -> None:
    with pytest.raises(StopError, match=message):
        backtest(live.url, asked)


def test_the_commands_answer_machines_and_people(live: LiveTables, tmp_path: Path) -> None:
    environment = {"RADAR_DATABASE_URL": live.url}

    def radar(*arguments: str) -> Any:
        return radar_command("rules", *arguments, data=tmp_path, environment=environment)

    listed = radar("list", "--json")
    assert listed.code == 0, listed.said
    document = listed.json()
    assert {rule["rule"] for rule in document["rules"]} >= {"R01", "R02", "R07"}
    place = next(each for each in document["regions"] if each["region"] == REGION)
    assert place["since"]["journal_position"] == 2
    assert place["rules"]["R01"]["window_days"] == 365
    assert "attention_episodes=3" in listed.said
    tried = radar("backtest", "R01", "--set", "n=2", "--region", REGION, "--json")
    assert tried.code == 0, tried.said
    assert tried.json()["set"] == {"attention_episodes": 2}
    assert "only then" in tried.said
    spoken = radar("rates", "--region", REGION, "--json")
    assert spoken.code == 0, spoken.said
    assert {each["rule"] for each in spoken.json()["rules"]} >= {"R01", "R12"}
    assert "of reports" in spoken.said and "too many" in spoken.said
    wrong = radar("backtest", "R01", "--set", "sectors=2")
    assert wrong.code == 1
    assert "it has window_days (default 365), attention_episodes (default 3)" in wrong.said
    assert radar("backtest", "R01", "--from", "gisteren").code == 2
