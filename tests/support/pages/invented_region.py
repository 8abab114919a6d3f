"""A pretend region in the form of projections' views: a few households that show every case."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from tests.support.pages.invented_doubts import fill_reviews
from tests.support.pages.invented_journal import journal_rows as rows_of_steps

REGION = "drenthe"
POLICE = "urn:nld:oin:00000003273229800000:systeem:bvh"
CASES = "urn:nld:oin:00000001823288444000:systeem:zaaksysteem"
TEAM = "urn:nld:oin:00000001234567890000:systeem:wijkteam"
SCHOOL = "urn:nld:oin:00000001002220647000:systeem:meldformulier"

BUSY = "3f9c71a2-5f0e-4c1b-9a44-0d8e2b7c6a10"
"""Three open findings, one closed, a corrected event, evidence."""
QUIET = "8b1de4c7-0a5b-4b59-8a0e-3f6a0c2d9e11"
"""No finding, two events."""
MERGED = "c0ffee00-1111-4222-8333-444455556666"
"""Merged into BUSY."""
LONG = "d1d2d3d4-aaaa-4bbb-8ccc-ddddeeeeffff"
"""More events than fit on one page; its finding rests on the oldest and the newest."""
LONG_EVENTS = 130

HOSTILE = "<script>alert(1)</script>\"'&"
"""What a hostile sender might bring into a text; no page may let it become markup."""

Row = dict[str, Any]


def name_based(text: str) -> str:
    """Return the same identifier for the same text, in every run."""
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, text))


def at(day: str, hour: int = 10, minute: int = 0) -> datetime:
    """Return an instant on a day, UTC."""
    return datetime.fromisoformat(day).replace(hour=hour, minute=minute, tzinfo=UTC)


def fill(connection: psycopg.Connection[Any]) -> None:
    """Put the region in a migrated database, where tables take the place of the views.

    The connection must be in autocommit. The facts stay projections' own tables, with two
    reports of January 2025, of which one became known on 1 March.
    """
    connection.execute(Path(__file__).with_name("views.sql").read_text(encoding="utf-8"))
    _insert(connection, "region_view", [region_row(), live_region_row()])
    _insert(connection, "household_view", household_rows())
    _insert(connection, "timeline_view", [*busy_timeline(), *quiet_timeline(), *long_timeline()])
    _insert(connection, "finding_view", [*busy_findings(), long_finding()])
    _insert(connection, "radar_list_view", radar_rows())
    _insert(connection, "fact_report", report_facts())
    _insert(connection, "household_journal_view", journal_rows())
    fill_reviews(connection, _insert)


def region_row() -> Row:
    """Return the practice region, two events behind."""
    return {
        "region": REGION, "name": "Drenthe", "clock_mode": "REPLAY", "now": at("2025-09-14", 22),
        "day": "2025-09-15", "journal_position": 33_512, "projected_position": 33_510,
        "projected_at": at("2026-11-23", 13, 3),
    }  # fmt: skip


def live_region_row() -> Row:
    """Return a region that runs on the hub's clock and is empty."""
    return {
        "region": "flevoland", "name": "Flevoland", "clock_mode": "SYSTEM",
        "now": at("2026-11-23", 13), "day": "2026-11-23", "journal_position": 1,
        "projected_position": 1, "projected_at": at("2026-11-23", 12, 58),
    }  # fmt: skip


def household_rows() -> list[Row]:
    """Return the households of the region."""
    return [
        _household(BUSY, last="2025-09-02", events=11, persons=4, municipality="GM0106"),
        _household(QUIET, last="2025-03-11", events=2, persons=2, municipality=None),
        _household(MERGED, last=None, events=0, persons=0, municipality=None, merged_into=BUSY),
        _household(LONG, last="2025-08-30", events=LONG_EVENTS, persons=5, municipality="GM0114"),
    ]


def _household(
    household: str, *, last: str | None, events: int, persons: int, municipality: str | None,
    merged_into: str | None = None,
) -> Row:  # fmt: skip
    return {
        "region": REGION, "household_id": household, "founded_at": at("2024-02-05"),
        "last_signal_at": None if last is None else at(last), "events": events,
        "persons": persons, "municipality": municipality, "merged_into": merged_into,
    }  # fmt: skip


class Kind(NamedTuple):
    """A kind of event with the sender that uses it here."""

    record_name: str
    label: str
    source: str


POLICE_REPORT = Kind(
    "PoliceReportSubmitted", "Politiemelding (VT-melding, voorheen zorgmelding)", POLICE
)
REPORT = Kind("ReportSubmitted", "Melding door professional of burger", SCHOOL)
REGISTERED = Kind("ReportRegistered", "Melding geregistreerd", CASES)
ASSESSED = Kind("SafetyAssessmentCompleted", "Veiligheidsbeoordeling afgerond", CASES)
HANDED_OVER = Kind("HandoverSent", "Overdracht", CASES)
FEEDBACK = Kind("LocalTeamFeedbackGiven", "Terugkoppeling lokaal team", TEAM)
CORRECTED = Kind("EventCorrected", "Correctie", POLICE)
INFORMED = Kind("PartyInformed", "Melder of betrokkene geïnformeerd", CASES)
CONTACT = Kind("ContactRecorded", "Contact vastgelegd", CASES)


def entry(
    household: str, position: int, day: str, kind: Kind, details: Mapping[str, Any], **changes: Any
) -> Row:
    """Return one timeline row; reported the next morning and known the day after."""
    happened = at(day, 20, 15)
    return {
        "region": REGION, "household_id": household, "position": position, "incarnation": 1,
        "known_at": at(day, 22) + timedelta(days=1), "occurred_at": happened,
        "recorded_at": happened + timedelta(hours=11), "day": day, "source": kind.source,
        "event_id": name_based(f"{household}|{position}"), "record_name": kind.record_name,
        "label": kind.label, "is_signal": False,
        "details": [{"label": label, "value": value} for label, value in details.items()],
        "flags": [], "voided_by": None, **changes,
    }  # fmt: skip


def busy_timeline() -> list[Row]:
    """Return the events of BUSY: signals, an assessment, services, a correction, hostile text."""
    violence = {"Soort incident": "huiselijk geweld", "Kinderen betrokken": True}
    strangled = {**violence, "Rode vlaggen": ["Verwurging"]}
    threatened = {
        "Soort incident": "bedreiging",
        "Rode vlaggen": ["Doodsbedreiging", "Stalking"],
    }
    at_school = {"Sector": "Onderwijs", "Aard": HOSTILE}
    corrected = name_based(f"{BUSY}|24150")
    rows: list[tuple[int, str, Kind, Mapping[str, Any]]] = [
        (812, "2024-02-04", POLICE_REPORT, {**violence, "Rode vlaggen": []}),
        (815, "2024-02-05", REGISTERED, {"Vorm geweld": ["Getuige van geweld"]}),
        (1400, "2024-02-26", ASSESSED, {"Uitkomst": "Overdracht naar hulpverlening"}),
        (1420, "2024-02-28", HANDED_OVER, {"Overdracht aan": "Lokaal team"}),
        (2210, "2024-03-20", FEEDBACK, {"Status": "Opgepakt"}),
        (24001, "2025-03-11", POLICE_REPORT, {**strangled, "SASH": "matig"}),
        (24150, "2025-03-14", CORRECTED, {"Soort correctie": "Vervangen", "Reden": "Invoerfout"}),
        (24151, "2025-03-11", POLICE_REPORT, {**strangled, "SASH": "hoog"}),
        (29870, "2025-06-17", REPORT, at_school),
        (33100, "2025-09-02", POLICE_REPORT, threatened),
        (33104, "2025-09-03", REGISTERED, {"Ontvangen op": "03-09-2025"}),
    ]
    changes: dict[int, Row] = {24001: {"voided_by": corrected}, 29870: {"flags": ["clock_skew"]}}
    return [
        entry(BUSY, position, day, kind, details, **{
            "is_signal": kind in {POLICE_REPORT, REPORT}, **changes.get(position, {})})
        for position, day, kind, details in rows
    ]  # fmt: skip


def quiet_timeline() -> list[Row]:
    """Return the events of QUIET."""
    return [
        entry(QUIET, 24010, "2025-03-11", REPORT, {}, is_signal=True),
        entry(QUIET, 24400, "2025-03-20", INFORMED, {}),
    ]


def long_timeline() -> list[Row]:
    """Return LONG_EVENTS events on as many consecutive days up to 30 August 2025."""
    first = datetime(2025, 8, 30, tzinfo=UTC) - timedelta(days=LONG_EVENTS - 1)
    days = [f"{first + timedelta(days=index):%Y-%m-%d}" for index in range(LONG_EVENTS)]
    return [entry(LONG, 40_000 + index, day, CONTACT, {}) for index, day in enumerate(days)]


def finding(household: str, rule_id: str, label: str, level: str, **changes: Any) -> Row:
    """Return one open finding without evidence."""
    return {
        "region": REGION, "household_id": household,
        "finding_id": name_based(f"{household}|{rule_id}"), "rule_id": rule_id,
        "rule_version": 1, "rule_label": label, "subject": "", "level": level, "status": "OPEN",
        "is_open": True, "sentence": f"Zin van {rule_id}.", "raised_known_at": at("2025-09-03", 22),
        "triggered_at": at("2025-09-02", 20), "renewals": 0, "evidence": [], "parameters": {},
        "late": False, "reason_code": None, "journal_position": 33_100, **changes,
    }  # fmt: skip


def evidence(household: str, source: str, *positions: int) -> list[Mapping[str, str]]:
    """Return references to events of a household's timeline."""
    return [
        {"source": source, "event_id": name_based(f"{household}|{position}")}
        for position in positions
    ]


def busy_findings() -> list[Row]:
    """Return three open findings of BUSY, and one that was closed."""
    return [
        finding(BUSY, "R07", "Rode vlag (femicide)", "CRITICAL", renewals=1, sentence=(
            "Verwurging en SASH-niveau hoog in de melding van 11-03-2025; in 365 dagen ook "
            "doodsbedreiging en stalking (laatste op 02-09-2025)."),
            evidence=evidence(BUSY, POLICE, 24151, 33100),
            parameters={"window_days": 365, "critical_flags": 2}),
        finding(BUSY, "R01", "Herhaalde meldingen", "ATTENTION",
                sentence="3 voorvallen in 365 dagen (laatste op 02-09-2025).",
                evidence=[*evidence(BUSY, POLICE, 24151, 33100), *evidence(BUSY, SCHOOL, 29870)],
                parameters={"window_days": 365, "attention_episodes": 3, "high_episodes": 5}),
        finding(BUSY, "R02", "Verschillende bronnen", "HIGH", status="ACKNOWLEDGED", late=True,
                sentence="Signalen uit 3 verschillende sectoren in 180 dagen (laatste voorval op "
                         "02-09-2025), op grond van een laat ontvangen melding",
                evidence=[*evidence(BUSY, SCHOOL, 29870), *evidence(BUSY, POLICE, 33100),
                          {"source": SCHOOL, "event_id": name_based("elders")}],
                parameters={"window_days": 180}),
        finding(BUSY, "R16", "Geen terugkoppeling", "INFO", status="EXPIRED", is_open=False,
                sentence="Het lokale team gaf binnen 10 werkdagen geen terugkoppeling.",
                triggered_at=at("2024-03-14"), raised_known_at=at("2024-03-14", 23),
                evidence=evidence(BUSY, CASES, 1420)),
    ]  # fmt: skip


def long_finding() -> Row:
    """Return a finding on LONG whose evidence stands on two pages of the timeline."""
    return finding(LONG, "R01", "Herhaalde meldingen", "HIGH", evidence=evidence(
        LONG, CASES, 40_000, 40_000 + LONG_EVENTS - 1))  # fmt: skip


def radar_rows() -> list[Row]:
    """Return BUSY, LONG and sixty more households of the lowest levels."""
    return [
        radar_row(BUSY, "CRITICAL", rule_ids=["R01", "R02", "R07"], open_findings=3,
                  sentence=busy_findings()[0]["sentence"], last_signal_at=at("2025-09-02")),
        radar_row(LONG, "HIGH", rule_ids=["R01"], last_signal_at=at("2025-08-30"),
                  sentence="5 voorvallen in 365 dagen (laatste op 30-08-2025)"),
        *(radar_row(name_based(f"radar|{index}"), "ATTENTION", rule_ids=["R02"],
                    sentence="Signalen uit 2 verschillende sectoren in 180 dagen "
                             f"(laatste voorval op {10 + index % 20}-06-2025)",
                    last_signal_at=at(f"2025-06-{10 + index % 20}"))
          for index in range(40)),
        *(radar_row(name_based(f"radar|{index}"), "INFO", rule_ids=["R16"],
                    sentence="Het lokale team gaf binnen 10 werkdagen geen terugkoppeling",
                    last_signal_at=at(f"2025-05-{10 + index % 20}"))
          for index in range(40, 60)),
    ]  # fmt: skip


def radar_row(household: str, level: str, **changes: Any) -> Row:
    """Return one row of the radar list."""
    return {
        "region": REGION, "household_id": household, "highest_level": level,
        "level_rank": ["INFO", "ATTENTION", "HIGH", "CRITICAL"].index(level) + 1,
        "open_findings": 1, "municipality": "GM0106", **changes,
    }  # fmt: skip


def journal_rows() -> list[Row]:
    """Return the journal rows behind BUSY's cases."""
    keys = {row["position"]: (row["source"], row["event_id"]) for row in busy_timeline()}
    return rows_of_steps(REGION, BUSY, keys)


def report_facts() -> list[Row]:
    """Return two reports of January 2025 as facts."""
    return [_report_fact(1, at("2025-01-10")), _report_fact(2, at("2025-03-01"))]


def _report_fact(position: int, known_from: datetime) -> Row:
    name = f"report-{position}"
    return {
        "region": REGION, "chain": name, "position": position, "source": CASES, "event_id": name,
        "event_known_at": known_from, "report_id": name, "case_id": name,
        "received_on": "2025-01-09", "reporter_sector": "EDUCATION", "nature": [], "forms": [],
        "repeat_kind": "UNKNOWN", "acute": False, "reasons": [], "position_from": position,
        "known_from": known_from, "known_to": "infinity",
    }  # fmt: skip


def _insert(connection: psycopg.Connection[Any], view: str, rows: Sequence[Row]) -> None:
    """Insert rows that all have the same columns."""
    columns = list(rows[0])
    statement = sql.SQL("insert into projections.{} ({}) values ({})").format(
        sql.Identifier(view),
        sql.SQL(", ").join(map(sql.Identifier, columns)),
        sql.SQL(", ").join(sql.Placeholder() * len(columns)),
    )
    with connection.cursor() as cursor:
        cursor.executemany(
            statement, [[_parameter(row[key], key) for key in columns] for row in rows]
        )


def _parameter(value: Any, column: str) -> Any:
    return Jsonb(value) if column in {"details", "evidence", "parameters"} else value
