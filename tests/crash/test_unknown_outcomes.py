"""Connections cut around COMMIT, and a transaction that was left open in the middle of a COPY."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from streams.engine.broker import KafkaBroker
from streams.engine.relay import Relay, relay_producer
from streams.engine.stage import Batch, InputRecord, Stage
from streams.engine.store import PostgresStore
from streams.engine.transaction import UnitTransaction
from streams.engine.unit import Unit
from streams.engine.worker import Worker
from tests.crash.counting_run import REGIONS, positions
from tests.support.counting_stage import FRAMES, CountingStage, regions_of, worker_of

if TYPE_CHECKING:
    from hub.local.endpoints import Endpoints

BOTH = {"een", "twee"}


class CutStore(PostgresStore):
    """PostgreSQL behind a line that is cut, `cuts` times, just before or just after COMMIT."""

    cut = ""
    cuts = 0

    @contextmanager
    def unit(self, stage: Stage) -> Iterator[UnitTransaction]:
        with super().unit(stage) as tx:
            yield tx
            if self.cut == "before" and self.cuts:
                self._end_backend(tx.connection.info.backend_pid)
        if self.cut == "after" and self.cuts:
            self._end_backend(tx.connection.info.backend_pid)
            raise psycopg.OperationalError("the answer to COMMIT was lost")

    def _end_backend(self, pid: int) -> None:
        self.cuts -= 1
        with psycopg.connect(self._database_url, autocommit=True) as connection:
            connection.execute("select pg_terminate_backend(%s, 5000)", [pid])


@pytest.mark.parametrize("cut", ["before", "after"])
def test_a_commit_whose_answer_is_lost_is_looked_up(
    stack: Endpoints, counted: str, topic: str, cut: str
) -> None:
    stage = CountingStage(f"s{topic}", (topic,))
    store = CutStore(counted, slot="cut", dead_letter_key=b"k" * 32)
    relay = Relay(
        store=PostgresStore(counted, slot="cut-relay"),
        producer=relay_producer(stack.kafka_bootstrap, "cut"),
        frames=FRAMES,
    )
    relay.start()
    worker = Worker(
        stage=stage,
        store=store,
        broker=KafkaBroker(stack.kafka_bootstrap, "cut"),
        relay=relay,
        regions=regions_of(*REGIONS),
        slot="cut",
    )
    try:
        worker.claim({(topic, partition) for partition in range(len(REGIONS))})
        for offset in range(3):
            store.cut, store.cuts = cut, 1
            worker.apply(unit_of_both(worker, topic, offset))
            assert store.cuts == 0, "the line was not cut"
        assert stage.handled.count(("een", 2)) == (2 if cut == "before" else 1)
    finally:
        worker.stop()
    with psycopg.connect(counted) as connection:
        rows = connection.execute(
            "select region, position, convert_from(body, 'UTF8') from engine.findings"
        ).fetchall()
        relayed = connection.execute("select relayed from engine.log_head").fetchall()
    assert sorted(rows) == [
        (region, offset + 1, f"{offset}") for region in sorted(BOTH) for offset in range(3)
    ]
    assert sorted(row[0] for row in relayed) == [0, 0, 3, 3]


def unit_of_both(worker: Worker, topic: str, offset: int) -> Unit:
    """Return one unit over two regions: both move, or neither."""
    record = InputRecord(topic=topic, offset=offset, key=b"k", value=b"%d" % offset)
    return Unit(
        batches=[
            Batch(lease=worker.leases[topic, REGIONS.index(region)], records=[record])
            for region in sorted(BOTH)
        ]
    )


@pytest.mark.timeout(120)
def test_a_claim_frees_what_a_frozen_worker_left_locked_in_a_copy(
    stack: Endpoints, counted: str, topic: str
) -> None:
    stage = CountingStage(f"s{topic}", (topic,))
    told: dict[str, Any] = {"database": counted, "bootstrap": stack.kafka_bootstrap}
    everything = {(topic, partition) for partition in range(len(REGIONS))}
    former = worker_of(stage, regions=regions_of(*REGIONS), slot="former", **told)
    former.claim(everything)
    former.stop()
    frozen = psycopg.connect(counted)
    frozen.execute("update engine.head set sequence = sequence + 1 where region = 'een'")
    with frozen.cursor() as cursor:
        copy = cursor.copy('copy engine.ledger (region, topic, "offset", outcome) from stdin')
        opened = copy.__enter__()
        opened.write_row(("een", topic, 0, "applied"))
        heir = worker_of(stage, regions=regions_of(*REGIONS), slot="heir", **told)
        began = time.monotonic()
        try:
            assert len(heir.claim(everything)) == len(REGIONS)
            assert 1 < time.monotonic() - began < 20
            heir.apply(unit_of_both(heir, topic, 0))
        finally:
            heir.stop()
        with pytest.raises(psycopg.OperationalError):
            copy.__exit__(None, None, None)
    frozen.close()
    assert positions(counted) == len(BOTH)
