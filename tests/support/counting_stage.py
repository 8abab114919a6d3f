"""A stage that does nothing but count, so that a lost or doubled record shows.

Every record becomes one row of the findings log, whose gapless positions the engine gives out,
and one ledger row.
"""

from __future__ import annotations

from collections.abc import Sequence

from schemas.regions import Regions
from streams.engine.lease import Lease
from streams.engine.ledger import Outcome
from streams.engine.log import FINDINGS, Log, LogRow
from streams.engine.opening import WorkerSettings, open_worker
from streams.engine.stage import Batch
from streams.engine.transaction import UnitTransaction
from streams.engine.worker import Worker

NOBODY = "00000000-0000-0000-0000-000000000000"
FRAMES = dict.fromkeys(("JournalRow", "FindingEvent", "AdviceRow"), b"\x00\x00\x00\x00\x01")


class CountingStage:
    """Reads any topics; `poison` makes it raise for one region, `pardons` that often."""

    version = 1
    logs: tuple[Log, ...] = (FINDINGS,)

    def __init__(self, name: str, topics: tuple[str, ...]) -> None:
        self.name = name
        self.topics = topics
        self.poison: dict[str, Exception] = {}
        self.pardons = 0
        self.handled: list[tuple[str, int]] = []

    def handle(self, batches: Sequence[Batch], tx: UnitTransaction) -> None:
        for batch in batches:
            lease = batch.lease
            if lease.region in self.poison and self.pardons > 0:
                self.pardons -= 1
                raise self.poison[lease.region]
            first = tx.reserve(lease, FINDINGS, len(batch.records))
            rows = []
            for number, record in enumerate(batch.records, start=first):
                values = ("household", NOBODY, 0)
                body = record.value or b""
                rows.append(LogRow(position=number, key=b"household", body=body, values=values))
                tx.settle(lease, record, Outcome.APPLIED, position=number)
                self.handled.append((lease.region, record.offset))
            tx.append(lease, FINDINGS, rows)

    def on_timer(self, leases: Sequence[Lease]) -> None:
        """Nothing is due."""


class ReadingStage:
    """Reads a log topic and remembers the positions it was handed, per region."""

    version = 1
    logs: tuple[Log, ...] = ()

    def __init__(self, name: str, topic: str) -> None:
        self.name = name
        self.topics = (topic,)
        self.positions: list[int] = []
        self.bodies: list[bytes] = []

    def handle(self, batches: Sequence[Batch], tx: UnitTransaction) -> None:
        for batch in batches:
            for record in batch.records:
                assert record.position is not None
                assert record.value is not None
                self.positions.append(record.position)
                self.bodies.append(record.value)

    def on_timer(self, leases: Sequence[Lease]) -> None:
        """Nothing is due."""


def regions_of(*codes: str) -> Regions:
    return Regions.parse("".join(f'[[region]]\ncode = "{c}"\nname = "{c}"\n' for c in codes))


def worker_of(
    stage: CountingStage | ReadingStage,
    *,
    database: str,
    bootstrap: str,
    regions: Regions,
    slot: str = "test-1",
    blamed: bool = False,
) -> Worker:
    settings = WorkerSettings(
        slot=slot,
        database_url=database,
        bootstrap=bootstrap,
        dead_letter_key=b"k" * 32,
        frames=FRAMES,
        blamed=blamed,
    )
    return open_worker(stage=stage, settings=settings, regions=regions)
