"""Metrics of the engine; docs/operating/metrics.md says which values are abnormal."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

RECORDS = Counter("radar_stage_records_total", "Records committed by a stage.", ["stage", "topic"])
OUTCOMES = Counter(
    "radar_ledger_outcomes_total", "Outcomes written to the ledger.", ["stage", "outcome"]
)
UNIT_SECONDS = Histogram(
    "radar_stage_unit_seconds",
    "Time from handing a unit to the stage to its commit.",
    ["stage"],
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
LAG_SECONDS = Gauge(
    "radar_consumer_lag_seconds",
    "Age of the oldest record not yet committed; 0 when the stage is up to date.",
    ["stage", "topic", "region"],
)
LAG_RECORDS = Gauge(
    "radar_consumer_lag_records", "Records not yet committed.", ["stage", "topic", "region"]
)
RETRIES = Counter("radar_stage_retries_total", "Units tried again.", ["stage"])
FENCED = Counter("radar_stage_fenced_total", "Units refused by the fence.", ["stage"])
QUARANTINED = Counter("radar_quarantined_total", "Records set aside after three deaths.", ["stage"])
LEASES = Gauge("radar_stage_leases", "Regions this worker holds.", ["stage"])
RELAYED_ROWS = Counter("radar_relayed_rows_total", "Log rows acknowledged by the broker.", ["log"])
ADOPTED_ROWS = Counter(
    "radar_adopted_rows_total", "Log rows taken back from their topic after a restore.", ["log"]
)
RELAY_ERRORS = Counter("radar_relay_errors_total", "Times the relay had to start again.")
OUTBOX = Counter(
    "radar_outbox_records_total",
    "Records put back on an inbound topic and acknowledged.",
    ["stage", "reason"],
)
PARKED_HOUSEHOLDS = Gauge(
    "radar_parked_households", "Households whose rows wait in a stage of this worker.", ["stage"]
)
