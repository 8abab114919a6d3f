"""Facts filled in bulk, backwards and by kinds, are what the live stage wrote row after row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

import hub.rebuild
from hub.rebuild import rebuild
from hub.rebuild_rooms import ProjectionsRoom
from projections.rebuild import GROUPS
from streams.engine.log import ADVICE, JOURNAL
from tests.support.databases import drop_database, fresh_database
from tests.support.drawn_journal import DrawnJournal
from tests.support.live_tables import REGION_CODES, LiveTables

if TYPE_CHECKING:
    from hub.local.endpoints import Endpoints

ROWS = 400
DRENTHE, GRONINGEN = REGION_CODES


@pytest.fixture(params=[1, 2])
def live(request: pytest.FixtureRequest, stack: Endpoints) -> Iterator[LiveTables]:
    url = fresh_database(stack)
    tables = LiveTables(url)
    for number, region in enumerate(REGION_CODES):
        drawn = DrawnJournal(seed=10 * request.param + number)
        # One region is much larger, so that it is dealt out and the other is not.
        tables.append(JOURNAL, region, drawn.journal(ROWS // (1 + 9 * number)))
        tables.append(ADVICE, region, drawn.advice(ROWS // 10))
        while tables.apply(tables.projections, region):
            pass
    yield tables
    tables.close()
    drop_database(stack, url)


@pytest.mark.parametrize("cores", [1, 3])
def test_bulk_and_live_are_equal_to_the_byte(
    live: LiveTables, cores: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for what in (
        "select 1 from projections.fact_report where position_to is not null",
        "select 1 from projections.fact_assessment where nullif(sources_used, '{}') is not null",
        "select 1 from projections.event where voided_by is not null",
        "select 1 from projections.advice_event where voided_by is not null",
        "select 1 from projections.calendar",
        "select 1 from engine.journal group by region, source, event_id having count(*) > 1",
    ):
        assert live.query(what), f"nothing to compare: {what}"
    monkeypatch.setattr(hub.rebuild, "cores", lambda: cores)
    groups = ("facts", "advice")
    (report,) = rebuild(live.url, [ProjectionsRoom(groups)], check=True, region=None)
    assert report.differences == []
    assert report.rows == sum(
        count
        for (count,) in live.query(
            "select position from engine.log_head where log in ('journal', 'advice')"
        )
    )


def test_a_row_of_a_fact_that_is_falsified_is_mended(live: LiveTables) -> None:
    for group in ("facts", "advice"):
        for table in GROUPS[group]:
            live.query(f"delete from projections.{table} where position %% 2 = 0")
    (report,) = rebuild(
        live.url, [ProjectionsRoom(("facts", "advice"))], check=False, region=DRENTHE
    )
    assert {difference.region for difference in report.differences} == {DRENTHE}
    (again,) = rebuild(live.url, [ProjectionsRoom(("facts",))], check=True, region=None)
    assert {difference.region for difference in again.differences} == {GRONINGEN}
