"""S27: registrations that MDA++ took up for the first time."""

from __future__ import annotations

from projections.statistics.figure import Statistic

S27 = Statistic(id="S27", title="MDA++ gestart", file="s27_mda.sql", section="mda_started")
