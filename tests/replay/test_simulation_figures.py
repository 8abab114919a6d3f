"""Do the shipped figures of Drenthe come out of the log, counted by somebody else?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import connectors.simulation
from connectors.simulation.days import simulate
from connectors.simulation.figures import shipped_figures
from tests.support.figures_oracle import Comparison, Sent

SEEDS = (1, 2, 3)
FIGURES_STATED = 208
DOCUMENT: dict[str, Any] = json.loads(
    (Path(connectors.simulation.__path__[0]) / "figures" / "drenthe.json").read_text()
)


def sent(seed: int) -> list[Sent]:
    slices = simulate(shipped_figures(), seed)
    return [(each.day, e.record_name, e.record) for each in slices for e in each.events]


@pytest.mark.parametrize("seed", SEEDS)
def test_every_figure_of_every_edition_holds(seed: int) -> None:
    comparison = Comparison(DOCUMENT, sent(seed))
    assert comparison.wrong == []
    assert comparison.compared == FIGURES_STATED


def test_the_oracle_sees_one_missing_report() -> None:
    everything = sent(SEEDS[0])
    place = next(
        index
        for index, (_, name, record) in enumerate(everything)
        if name == "ReportRegistered" and f"{record['received_on']:%Y-%m}" == "2024-05"
    )
    del everything[place]
    assert any("report 2024-05" in wrong for wrong in Comparison(DOCUMENT, everything).wrong)
