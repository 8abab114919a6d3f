"""Faust's transport under the scheme `radar://`: one poll is one unit of work.

Stock Faust commits past failed events and drops whole batches (docs/decisions/0002), so three
things are ours: where reading starts (PostgreSQL), what a poll is (a unit), and what a commit
of offsets means (a mirror of PostgreSQL for lag tools).  Only methods without underscore are
overridden, but for the two that undo Faust's hard-coded fetch wait of 1.5 s.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, Any, cast

import faust
from aiokafka.errors import KafkaConnectionError
from faust.transport.drivers import aiokafka as driver
from faust.types.tuples import TP, ConsumerMessage

from streams.engine.unit import Unit, unit_of

if TYPE_CHECKING:
    from streams.engine.faust_worker import RadarApp

# How long a fetch may wait for news.  A pending fetch does not yet ask for partitions whose
# records were just delivered, so under load the wait must be short; an idle worker may wait
# longer and costs less.
FETCH_WAIT_BUSY_MS = 20
FETCH_WAIT_IDLE_MS = 500
IDLE_AFTER_POLLS = 3


class ConsumerThread(driver.AIOKafkaConsumerThread):
    """aiokafka's consumer in its own thread, with a fetch wait that follows the load."""

    def _create_worker_consumer(self, transport: Any) -> Any:
        consumer = super()._create_worker_consumer(transport)
        consumer._fetch_max_wait_ms = FETCH_WAIT_BUSY_MS  # noqa: SLF001 - hard-coded in Faust
        name_lost_connections(consumer._client)  # noqa: SLF001 - not given to its users
        return consumer

    def wait_for_news(self, milliseconds: int) -> None:
        """Set how long the next fetches wait for news at the broker."""
        fetcher = getattr(self._consumer, "_fetcher", None)
        if fetcher is not None:
            fetcher._fetch_max_wait_ms = milliseconds  # noqa: SLF001 - no setter exists


class Consumer(driver.Consumer):
    """Reads from PostgreSQL's offsets and hands over units."""

    quiet_polls = 0

    @property
    def radar(self) -> RadarApp:
        """The app this consumer serves, with its worker."""
        return cast("RadarApp", self.app)

    def _new_consumer_thread(self) -> ConsumerThread:
        return ConsumerThread(self, loop=self.loop, beacon=self.beacon)

    async def seek_to_committed(self) -> Mapping[TP, int]:
        """Claim what was assigned; Faust awaits this before any record flows again.

        When the next rebalance begins Faust waits no longer, but a thread cannot be cancelled:
        it is told, so that it does not claim later what is somebody else's by then.
        """
        radar = self.radar
        radar.close_unit()
        rebalances, abandoned = radar.rebalancing_count, threading.Event()

        def is_wanted() -> bool:
            return radar.rebalancing_count == rebalances and not abandoned.is_set()

        assigned = {(tp.topic, tp.partition) for tp in self.assignment()}
        try:
            offsets = await radar.in_worker_thread(radar.core.claim, assigned, is_wanted)
        except asyncio.CancelledError:
            abandoned.set()
            raise
        positions = {TP(*at): offset for at, offset in offsets.items()}
        if positions:
            await self._thread.seek_wait(positions)
        return positions

    async def commit(
        self,
        topics: Any = None,  # noqa: ARG002 - the signature is Faust's
        start_new_transaction: bool = True,  # noqa: ARG002
    ) -> bool:
        """Mirror PostgreSQL's offsets to Kafka, for tools that show lag; nothing reads them."""
        offsets, mirrored = {}, self.radar.mirrored
        for (topic, partition), lease in self.radar.core.leases.items():
            offset = lease.inputs[topic].offset + 1
            if offset > mirrored.get((topic, partition), 0):
                offsets[TP(topic, partition)] = offset
        if not offsets or not await self._commit(offsets):
            return False
        mirrored.update({(tp.topic, tp.partition): offset for tp, offset in offsets.items()})
        return True

    async def getmany(  # the signature is Faust's
        self,
        timeout: float,  # noqa: ASYNC109
    ) -> AsyncIterator[tuple[TP, ConsumerMessage]]:
        """Yield one message per partition, all carrying the poll's one unit.

        While a unit is being written nothing is polled, so the next poll brings more at once:
        load makes bigger units, not queues.
        """
        app = self.radar
        await app.unit_closed()
        records, _ = await self._wait_next_records(timeout)
        self._follow_load(bool(records))
        if not records or self.should_stop or not self.flow_active:
            return
        unit = unit_of(app.core.leases, records)
        if not unit.batches:
            return
        app.open_unit()
        for tp, polled in records.items():
            if (tp.topic, tp.partition) in app.core.leases:
                last = polled[-1].offset
                yield TP(*tp), _carrier(tp, last, unit, app.consumer_generation_id)

    def _follow_load(self, busy: bool) -> None:
        thread = cast(ConsumerThread, self._thread)
        if busy and self.quiet_polls >= IDLE_AFTER_POLLS:
            thread.wait_for_news(FETCH_WAIT_BUSY_MS)
        self.quiet_polls = 0 if busy else self.quiet_polls + 1
        if self.quiet_polls == IDLE_AFTER_POLLS:
            thread.wait_for_news(FETCH_WAIT_IDLE_MS)


def name_lost_connections(client: Any) -> None:
    """Let an aiokafka client raise what aiokafka expects of a connection that is just lost.

    uvloop then raises RuntimeError where asyncio raises OSError.  aiokafka (0.14, `conn.py`)
    catches the latter only: its fetcher ends, silently, while the heartbeats go on, so that the
    worker keeps its regions and never reads again (as in aiokafka issue 983).
    """
    send = client.send

    async def send_or_name(*args: Any, **options: Any) -> Any:
        try:
            return await send(*args, **options)
        except RuntimeError as error:
            raise KafkaConnectionError("the connection was lost") from error

    client.send = send_or_name


def _carrier(tp: Any, offset: int, unit: Unit, generation_id: int) -> ConsumerMessage:
    """Wrap a unit; Faust drops a message whose offset is not beyond the last one, silently."""
    return ConsumerMessage(
        *(tp.topic, tp.partition, offset, 0.0, 0, None, b"", cast(Any, unit), None, 0, 0, TP(*tp)),
        generation_id=generation_id,
    )  # fmt: skip


class Transport(driver.Transport):
    """Registered as `radar://` through the entry point group `faust.transports`."""

    Consumer = Consumer


class Undecoded(faust.Schema):  # type: ignore[type-arg]
    """Hands a unit through as it is: decoding, and its dead letters, belong to the stage."""

    def compile(self, app: Any, **_: Any) -> Any:
        """Return the decoder Faust calls per message."""

        async def decode(message: Any, **_: Any) -> Any:
            return app.create_event(message.key, message.value, message.headers, message)

        return decode
