"""Reads what is asked of a report; what cannot be asked names its option, in Dutch. Pure."""

from __future__ import annotations

import re
from datetime import date, timedelta

from query.problems import BadQuestion
from query.report.content import ReportQuestion
from query.wording import day_words
from schemas.code_lists import CODE_LISTS

_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_YEAR = re.compile(r"[0-9]{4}")
FIRST_YEAR = 2015
"""Veilig Thuis exists since 1 January 2015 (Wmo 2015, article 4.1.1)."""
MONTHS_MAX = 60


def report_question(
    *,
    region: str,
    first: str,
    last: str,
    known_on: str | None,
    municipality: str | None,
    today: date,
    opened_on: date,
) -> ReportQuestion:
    """Return the question. Raises BadQuestion, whose detail names the option to change.

    `today` is the region's own day; without `known_on` the report is as known today.
    """
    begin, end = _month("--from", first), _end_of(_month("--to", last))
    if end < begin:
        raise BadQuestion(
            "De periode eindigt voordat zij begint", "Kies bij --to een maand na die van --from."
        )
    if (end.year - begin.year) * 12 + end.month - begin.month >= MONTHS_MAX:
        raise BadQuestion(
            "De periode is te lang",
            f"Kies bij --from en --to ten hoogste {MONTHS_MAX} maanden.",
        )
    known = today if known_on is None else _day("--known-on", known_on)
    if known < opened_on:
        raise BadQuestion(
            "Op deze peildatum was er nog niets bekend",
            f"Kies bij --known-on een dag vanaf {day_words(opened_on)}.",
        )
    if known > today:
        raise BadQuestion(
            "Deze peildatum moet nog komen",
            f"Kies bij --known-on een dag tot en met {day_words(today)}.",
        )
    if municipality is not None and municipality not in CODE_LISTS["municipality"].codes:
        raise BadQuestion(
            "Deze gemeente kennen wij niet",
            "Geef bij --municipality een CBS-code van deze regio, bijvoorbeeld GM0106 voor Assen.",
        )
    return ReportQuestion(
        region=region, first=begin, last=end, known_on=known, municipality=municipality
    )


def months_of_year(year: str) -> tuple[str, str]:
    """Return the first and last month of a year; raises BadQuestion for what is none."""
    if _YEAR.fullmatch(year) is None:
        raise BadQuestion("Dit is geen jaar", "Schrijf bij --year het jaar als 2023.")
    return f"{year}-01", f"{year}-12"


def _month(option: str, text: str) -> date:
    found = _MONTH.fullmatch(text)
    if found is None or int(found[1]) < FIRST_YEAR - 1:
        raise BadQuestion(
            f"De maand bij {option} is niet te gebruiken",
            f"Schrijf bij {option} een maand als 2025-01, vanaf {FIRST_YEAR - 1}.",
        )
    return date(int(found[1]), int(found[2]), 1)


def _end_of(month: date) -> date:
    following = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    return following - timedelta(days=1)


def _day(option: str, text: str) -> date:
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise BadQuestion(
        f"De dag bij {option} is geen datum", f"Schrijf bij {option} een dag als 2025-09-15."
    )
