"""Replays a log through Kafka: a tick, wait, that day's events, wait, the next day.

What a day's events mean depends on the clock, so none may overtake its tick, nor stay behind the
next one (architecture.md §4).  A replay that stopped goes on at the last day that ticked: what was
sent of it before comes in as duplicates and counts once.
"""

from __future__ import annotations

import queue
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from confluent_kafka import KafkaError, KafkaException, Message, Producer
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from connectors.simulation.events import SimulatedEvent, Slice
from connectors.simulation.waiting import WaitUntil
from schemas.codec import Codec
from schemas.regions import Regions
from schemas.sealing import info_of, seal
from streams.engine.errors import TransientError
from streams.engine.wire import WireMessage, wire_message

PREPARED_SLICES_MAX = 64
"""Days sealed and encoded ahead, so that waiting and sealing overlap; about 1,500 events."""

DELIVERY_SECONDS_MAX = 30.0

Encode = Callable[[SimulatedEvent], WireMessage]


class Outlet(Protocol):
    """Where messages go; Kafka, or a list in a test."""

    def send(self, messages: Sequence[WireMessage]) -> Mapping[str, int]:
        """Send all, and return the highest acknowledged offset per topic.

        Raises TransientError when any was not acknowledged; sending again is safe.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a replay is: the day just admitted, and counts since this replay began."""

    day: date
    days: int
    events: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Prepared:
    day: date
    tick: WireMessage | None
    messages: tuple[WireMessage, ...]


def sealing_encoder(
    codec: Codec, regions: Regions, public_key: X25519PublicKey, key_id: bytes
) -> Encode:
    """Return what turns an event into a Kafka record, its persons sealed to the region's key."""

    def encode(event: SimulatedEvent) -> WireMessage:
        record = event.record
        if event.persons or event.addresses:
            meta = record["meta"]
            info = info_of(meta["region"], meta["source"], meta["event_id"])
            sealed = seal(public_key, key_id, info, event.persons, event.addresses)
            record = {**record, "sealed_persons": sealed}
        return wire_message(codec, regions, event.record_name, record, event.topic)

    return encode


class KafkaOutlet:
    """Sends with an idempotent producer and waits for every acknowledgement."""

    def __init__(self, bootstrap: str) -> None:
        """Connect lazily to the brokers named."""
        self._producer = Producer(
            {
                "bootstrap.servers": bootstrap,
                "client.id": "radar-simulation",
                "enable.idempotence": True,
                "linger.ms": 1,
                "compression.type": "lz4",
                "message.timeout.ms": int(DELIVERY_SECONDS_MAX * 1000),
            }
        )

    def send(self, messages: Sequence[WireMessage]) -> Mapping[str, int]:
        """Send all and return the highest offset per topic; see `Outlet`."""
        reached: dict[str, int] = {}
        failed: list[KafkaError] = []

        def delivered(error: KafkaError | None, message: Message) -> None:
            topic, offset = message.topic(), message.offset()
            if error is not None:
                failed.append(error)
            elif topic is not None and offset is not None:
                reached[topic] = max(reached.get(topic, -1), offset)

        try:
            for each in messages:
                self._producer.produce(
                    each.topic,
                    each.value,
                    each.key,
                    each.partition,
                    on_delivery=delivered,
                    headers=list(each.headers),
                )
            left = self._producer.flush(DELIVERY_SECONDS_MAX)
        except (KafkaException, BufferError) as error:
            raise TransientError("the broker did not take the simulated day") from error
        if failed or left:
            raise TransientError(f"{len(failed) + left} simulated events were not acknowledged")
        return reached


def replay(
    slices: Iterable[Slice],
    *,
    encode: Encode,
    outlet: Outlet,
    wait_until: WaitUntil,
    resume_from: date | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Progress | None:
    """Send a log day by day, each admitted before the next; return how far it came.

    `resume_from` is the last day the region's clock shows (None: a new region); days before it
    are skipped.  Raises what `outlet` and `wait_until` raise; calling again resumes.
    """
    left = (each for each in slices if resume_from is None or each.day >= resume_from)
    count: Counter[str] = Counter()
    reached: Progress | None = None
    with closing(_Ahead(left, encode)) as prepared:
        for each in prepared:
            if each.tick is not None:
                wait_until(outlet.send([each.tick]))
                count["days"] += 1
            if each.messages:
                wait_until(outlet.send(each.messages))
            count["events"] += len(each.messages) + (each.tick is not None)
            reached = Progress(day=each.day, days=count["days"], events=count["events"])
            if progress is not None:
                progress(reached)
    return reached


class _Ahead:
    """Seals and encodes days ahead in a thread of its own; iterate once, then close."""

    def __init__(self, slices: Iterable[Slice], encode: Encode) -> None:
        self._slices = slices
        self._encode = encode
        self._ready: queue.Queue[_Prepared | BaseException | None] = queue.Queue(
            PREPARED_SLICES_MAX
        )
        self._is_over = threading.Event()
        self._worker = threading.Thread(target=self._run, name="simulation-encoder", daemon=True)
        self._worker.start()

    def __iter__(self) -> Iterator[_Prepared]:
        while (item := self._ready.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item

    def close(self) -> None:
        """Stop preparing, also when nobody took what was ready."""
        self._is_over.set()
        self._worker.join()

    def _run(self) -> None:
        try:
            for each in self._slices:
                self._put(
                    _Prepared(
                        day=each.day,
                        tick=self._encode(each.tick) if each.tick is not None else None,
                        messages=tuple(self._encode(event) for event in each.events),
                    )
                )
                if self._is_over.is_set():
                    return
        except BaseException as error:  # noqa: BLE001 - handed over and raised by the consumer
            self._put(error)
        else:
            self._put(None)

    def _put(self, item: _Prepared | BaseException | None) -> None:
        while not self._is_over.is_set():
            try:
                self._ready.put(item, timeout=0.1)
            except queue.Full:
                continue
            return
