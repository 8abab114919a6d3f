"""Metrics of this room; described for operators in docs/operating/metrics.md."""

from __future__ import annotations

from prometheus_client import Counter, Histogram

PROJECTED_ROWS = Counter(
    "radar_projected_rows_total",
    "Rows of the logs applied to a group of read tables.",
    ["projection"],
)
PROJECTION_SECONDS = Histogram(
    "radar_projection_seconds",
    "Seconds that one unit of work took in a group of read tables.",
    ["projection"],
    buckets=(0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0),
)
