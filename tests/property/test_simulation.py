"""Whatever figures a region prints, the log says the same or the contradiction has a name."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from connectors.simulation.days import simulate
from connectors.simulation.figures import FiguresError, parse_figures
from tests.support.figures_oracle import Comparison, half_up

NATURES = ("CHILD_ABUSE", "EX_PARTNER_VIOLENCE", "OTHER_PROBLEMS", "PARENT_ABUSE")
SECTORS = ("JUSTICE_AND_SAFETY", "MEDICAL", "EDUCATION")
KNOWN_ON = ("2021-03-10", "2021-07-02", "2021-11-20")
# A mean of many weeks needs reports older than the log, a share needs enough records.
UNREACHABLE = frozenset({"mean_unreachable", "mean_impossible", "term_unreachable"})
PERIOD = {"from": "2020-10", "to": "2021-01"}


@st.composite
def tables(draw: st.DrawFn, reports: int) -> list[dict[str, Any]]:
    """Draw a table of one attribute that can be true of so many reports; a row may be zero."""
    carrying = draw(st.integers(0, reports))
    left = carrying
    sectors = []
    for code in SECTORS[:-1]:
        count = draw(st.integers(0, left))
        left -= count
        sectors.append((code, count))
    sectors.append((SECTORS[-1], left))
    several = draw(st.integers(0, reports))
    natures = [(code, draw(st.integers(0, several))) for code in NATURES]
    return [
        {
            "id": "sectors", "statistic": "S10", "of": "report", "attribute": "reporter_sector",
            "multiple": False, "decimals": 1, "registered": {"min": carrying, "max": carrying},
            "rows": rows_of(sectors, carrying), **PERIOD,
        },
        {
            "id": "natures", "statistic": "S12", "of": "report", "attribute": "nature",
            "multiple": True, "decimals": 1, "registered": {"min": several, "max": several},
            "rows": rows_of(natures, several), **PERIOD,
        },
    ]  # fmt: skip


def rows_of(counts: list[tuple[str, int]], of: int) -> list[dict[str, Any]]:
    return [
        {"code": code, "count": count, "share": float(half_up(count, of, 1))}
        for code, count in counts
    ]


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """Draw editions that tell of the same months, each as it likes."""
    editions = []
    for number, known_on in enumerate(KNOWN_ON[: draw(st.integers(1, 3))]):
        told = {
            series: draw(st.lists(st.integers(0, 9), min_size=4, max_size=4))
            for series in ("report", "advice", "conditions_started")
        }
        months = {
            series: {"2020": [*[None] * 9, *four[:3]], "2021": [four[3], *[None] * 11]}
            for series, four in told.items()
        }
        counts = [
            {"id": f"orders.{number}", "statistic": "S23", "count": draw(st.integers(0, 5)),
             "from": "2020-11", "to": "2020-12"},
            {"id": f"handed.{number}", "statistic": "S26a", "count": draw(st.integers(0, 3)),
             "from": "2020-10", "to": "2021-02"},
            {"id": f"chats.{number}", "statistic": "S02", "base": "all",
             "count": draw(st.integers(0, sum(told["advice"][:3]))),
             "from": "2020-10", "to": "2020-12"},
        ]  # fmt: skip
        editions.append(
            {
                "id": f"edition.{number}",
                "known_on": known_on,
                "months": months,
                "counts": counts,
                "tables": draw(tables(sum(told["report"]))),
            }
        )
    return {
        "format": 1,
        "region": {
            "code": draw(st.sampled_from(["zeeland", "twente"])),
            "name": "Verzonnen",
            "municipalities": [["GM0654", "Borsele"], ["GM0664", "Goes"]],
        },
        "editions": editions,
    }


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(document=documents(), seed=st.integers(0, 2**31))
def test_figures_hold_or_the_contradiction_is_named(document: dict[str, Any], seed: int) -> None:
    try:
        slices = list(simulate(parse_figures(json.dumps(document)), seed))
    except FiguresError as refused:
        event(refused.code)
        return
    event("arranged")
    sent = [(each.day, e.record_name, e.record) for each in slices for e in each.events]
    assert Comparison(document, sent).wrong == []


@settings(deadline=None)
@given(document=documents(), seed=st.integers(0, 2**31))
def test_nothing_is_said_outside_the_log(document: dict[str, Any], seed: int) -> None:
    try:
        slices = list(simulate(parse_figures(json.dumps(document)), seed))
    except FiguresError:
        return
    assert slices[0].tick is None
    assert str(slices[-1].day) == document["editions"][-1]["known_on"]
    ids = [e.event_id for each in slices for e in each.events]
    assert len(ids) == len(set(ids))


@given(
    reports=st.lists(st.integers(25, 60), min_size=6, max_size=6),
    first=st.integers(5, 60),
    second=st.integers(5, 35),
    mean=st.integers(250, 700),
    seed=st.integers(0, 2**31),
)
def test_terms_hold_or_cannot_be_reached(
    reports: list[int], first: int, second: int, mean: int, seed: int
) -> None:
    period = {"from": "2022-02", "to": "2022-06", "decimals": 0}
    document = {
        "format": 1,
        "region": {"code": "twente", "name": "Verzonnen", "municipalities": [["GM0153", "E"]]},
        "editions": [
            {
                "id": "half-year",
                "known_on": "2022-07-15",
                "months": {
                    "report": {"2022": [*reports, *[None] * 6]},
                    "conditions_started": {"2022": [*[9] * 6, *[None] * 6]},
                },
                "terms": [
                    {
                        "service": "safety_assessment",
                        "statistic": "S15",
                        "shares": [first, second, None],
                        "mean_days_last": mean / 10,
                        **period,
                    },
                    {
                        "service": "conditions",
                        "statistic": "S18",
                        "shares": [first, second, None],
                        **period,
                    },
                ],
            }
        ],
    }
    try:
        slices = list(simulate(parse_figures(json.dumps(document)), seed))
    except FiguresError as refused:
        if refused.code not in UNREACHABLE:
            raise
        event(refused.code)
        return
    event("arranged")
    sent = [(each.day, e.record_name, e.record) for each in slices for e in each.events]
    assert Comparison(document, sent).wrong == []
