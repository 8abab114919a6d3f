"""A journal as tables of DuckDB: rows decoded by the contract, and nothing of the fold."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
from holidays import country_holidays

from schemas.codec import decode_body

HERE = Path(__file__).parent
CALENDAR = (date(2023, 1, 1), date(2031, 1, 1))
# Chains of corrections are shorter than this in any history that is drawn.
ROUNDS = 8
TEXTS = frozenset(
    {
        *("source", "id", "name", "source_ref", "reporter_sector", "sash_level", "report_id"),
        *("case_id", "signal_source", "signal_source_ref", "service_id", "status", "handover_id"),
        *("to_kind", "direction", "party", "order_id", "mda_id", "source_kind", "pid", "kind"),
        *("corrected_event_id", "replacement_event_id"),
    }
)
DATES = frozenset(
    {
        *("incident_on", "received_on", "completed_on", "status_on", "sent_on", "planned_on"),
        *("feedback_due_on", "transferred_on", "contacted_on", "effective_on", "answered_on"),
        "seen_on",
    }
)
COLUMNS = {
    **dict.fromkeys(sorted(TEXTS), "text"),
    **dict.fromkeys(sorted(DATES), "date"),
    **dict.fromkeys(("children_involved", "reached", "left_region", "known"), "boolean"),
    **dict.fromkeys(("red_flags", "forms", "nature", "life_domains", "organisations"), "text[]"),
    "hh": "int",
    "pos": "bigint",
    "occurred_at": "timestamptz",
    "status_at": "timestamptz",
    "moment_no": "int",
}
PERSON = {
    **dict.fromkeys(("source", "id", "pid", "role", "field", "age_class"), "text"),
    "hh": "int",
    "is_minor": "boolean",
}
VOID = """
create or replace table void as
with live as (
  select c.* from event c
   where c.name = 'EventCorrected' and c.kind in ('RETRACTED', 'REPLACED', 'DUPLICATE_OF')
     and not exists (select 1 from void v where v.hh = c.hh and v.source = c.source and v.id = c.id)
), last as (
  select hh, source, corrected_event_id as id,
         max_by(struct_pack(kind := kind, replacement := replacement_event_id), pos) as c
    from live group by all
)
select hh, source, id from last l
 where l.c.kind <> 'REPLACED'
    or exists (select 1 from event e where e.hh = l.hh and e.source = l.source
                  and e.id = l.c.replacement)
"""


def oracle_of(households: Sequence[Sequence[bytes]], folder: Path) -> duckdb.DuckDBPyConnection:
    """Return a database in which the definitions were applied to these households' journals."""
    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    events, people = folder / "events.json", folder / "people.json"
    with events.open("w") as event_file, people.open("w") as person_file:
        for number, bodies in enumerate(households):
            for body in bodies:
                event, persons = _exported(number, decode_body("JournalRow", 1, body))
                event_file.write(json.dumps(event) + "\n")
                person_file.writelines(json.dumps(person) + "\n" for person in persons)
        person_file.write("\n")
    for table, columns, path in (("event", COLUMNS, events), ("person", PERSON, people)):
        connection.execute(
            f"create table {table} as select * from read_json($path, columns = {columns!r}, "
            "format = 'newline_delimited')",
            {"path": str(path)},
        )
    connection.execute("create table workday (nr int, day date)")
    connection.executemany("insert into workday values (?, ?)", list(_workdays()))
    connection.execute("create table void (hh int, source text, id text)")
    for _ in range(ROUNDS):
        connection.execute(VOID)
    for script in ("facts.sql", "episode_rules.sql"):
        connection.execute((HERE / script).read_text(encoding="utf-8"))
    return connection


def on_day(connection: duckdb.DuckDBPyConnection, day: date) -> list[tuple[Any, ...]]:
    """Return (household, rule, subject, level) of the clock rules on a day."""
    script = (HERE / "clock_rules.sql").read_text(encoding="utf-8")
    return connection.execute(script, {"day": day}).fetchall()


def _exported(number: int, row: Mapping[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    said = decode_body(row["record_name"], row["record_version"], row["payload"])
    who = {"hh": number, "source": row["source"], "id": row["event_id"]}
    event = {name: _plain(said[name]) for name in COLUMNS if name in said}
    event |= {
        **who,
        "pos": row["position"],
        "name": row["record_name"],
        "occurred_at": _plain(row["occurred_at"]),
        "source_ref": said["meta"]["source_ref"],
    }
    mentions = {
        mention["ref"]: mention for mention in said.get("persons") or () if "age_class" in mention
    }
    persons = [
        {
            **who,
            **{name: person[name] for name in ("pid", "role", "field")},
            "age_class": mentions.get(person["ref"], {}).get("age_class"),
            "is_minor": mentions.get(person["ref"], {}).get("is_minor"),
        }
        for person in row["persons"]
    ]
    return event, persons


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, (date, datetime)) else value


def _workdays() -> Iterator[tuple[int, date]]:
    first, last = CALENDAR
    years = range(first.year, last.year + 1)
    free = set(country_holidays("NL", years=years, categories=("public", "optional")))
    day, number = first, 0
    while day < last:
        if day.weekday() < 5 and day not in free:
            number += 1
            yield number, day
        day += timedelta(days=1)
