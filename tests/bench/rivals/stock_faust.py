"""Rival e: stock Faust, an agent that folds into a table with a changelog, as its manual shows.

The store is RocksDB, which Faust recommends for production; nothing goes to PostgreSQL.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import faust

from streams.household.fold import INITIAL
from streams.household.state import from_bytes, to_bytes
from tests.bench.rivals.plain import fold, read
from tests.bench.rivals.terms import TOPIC, Order, Stopwatch, digest_of


def app_of(order: Order, stopwatch: Stopwatch) -> faust.App:
    """Build the app; its worker ends when every event of the order has been folded."""
    app = faust.App(
        order.name,
        broker=f"kafka://{order.bootstrap}",
        store="rocksdb://",
        datadir=str(Path(order.directory) / order.name),
        topic_partitions=order.partitions,
        web_enabled=False,
        consumer_auto_offset_reset="earliest",
    )
    topic = app.topic(
        TOPIC, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw"
    )
    states: Any = app.Table(
        "households", key_type=bytes, value_type=bytes, partitions=order.partitions
    )
    findings = 0

    @app.agent(topic)
    async def households(stream: Any) -> None:
        nonlocal findings
        events: AsyncIterator[tuple[bytes, bytes]] = stream.items()
        async for key, value in events:
            row, region = read(value)
            before = states.get(key)
            step = fold(INITIAL if before is None else from_bytes(before), row, region)
            states[key] = to_bytes(step.state)
            findings += len(step.changes)
            stopwatch.done(1)
            if stopwatch.records == order.events:
                digest = digest_of((k.decode(), state) for k, state in states.items())
                stopwatch.answer(digest=digest, findings=findings)
                await app.producer.flush()
                os._exit(0)  # its own ways of stopping take seconds, or end with an error

    return app


def main() -> None:
    """Run a worker until the order is done."""
    order, stopwatch = Order.read(), Stopwatch()
    app = app_of(order, stopwatch)
    worker = faust.Worker(app, loglevel="WARN", quiet=True, redirect_stdouts=False)
    worker.spinner = None
    worker.execute_from_commandline()


if __name__ == "__main__":
    main()
