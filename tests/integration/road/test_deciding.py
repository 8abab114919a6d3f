"""A person decides by command: households become one, become two, and a doubt is settled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.support.road import REGION, eventually, new_bsn, report
from tests.support.road_command import Ended, radar_command

if TYPE_CHECKING:
    from tests.support.road import Radar


def command(radar: Radar, *arguments: str) -> Ended:
    return radar_command(*arguments, data=radar.stack.data)


def said(radar: Radar, *arguments: str) -> Any:
    ended = command(radar, *arguments, "--json")
    assert ended.code == 0, ended.said
    return ended.json()


def family(
    radar: Radar, reports: int, *people: str, days_ago: int = 1
) -> tuple[str, list[dict[str, Any]]]:
    """Let the police report on people every ten days; return their household and the reports."""
    told = [
        report(*({"bsn": bsn} for bsn in people), days_ago=10 * number + days_ago)
        for number in range(reports)
    ]
    for one in told:
        radar.accept(one)
    return radar.household(told[-1]), told


def stands(radar: Radar, event: dict[str, Any], household: str) -> None:
    eventually(lambda: radar.households(event) == [household], "it stands where it belongs")


def test_two_households_become_one_and_two_again(radar: Radar) -> None:
    kept, first = family(radar, 2, new_bsn())
    other, second = family(radar, 2, new_bsn(), days_ago=6)
    plan = said(radar, "household", "merge", kept, other, "--dry-run")
    assert plan["dry_run"] and plan["moves"] == {"events": 2, "people": 1}
    assert radar.households(second[0]) == [other]
    done = said(radar, "household", "merge", kept, other)
    assert done["decisions"][0]["kind"] == "MERGED"
    for one in (*first, *second):
        stands(radar, one, kept)
    eventually(lambda: _findings(radar, kept) == {("R01", True)}, "four reports are a finding")
    assert radar.twin(other)["huishouden"]["samengevoegdMet"] == kept
    again = said(radar, "household", "merge", kept, other)
    assert again["decisions"] == [] and "already" in again["note"]
    undone = said(radar, "household", "merge", "--undo", done["event_id"])
    assert undone["decisions"][-1]["kind"] == "UNDONE"
    for one in second:
        stands(radar, one, other)
    eventually(lambda: _findings(radar, kept) == {("R01", False)}, "the finding is withdrawn")
    rows = radar.query("select reason_code from projections.finding where household_id = %s", kept)
    assert rows == [("MERGE_UNDONE",)]


def _findings(radar: Radar, household: str) -> set[tuple[str, bool]]:
    rows = radar.query(
        "select rule_id, is_open from projections.finding_view"
        " where household_id = %s and rule_id = 'R01'",
        household,
    )
    return {(rule, is_open) for rule, is_open in rows}


def test_somebody_leaves_a_household(radar: Radar) -> None:
    mother, son = new_bsn(), new_bsn()
    household, _ = family(radar, 1, mother, son)
    _, (alone,) = family(radar, 1, son)
    ((pid,),) = radar.query(
        "select unnest(pids) from projections.timeline where event_id = %s", alone["id"]
    )
    ended = command(radar, "household", "split", household, "--person", "0" * 32)
    assert ended.code == 1 and "belong" in ended.said
    plan = said(radar, "household", "split", household, "--person", pid, "--dry-run")
    assert plan["moves"] == {"events": 1, "people": 1}
    done = said(radar, "household", "split", household, "--person", pid)
    (kept, new) = done["households"]
    assert kept == household
    eventually(lambda: radar.households(alone) == [new], "what is his went with him")


def test_a_doubt_is_listed_and_settled_once(radar: Radar) -> None:
    name = {"familyName": "Proefpersoon", "givenNames": "Ida", "birthDate": "1979-05-06"}
    one, two = report(name), report(name)
    radar.accept(one)
    first = radar.household(one)
    radar.accept(two)
    second = radar.household(two)
    (entry,) = [
        e
        for e in said(radar, "review", "list", "--kind", "same_name")["entries"]
        if e["event_id"] == two["id"]
    ]
    plan = said(radar, "review", "confirm", entry["id"], "--dry-run")
    assert plan["households"] == [first, second]
    assert said(radar, "review", "list", "--kind", "same_name")["entries"]
    said(radar, "review", "confirm", entry["id"])
    eventually(lambda: radar.households(two) == [first], "they are one household")
    again = said(radar, "review", "confirm", entry["id"])
    assert again["state"] == "confirmed"
    assert command(radar, "review", "refuse", entry["id"]).code == 1
    assert command(radar, "review", "confirm", "no-entry").code == 2


def test_after_all_that_the_tables_are_what_the_journal_says(radar: Radar) -> None:
    eventually(
        lambda: radar_command("verify", "--region", REGION, data=radar.stack.data).code == 0,
        "verify holds",
    )
    ended = command(radar, "rebuild", "all", "--check", "--json")
    assert ended.code == 0, ended.said
