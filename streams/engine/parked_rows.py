"""What was parked when a stage stood at some position: asked by whoever reads logs all over again.

The intervals alone decide, so that a rebuild leaves out what the live stage had left out then, even
while that goes on parking and redriving.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from psycopg import sql

from streams.engine.database import Connection
from streams.engine.log import FINDINGS, JOURNAL, Log
from streams.engine.parking import QUERIES

_ITS_HOUSEHOLDS = {
    JOURNAL.name: sql.SQL("p.household_id = any(journal.households)"),
    FINDINGS.name: sql.SQL("p.household_id = findings.household_id"),
}
_PARKED = sql.SQL(
    "exists (select from engine.parked p where p.stage = {stage} and p.version = {version} "
    "and p.region = {region} and p.log = {log} and p.position <= {table}.position and {whose} "
    "and {when})"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """Journal rows that a household did not take when they came, both ends included.

    `until` is the row at which it took them after all; None while it has not.
    """

    household_id: str
    position: int
    until: int | None
    incarnation: int | None
    known_at: datetime | None


def intervals(
    connection: Connection, stage: str, version: int, region: str, last: int
) -> list[Interval]:
    """Return what a stage parked of a region's journal, as it was when it stood at `last`.

    Later parking and redriving change nothing in the answer, so that who asks again for the same
    place gets the same.
    """
    place = {"stage": stage, "version": version, "region": region, "last": last}
    return [
        Interval(
            household_id=household_id,
            position=position,
            until=until,
            incarnation=incarnation,
            known_at=known_at,
        )
        for household_id, position, until, incarnation, known_at in connection.execute(
            QUERIES["intervals"], place
        )
    ]


def taken(stage: str, version: int, log: Log, region: str, journal: int) -> sql.Composable:
    """Return the condition that a log's row waited for nobody at a journal position of the stage.

    Whatever the log: only the journal surely moves when somebody is taken up.
    """
    when = sql.SQL("(p.asked_at is null or p.asked_at > {})").format(sql.Literal(journal))
    if log.name not in _ITS_HOUSEHOLDS:
        return sql.SQL("true")
    return sql.SQL("not {}").format(_parked(stage, version, log, region, when))


def taken_late(
    stage: str, version: int, log: Log, region: str, *, after: int, last: int
) -> sql.Composable:
    """Return the condition that a row waited at one journal position, and at `last` no longer."""
    when = sql.SQL("p.asked_at > {} and p.asked_at <= {}").format(
        sql.Literal(after), sql.Literal(last)
    )
    if log.name not in _ITS_HOUSEHOLDS:
        return sql.SQL("false")
    return _parked(stage, version, log, region, when)


def _parked(
    stage: str, version: int, log: Log, region: str, when: sql.Composable
) -> sql.Composable:
    return _PARKED.format(
        stage=sql.Literal(stage),
        version=sql.Literal(version),
        region=sql.Literal(region),
        log=sql.Literal(log.name),
        table=sql.Identifier(log.table.split(".")[1]),
        whose=_ITS_HOUSEHOLDS[log.name],
        when=when,
    )
