"""Faust's transport under the scheme `radar://`: one poll is one unit of work.

Stock Faust commits past failed events and drops whole batches (docs/decisions/0002), so three
things are ours: where reading starts (PostgreSQL), what becomes a unit (whatever came while the
last one was written), and what a commit of offsets means (a mirror of PostgreSQL for lag tools).
Only methods without underscore are overridden, but for those that undo Faust's hard-coded fetch
wait of 1.5 s and its pause of 1 s, and the two where polls and seeks meet.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, Any, cast

import faust
from aiokafka.errors import KafkaConnectionError
from faust.transport.drivers import aiokafka as driver
from faust.types.tuples import TP, ConsumerMessage

from streams.engine.gathering import Gathering, Polled
from streams.engine.unit import Unit, unit_of

if TYPE_CHECKING:
    from streams.engine.faust_worker import RadarApp

# How long a fetch may wait at the broker for news.
FETCH_WAIT_MS = 500
# aiokafka fetches nothing more from a broker while anything fetched waits to be polled, so we poll
# while a unit is written, too; but now and then only, since a fetch has a price for each partition
# and single records would come as fast as they can be fetched.
POLL_PAUSE_SECONDS = 0.05
# This much is enough for a unit; what is beyond it may wait at aiokafka.
RECORDS_ENOUGH = 2_000
# What the last poll left behind is a round trip to the broker away.
FRESH_SECONDS = 0.003
FRESH_POLLS = 2
# By default aiokafka does fetch after 0.1 s, from the other partitions only, and those that are
# polled then stay out until that fetch returns: on a busy machine the wait above, for nothing.
PREFETCH_BACKOFF_SECONDS = 5.0
# Faust sleeps a second where nothing is assigned yet, which a start would pay.
UNASSIGNED_SECONDS = 0.05


class ConsumerThread(driver.AIOKafkaConsumerThread):
    """aiokafka's consumer in its own thread; the only place where polls and seeks have an order."""

    seeks = 0

    def _create_worker_consumer(self, transport: Any) -> Any:
        consumer = super()._create_worker_consumer(transport)
        consumer._fetch_max_wait_ms = FETCH_WAIT_MS  # noqa: SLF001 - hard-coded in Faust
        name_lost_connections(consumer._client)  # noqa: SLF001 - not given to its users
        return consumer

    async def _seek_wait(self, consumer: Any, partitions: Mapping[TP, int]) -> None:
        # Nothing is awaited before the positions have moved, so no poll comes in between.
        self.seeks += 1
        await super()._seek_wait(consumer, partitions)

    async def _fetch_records(self, *args: Any, **options: Any) -> Any:
        """Return what was polled, and after how many seeks; none comes in between either."""
        self._ensure_consumer()._fetcher._prefetch_backoff = PREFETCH_BACKOFF_SECONDS  # noqa: SLF001
        records = await super()._fetch_records(*args, **options)
        return Polled(seeks=self.seeks, records=records)


class Consumer(driver.Consumer):
    """Reads from PostgreSQL's offsets and hands over units."""

    def on_init(self) -> None:
        """Begin with nothing gathered."""
        super().on_init()
        self.gathering = Gathering()
        self.polling: asyncio.Task[Polled] | None = None
        self.polled_at = 0.0
        self.fresh_polls = 0

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
        self.gathering.forget()
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
            self.gathering.begin(cast(ConsumerThread, self._thread).seeks)
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
        """Yield one message that carries a unit: all that was polled since the last one began.

        One unit is written at a time and polling goes on meanwhile: load makes bigger units, not
        queues, and nothing waits for more than the unit before it.
        """
        app = self.radar
        await self._gather(timeout)
        if self.should_stop or not self.flow_active or app.open_until is not None:
            return
        unit = unit_of(app.core.leases, self.gathering.take())
        if not unit.batches:
            return
        app.open_unit()
        yield _carrier(unit, app.consumer_generation_id)

    async def _gather(self, timeout: float) -> None:  # noqa: ASYNC109 - the signature is Faust's
        """Poll until something may be written, or nothing has come for so long."""
        app, gathered = self.radar, self.gathering
        until = time.monotonic() + timeout
        while (left := until - time.monotonic()) > 0 and not self.should_stop:
            self._add_polled()
            is_writing, is_full = app.open_until is not None, gathered.count >= RECORDS_ENOUGH
            if is_writing:
                self.fresh_polls = 0
            elif is_full or (gathered.count and self._pause() <= 0):
                return
            rests = self.polled_at + POLL_PAUSE_SECONDS - time.monotonic()
            is_resting = is_writing and gathered.count > 0 and rests > 0
            if self.polling is None and not is_full and not is_resting:
                self.polling = asyncio.create_task(self._poll(timeout))
                self.polled_at = time.monotonic()
            if is_resting:
                left = min(left, rests)
            elif gathered.count and not is_writing:
                left = min(left, max(self._pause(), 0.0))
            waited_for = {each for each in (self.polling, app.open_until) if each is not None}
            await asyncio.wait(waited_for, timeout=left, return_when=asyncio.FIRST_COMPLETED)

    def _add_polled(self) -> None:
        if self.polling is not None and self.polling.done():
            done, self.polling = self.polling, None
            self.gathering.add(done.result())
            self.fresh_polls += 1

    def _pause(self) -> float:
        """Return how long what is gathered still waits: for more, and for what came meanwhile.

        The first poll after a unit brings what was fetched when the last one was made, the second
        all that has come since; one that waits has nothing left to bring.
        """
        fresh = self.polled_at + FRESH_SECONDS - time.monotonic()
        return max(self.radar.gathers_for(), 0.0 if self.fresh_polls >= FRESH_POLLS else fresh)

    async def _poll(self, timeout: float) -> Polled:  # noqa: ASYNC109 - as Faust calls it
        while not self.flow_active:
            await self.wait(cast(Any, self.can_resume_flow))
            if self.should_stop:
                return Polled()
        active = self._get_active_partitions()
        if not active:
            await asyncio.sleep(UNASSIGNED_SECONDS)
            return Polled()
        return cast(Polled, await self._getmany(active_partitions=active, timeout=timeout))

    async def on_stop(self) -> None:
        """End the poll that is on its way; what it brings is read again by whoever comes next."""
        if self.polling is not None:
            self.polling.cancel()
        await super().on_stop()


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


def _carrier(unit: Unit, generation_id: int) -> tuple[TP, ConsumerMessage]:
    """Wrap a unit; Faust drops a message whose offset is not beyond the last one, silently."""
    batch = unit.batches[-1]
    last = batch.records[-1]
    tp = TP(last.topic, batch.lease.partition)
    return tp, ConsumerMessage(
        *(tp.topic, tp.partition, last.offset, 0.0, 0, None, b"", cast(Any, unit), None, 0, 0, tp),
        generation_id=generation_id,
    )


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
