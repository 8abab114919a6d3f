"""A household on any day: equal to the live tables now, and to what the logs held then."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from hub.households import Households, households
from schemas.codec import decode_body
from streams.engine.errors import StopError
from streams.engine.key_files import KeyFiles
from streams.engine.log import JOURNAL
from streams.household.process import process_of
from streams.household.process_words import CaseState
from streams.household.state import to_bytes
from streams.household.terms import amsterdam_day, start_of_day
from streams.radar.household_changes import Part
from streams.radar.replay import replay
from streams.radar.rows import Row, decode_row
from streams.radar.time_travel import TOLD_RECORDS
from streams.vault.lookup_tokens import index_token
from tests.support.case_journal import step
from tests.support.journal import Said, corrected, journal, police, rearranged, uuid_of
from tests.support.live_tables import REGION_CODES, LiveTables, fill
from tests.support.road_command import radar_command

REGION = REGION_CODES[0]
HOME, OTHER = "household-case", "household-other"
PID = secrets.token_hex(16)
FIRST = date(2027, 3, 3)
REPORT = step("REPORT", "2027-03-03", "r1")
RED = police("2027-03-02", "red", flags=("STRANGULATION",))
CLOSED = step("CLOSED", "2027-04-01", "c1")


def homed(said: Said, home: str) -> Said:
    return replace(said, households=(home,))


CASE = (
    homed(RED, HOME),
    homed(REPORT, HOME),
    homed(step("ASSESSED", "2027-03-10", "a1", outcome="INVESTIGATION"), HOME),
    homed(step("SERVICE", "2027-03-10", "s1"), HOME),
    homed(CLOSED, HOME),
    homed(corrected("2027-04-05", "k1", CLOSED), HOME),
    homed(police("2027-04-20", "other", flags=("STALKING",)), OTHER),
)


@pytest.fixture(scope="module")
def live(module_database: str) -> Iterator[LiveTables]:
    tables = LiveTables(module_database)
    fill(tables)
    head = tables.query("select position from engine.log_head where log = 'journal' limit 1")[0][0]
    # Everything of the other household goes into the first on 1 May.
    merger = rearranged("2027-05-01", "merge", (OTHER, HOME, [head + len(CASE)]))
    tables.append(JOURNAL, REGION, journal([*CASE, merger]))
    tables.catch_up()
    with psycopg.connect(module_database, autocommit=True) as connection:
        connection.execute(
            "insert into admission.region_clock (region, mode, name, now, day, opened_at) "
            "select %s, 'REPLAY', 'Oefenregio', now(), '2027-06-01', min(known_at) "
            "from engine.journal where region = %s",
            [REGION, REGION],
        )
        connection.execute(
            "insert into admission.membership (region, household_id, pid, role, valid_from, "
            "position_from, position_to) values (%s, %s, %s, 'VICTIM', '2027-03-02', %s, null), "
            "(%s, %s, %s, 'CHILD', '2027-03-02', %s, %s)",
            [REGION, HOME, PID, head + 1, REGION, HOME, "0" * 32, head + 1, head + 6],
        )
    yield tables
    tables.close()


@pytest.fixture
def read(live: LiveTables) -> Iterator[Households]:
    with households(live.url) as found:
        yield found


def whole_journal(live: LiveTables) -> list[Row]:
    bodies = live.query(
        "select body from engine.journal where region = %s order by position", REGION
    )
    return [decode_row(bytes(body), TOLD_RECORDS) for (body,) in bodies]


def test_now_is_what_the_live_tables_say(live: LiveTables, read: Households) -> None:
    states = live.query(
        "select household_id, state from radar.household_state where region = %s", REGION
    )
    assert len(states) > 20
    compared = 0
    for household, state in states:
        if household == OTHER:
            continue
        known = read.show(household, None, None)
        if known.household_id != household:
            continue  # it went into another one, which is looked at by itself
        assert to_bytes(known.state) == bytes(state)
        findings = live.query(
            "select finding_id::text, level, status, sentence from projections.finding "
            "where region = %s and household_id = %s and status in ('OPEN', 'ACKNOWLEDGED')",
            REGION,
            household,
        )
        found = {
            (f.finding_id, f.level.name, f.status.name, f.sentence) for f in known.open_findings
        }
        assert found == set(findings)
        compared += len(findings)
    assert compared > 5, "nothing equals nothing"


@pytest.mark.parametrize("days", [35, 60, 75, 240])
def test_a_day_shows_what_the_logs_held_by_its_end(
    live: LiveTables, read: Households, days: int
) -> None:
    journal_rows = whole_journal(live)
    day = amsterdam_day(journal_rows[0].event.known_at) + timedelta(days=days)
    end = start_of_day(day + timedelta(days=1))
    prefix = [row for row in journal_rows if row.event.known_at < end]
    then = replay(REGION, prefix)
    logged = findings_logged_before(live, end)
    looked = 0
    for household in sorted(then.households):
        known = read.show(household, day, REGION)
        assert known.moment.position == len(prefix)
        if known.household_id != household:
            continue
        assert to_bytes(known.state) == to_bytes(then.households[household].state)
        assert {f.finding_id for f in known.open_findings} == logged.get(household, set())
        own = [row for row in prefix if household in row.household_ids]
        if all(row.event.record_name != "HouseholdsRearranged" for row in own):
            assert known.process == process_of(row.event for row in own)
        looked += 1
    assert looked


def findings_logged_before(live: LiveTables, end: datetime) -> dict[str, set[str]]:
    """Return the open findings by household as the finding log itself tells them."""
    standing: dict[str, set[str]] = {}
    rows = live.query(
        "select body from engine.findings where region = %s order by position", REGION
    )
    for (body,) in rows:
        said = decode_body("FindingEvent", 1, bytes(body))
        if said["known_at"] >= end:
            break
        found = standing.setdefault(said["household_id"], set())
        is_open = said["kind"] in ("RAISED", "RENEWED", "ACKNOWLEDGED")
        (found.add if is_open else found.discard)(said["finding_id"])
    return standing


def test_a_case_and_its_clocks_as_they_were_known(read: Households) -> None:
    early = read.show(HOME, FIRST, None)
    assert early.process.state is CaseState.IN_ASSESSMENT
    assert {each.term.term_id for each in early.deadlines} == {"D1", "D2", "D3"}
    assert not any(each.is_overdue for each in early.deadlines)
    decided = read.show(HOME, date(2027, 3, 11), None)
    assert decided.process.state is CaseState.SERVICE_WAITING
    assert {each.term.term_id for each in decided.deadlines if each.is_overdue} == {"D2"}
    assert "D5" in {each.term.term_id for each in decided.deadlines}
    closed = read.show(HOME, date(2027, 4, 2), None)
    assert closed.process.state is CaseState.CLOSED
    assert [flagged.code for flagged in closed.process.flagged] == ["CLOSED_WITH_SERVICE"]
    corrected_since = read.show(HOME, date(2027, 4, 6), None)
    assert corrected_since.process.state is CaseState.SERVICE_WAITING
    assert corrected_since.process.flagged == ()


def test_members_are_those_of_that_day(read: Households) -> None:
    assert [m.pid for m in read.show(HOME, FIRST, None).members] == sorted([PID, "0" * 32])
    assert [m.pid for m in read.show(HOME, None, None).members] == [PID]


def test_a_merged_household_leads_to_where_it_went_once_that_was_known(read: Households) -> None:
    apart = read.show(OTHER, date(2027, 4, 30), None)
    assert apart.household_id == OTHER
    assert [finding.level.name for finding in apart.open_findings] == ["HIGH"]
    merged = read.show(OTHER, date(2027, 5, 1), None)
    assert (merged.asked, merged.household_id) == (OTHER, HOME)
    assert len(merged.rows) == len(read.show(HOME, date(2027, 4, 30), None).rows) + 1


def test_a_parked_household_says_where_it_waits(live: LiveTables, read: Households) -> None:
    assert read.waiting(read.show(OTHER, date(2027, 4, 30), None)) == []
    live.query(
        "insert into engine.parked (id, stage, version, region, log, household_id, position, "
        "code, place) values (%s, 'radar', 1, %s, 'journal', %s, 7, 'KeyError', 'x')",
        str(uuid4()),
        REGION,
        "household-001",
    )
    with households(live.url) as later:
        (parked,) = later.waiting(later.show("household-001", None, None))
    assert (parked.stage, parked.position, parked.code) == ("radar", 7, "KeyError")
    live.query("delete from engine.parked")


def test_a_difference_names_what_changed_and_the_events(read: Households) -> None:
    found = read.compare(HOME, FIRST, date(2027, 3, 11), None)
    assert [row.event.record_name for row in found.heard] == [
        "SafetyAssessmentCompleted",
        "ServiceStatusChanged",
    ]
    assert found.gone == ()
    changes = {(change.part, change.subject): change for change in found.changes}
    case = changes[Part.CASE, "Z1"]
    assert (case.before, case.after) == ("IN_ASSESSMENT", "SERVICE_WAITING")
    assert case.events == tuple(row.event.key for row in found.heard)
    assert changes[Part.DEADLINE, "D1 M1"].after is None
    assert changes[Part.DEADLINE, "D5 D1"].before is None
    overdue = changes[Part.DEADLINE, "D2 M1"]
    assert overdue.after is not None
    assert overdue.after.endswith("overdue")
    merged = read.compare(OTHER, date(2027, 4, 30), date(2027, 5, 2), None)
    assert merged.changes[0].part is Part.HOUSEHOLD
    assert [key.event_id for key in merged.changes[0].events] == [uuid_of("merge")]
    state = changes[Part.STATE, HOME]
    assert (state.before, state.after) == ("IN_ASSESSMENT", "SERVICE_WAITING")
    assert state.events == case.events
    first = read.compare(HOME, date(2026, 1, 1), FIRST, None)
    assert first.before is None
    raised = [change for change in first.changes if change.part is Part.FINDING]
    assert raised[0].after == "RAISED CRITICAL"
    assert raised[0].events == (found_key(first.heard, "PoliceReportSubmitted"),)
    nothing = read.compare(HOME, date(2027, 4, 6), date(2027, 4, 6), None)
    assert (nothing.heard, nothing.changes) == ((), ())


def found_key(rows: tuple[Row, ...], record_name: str) -> Any:
    return next(row.event.key for row in rows if row.event.record_name == record_name)


@pytest.mark.parametrize(
    ("household", "day", "region", "message"),
    [
        ("household-nobody", None, None, "no event belongs to this household; look for it"),
        (HOME, None, "groningen", "no event belongs to this household in groningen"),
        (HOME, date(2020, 1, 1), None, "nothing was known on 2020-01-01: drenthe opened on 2024"),
        (HOME, date(2030, 1, 1), None, "2030-01-01 is still to come: in drenthe it is 2027-06-01"),
        (HOME, date(2026, 1, 1), None, "nothing was known of this household in drenthe"),
        ("Jan Jansen", None, None, "a household is named by its token"),
    ],
)
def test_what_cannot_be_shown_is_said(
    read: Households, household: str, day: date | None, region: str | None, message: str
) -> None:
    with pytest.raises(StopError, match=message):
        read.show(household, day, region)


def test_days_in_the_wrong_order_are_refused(read: Households) -> None:
    with pytest.raises(StopError, match="give the earlier day first"):
        read.compare(HOME, date(2027, 4, 2), date(2027, 4, 1), None)


def test_a_household_is_found_by_token_and_number_and_never_by_name_or_bsn(
    live: LiveTables, read: Households, tmp_path: Path
) -> None:
    keys = KeyFiles.create(tmp_path / "keys")
    token = index_token(keys.identity, "ref:case", REGION, "Z1").hex()
    live.query(
        "insert into admission.reference (region, scope, token, household_id, position) "
        "values (%s, 'case', %s, %s, 1)",
        REGION,
        token,
        HOME,
    )
    assert [found.household_id for found in read.find_person(PID, None)] == [HOME]
    assert read.find_person("f" * 32, None) == []
    assert read.find_person("0" * 32, None) == [], "who left is in no household"
    by_case = read.find_reference(keys, "case", "Z1", None)
    assert [(found.region, found.household_id) for found in by_case] == [(REGION, HOME)]
    assert read.find_reference(keys, "order", "Z1", None) == []
    for refused in ("Jansen", "1980-01-01", "999999990"):
        with pytest.raises(StopError, match="not accepted"):
            read.find_person(refused, None)
    with pytest.raises(StopError, match="may be a BSN"):
        read.find_reference(keys, "case", "999990019", None)


def test_the_command_answers_machines_and_people(live: LiveTables, tmp_path: Path) -> None:
    environment = {"RADAR_DATABASE_URL": live.url}

    def radar(*arguments: str) -> Any:
        return radar_command("household", *arguments, data=tmp_path, environment=environment)

    shown = radar("show", HOME, "--known-on", "2027-03-11", "--json")
    assert shown.code == 0, shown.said
    document = shown.json()
    assert document["state"] == "SERVICE_WAITING"
    assert document["findings"][0]["rule"] == "R07"
    assert "urn:nld" not in shown.output, "no source: it may give a protected reporter away"
    assert "overdue" in shown.said
    changed = radar("diff", HOME, "2027-03-03", "2027-03-11", "--json")
    assert changed.code == 0
    assert {change["part"] for change in changed.json()["changes"]} >= {"CASE", "DEADLINE"}
    found = radar("find", "--pid", PID, "--json")
    assert found.json() == {"households": [{"region": REGION, "household": HOME, "by": "pid"}]}
    assert radar("find", "--pid", "f" * 32).code == 1
    assert radar("find").code == 2
    assert radar("show", HOME, "--known-on", "morgen").code == 2
    nobody = radar("show", "household-nobody")
    assert nobody.code == 1
    assert "no event belongs to this household" in nobody.said
