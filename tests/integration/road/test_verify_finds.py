"""Is whatever is taken away, doubled or made up found, with its place?"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import psycopg
import pytest

from tests.support.road import REGION
from tests.support.verified_run import (
    POLICE_TOPIC,
    changed,
    check,
    holds,
    places,
    removed,
)

if TYPE_CHECKING:
    from tests.support.road import Radar
    from tests.support.verified_run import Run


def test_an_outcome_that_is_gone(radar: Radar, run: Run) -> None:
    offset = run.offset(radar)
    where = 'region = %s and topic = %s and "offset" between %s and %s'
    span = (REGION, POLICE_TOPIC, offset, run.repeated_offset)
    with removed(radar, "engine.ledger", where, *span):
        found, recent = check(radar), check(radar, recent=True)
    for one in (found, recent):
        (place,) = places(one, "offset_missing")
        assert holds(place, topic=POLICE_TOPIC, first=offset, last=run.repeated_offset)
        (total,) = [i.gap for i in one.invariants if i.name == "I1"]
        assert total == run.repeated_offset - offset + 1
    assert any(holds(p, offset=offset) for p in places(found, "event_without_outcome"))


def test_an_event_that_counts_twice(radar: Radar, run: Run) -> None:
    with changed(
        radar,
        "engine.ledger",
        'region = %s and topic = %s and "offset" = %s',
        "update engine.ledger set outcome = 'applied' where {condition}",
        *(REGION, POLICE_TOPIC, run.repeated_offset),
    ):
        found, recent = check(radar), check(radar, recent=True)
    for one in (found, recent):
        (place,) = places(one, "applied_twice")
        assert holds(place, source=run.applied["source"], event_id=run.applied["id"])
        offsets = place["offsets"]
        assert isinstance(offsets, list)
        assert sorted(offsets) == [run.offset(radar), run.repeated_offset]


def test_an_outcome_of_nothing_that_was_read(radar: Radar, run: Run) -> None:
    with changed(
        radar,
        "engine.ledger",
        'region = %s and topic = %s and "offset" = 1000000',
        'insert into engine.ledger (region, topic, "offset", outcome)'
        f" values ('{REGION}', '{POLICE_TOPIC}', 1000000, 'duplicate')",
        *(REGION, POLICE_TOPIC),
    ):
        (place,) = places(check(radar), "offset_beyond_what_was_read")
    assert holds(place, region=REGION, topic=POLICE_TOPIC, offset=1_000_000)


def test_a_receipt_whose_record_is_nowhere(radar: Radar, run: Run) -> None:
    receipt = uuid4()
    columns = "region, source, event_id, receipt_id, digest, record_name, topic, partner"
    with changed(
        radar,
        "connectors.receipt",
        "receipt_id = %s",
        f'insert into connectors.receipt ({columns}, acknowledged_at, "offset") values'
        f" ('{REGION}', 'urn:x', 'e', '{receipt}', '', 'PoliceReportSubmitted', '{POLICE_TOPIC}',"
        " 'politie', now() - interval '61 seconds', 1000000)",
        receipt,
    ):
        found = check(radar, recent=True)
    (place,) = places(found, "receipt_without_outcome")
    assert holds(place, receipt_id=receipt, offset=1_000_000)
    assert found.oldest_unaccounted_seconds > 61


def test_a_journal_row_that_is_gone(radar: Radar, run: Run) -> None:
    position = run.position(radar)
    where = "region = %s and position = %s"
    with removed(radar, "engine.journal", where, REGION, position):
        found, recent = check(radar), check(radar, recent=True)
    for one in (found, recent):
        (place,) = places(one, "journal_position_missing")
        assert holds(place, region=REGION, first=position, last=position)
    for kind in ("event_without_row", "timeline_surplus", "event_surplus"):
        (place,) = places(found, kind)
        assert holds(place, region=REGION, position=position)
    cited = places(found, "evidence_not_in_journal")
    assert any(holds(p, event_id=run.applied["id"]) for p in cited)
    assert places(found, "cause_not_in_journal")


def test_a_journal_row_that_nobody_sent(radar: Radar, run: Run) -> None:
    position = run.position(radar)
    with changed(
        radar,
        "engine.journal",
        "region = %s and position = %s",
        f"update engine.journal set event_id = '{uuid4()}' where {{condition}}",
        *(REGION, position),
    ):
        found = check(radar)
    for kind in ("row_without_event", "event_without_row", "event_missing", "timeline_missing"):
        assert any(holds(place, position=position) for place in places(found, kind)), kind


def test_a_timeline_row_that_is_gone(radar: Radar, run: Run) -> None:
    position = run.position(radar)
    where = "region = %s and household_id = %s and position = %s"
    with removed(radar, "projections.timeline", where, REGION, run.household, position):
        (place,) = places(check(radar), "timeline_missing")
    assert holds(place, region=REGION, household_id=run.household, position=position)


def test_a_household_that_counts_wrongly(radar: Radar, run: Run) -> None:
    with changed(
        radar,
        "projections.household",
        "region = %s and household_id = %s",
        "update projections.household set events = events + 1 where {condition}",
        *(REGION, run.household),
    ):
        (place,) = places(check(radar), "household_miscounted")
    assert holds(place, household_id=run.household, journal_events=3, told_events=4)


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ("delete from projections.fact_report where {condition}", "fact_missing"),
        (
            "update projections.fact_report set position_to = position where {condition}",
            "fact_valid_differs",
        ),
    ],
)
def test_a_report_that_the_figures_lack(radar: Radar, run: Run, change: str, kind: str) -> None:
    where = "region = %s and event_id = %s"
    asked = (REGION, run.registered["id"])
    with changed(radar, "projections.fact_report", where, change, *asked):
        (place,) = places(check(radar), kind)
    assert holds(place, table="projections.fact_report", region=REGION)
    rows = radar.query(f"select position from engine.journal where {where}", *asked)
    assert rows == [(place["position"],)]


def test_a_finding_that_its_events_do_not_give(radar: Radar, run: Run) -> None:
    where = "region = %s and household_id = %s"
    asked = (REGION, run.household)
    ((raised, finding),) = radar.query(
        f"select position, finding_id from engine.findings where {where} order by position limit 1",
        *asked,
    )
    at = (REGION, raised)
    with changed(
        radar,
        "engine.findings",
        "region = %s and position = %s",
        "update engine.findings set finding_id = gen_random_uuid() where {condition}",
        *at,
    ):
        found = check(radar)
    for kind in ("finding_id_differs", "finding_columns_differ"):
        (place,) = places(found, kind)
        assert holds(place, region=REGION, position=raised)
    assert any(holds(p, finding_id=finding) for p in places(found, "finding_view_differs"))
    with removed(radar, "engine.findings", "region = %s and position = %s", *at):
        (place,) = places(check(radar), "findings_position_missing")
    assert holds(place, region=REGION, first=raised, last=raised)


def test_an_advice_that_is_not_counted(radar: Radar, run: Run) -> None:
    # Other tests may have corrected an advice, whose fact then stands no longer.
    ((position,),) = radar.query(
        "select min(position) from projections.fact_advice"
        " where region = %s and known_to = 'infinity'",
        REGION,
    )
    where = "region = %s and position = %s"
    with removed(radar, "projections.fact_advice", where, REGION, position):
        (place,) = places(check(radar), "fact_missing")
    assert holds(place, table="projections.fact_advice", region=REGION, position=position)
    with removed(radar, "admission.advice_event", where, REGION, position):
        found = check(radar)
    (place,) = places(found, "advice_event_differs")
    assert holds(place, region=REGION, log_position=position, event_position=None)
    assert places(found, "advice_outcome_differs")


def test_a_column_of_advice_about_somebody(radar: Radar, run: Run) -> None:
    with psycopg.connect(radar.settings.database, autocommit=True) as connection:
        connection.execute("alter table projections.fact_advice add column pid text")
        try:
            found = check(radar)
        finally:
            connection.execute("alter table projections.fact_advice drop column pid")
    (place,) = places(found, "advice_column_unknown")
    assert place == {"table": "projections.fact_advice", "column": "pid"}
