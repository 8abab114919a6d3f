from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from streams.household.journal_event import PersonSeen
from streams.household.open_deadlines import OpenDeadline, open_deadlines
from streams.household.process import process_of
from streams.household.terms import Calendar
from tests.support.case_journal import case_events, step
from tests.support.journal import Said, local

REPORT = step("REPORT", "2025-01-06")
MOTHER = PersonSeen(pid="mother", role="VICTIM")
CHILD = PersonSeen(pid="child", role="CHILD")
WITNESS = PersonSeen(pid="neighbour", role="WITNESS")


def running(
    said: Sequence[Said],
    as_of: str,
    persons: Mapping[int, Sequence[PersonSeen]] | None = None,
    calendar: Calendar | None = None,
) -> tuple[OpenDeadline, ...]:
    process = process_of(case_events(said, persons))
    return open_deadlines(process, date.fromisoformat(as_of), calendar or Calendar())


def ends(said: Sequence[Said], as_of: str = "2025-01-10", persons: object = None) -> dict[str, str]:
    return {each.term.term_id: each.due_on.isoformat() for each in running(said, as_of)}


def test_a_report_starts_three_clocks_and_the_last_day_is_in_time() -> None:
    assert ends([REPORT]) == {"D1": "2025-01-13", "D2": "2025-01-13", "D3": "2025-02-03"}
    assert not any(each.is_overdue for each in running([REPORT], "2025-01-13"))
    overdue = {each.term.term_id for each in running([REPORT], "2025-01-14") if each.is_overdue}
    assert overdue == {"D1", "D2"}


def test_extra_days_of_the_region_move_the_clocks() -> None:
    calendar = Calendar(extra_days=frozenset({date(2025, 1, 8)}))
    found = {
        each.term.term_id: each.due_on for each in running([REPORT], "2025-01-10", None, calendar)
    }
    assert found["D1"] == date(2025, 1, 14)


def test_an_assessment_and_a_telling_stop_their_clocks() -> None:
    told = step("TOLD", "2025-01-09", party="SUBJECT", content="DATA_RECORDED")
    assert ends([REPORT, step("ASSESSED", "2025-01-08"), step("TOLD", "2025-01-09"), told]) == {}


def test_each_person_is_told_and_a_child_through_a_parent() -> None:
    told = step("TOLD", "2025-01-09", party="PARENT_OF_SUBJECT", content="DATA_RECORDED")
    persons = {0: [MOTHER, CHILD, WITNESS]}
    before = [each.pid for each in running([REPORT], "2025-01-10", persons) if each.pid]
    assert before == ["child", "mother"], "a witness is not told"
    after = running([REPORT, told], "2025-01-10", {**persons, 1: [MOTHER]})
    assert not [each for each in after if each.pid]
    father = running([REPORT, told], "2025-01-10", {**persons, 1: [PersonSeen(pid="f", role="X")]})
    assert [each.pid for each in father if each.pid] == ["mother"]


def test_telling_may_be_put_off_by_two_weeks_at_a_time_and_no_more() -> None:
    def postponed(until: str, name: str) -> Said:
        return step(
            "TOLD", "2025-01-20", name, party="SUBJECT", content="DATA_RECORDED",
            informed_on=None, postponed_until=date.fromisoformat(until),
        )  # fmt: skip

    assert ends([REPORT, postponed("2025-02-17", "a")])["D3"] == "2025-02-17"
    assert ends([REPORT, postponed("2025-02-18", "a")])["D3"] == "2025-02-03"
    twice = [REPORT, postponed("2025-02-17", "a"), postponed("2025-03-03", "b")]
    assert ends(twice)["D3"] == "2025-03-03"


def test_conditions_count_from_when_assessing_was_due_investigation_from_its_decision() -> None:
    late = step("ASSESSED", "2025-02-17", outcome="CONDITIONS_AND_FOLLOW_UP")
    conditions = step("SERVICE", "2025-02-17", service="CONDITIONS_AND_FOLLOW_UP")
    found = ends([REPORT, late, conditions])
    assert (found["D4"], found["D4-75"]) == ("2025-03-24", "2025-03-22")
    assert "D5" not in found
    decided = step("ASSESSED", "2025-02-17", outcome="INVESTIGATION")
    found = ends([REPORT, decided, step("SERVICE", "2025-02-17")])
    assert (found["D5"], found["D4-75"]) == ("2025-04-28", "2025-03-22")
    assert "D4" not in found
    done = step("SERVICE", "2025-03-10", status="ABORTED")
    assert {"D5", "D4-75"}.isdisjoint(ends([REPORT, decided, step("SERVICE", "2025-02-17"), done]))


def test_feedback_is_due_on_the_day_that_was_agreed_else_after_ten_working_days() -> None:
    assessed = step("ASSESSED", "2025-01-08")
    sent = step("HANDOVER", "2025-01-09")
    assert ends([REPORT, assessed, sent])["D8"] == "2025-01-23"
    agreed = step("HANDOVER", "2025-01-09", feedback_due_on=date(2025, 2, 1))
    assert ends([REPORT, assessed, agreed])["D8"] == "2025-02-01"
    answered = [REPORT, assessed, sent, step("FEEDBACK", "2025-01-15")]
    assert "D8" not in ends(answered)
    to_network = step("HANDOVER", "2025-01-09", to_kind="CLIENT_NETWORK")
    assert "D8" not in ends([REPORT, assessed, to_network])


def test_monitoring_asks_for_two_moments_in_a_year_and_each_planned_one() -> None:
    start = [
        REPORT, step("ASSESSED", "2025-01-08"), step("HANDOVER", "2025-01-09"),
        step("MONITORING", "2025-01-20"), step("MOMENT", "2025-04-20"),
    ]  # fmt: skip
    found = [(each.subject, each.due_on.isoformat()) for each in running(start, "2025-01-21")
             if each.term.term_id == "D7"]  # fmt: skip
    assert found == [("Z1#1", "2025-04-20"), ("Z1", "2026-01-20")]
    held = [
        step("MOMENT", "2025-04-20", moment_no=n, status="HELD", held_on=date(2025, 4, 20))
        for n in (1, 2)
    ]
    assert "D7" not in ends([*start, *held])
    assert "D7" not in ends([*start, step("CLOSED", "2025-02-20")])
    too_late = [REPORT, step("CLOSED", "2025-01-10"), step("MONITORING", "2025-01-20")]
    assert "D7" not in ends(too_late)


def test_a_restraining_order_runs_to_its_hour_and_is_never_overdue() -> None:
    imposed = step("ORDER", "2025-10-20 14:00")
    (clock,) = running([imposed], "2025-10-30")
    assert (clock.term.term_id, clock.ends_at) == ("D6", local("2025-10-30 14:00"))
    assert not clock.is_overdue
    assert running([imposed], "2025-10-31") == ()
    extended = step(
        "ORDER", "2025-10-29 10:00", status="EXTENDED", ends_at=local("2025-11-17 14:00")
    )
    (clock,) = running([imposed, extended], "2025-11-01")
    assert (clock.term.term_id, clock.due_on) == ("D6-verlenging", date(2025, 11, 17))


def test_a_case_that_another_region_has_is_not_assessed_here() -> None:
    assert "D1" not in ends([REPORT, step("TRANSFER", "2025-01-07")])
