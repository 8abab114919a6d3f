"""The shape of a case: what was said about one household, and what one rule says of it.

`docs/rules.md` is written from the cases (`python -m tests.spec.rules.render`), so the page cannot
say anything that is not tested.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.code_lists import enum_label
from tests.support.casework import Who, with_people
from tests.support.journal import Said, police, school

POLICE = "politie"
LEVELS = ("INFO", "ATTENTION", "HIGH", "CRITICAL")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One event, and the words for it on the page."""

    text: str
    said: Said


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What a rule says: at each episode, at single events by day, and on days that pass.

    None: it is silent there.  Only what a rule can speak at is given.
    """

    rule: str
    title: str
    lines: Sequence[Line]
    levels: Sequence[str | None] = ()
    at_events: Sequence[tuple[str, str]] = ()
    on_days: Sequence[tuple[str, str | None]] = ()


def done(text: str, said: Said) -> Line:
    """Return an event that is not a signal; its day is put before the words."""
    day = said.record["meta"]["occurred_at"].date().isoformat()
    return Line(text=f"{day} {text}", said=said)


def signal(
    at: str,
    *,
    by: str = POLICE,
    flags: Sequence[str] = (),
    forms: Sequence[str] = (),
    nature: Sequence[str] = (),
    sash: str | None = None,
    number: str | None = None,
    people: Sequence[Who] = (),
    source: str | None = None,
) -> Line:
    """Return a report: when (Amsterdam), by whom ("politie" or a sector), and what it says."""
    name = f"signal-{at}-{by}-{source}"
    if by == POLICE:
        said = police(at, name, number=number, flags=flags, forms=forms, nature=nature, sash=sash)
    else:
        more = {} if source is None else {"source": source}
        said = school(at, name, sector=by, flags=flags, forms=forms, nature=nature, **more)
    words = [enum_label("RedFlag", flag) for flag in flags]
    words += [f"vorm {enum_label('ViolenceForm', form)}" for form in forms]
    words += [f"aard {enum_label('ViolenceNature', one)}" for one in nature]
    if sash:
        words.append(f"SASH {enum_label('SashLevel', sash)}")
    if number:
        words.append(f"nummer {number}")
    words += [_person(who) for who in people]
    who = POLICE if by == POLICE else enum_label("ReporterSector", by)
    place = "" if source is None else " (andere organisatie)"
    return Line(
        text=f"{at} {who}{place}" + "".join(f", *{word}*" for word in words),
        said=with_people(said, *people),
    )


def signals(*days: str, by: str = POLICE, forms: Sequence[str] = ()) -> tuple[Line, ...]:
    """Return one report on each day, at ten."""
    return tuple(signal(f"{day} 10:00", by=by, forms=forms) for day in days)


def _person(who: Who) -> str:
    pid, role, age = who
    age_word = "" if age == "ADULT" else f", {enum_label('AgeClass', age)}"
    return f"{pid}: {enum_label('PersonRole', role)}{age_word}"
