"""What a worker tidies up in its database, each thing in its own interval."""

from __future__ import annotations

from collections.abc import Collection

from streams.engine.lease import Lease
from streams.engine.stage import Stage
from streams.engine.store import Store

FORGET_EVERY_SECONDS = 3_600.0
# Planning thirty statements costs 10 ms; a plan for an empty table costs 10 ms per unit.
PLAN_EVERY_SECONDS = 5.0


class Housekeeping:
    """Forgets old progress rows and stale query plans; times are seconds of the worker's clock."""

    def __init__(self, stage: Stage, now: float) -> None:
        self._stage = stage
        self._forgot_at = self._planned_at = now

    def keep(self, store: Store, held: Collection[Lease], now: float) -> None:
        """Do what is due for the regions held now; may raise what the store raises."""
        if now - self._planned_at >= PLAN_EVERY_SECONDS:
            self._planned_at = now
            store.refresh_plans()
        if now - self._forgot_at >= FORGET_EVERY_SECONDS:
            self._forgot_at = now
            store.forget_progress(self._stage, [lease.region for lease in held])
