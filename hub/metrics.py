"""Metrics of the composition root; docs/operating/metrics.md says which values are abnormal."""

from __future__ import annotations

from prometheus_client import Gauge

CONSERVATION_GAP = Gauge(
    "radar_conservation_gap", "Things that are missing or counted twice.", ["invariant"]
)
OLDEST_UNACCOUNTED_SECONDS = Gauge(
    "radar_oldest_unaccounted_seconds",
    "Age of the oldest record or confirmed receipt that has no outcome yet.",
)
CONSERVATION_CHECKED_SECONDS = Gauge(
    "radar_conservation_checked_timestamp_seconds",
    "When conservation was last checked, in seconds since 1970; 0 before the first time.",
)
