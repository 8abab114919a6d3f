"""Where a household stands depends on the set of its events; nothing said about it is lost."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from streams.household.journal_event import JournalEvent, PersonSeen
from streams.household.open_deadlines import open_deadlines
from streams.household.process import process_of
from streams.household.process_steps import PROCESS_RECORDS, steps_of
from streams.household.process_words import IRREGULARITY_WORDS
from streams.household.terms import Calendar
from tests.support.case_journal import case_events, step
from tests.support.journal import Said, corrected, police

# What a page says of a household may never depend on what came first: looked at closely.
CLOSELY = settings(max_examples=max(1_000, settings().max_examples), deadline=None)
FIRST = date(2025, 3, 1)
CALENDAR = Calendar()

_days = st.one_of(st.integers(0, 3), st.integers(0, 500)).map(
    lambda days: (FIRST + timedelta(days=days)).isoformat()
)
_hours = st.integers(6, 20)
_numbers = st.sampled_from((1, 2))
_OUTCOMES = ("NO_FOLLOW_UP", "HANDOVER_PROFESSIONAL", "INVESTIGATION", "MISADDRESSED")
_SERVICE = ("REGISTERED", "PICKED_UP", "COMPLETED", "ABORTED")
_ORDER = ("ASSESSED_NOT_IMPOSED", "IMPOSED", "EXTENDED", "WITHDRAWN", "EXPIRED", "VIOLATED")
_MDA = ("PROPOSED", "ACCEPTED", "ACTIVE", "CLOSED", "DECLINED_BY_TEAM", "UNKNOWN")
_WORDS = ("OPENED", "REOPENED", "CLOSED", "MONITORING", "MONITORED", "STRANGE", "TRANSFER")


@st.composite
def said_steps(draw: st.DrawFn, name: str) -> Said:
    """Draw one step of one of two cases, orders or registrations."""
    at = f"{draw(_days)} {draw(_hours):02}:00"
    case, report = {"case_id": f"Z{draw(_numbers)}"}, {"report_id": f"M{draw(_numbers)}"}
    match draw(st.integers(0, 10)):
        case 0 | 1:
            return step("REPORT", at, name, **case, **report)
        case 2:
            outcome = draw(st.sampled_from(_OUTCOMES))
            return step("ASSESSED", at, name, outcome=outcome, **case, **report)
        case 3:
            status = draw(st.sampled_from(_SERVICE))
            service_id = f"D{draw(_numbers)}"
            return step("SERVICE", at, name, service_id=service_id, status=status, **case, **report)
        case 4:
            return step("HANDOVER", at, name, handover_id=f"O{draw(_numbers)}", **case)
        case 5:
            return step("FEEDBACK", at, name, handover_id=f"O{draw(_numbers)}")
        case 6:
            status = draw(st.sampled_from(("PLANNED", "HELD", "MISSED")))
            return step("MOMENT", at, name, moment_no=draw(_numbers), status=status, **case)
        case 7:
            party = draw(st.sampled_from(("REPORTER", "SUBJECT", "PARENT_OF_SUBJECT")))
            return step("TOLD", at, name, party=party, **case, **report)
        case 8:
            status = draw(st.sampled_from(_ORDER))
            return step("ORDER", at, name, order_id=f"H{draw(_numbers)}", status=status)
        case 9:
            status = draw(st.sampled_from(_MDA))
            return step("MDA", at, name, mda_id=f"A{draw(_numbers)}", status=status)
        case _:
            word = draw(st.sampled_from(_WORDS))
            return step(word, at, name, **case)


@st.composite
def histories(draw: st.DrawFn) -> list[JournalEvent]:
    """Draw the journal rows of one household, with corrections of some of them."""
    said = [draw(said_steps(f"e{n}")) for n in range(draw(st.integers(1, 12)))]
    for number in range(draw(st.integers(0, 3))):
        target = draw(st.sampled_from(said))
        kind = draw(st.sampled_from(("RETRACTED", "REPLACED", "DUPLICATE_OF")))
        others = [one for one in said if one.record["meta"]["source"] == _source(target)]
        replacement = draw(st.sampled_from(others)) if kind == "REPLACED" else None
        at = draw(_days)
        said.append(corrected(at, f"k{number}", target, kind=kind, replacement=replacement))
    said.append(police("2025-03-01", "p"))
    people = [PersonSeen(pid="p1", role="VICTIM"), PersonSeen(pid="p2", role="CHILD")]
    return case_events(said, {0: people, 1: people[:1]})


def _source(said: Said) -> str:
    return str(said.record["meta"]["source"])


@CLOSELY
@given(histories(), st.data())
def test_any_order_and_any_repetition_give_the_same_process(
    events: list[JournalEvent], data: st.DataObject
) -> None:
    repeated = [*events, *data.draw(st.lists(st.sampled_from(events), max_size=5))]
    shuffled = data.draw(st.permutations(repeated))
    process = process_of(shuffled)
    assert process == process_of(events)
    as_of = FIRST + timedelta(days=data.draw(st.integers(0, 600)))
    deadlines = open_deadlines(process, as_of, CALENDAR)
    assert deadlines == open_deadlines(process_of(events), as_of, CALENDAR)
    assert all(each.is_overdue == (each.due_on < as_of) for each in deadlines)


@given(histories())
def test_nothing_is_lost_and_every_flag_has_words(events: list[JournalEvent]) -> None:
    process = process_of(events)
    standing = {each.key for each in steps_of(events)}
    assert {flagged.key for flagged in process.flagged} <= standing
    assert all(flagged.code in IRREGULARITY_WORDS for flagged in process.flagged)
    assert len({(flagged.key, flagged.code) for flagged in process.flagged}) == len(process.flagged)
    named = {each.text("case_id") for each in steps_of(events)} - {""}
    assert {case.case_id for case in process.cases} == named
    assert {each.event.record_name for each in steps_of(events)} <= PROCESS_RECORDS


@given(histories(), st.data())
def test_a_step_of_another_case_changes_nothing_here(
    events: list[JournalEvent], data: st.DataObject
) -> None:
    before = process_of(events)
    extra = data.draw(said_steps("new"))
    other = {**extra.record, **{key: "other" for key in ("case_id", "order_id", "mda_id")
             if key in extra.record}}  # fmt: skip
    if other == extra.record:
        return
    (event,) = case_events([Said(record_name=extra.record_name, record=other)])
    after = process_of([*events, event])
    if extra.record_name != "HandoverSent":
        assert set(before.cases) <= set(after.cases)
    assert set(before.orders) <= set(after.orders)
    assert set(before.registrations) <= set(after.registrations)
