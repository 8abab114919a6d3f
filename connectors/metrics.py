"""Every metric of this room, declared once; labels come from closed sets only."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

# The bounds follow the promise of at most 10 ms for a whole accept: most buckets lie around it.
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 15.0)

EVENTS_RECEIVED = Counter(
    "radar_events_received_total",
    "Events offered to the gateway, by partner of the partner file, event type and outcome.",
    ("partner", "event_type", "outcome"),
)
GATEWAY_SECONDS = Histogram(
    "radar_gateway_seconds",
    "Time from the first byte of a request to its answer, by route template and status class.",
    ("route", "status"),
    buckets=_SECONDS,
)
GATEWAY_WAITING = Gauge(
    "radar_gateway_waiting_requests",
    "Requests that are accepted or wait for a thread to be accepted in.",
)
BROKER_UP = Gauge(
    "radar_gateway_broker_up",
    "1 while the gateway's producer reaches at least one broker, else 0.",
)
PRODUCER_RECREATED = Counter(
    "radar_gateway_producer_recreated_total",
    "Times the producer was thrown away after a fatal error of its idempotent session.",
)
