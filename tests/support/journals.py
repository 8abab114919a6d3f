"""Hypothesis strategies: journals of a few pretend families, with all that can go wrong in them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from tests.support.journal import (
    CASE_SYSTEM,
    POLICE,
    SCHOOL,
    Said,
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
FLAGS = ("STALKING", "DEATH_THREAT", "STRANGULATION", "CHILD_WITNESS", "UNKNOWN")
SECTORS = ("EDUCATION", "MEDICAL", "UNKNOWN", "JUSTICE_AND_SAFETY")

# Coarse enough for events to meet in one window, wide enough to leave a year.
_moments = st.one_of(
    st.integers(0, 150).map(lambda hours: START + timedelta(hours=hours)),
    st.integers(0, 420).map(lambda days: START + timedelta(days=days)),
).map(lambda moment: moment.strftime("%Y-%m-%d %H:%M"))
_flags = st.lists(st.sampled_from(FLAGS), max_size=2)


@st.composite
def reports(draw: st.DrawFn, name: str) -> Said:
    """Draw a signal, a registration or an assessment; `name` becomes its event id."""
    at = draw(_moments)
    number, report_id = draw(st.sampled_from(NUMBERS)), draw(st.sampled_from(("r1", "r2", "r3")))
    flags = draw(_flags)
    match draw(st.integers(0, 3)):
        case 0:
            return police(at, name, number=number, flags=flags)
        case 1:
            sector = draw(st.sampled_from(SECTORS))
            return school(at, name, sector=sector, number=number, flags=flags)
        case 2:
            source = draw(st.sampled_from((POLICE, SCHOOL, CASE_SYSTEM)))
            of = None if number is None else (source, number)
            sector = draw(st.sampled_from(SECTORS))
            return registered(at, name, report_id=report_id, of=of, sector=sector, flags=flags)
        case _:
            return assessed(at, name, report_id=report_id, flags=flags)


@st.composite
def histories(draw: st.DrawFn, *, repeated_corrections: bool = True) -> list[Said]:
    """Draw what was said about one household, corrections after their targets."""
    count = draw(st.integers(1, 9))
    said = [draw(reports(f"e{n}")) for n in range(count)]
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
    for one in pending:
        if draw(st.booleans()):
            day += timedelta(days=draw(st.sampled_from((1, 20, 90, 200))))
            said.append(tick(day.isoformat()))
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
