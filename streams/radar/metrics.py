"""Metrics of the radar stage; docs/operating/metrics.md says which values are abnormal."""

from __future__ import annotations

from prometheus_client import Counter

FINDINGS = Counter(
    "radar_findings_total",
    "Finding log rows written; a unit that is tried again counts its rows again.",
    ["rule", "kind"],
)
TICKS = Counter("radar_clock_ticks_published_total", "Ticks published for regions that run live.")
