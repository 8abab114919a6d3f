"""What one worker's leases look like from outside: lag per topic, and who is parked."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from streams.engine import metrics
from streams.engine.lease import Lease
from streams.engine.parking import CACHE_KEY, Parking

Leases = Mapping[tuple[str, int], Lease]


class LeaseGauges:
    """Sets the gauges of one stage; times are seconds of the worker's clock."""

    def __init__(self, stage: str) -> None:
        self._stage = stage
        self._behind_since: dict[tuple[str, int], float] = {}

    def measure(
        self, leases: Leases, highwaters: Mapping[tuple[str, int], int], now: float
    ) -> None:
        """Tell how far each topic is behind, and for how long."""
        for (topic, partition), lease in leases.items():
            at = lease.inputs[topic]
            behind = max(0, highwaters.get((topic, partition), 0) - 1 - at.offset)
            since = self._behind_since.setdefault((topic, partition), now)
            if behind == 0:
                since = self._behind_since[topic, partition] = now
            labels = {"stage": self._stage, "topic": topic, "region": lease.region}
            metrics.LAG_RECORDS.labels(**labels).set(behind)
            metrics.LAG_SECONDS.labels(**labels).set(round(now - since, 3))

    def count_parked(self, held: Collection[Lease]) -> None:
        """Tell how many households wait; while an error has emptied a cache, the last number."""
        counted: list[Parking] = [
            lease.cache[CACHE_KEY] for lease in held if CACHE_KEY in lease.cache
        ]
        if len(counted) == len(held):
            waiting = sum(parking.households for parking in counted)
            metrics.PARKED_HOUSEHOLDS.labels(stage=self._stage).set(waiting)

    def forget(self, leases: Leases) -> None:
        """Set to 0 what another worker will tell now."""
        for (topic, _), lease in leases.items():
            for gauge in (metrics.LAG_RECORDS, metrics.LAG_SECONDS):
                gauge.labels(stage=self._stage, topic=topic, region=lease.region).set(0)
        metrics.PARKED_HOUSEHOLDS.labels(stage=self._stage).set(0)
