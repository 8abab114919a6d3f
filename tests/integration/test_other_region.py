"""Another region's figures through the real road: a whole Radar of its own, nothing of Drenthe.

Two editions, their tables, counts and shares, late and retracted records in between; about four
months of some thirty records.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from connectors.simulation.figures import parse_figures
from hub.published import figures_stated
from tests.support.figures_maker import make_figures
from tests.support.road_command import radar_command

SEED = 54


@pytest.mark.timeout(300)
def test_the_demo_prints_another_regions_figures(tmp_path: Path) -> None:
    document: dict[str, Any] = make_figures(SEED, "tiny")
    path = tmp_path / "cijfers.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    asked = ("demo", "--check", "--json", "--figures", str(path), "--seed", "7")
    ended = radar_command(*asked, data=tmp_path / "radar", seconds_max=280)
    assert ended.code == 0, ended.said
    told = ended.json()
    figures = parse_figures(json.dumps(document))
    assert len(figures.editions) == 2
    assert told["different"] == []
    assert told["compared"] == sum(map(figures_stated, figures.editions)) > 40
    assert [each["id"] for each in told["accepted_deviations"]] == ["printed.total"]
    assert "accepted deviation printed.total: printed 7, ours 6" in ended.said
    assert "renthe" not in ended.said
