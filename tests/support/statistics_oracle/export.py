"""A journal and an advice log as one table of DuckDB: rows decoded by the contract, no more."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
from holidays import country_holidays

from schemas.codec import decode_body

LogBody = tuple[str, bytes]
"""Record name of a log's row, and its Avro body."""

WORKDAYS = (date(2018, 1, 1), date(2028, 1, 1))
_TEXTS = (
    *("log", "source", "id", "name", "kind", "corrected_event_id", "replacement_event_id"),
    *("report_id", "case_id", "municipality", "reporter_sector", "repeat_kind", "outcome"),
    *("service_id", "service", "status", "channel", "seeker_role", "order_id", "mda_id", "party"),
    "pid",
)
_DATES = (
    *("received_on", "completed_on", "status_on", "given_on", "held_on", "informed_on"),
    "postponed_until",
)
COLUMNS = {
    **dict.fromkeys(_TEXTS, "text"),
    **dict.fromkeys(_DATES, "date"),
    **dict.fromkeys(("nature", "forms", "calendar"), "text[]"),
    **dict.fromkeys(("from_school", "children_involved"), "boolean"),
    **dict.fromkeys(("known_at", "status_at"), "timestamptz"),
    "position": "bigint",
    "moment_no": "int",
}


def exported(bodies: Iterable[LogBody], folder: Path) -> duckdb.DuckDBPyConnection:
    """Return a database with the tables `event`, `calendar` and `workday`."""
    # Its tables are small: threads would cost more than they bring.
    connection = duckdb.connect(config={"threads": 1})
    connection.execute("set timezone = 'UTC'")
    path = folder / "events.json"
    with path.open("w") as file:
        file.writelines(json.dumps(_event(*body)) + "\n" for body in bodies)
    connection.execute(
        f"create table event as select * from read_json($path, columns = {COLUMNS!r}, "
        "format = 'newline_delimited')",
        {"path": str(path)},
    )
    _add_calendars(connection)
    return connection


def _event(row_name: str, body: bytes) -> Mapping[str, Any]:
    row = decode_body(row_name, 1, body)
    said = decode_body(row["record_name"], row["record_version"], row["payload"])
    event = {name: said[name] for name in COLUMNS if name in said}
    if "address" in said:
        event["municipality"] = said["address"]["municipality"]
    # An enum's status and an enum's kind stay as they are; nothing is derived here.
    event |= {
        "log": row_name,
        "source": row["source"],
        "id": row["event_id"],
        "name": row["record_name"],
        "position": row["position"],
        "known_at": row["known_at"],
        "pid": next((person["pid"] for person in row.get("persons", ())), None),
    }
    return {name: _plain(value) for name, value in event.items()}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, (date, datetime)) else value


def _add_calendars(connection: duckdb.DuckDBPyConnection) -> None:
    """Number the working days once for every calendar that the journal brings, and for the law's.

    A calendar is in force after the position of its row: position 0 is the law's own.
    """
    brought = connection.execute(
        "select position, calendar from event where name = 'RulesActivated' order by position"
    ).fetchall()
    calendars: Sequence[tuple[int, list[str]]] = [(0, []), *brought]
    connection.execute("create table calendar (position bigint)")
    connection.executemany("insert into calendar values (?)", [[at] for at, _ in calendars])
    connection.execute("create table workday (calendar bigint, nr int, day date)")
    for at, extra in calendars:
        connection.execute(
            "insert into workday select $at, row_number() over (order by day), day"
            " from (select unnest($days::date[]) as day)",
            {"at": at, "days": list(_workdays(frozenset(extra)))},
        )


def _workdays(extra: frozenset[str]) -> Iterator[str]:
    first, last = WORKDAYS
    free = set(country_holidays("NL", years=range(2018, 2029), categories=("public", "optional")))
    day = first
    while day < last:
        if day.weekday() < 5 and day not in free and day.isoformat() not in extra:
            yield day.isoformat()
        day += timedelta(days=1)
