"""Is every contradiction in a figures file refused, with its name?"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import connectors.simulation
from connectors.simulation.figures import FiguresError, parse_figures, shipped_figures
from connectors.simulation.plan import make_plan

TEXT = (Path(connectors.simulation.__path__[0]) / "figures" / "drenthe.json").read_text()
Change = Callable[[dict[str, Any]], None]


def set_in(*path: str | int, value: object) -> Change:
    def change(document: dict[str, Any]) -> None:
        place: Any = document
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value

    return change


LATER = ("editions", 1)
CASES: dict[str, tuple[Change, str, str]] = {
    "a total unlike its months": (
        set_in(*LATER, "counts", 3, "count", value=1622),
        "totals_disagree",
        "report.meldingen",
    ),
    "a single choice with more rows than records": (
        set_in(*LATER, "tables", 1, "registered", value={"min": 1600, "max": 1605}),
        "single_choice_exceeds",
        "table2",
    ),
    "a row above the registered": (
        set_in(*LATER, "tables", 2, "rows", 0, "count", value=1517),
        "row_exceeds_registered",
        "table3.CHILD_ABUSE",
    ),
    "a share no integer can give": (
        set_in(*LATER, "tables", 3, "rows", 16, "share", value=0.2),
        "share_impossible",
        "table4.OTHER_ELDER_ABUSE",
    ),
    "more registered than reports": (
        set_in(*LATER, "tables", 2, "registered", value={"min": 1700, "max": 1800}),
        "registered_exceeds_records",
        "table3",
    ),
    "more chats than advices": (
        set_in(*LATER, "counts", 1, "count", value=2459),
        "count_exceeds_records",
        "report.chats",
    ),
    "editions out of order": (
        set_in(*LATER, "known_on", value="2024-03-01"),
        "editions_out_of_order",
        "factsheet-2023",
    ),
    "a period that ends before it starts": (
        set_in(*LATER, "counts", 0, "to", value="2024-12"),
        "period_reversed",
        "report.advies",
    ),
    "a statistic nobody steers": (
        set_in(*LATER, "counts", 0, "statistic", value="S29"),
        "statistic",
        "report.advies",
    ),
    "terms over a hundred": (
        set_in(*LATER, "terms", 0, "shares", value=[60, 60, None]),
        "share_impossible",
        "terms.safety_assessment.2025-01",
    ),
    "figures of months that are not yet known": (
        set_in(*LATER, "known_on", value="2025-06-30"),
        "totals_disagree",
        "bestuursrapportage-2025-08/months.report.2025",
    ),
    "an assumption nobody has": (
        set_in("assumptions", "luck", value=0.5),
        "assumption",
        "luck",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_refused_by_name(name: str) -> None:
    change, code, figure = CASES[name]
    document = json.loads(TEXT)
    change(document)
    with pytest.raises(FiguresError) as refused:
        make_plan(parse_figures(json.dumps(document)), 1)
    assert refused.value.code == code
    assert any(figure in each for each in refused.value.figures), refused.value


def test_every_wrong_place_of_the_form_is_named() -> None:
    document = json.loads(TEXT)
    document["editions"][0]["counts"][0]["count"] = -1
    document["editions"][1]["surprise"] = True
    with pytest.raises(FiguresError, match=r"editions/0/counts/0/count.*editions/1/surprise"):
        parse_figures(json.dumps(document))


def test_the_accepted_deviation_is_listed_and_not_reproduced() -> None:
    (deviation,) = shipped_figures().accepted_deviations
    assert (deviation.printed, deviation.ours) == (1867, 1865)
