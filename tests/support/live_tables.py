"""Two regions' logs in a real PostgreSQL, and the live stages that read them; no broker.

Leases, fence, units and log appends are the engine's own; only the polling of topics is left out:
rows come from the logs' tables, as they do when a topic brings nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import psycopg

from hub.migrate import migrate
from projections.stage import ProjectionsStage
from schemas.codec import complete, decode_body, encode_body
from schemas.regions import Regions
from streams.engine.errors import Fenced
from streams.engine.lease import Lease
from streams.engine.log import ADVICE, JOURNAL, LOG_BY_TOPIC, Log, LogRow
from streams.engine.stage import Batch, Stage
from streams.engine.store import PostgresStore
from streams.engine.unit import ends_of
from streams.household.rule_set import DEFAULT_RULE_SET, rules_payload
from streams.radar.stage import RadarStage
from tests.replay.test_radar_year import synthetic_year
from tests.support.journal import Said, activated, journal, police, rearranged
from tests.support.log_rows import LogRows

REGION_CODES = ("drenthe", "groningen")
ROWS = 320
UNIT_ROWS = 70


class Writing:
    """A stage that appends to a log what a test says."""

    version = 1
    topics: tuple[str, ...] = ()

    def __init__(self, log: Log) -> None:
        self.name = f"writing-{log.name}"
        self.logs: tuple[Log, ...] = (log,)

    def handle(self, batches: Sequence[Batch], tx: Any) -> None:
        raise AssertionError("nothing is polled")

    def on_timer(self, leases: Sequence[Lease]) -> None:
        raise AssertionError("no timer runs")


class LiveTables:
    """A migrated database with its live radar and projections."""

    def __init__(self, url: str) -> None:
        self.url = url
        lines = (f'[[region]]\ncode = "{code}"\nname = "{code}"\n' for code in REGION_CODES)
        migrate(url, Regions.parse("".join(lines)))
        self._store = PostgresStore(url, slot="live", dead_letter_key=bytes(32))
        self._stages: tuple[Stage, ...] = (RadarStage(publish=_publish), ProjectionsStage())
        self._leases: dict[tuple[str, str], Lease] = {}
        self._writers: dict[tuple[str, str], Lease] = {}
        self.fenced = 0

    def close(self) -> None:
        """Leave the database."""
        self._store.drop()

    def append(self, log: Log, region: str, bodies: Sequence[bytes]) -> None:
        """Append rows, whose positions and region are set here, to a log."""
        stage = Writing(log)
        lease = self._writers.get((log.name, region))
        if lease is None:
            lease = self._store.claim(stage, region, 0, {})
            self._writers[log.name, region] = lease
        with self._store.unit(stage) as tx:
            first = tx.reserve(lease, log, len(bodies))
            rows = [_row(log, region, first + number, body) for number, body in enumerate(bodies)]
            tx.append(lease, log, rows)
            tx.flush()
        lease.logs[log.name].position = first + len(bodies) - 1

    def apply(self, stage: Stage, region: str, rows_max: int = UNIT_ROWS) -> bool:
        """Write one unit of a live stage; False when there is nothing to write."""
        lease = self._claimed(stage, region)
        tables = self._store.tables()
        records = []
        for topic, at in lease.inputs.items():
            log = LOG_BY_TOPIC[topic]
            last = min(tables.head(log, region), at.position + rows_max)
            if last > at.position:
                records += tables.rows(log, region, at.position + 1, last, offset=at.offset + 1)
        if not records:
            return False
        batch = Batch(lease=lease, records=records)
        try:
            with self._store.unit(stage) as tx:
                tx.fence([lease])
                stage.handle([batch], tx)
                tx.flush()
                ends = ends_of(batch, batch)
                tx.advance([(region, topic, *end) for topic, end in ends.items()])
        except Fenced:
            # As a worker's process would: it ends, and its next incarnation claims anew.
            self.fenced += 1
            del self._leases[stage.name, region]
            return True
        lease.sequence += 1
        for topic, (offset, incarnation, position, _) in ends.items():
            at = lease.inputs[topic]
            at.offset, at.incarnation, at.position = offset, incarnation, position
        for name, head in lease.logs.items():
            rows = tx.appended.get((region, name), [])
            head.position = rows[-1].position if rows else head.position
        return True

    def catch_up(self) -> None:
        """Let both stages read everything that stands in the logs."""
        for region in REGION_CODES:
            for stage in self._stages:
                while self.apply(stage, region):
                    pass

    def query(self, statement: str, *values: Any) -> list[Any]:
        """Run a statement on the database."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            cursor = connection.execute(statement.encode(), values)
            return cursor.fetchall() if cursor.description else []

    def _claimed(self, stage: Stage, region: str) -> Lease:
        if (stage.name, region) not in self._leases:
            topics = dict.fromkeys(stage.topics, "id")
            self._leases[stage.name, region] = self._store.claim(stage, region, 0, topics)
        return self._leases[stage.name, region]


def fill(live: LiveTables, rows: int = ROWS) -> None:
    """Write a piece of a synthetic year, with a merger and some advice, and let the stages read."""
    for region in REGION_CODES:
        live.append(JOURNAL, region, year(rows))
        advice = LogRows(region=region)
        records = [
            advice.event("AdviceGiven", event=f"advice-{number}", **_ADVICE) for number in range(5)
        ]
        live.append(ADVICE, region, [record.value or b"" for record in records])
    live.catch_up()


def year(rows: int) -> list[bytes]:
    """Return journal bodies: rules, then events of a year; at the end two households become one.

    The last row but one decides it, the last one moves what was the second household's; the tenth
    from the end has moved some of it away and the fifth brought that back.
    """
    said = [_opened(), activated("2024-05-01", "rules", rules_payload(DEFAULT_RULE_SET))]
    said = [*said, *synthetic_year()][: rows - 1]
    homes = sorted({household for one in said for household in one.households})[:2]
    theirs = [at for at, one in enumerate(said, 1) if tuple(one.households) == (homes[1],)]
    assert len(theirs) > 1, "the second household is worth moving"
    at = said[-1].record["meta"]["occurred_at"].strftime("%Y-%m-%d %H:%M")
    away, back = (homes[1], homes[0], theirs[:1]), (homes[0], homes[1], theirs[:1])
    said[-10] = rearranged(at, "away", away, change="SPLIT")
    said[-5] = rearranged(at, "back", back, change="SPLIT_UNDONE")
    theirs = [each for each in theirs if each not in {len(said) - 9, len(said) - 4}]
    said.append(rearranged(at, "merged", (homes[1], homes[0], theirs)))
    bodies = journal(said)
    merger = decode_body("JournalRow", 1, bodies[-2])
    merger["decisions"] = [{"kind": "MERGED", "code": "SAME_PEOPLE", "household_ids": homes}]
    return [*bodies[:-2], encode_body("JournalRow", merger), bodies[-1]]


def more(name: str, count: int = 1) -> list[bytes]:
    """Return further rows, half of a household that is there and half of one that is new."""
    homes = (("household-001",), (f"household-{name}",))
    said = [
        replace(police("2026-01-01", f"{name}-{number}", number=f"m{number}"), households=home)
        for number, home in enumerate(homes * count)
    ]
    return journal(said)


_ADVICE: dict[str, Any] = {
    "given_on": date(2025, 1, 2),
    "channel": "PHONE",
    "seeker_sector": "EDUCATION",
    "from_school": True,
    "anonymous": False,
}


def _opened() -> Said:
    said = police("2024-05-01", "opened")
    record = complete(
        "RegionOpened", {"meta": said.record["meta"], "clock_mode": "REPLAY", "name": "Oefenregio"}
    )
    return Said(record_name="RegionOpened", record=record, households=())


def _row(log: Log, region: str, position: int, body: bytes) -> LogRow:
    record = decode_body(log.record_name, 1, body) | {"region": region, "position": position}
    values = [record["known_at"], record["source"], record["event_id"], record["record_name"]]
    if log is JOURNAL:
        values.append([link["household_id"] for link in record["households"]])
    return LogRow(
        position=position,
        key=region.encode(),
        body=encode_body(log.record_name, record),
        values=tuple(values),
    )


def _publish(record_name: str, record: object) -> None:
    raise AssertionError("nothing is published without a clock")
