"""Whoever is parked is taken up with every row that waited, once and in order, whatever goes wrong.

The schedules of test_simulator.py ask for parked households at any moment.  Here redriving is done
wrong in five ways, and each is seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import pytest

from streams.engine.database import Connection
from streams.engine.lease import Lease
from streams.engine.parking import CACHE_KEY
from streams.engine.stage import InputRecord
from streams.engine.transaction import UnitTransaction
from streams.engine.unit import Unit
from streams.engine.worker import Worker
from tests.simulator.database import SimulatedConnection
from tests.simulator.parking import Request
from tests.simulator.process import Parts
from tests.simulator.schedules import run_schedules
from tests.simulator.stages import Late, ReadingStage
from tests.simulator.statements import HANDLERS

SEED = 20
SCHEDULES_MAX = 200


class ForgetsWhatCameMeanwhile(ReadingStage):
    """Applies the row that failed, and none of those that came behind it."""

    def waiting_rows(
        self, lease: Lease, household: str, first: int, at: int, tx: UnitTransaction
    ) -> list[Late]:
        return super().waiting_rows(lease, household, first, at, tx)[:1]


class ForgetsItsOwnUnit(ReadingStage):
    """Goes by the marks that a unit's records got before one of them took somebody up."""

    def waits(self, lease: Lease, record: InputRecord, tx: UnitTransaction) -> bool:
        return bool(record.waits)


class AppliesApart(ReadingStage):
    """Applies what waited in a transaction of its own, without the lease, before its unit's."""

    def apply_late(self, lease: Lease, late: Sequence[Late], connection: Connection) -> None:
        apart = SimulatedConnection(self.database, HANDLERS)
        super().apply_late(lease, late, cast(Connection, apart))


class TakesUpApart(ReadingStage):
    """Carries a request out in transactions of its own, without the lease, as a tool might."""

    def redrive(self, lease: Lease, at: int, request: Request, tx: UnitTransaction) -> None:
        apart = cast(Connection, SimulatedConnection(self.database, HANDLERS))
        inside, tx.connection = tx.connection, apart
        try:
            super().redrive(lease, at, request, tx)
        finally:
            tx.connection = inside


class RemembersWhatWasRolledBack(Worker):
    """Keeps who waits as a unit left it that was never committed."""

    def _after_error(self, unit: Unit, error: Exception) -> bool:
        kept = [batch.lease.cache.get(CACHE_KEY) for batch in unit.batches]
        settled = super()._after_error(unit, error)
        for batch, parking in zip(unit.batches, kept, strict=True):
            if parking is not None:
                batch.lease.cache[CACHE_KEY] = parking
        return settled


@pytest.mark.parametrize(
    ("parts", "sign"),
    [
        (Parts(reading=ForgetsWhatCameMeanwhile), "never applied"),
        (Parts(reading=ForgetsItsOwnUnit), "never applied"),
        (Parts(reading=AppliesApart), "applied twice"),
        (Parts(reading=TakesUpApart), "parked are"),
        (Parts(worker=RemembersWhatWasRolledBack), "the reader saw positions"),
    ],
)
def test_redriving_done_wrong_is_seen(parts: Parts, sign: str) -> None:
    run = run_schedules(seed=SEED, schedules=SCHEDULES_MAX, parts=parts)
    assert run.failed is not None, f"it went through {run.schedules} schedules unseen"
    assert sign in " ".join(run.failed.violations)
