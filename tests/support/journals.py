"""Hypothesis strategies: journals of a few pretend families, with all that can go wrong in them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from streams.household.rule_set import DEFAULT_RULE_SET, rules_payload
from tests.support.casework import (
    answer,
    case_step,
    contact,
    feedback,
    handover,
    mda,
    moment,
    moved,
    order,
    seen_elsewhere,
    service,
    transferred,
    with_people,
)
from tests.support.journal import (
    CASE_SYSTEM,
    POLICE,
    SCHOOL,
    Said,
    activated,
    assessed,
    corrected,
    police,
    rearranged,
    registered,
    school,
    tick,
)

START = datetime(2025, 1, 1, 10, tzinfo=UTC)
NUMBERS = (None, "1", "2", "3")
CASES = ("case-1", "case-2")
FLAGS = ("STALKING", "DEATH_THREAT", "STRANGULATION", "CHILD_WITNESS", "UNKNOWN")
SECTORS = ("EDUCATION", "MEDICAL", "UNKNOWN", "JUSTICE_AND_SAFETY", "NON_PROFESSIONAL")

# Coarse enough for events to meet in one window, wide enough to leave a year.
_moments = st.one_of(
    st.integers(0, 150).map(lambda hours: START + timedelta(hours=hours)),
    st.integers(0, 420).map(lambda days: START + timedelta(days=days)),
).map(lambda moment: moment.strftime("%Y-%m-%d %H:%M"))
RULES_OTHERWISE = {
    "R01": '{"parameters":{"attention_episodes":2},"version":1}',
    "R12": '{"parameters":{"min_severity":1},"version":1}',
    "R16": '{"parameters":{"feedback_working_days":3},"version":1}',
}
_days = st.integers(0, 420).map(lambda days: f"{START + timedelta(days=days):%Y-%m-%d}")
_flags = st.lists(st.sampled_from(FLAGS), max_size=2)


AGES = ("ADULT", "AGE_2_11", "UNDER_2", "UNBORN", "UNKNOWN")
ROLES = ("SUSPECTED_PERPETRATOR", "VICTIM", "CHILD")
PIDS = ("p1", "p2", "p3")
_pids = st.sampled_from(PIDS)
_people = st.lists(
    st.tuples(_pids, st.sampled_from(ROLES), st.sampled_from(AGES)),
    max_size=2,
    unique_by=lambda who: who[0],
)


@st.composite
def reports(draw: st.DrawFn, name: str) -> Said:
    """Draw a signal, a registration or an assessment; `name` becomes its event id."""
    at = draw(_moments)
    number, report_id = draw(st.sampled_from(NUMBERS)), draw(st.sampled_from(("r1", "r2", "r3")))
    flags, people = draw(_flags), draw(_people)
    nature = draw(st.sampled_from(((), (), ("ELDER_ABUSE",))))
    match draw(st.integers(0, 3)):
        case 0:
            said = police(at, name, number=number, flags=flags, nature=nature)
            return with_people(said, *people)
        case 1:
            sector = draw(st.sampled_from(SECTORS))
            said = school(at, name, sector=sector, number=number, flags=flags, nature=nature)
            return with_people(said, *people)
        case 2:
            source = draw(st.sampled_from((POLICE, SCHOOL, CASE_SYSTEM)))
            of = None if number is None else (source, number)
            sector = draw(st.sampled_from(SECTORS))
            said = registered(
                at,
                name,
                report_id=report_id,
                case_id=draw(st.sampled_from(CASES)),
                of=of,
                sector=sector,
                flags=flags,
                children=draw(st.sampled_from((None, True))),
            )
            return with_people(said, *people)
        case _:
            domains = draw(st.sampled_from(((), ("01", "02"), ("03",))))
            return assessed(at, name, report_id=report_id, flags=flags, domains=domains)


@st.composite
def casework(draw: st.DrawFn, name: str) -> Said:
    """Draw what was done in a case: handovers, services, contacts, monitoring."""
    on = draw(_days)
    handover_id = draw(st.sampled_from(("h1", "h2")))
    match draw(st.integers(0, 6)):
        case 0:
            to = draw(st.sampled_from(("LOCAL_TEAM", "CLIENT_NETWORK", "MDA")))
            return handover(on, name, handover_id=handover_id, to=to)
        case 1:
            status = draw(st.sampled_from(("ACCEPTED", "RETURNED_UNSAFE")))
            return feedback(on, name, status, handover_id=handover_id)
        case 2:
            status = draw(st.sampled_from(("REGISTERED", "PICKED_UP", "COMPLETED", "ABORTED")))
            report_id = draw(st.sampled_from(("r1", "r2", None)))
            return service(on, name, status, report_id=report_id)
        case 3:
            statuses = ("OPENED", "CLOSED", "REOPENED", "MONITORING_STARTED", "MONITORING_ENDED")
            status = draw(st.sampled_from(statuses))
            return case_step(on, name, status, case_id=draw(st.sampled_from(CASES)))
        case 4:
            direction = draw(st.sampled_from(("IN", "OUT")))
            return transferred(on, name, direction, case_id=draw(st.sampled_from(CASES)))
        case 5:
            party = draw(st.sampled_from(("REPORTER", "SUBJECT", "PARENT_OF_SUBJECT")))
            case_id = draw(st.sampled_from(CASES))
            return contact(on, name, party, reached=draw(st.booleans()), case_id=case_id)
        case _:
            status = draw(st.sampled_from(("PLANNED", "HELD", "MISSED", "CANCELLED")))
            return moment(on, name, status, number=draw(st.integers(1, 2)))


@st.composite
def happenings(draw: st.DrawFn, name: str) -> Said:
    """Draw what happened to a family outside its cases: orders, moves, what others know of it."""
    on = draw(_days)
    match draw(st.integers(0, 4)):
        case 0:
            status = draw(st.sampled_from(("IMPOSED", "EXTENDED", "VIOLATED", "WITHDRAWN")))
            order_id = draw(st.sampled_from(("o1", "o2")))
            return order(on, name, status, pid=draw(_pids), order_id=order_id)
        case 1:
            status = draw(st.sampled_from(("PROPOSED", "ACTIVE", "CLOSED", "DECLINED_BY_TEAM")))
            return mda(on, name, status, domains=("04",), organisations=("x", "y"))
        case 2:
            return moved(on, name, left=draw(st.booleans()), pid=draw(_pids))
        case 3:
            by = draw(st.sampled_from(("OTHER_VT", "CHILD_PROTECTION_BOARD", "POLICE")))
            return answer(on, name, by=by, known=draw(st.booleans()), pid=draw(_pids))
        case _:
            by_order = draw(st.sampled_from((None, "o9")))
            return seen_elsewhere(on, name, draw(_pids), order_id=by_order)


@st.composite
def sayings(draw: st.DrawFn, name: str) -> Said:
    """Draw an event of any kind that rules read; half of them are reports."""
    kind = draw(st.sampled_from((reports, reports, casework, happenings)))
    return draw(kind(name))


@st.composite
def histories(draw: st.DrawFn, *, repeated_corrections: bool = True) -> list[Said]:
    """Draw what was said about one household, corrections after their targets."""
    count = draw(st.integers(1, 12))
    said = [draw(sayings(f"e{n}")) for n in range(count)]
    targets: list[Said] = []
    for number in range(draw(st.integers(0, 4))):
        open_targets = [one for one in said if repeated_corrections or one not in targets]
        if not open_targets:
            break
        target = draw(st.sampled_from(open_targets))
        targets.append(target)
        kind = draw(st.sampled_from(("RETRACTED", "REPLACED", "DUPLICATE_OF")))
        same_source = [
            one for one in said if one.record["meta"]["source"] == target.record["meta"]["source"]
        ]
        replacement = draw(st.sampled_from(same_source)) if kind == "REPLACED" else None
        at = draw(_moments)
        said.append(corrected(at, f"k{number}", target, kind=kind, replacement=replacement))
    return said


@st.composite
def regions(draw: st.DrawFn) -> list[Said]:
    """Draw a region's journal: events of three households between ticks of rising days."""
    pending = draw(histories())
    homes = (("household-1",), ("household-2",), ("household-1", "household-3"))
    day = date(2026, 2, 1)
    said: list[Said] = []
    for number, one in enumerate(pending):
        if draw(st.booleans()):
            day += timedelta(days=draw(st.sampled_from((1, 20, 90, 200))))
            said.append(tick(day.isoformat()))
        if draw(st.integers(0, 9)) == 0:
            rules = draw(st.sampled_from((RULES_OTHERWISE, rules_payload(DEFAULT_RULE_SET))))
            said.append(activated(day.isoformat(), f"rules-{number}", rules))
        said.append(replace(one, households=draw(st.sampled_from(homes))))
    said.append(tick((day + timedelta(days=draw(st.sampled_from((1, 180, 365))))).isoformat()))
    return draw(with_rearrangements(said))


@st.composite
def with_rearrangements(draw: st.DrawFn, said: list[Said]) -> list[Said]:
    """Draw merges and splits into a journal: rows go from one household to another, or to none."""
    result: list[Said] = []
    homes: dict[int, str | None] = {}
    names = ("household-1", "household-2", "household-3", None)
    for number, one in enumerate(said):
        result.append(one)
        if len(one.households) == 1:
            homes[len(result)] = one.households[0]
        if not homes or draw(st.integers(0, 3)) != 0:
            continue
        left, joined = draw(st.permutations(names))[:2]
        there = [position for position, home in homes.items() if home == left]
        moved = sorted(draw(st.lists(st.sampled_from(there), unique=True))) if there else []
        if moved:
            change = draw(st.sampled_from(("MERGED", "SPLIT", "MERGE_UNDONE", "SPLIT_UNDONE")))
            at = one.record["meta"]["occurred_at"].strftime("%Y-%m-%d %H:%M")
            result.append(rearranged(at, f"m{number}", (left, joined, moved), change=change))
            homes |= dict.fromkeys(moved, joined)
    return result
