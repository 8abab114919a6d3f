"""Parked households as an operator sees them, on the running Radar: list, redrive, and the page."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from tests.support.road import REGION, eventually, new_bsn, report
from tests.support.road_command import Ended, radar_command

if TYPE_CHECKING:
    from tests.support.road import Radar

INCOMPLETE = "De gegevens van dit huishouden zijn niet volledig"
STAGES = ("projections", "radar")


def command(radar: Radar, *arguments: str) -> Ended:
    return radar_command("parked", *arguments, data=radar.stack.data)


def park_from_now_on(radar: Radar, household: str) -> None:
    """Write what a worker would have written, and let the workers read it: they claim anew."""
    for stage in STAGES:
        radar.query(
            "insert into engine.parked"
            " (id, stage, version, region, log, household_id, position, code, place)"
            " select %s, %s, 1, region, log, %s, position + 1, 'KeyError', 'fold.py:1'"
            " from engine.log_head where log = 'journal' and region = %s returning 1",
            *(uuid4(), stage, household, REGION),
        )
        radar.query(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where application_name like %s and application_name not like '%%-relay'",
            f"radar-{stage}%",
        )


def positions(radar: Radar) -> list[int]:
    """Return how far both stages have read the region's journal, and its head."""
    rows = radar.query(
        "select position from engine.input where stage = any(%s) and region = %s"
        " and topic = 'vt.journal.v1' union all"
        " select position from engine.log_head where log = 'journal' and region = %s",
        *(list(STAGES), REGION, REGION),
    )
    return [position for (position,) in rows]


def test_a_household_waits_and_is_taken_up_by_the_command(radar: Radar) -> None:
    bsn = new_bsn()
    first, second = report({"bsn": bsn}), report({"bsn": bsn})
    radar.accept(first)
    household = radar.household(first)
    path = f"/regios/{REGION}/huishoudens/{household}"
    assert INCOMPLETE not in radar.page(path).text
    eventually(lambda: len(set(positions(radar))) == 1, "all is read")

    park_from_now_on(radar, household)
    radar.accept(second)
    eventually(lambda: radar.outcomes(second) == ["applied"], "the second report is journaled")
    eventually(lambda: len(set(positions(radar))) == 1, "both stages moved past it")
    assert len(radar.timeline(household)) == 1
    assert INCOMPLETE in radar.page(path).text
    assert radar.page(f"/regios/{REGION}/cijfers.json").json()["regio"]["parked"] == 1
    listed = command(radar, "list", "--json").json()["parked"]
    assert [each["stage"] for each in listed] == list(STAGES)
    assert {each["household_id"] for each in listed} == {household}
    eventually(
        lambda: 'radar_parked_households{stage="radar"} 1.0' in radar.metrics("radar"),
        "the metric says so",
    )
    verified = radar_command("verify", data=radar.stack.data)
    assert verified.code == 0, verified.said

    planned = command(radar, "redrive", "--all", "--dry-run", "--json").json()
    assert planned["dry_run"]
    assert sorted(planned["redriven"]) == sorted(each["id"] for each in listed)
    assert command(radar, "redrive", "--all").code == 2, "a reason is asked for"
    done = command(radar, "redrive", "--all", "--reason", "CAUSE_FIXED", "--json")
    assert done.code == 0, done.said
    assert sorted(done.json()["redriven"]) == sorted(planned["redriven"])

    assert len(radar.timeline(household)) == 2
    assert INCOMPLETE not in radar.page(path).text
    assert command(radar, "list", "--json").json()["parked"] == []
    again = command(radar, "redrive", listed[0]["id"], "--reason", "CAUSE_FIXED", "--json")
    assert (again.code, again.json()["unknown"]) == (1, 1), "it waits no longer"
    verified = radar_command("verify", data=radar.stack.data)
    assert verified.code == 0, verified.said
    for what in STAGES:
        rebuilt = radar_command("rebuild", what, "--check", data=radar.stack.data)
        assert rebuilt.code == 0, rebuilt.said
