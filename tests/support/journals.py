"""Hypothesis strategies: journals of a few pretend families, with all that can go wrong in them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar

from hypothesis import settings
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
FLAGS = (
    *("CHILD_WITNESS", "UNKNOWN", "SUBSTANCE_ABUSE", "STALKING", "DEATH_THREAT", "CHILD_WITNESS"),
    *("RECENT_SEPARATION", "HONOUR_RELATED", "SEXUAL_VIOLENCE", "STRANGULATION", "CHILD_INJURED"),
)
FORMS = (
    *((), (), ("EMOTIONAL_ABUSE",), ("EMOTIONAL_NEGLECT",), ("STALKING",), ("PHYSICAL_ABUSE",)),
    *(("FINANCIAL_EXPLOITATION",), ("SHAKEN_BABY",)),
)
SASH = (None, None, None, "LOW", "MODERATE", "HIGH")
SECTORS = ("EDUCATION", "MEDICAL", "UNKNOWN", "JUSTICE_AND_SAFETY", "NON_PROFESSIONAL")

AGES = ("ADULT", "AGE_2_11", "UNDER_2", "UNBORN", "UNKNOWN")
ROLES = ("SUSPECTED_PERPETRATOR", "VICTIM", "CHILD")
PIDS = ("p1", "p2", "p3")
REPORT_IDS = ("r1", "r2", "r3")
RULES_OTHERWISE = {
    "R01": '{"parameters":{"attention_episodes":2},"version":1}',
    "R12": '{"parameters":{"min_severity":1},"version":1}',
    "R16": '{"parameters":{"feedback_working_days":3},"version":1}',
}
# Order of arrival and cutting into units are what all else rests on, so they are tried more often.
EXAMPLES = settings(
    max_examples=10_000 if os.environ.get("HYPOTHESIS_PROFILE") == "long" else 1_000, deadline=None
)
# One number decides an event: a draw for each of its fields would take longer than all the rest.
_CHOICES = st.integers(0, 2**64 - 1)
_T = TypeVar("_T")


class Choices:
    """One number, taken apart into choices; the smaller it is the plainer they are."""

    def __init__(self, number: int) -> None:
        self._left = number

    def one_of(self, options: Sequence[_T]) -> _T:
        self._left, at = divmod(self._left, len(options))
        return options[at]

    def up_to(self, most: int) -> int:
        self._left, number = divmod(self._left, most + 1)
        return number

    def day(self) -> str:
        return f"{START + timedelta(days=self.up_to(420)):%Y-%m-%d}"

    def moment(self) -> str:
        """Coarse enough for events to meet in one window, wide enough to leave a year."""
        is_close = self.up_to(1) == 0
        later = timedelta(hours=self.up_to(150)) if is_close else timedelta(days=self.up_to(420))
        return f"{START + later:%Y-%m-%d %H:%M}"


def report(choices: Choices, name: str) -> Said:
    """Return a signal, a registration or an assessment; `name` becomes its event id."""
    kind, at = choices.up_to(3), choices.moment()
    number, report_id = choices.one_of(NUMBERS), choices.one_of(REPORT_IDS)
    flags = tuple(choices.one_of(FLAGS) for _ in range(choices.one_of((0, 0, 1, 2))))
    nature = choices.one_of(((), (), ("ELDER_ABUSE",)))
    sector, forms = choices.one_of(SECTORS), choices.one_of(FORMS)
    if kind == 3:
        domains = choices.one_of(((), ("01", "02"), ("03",)))
        return assessed(at, name, report_id=report_id, flags=flags, domains=domains)
    if kind == 0:
        sash = choices.one_of(SASH)
        said = police(at, name, number=number, flags=flags, forms=forms, nature=nature, sash=sash)
    elif kind == 1:
        said = school(
            at, name, sector=sector, number=number, flags=flags, forms=forms, nature=nature
        )
    else:
        source = choices.one_of((POLICE, SCHOOL, CASE_SYSTEM))
        said = registered(
            at,
            name,
            report_id=report_id,
            case_id=choices.one_of(CASES),
            of=None if number is None else (source, number),
            sector=sector,
            flags=flags,
            forms=forms,
            children=choices.one_of((None, True)),
        )
    people = sorted({choices.one_of(PIDS) for _ in range(choices.up_to(2))})
    return with_people(
        said, *((pid, choices.one_of(ROLES), choices.one_of(AGES)) for pid in people)
    )


def casework(choices: Choices, name: str) -> Said:
    """Return what was done in a case: handovers, services, contacts, monitoring."""
    kind, on, case_id = choices.up_to(6), choices.day(), choices.one_of(CASES)
    handover_id = choices.one_of(("h1", "h2"))
    match kind:
        case 0:
            to = choices.one_of(("LOCAL_TEAM", "CLIENT_NETWORK", "MDA"))
            return handover(on, name, handover_id=handover_id, to=to)
        case 1:
            status = choices.one_of(("ACCEPTED", "RETURNED_UNSAFE"))
            return feedback(on, name, status, handover_id=handover_id)
        case 2:
            status = choices.one_of(("REGISTERED", "PICKED_UP", "COMPLETED", "ABORTED"))
            return service(on, name, status, report_id=choices.one_of((*REPORT_IDS, None)))
        case 3:
            statuses = ("OPENED", "CLOSED", "REOPENED", "MONITORING_STARTED", "MONITORING_ENDED")
            return case_step(on, name, choices.one_of(statuses), case_id=case_id)
        case 4:
            return transferred(on, name, choices.one_of(("OUT", "IN")), case_id=case_id)
        case 5:
            party = choices.one_of(("REPORTER", "SUBJECT", "PARENT_OF_SUBJECT"))
            reached = choices.one_of((True, False))
            return contact(on, name, party, reached=reached, case_id=case_id)
        case _:
            status = choices.one_of(("PLANNED", "HELD", "MISSED", "CANCELLED"))
            return moment(on, name, status, number=1 + choices.up_to(1))


def happening(choices: Choices, name: str) -> Said:
    """Return what happened to a family outside its cases: orders, moves, what others know."""
    kind, on, pid = choices.up_to(4), choices.day(), choices.one_of(PIDS)
    match kind:
        case 0:
            status = choices.one_of(("IMPOSED", "EXTENDED", "VIOLATED", "WITHDRAWN"))
            return order(on, name, status, pid=pid, order_id=choices.one_of(("o1", "o2")))
        case 1:
            status = choices.one_of(("PROPOSED", "ACTIVE", "CLOSED", "DECLINED_BY_TEAM"))
            return mda(on, name, status, domains=("04",), organisations=("x", "y"))
        case 2:
            return moved(on, name, left=choices.one_of((False, True)), pid=pid)
        case 3:
            by = choices.one_of(("OTHER_VT", "CHILD_PROTECTION_BOARD", "POLICE"))
            return answer(on, name, by=by, known=choices.one_of((True, False)), pid=pid)
        case _:
            return seen_elsewhere(on, name, pid, order_id=choices.one_of((None, "o9")))


def saying(number: int, name: str) -> Said:
    """Return the event of any kind that rules read which a number stands for."""
    choices = Choices(number)
    return choices.one_of((report, report, casework, happening))(choices, name)


@st.composite
def histories(draw: st.DrawFn, *, repeated_corrections: bool = True) -> list[Said]:
    """Draw what was said about one household, corrections after their targets."""
    numbers = draw(st.lists(_CHOICES, min_size=1, max_size=12))
    said = [saying(number, f"e{n}") for n, number in enumerate(numbers)]
    targets: list[Said] = []
    for name, number in enumerate(draw(st.lists(_CHOICES, max_size=4))):
        choices = Choices(number)
        open_targets = [one for one in said if repeated_corrections or one not in targets]
        if not open_targets:
            break
        target = choices.one_of(open_targets)
        targets.append(target)
        kind = choices.one_of(("RETRACTED", "REPLACED", "DUPLICATE_OF"))
        source = target.record["meta"]["source"]
        same_source = [one for one in said if one.record["meta"]["source"] == source]
        replacement = choices.one_of(same_source) if kind == "REPLACED" else None
        at = choices.moment()
        said.append(corrected(at, f"k{name}", target, kind=kind, replacement=replacement))
    return said


@st.composite
def regions(draw: st.DrawFn) -> list[Said]:
    """Draw a region's journal: events of three households between ticks of rising days."""
    pending = draw(histories())
    homes = (("household-1",), ("household-2",), ("household-1", "household-3"))
    # Past the days of all events: no region's clock lets one be known before its day begins.
    day = date(2026, 3, 1)
    said: list[Said] = []
    for number, one in enumerate(pending):
        choices = Choices(draw(_CHOICES))
        if choices.up_to(1) == 0:
            day += timedelta(days=choices.one_of((1, 20, 90, 200)))
            said.append(tick(day.isoformat()))
        said.append(replace(one, households=choices.one_of(homes)))
        if choices.up_to(9) == 9:
            rules = choices.one_of((RULES_OTHERWISE, rules_payload(DEFAULT_RULE_SET)))
            said.append(activated(day.isoformat(), f"rules-{number}", rules))
    last = day + timedelta(days=draw(st.sampled_from((1, 180, 365))))
    said.append(tick(last.isoformat()))
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
