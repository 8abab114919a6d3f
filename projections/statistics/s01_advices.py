"""S01: advices given, chat and phone together; an advice retracted before K is not counted."""

from __future__ import annotations

from projections.statistics.figure import Statistic

S01 = Statistic(id="S01", title="Adviezen", file="s01_advices.sql", section="advices")
