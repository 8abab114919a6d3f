"""The simulator would see an innocent record set aside, and a guilty one that goes on killing."""

from __future__ import annotations

from typing import Any

from streams.engine.lease import Lease
from streams.engine.stage import InputRecord
from streams.engine.worker import Worker
from tests.simulator.process import Parts, SimulatedStore
from tests.simulator.schedules import run_schedules


class WorkerThatBlamesAnyDeath(Worker):
    """Takes every end of the process before it, kills from outside included, for its own fault."""

    def __init__(self, **parts: Any) -> None:
        super().__init__(**{**parts, "blamed": True})


class StoreThatForgetsDeaths(SimulatedStore):
    """Knows of no death of a record before."""

    def set_marker(self, lease: Lease, record: InputRecord) -> int:
        super().set_marker(lease, record)
        return 0


def test_an_innocent_record_that_is_set_aside_is_seen() -> None:
    run = run_schedules(seed=1, schedules=300, parts=Parts(worker=WorkerThatBlamesAnyDeath))
    assert run.failed is not None, f"{run.schedules} schedules"
    assert "a death was counted, and it harmed nobody" in " ".join(run.failed.violations)


def test_a_record_that_goes_on_killing_is_seen() -> None:
    run = run_schedules(seed=1, schedules=50, parts=Parts(store=StoreThatForgetsDeaths))
    assert run.failed is not None, f"{run.schedules} schedules"
    assert "does not drain" in " ".join(run.failed.violations)
