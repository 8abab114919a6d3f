"""The radar stage on a real PostgreSQL, in the engine's own transaction."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any

import psycopg
import pytest

from hub.migrate import migrate
from schemas.regions import Regions
from streams.engine.database import QUERIES, Connection
from streams.engine.lease import InputPosition, Lease, LogPosition
from streams.engine.log import FINDINGS, JOURNAL
from streams.engine.stage import Batch, InputRecord
from streams.engine.transaction import UnitTransaction
from streams.household import paging
from streams.household.stored import to_stored
from streams.radar import household_store
from streams.radar.clock import ClockReading, clocks_in
from streams.radar.replay import replay
from streams.radar.rows import decode_row
from streams.radar.stage import RadarStage
from tests.replay.test_radar_year import SEED, synthetic_year
from tests.support.journal import REGION, activated, journal, police

REGIONS = Regions.parse(
    '[[region]]\ncode = "drenthe"\nname = "Drenthe"\n'
    '[[region]]\ncode = "fryslan"\nname = "Fryslan"\n'
)
OTHER = "fryslan"


def publish(record_name: str, record: object) -> None:
    raise AssertionError("a unit publishes nothing")


@pytest.fixture
def url(database: str) -> str:
    migrate(database, REGIONS)
    return database


@pytest.fixture
def connection(url: str) -> Iterator[Connection]:
    with psycopg.connect(url, autocommit=True) as opened:
        for region in (REGION, OTHER):
            opened.execute(QUERIES["claim_log"], {"log": FINDINGS.name, "region": region})
        yield opened


def claimed(connection: Connection, region: str = REGION) -> Lease:
    """Return a new lease as a claim makes it, with an empty cache."""
    row = connection.execute(
        QUERIES["read_log_head"], {"log": FINDINGS.name, "region": region}
    ).fetchone()
    assert row is not None
    head = LogPosition(log=FINDINGS.name, incarnation=row[0], position=row[1], relayed=0)
    topic = InputPosition(topic=JOURNAL.topic, topic_id="", offset=-1)
    return Lease(
        stage="radar",
        version=1,
        region=region,
        partition=0,
        epoch=1,
        sequence=0,
        inputs={JOURNAL.topic: topic},
        logs={FINDINGS.name: head},
    )


def apply(
    connection: Connection, lease: Lease, bodies: Sequence[bytes], *, fail: bool = False
) -> None:
    """Write one unit of one region."""
    apply_together(connection, [(lease, bodies)], fail=fail)


def apply_together(
    connection: Connection,
    parts: Sequence[tuple[Lease, Sequence[bytes]]],
    *,
    fail: bool = False,
) -> None:
    """Write one unit as the engine does; `fail` loses it right before the commit."""
    batches = [Batch(lease=lease, records=as_records(bodies)) for lease, bodies in parts]
    with connection.transaction(force_rollback=fail):
        stage = RadarStage(publish=publish)
        tx = UnitTransaction(connection, stage, bytes(32))
        stage.handle(batches, tx)
        tx.flush()
    for lease, _ in parts:
        if fail:
            lease.cache.clear()
        elif appended := tx.appended.get((lease.region, FINDINGS.name), []):
            lease.logs[FINDINGS.name].position = appended[-1].position


def as_records(bodies: Sequence[bytes]) -> list[InputRecord]:
    return [
        InputRecord(topic=JOURNAL.topic, offset=n, key=None, value=body, position=n, incarnation=1)
        for n, body in enumerate(bodies)
    ]


def stored(
    connection: Connection, query: str, values: Sequence[object] = ()
) -> list[tuple[Any, ...]]:
    return connection.execute(query, values, binary=True).fetchall()


def assert_as_replayed(connection: Connection, region: str, bodies: Sequence[bytes]) -> int:
    """Compare a region's tables with a replay of its rows; return how many pages it has."""
    whole = replay(region, [decode_row(body) for body in bodies])
    assert stored(
        connection,
        "select household_id, state, wake_at, journal_position from radar.household_state "
        'where region = %s order by household_id collate "C"',
        [region],
    ) == [
        (name, to_stored(kept.state).state, kept.wake_at, kept.journal_position)
        for name, kept in sorted(whole.households.items())
    ], f"seed {SEED}"
    pages = stored(
        connection,
        "select household_id, number, body from radar.household_page "
        'where region = %s order by household_id collate "C", number',
        [region],
    )
    assert pages == [
        (name, number, body)
        for name, kept in sorted(whole.households.items())
        for number, body in sorted(to_stored(kept.state).pages.items())
    ], f"seed {SEED}"
    found = stored(
        connection,
        "select position, body, household_id, finding_id, journal_position "
        "from engine.findings where region = %s order by position",
        [region],
    )
    assert found == [(row.position, row.body, *row.values) for row in whole.findings]
    assert len(found) > 100
    return len(pages)


@pytest.mark.parametrize("facts_per_page", [paging.FACTS_PER_PAGE, 3])
def test_units_restarts_and_lost_units_write_what_a_replay_gives(
    connection: Connection, monkeypatch: pytest.MonkeyPatch, facts_per_page: int
) -> None:
    monkeypatch.setattr(household_store, "CACHED_HOUSEHOLDS_MAX", 7)
    monkeypatch.setattr(paging, "FACTS_PER_PAGE", facts_per_page)
    bodies = journal(synthetic_year())[:1_200]
    draw = random.Random(SEED)
    lease = claimed(connection)
    start = 0
    while start < len(bodies):
        unit = bodies[start : start + draw.choice((1, 3, 40, 200))]
        if draw.random() < 0.3:
            apply(connection, lease, unit, fail=True)
        if draw.random() < 0.3:
            lease = claimed(connection)
        apply(connection, lease, unit)
        assert len(lease.cache["households"]) <= 7
        start += len(unit)

    pages = assert_as_replayed(connection, REGION, bodies)
    assert bool(pages) == (facts_per_page == 3)


@pytest.mark.parametrize("written_bytes_max", [household_store.WRITTEN_BYTES_MAX, 2_000])
def test_regions_of_one_unit_share_statements_and_nothing_else(
    connection: Connection, monkeypatch: pytest.MonkeyPatch, written_bytes_max: int
) -> None:
    monkeypatch.setattr(household_store, "WRITTEN_BYTES_MAX", written_bytes_max)
    monkeypatch.setattr(household_store, "CACHED_HOUSEHOLDS_MAX", 7)
    monkeypatch.setattr(paging, "FACTS_PER_PAGE", 3)
    # Both have households of the same names, with other lives.
    journals = {
        REGION: journal(synthetic_year())[:1_200],
        OTHER: journal(synthetic_year(SEED + 1))[:1_000],
    }
    draw = random.Random(SEED)
    leases = {region: claimed(connection, region) for region in journals}
    done = dict.fromkeys(journals, 0)
    while any(done[region] < len(bodies) for region, bodies in journals.items()):
        ends = {region: done[region] + draw.choice((0, 1, 3, 40, 100)) for region in journals}
        parts = [
            (leases[region], bodies[done[region] : ends[region]])
            for region, bodies in journals.items()
        ]
        unit = [part for part in parts if part[1]]
        if draw.random() < 0.3:
            apply_together(connection, unit, fail=True)
        apply_together(connection, unit)
        done = ends
    for region, bodies in journals.items():
        assert assert_as_replayed(connection, region, bodies) > 0


def test_rules_stay_in_force_for_the_next_worker(connection: Connection) -> None:
    said = [
        activated(
            "2025-01-01", "rules", {"R01": '{"parameters":{"attention_episodes":2},"version":1}'}
        ),
        police("2025-01-02", "a"),
        police("2025-02-02", "b", flags=["STRANGULATION"]),
    ]
    bodies = journal(said)
    apply(connection, claimed(connection), bodies[:1])
    apply(connection, claimed(connection), bodies[1:])
    found = stored(connection, "select journal_position from engine.findings")
    assert found == [(3,)], "R01 at two episodes, and R07 is off"


def test_clocks_are_read_from_what_admission_keeps(connection: Connection, url: str) -> None:
    now = datetime(2025, 9, 15, tzinfo=UTC)
    connection.execute(
        "insert into admission.region_clock (region, mode, name, now, day, opened_at) "
        "values ('drenthe', 'REPLAY', 'Drenthe', %s, %s, %s)",
        [now, date(2025, 9, 15), now],
    )
    read_clocks = clocks_in(url)
    expected = ClockReading(mode="REPLAY", day=date(2025, 9, 15))
    assert read_clocks(["drenthe", "fryslan"]) == {"drenthe": expected}
