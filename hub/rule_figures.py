"""`radar rules figures`: the radar's own figures (S32) over a period, as one document."""

from __future__ import annotations

from datetime import date
from typing import Any

from hub.report import snapshot
from projections.statistics import PLAIN, Period, Question, figures_of
from projections.statistics.s32_findings import S32, S32_ENDED, S32_OPEN, reviewed, weeks
from query.regions import read_region
from streams.engine.errors import StopError


def rule_figures(database_url: str, question: Question, first: date, last: date) -> dict[str, Any]:
    """Return what the radar raised and what became of it, from `first` to `last`.

    Raises StopError for a period that ends before it starts, and PageProblem for a region that
    is not open.
    """
    if last < first:
        raise StopError("the period ends before it starts: give --to a day from --from on")
    whole = Period(first=first, last=last)
    by_week = weeks(first, last)
    with snapshot(database_url) as connection:
        read_region(connection, question.region)
        raised, *raised_by_week = figures_of(connection, S32.id, question, [whole, *by_week])
        (ended,) = figures_of(connection, S32_ENDED.id, question, [whole])
        (standing,) = figures_of(connection, S32_OPEN.id, question, [whole])
        looked = reviewed(connection, question, whole)
    return {
        "region": question.region,
        "municipality": question.municipality,
        "from": first.isoformat(),
        "to": last.isoformat(),
        "known_on": None if question.known_on is None else question.known_on.isoformat(),
        "raised": {
            "count": raised[PLAIN].count,
            "by_rule": {code: raised[code].count for code in S32.codes},
            "by_week": [
                {"week": period.first.isoformat(), "count": figures[PLAIN].count}
                for period, figures in zip(by_week, raised_by_week, strict=True)
            ],
        },
        "ended": {code: ended[code].count for code in S32_ENDED.codes},
        "reviewed": {
            "count": looked.count,
            "median_days": None if looked.median_days is None else float(looked.median_days),
        },
        "households_open": {
            "count": standing[PLAIN].count,
            **{code: standing[code].count for code in S32_OPEN.codes},
        },
    }
