"""Builds a worker on the real database and the real broker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from schemas.regions import Regions
from streams.engine.broker import KafkaBroker
from streams.engine.outbox import PostgresOutbox
from streams.engine.relay import Relay, relay_producer
from streams.engine.stage import Stage
from streams.engine.store import PostgresStore
from streams.engine.worker import Worker


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerSettings:
    """What a worker needs beside its stage; `slot` is stable over restarts of one worker."""

    slot: str
    database_url: str
    bootstrap: str
    dead_letter_key: bytes = field(repr=False)
    frames: Mapping[str, bytes]
    blamed: bool = False
    """The process before this one died by its own fault, so that a record may be to blame."""


def open_worker(*, stage: Stage, settings: WorkerSettings, regions: Regions) -> Worker:
    """Build a worker on the real parts; its relay runs, nothing is claimed yet."""
    client = f"radar-{settings.slot}"
    store = PostgresStore(
        settings.database_url, slot=settings.slot, dead_letter_key=settings.dead_letter_key
    )
    relay = Relay(
        store=PostgresStore(settings.database_url, slot=f"{settings.slot}-relay", is_patient=False),
        producer=relay_producer(settings.bootstrap, f"{client}-relay"),
        frames=settings.frames,
        outbox=PostgresOutbox(
            settings.database_url,
            slot=f"{settings.slot}-outbox",
            dead_letter_key=settings.dead_letter_key,
        ),
    )
    relay.start()
    return Worker(
        stage=stage,
        store=store,
        broker=KafkaBroker(settings.bootstrap, client),
        relay=relay,
        regions=regions,
        slot=settings.slot,
        blamed=settings.blamed,
    )
