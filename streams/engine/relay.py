"""Sends what a stage appended to a log on to the log's topic, in order, at least once."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import structlog
from confluent_kafka import KafkaError, KafkaException, Message, Producer

from streams.engine import metrics
from streams.engine.broker import RECONNECT_MS_MAX
from streams.engine.crash_points import reach
from streams.engine.errors import ErrorKind, TransientError, classify
from streams.engine.lease import Lease
from streams.engine.log import LOG_BY_NAME, Log
from streams.engine.log_reader import INCARNATION_HEADER, POSITION_HEADER
from streams.engine.outbox import Outbox, send_posted
from streams.engine.store import Store

logger = structlog.get_logger()

CHUNK_ROWS_MAX = 1_000
PENDING_ROWS_MAX = 10_000
FLUSH_SECONDS_MAX = 15.0
# The stored position may lag: sending a row twice is harmless, its readers skip it.
STORE_EVERY_SECONDS = 0.5
RETRY_SECONDS = 1.0
PRODUCER_SETTINGS = {
    "enable.idempotence": True,
    "acks": "all",
    # A unit's rows are produced at once and then flushed, which waits for no company.
    "linger.ms": 5,
    "compression.type": "lz4",
    "delivery.timeout.ms": 12_000,
    "reconnect.backoff.max.ms": RECONNECT_MS_MAX,
    "log_level": 2,
}
# What librdkafka reports for a record that was not acknowledged in time.
NOT_DELIVERED = KafkaError._MSG_TIMED_OUT  # noqa: SLF001 - the public name of the code


@dataclass(frozen=True, slots=True)
class RelayRow:
    """One log row on its way: position, incarnation, key and unframed body."""

    position: int
    incarnation: int
    key: bytes
    body: bytes


@dataclass(slots=True, kw_only=True)
class _Feed:
    """One log of one lease.

    `pending` is what memory still holds after `sent`; `offset` the topic's last acknowledged one.
    """

    log: Log
    lease: Lease
    sent: int
    acknowledged: int
    stored: int
    head: int
    offset: int = -1
    pending: deque[RelayRow] = field(default_factory=deque)


def relay_producer(bootstrap: str, client_id: str) -> Callable[[], Producer]:
    """Return what makes a producer that keeps order and repeats nothing by itself."""
    settings = {**PRODUCER_SETTINGS, "bootstrap.servers": bootstrap, "client.id": client_id}
    return lambda: Producer(settings)


class Relay:
    """A thread that follows the committed heads of the leases it was given.

    Memory is a short cut: rows just committed are sent from it.  After a start, an error or an
    overflow the table is read again from the last acknowledged position.
    """

    def __init__(
        self,
        *,
        store: Store,
        producer: Callable[[], Producer],
        frames: Mapping[str, bytes],
        clock: Callable[[], float] = time.monotonic,
        outbox: Outbox | None = None,
    ) -> None:
        self._store = store
        self._outbox = outbox
        self._leases: Sequence[Lease] = ()
        self._posted: set[int] = set()
        self._new_producer = producer
        self._frames = frames
        self._feeds: list[_Feed] = []
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._stopping = False
        self._producer: Producer | None = None
        self._clock = clock
        self._stored_at = 0.0
        self.healthy = True
        self._thread = threading.Thread(target=self._run, name="relay", daemon=True)
        self.failure: BaseException | None = None

    def start(self) -> None:
        """Start the thread; call once."""
        self._thread.start()

    def follow(self, leases: Sequence[Lease]) -> None:
        """Follow these leases and no others; what older ones had pending is in the table."""
        feeds = [
            _Feed(
                log=LOG_BY_NAME[name], lease=lease, sent=at.relayed, acknowledged=at.relayed,
                stored=at.relayed, head=at.position,
            )
            for lease in leases
            for name, at in lease.logs.items()
        ]  # fmt: skip
        with self._lock:
            self._feeds = feeds
            self._leases = list(leases)
            # What a former lease holder left in the outbox is found by looking once.
            self._posted = {id(lease) for lease in leases}
        self._wake.set()

    def offer(self, lease: Lease, log: str, rows: Sequence[RelayRow]) -> None:
        """Tell of rows that were just committed; never blocks on the broker."""
        if not rows:
            return
        with self._lock:
            for feed in self._feeds:
                if feed.lease is lease and feed.log.name == log:
                    feed.head = rows[-1].position
                    if len(feed.pending) + len(rows) > PENDING_ROWS_MAX:
                        feed.pending.clear()
                    else:
                        feed.pending.extend(rows)
        self._wake.set()

    def catch_up(self, lease: Lease, log: str, head: int) -> None:
        """Tell of a head that was found in the table; its rows are read from there."""
        with self._lock:
            for feed in self._feeds:
                if feed.lease is lease and feed.log.name == log:
                    feed.head = head
                    feed.pending.clear()
        self._wake.set()

    def post(self, lease: Lease) -> None:
        """Tell that the lease's outbox may hold something that was just committed."""
        with self._lock:
            self._posted.add(id(lease))
        self._wake.set()

    def stop(self) -> None:
        """Send what is committed, store the position and end the thread."""
        self._stopping = True
        self._wake.set()
        self._thread.join(FLUSH_SECONDS_MAX + 5)

    def step(self, *, last: bool = False) -> bool:
        """Send what is committed and note how far; return False when that must be tried again.

        Raises what is not transient.  The thread calls it; a simulation does so itself.
        """
        try:
            self._warm_up()
            self._send_all()
            self._send_posted()
            self._note(force=last)
        except Exception as error:
            if classify(error) is not ErrorKind.TRANSIENT:
                raise
            self._start_again(error)
            return False
        self.healthy = True
        return True

    def _run(self) -> None:
        try:
            while True:
                self._wake.wait(timeout=1.0)
                stopping = self._stopping
                self._wake.clear()
                if not self.step(last=stopping) and not self._stopping:
                    time.sleep(RETRY_SECONDS)
                    self._wake.set()
                if stopping:
                    return
        except BaseException as error:  # noqa: BLE001 - handed to the worker, which stops
            # The worker looks at this and stops: nothing may go on with its relay dead.
            self.failure = error
            self.healthy = False
        finally:
            self._store.drop()
            if self._outbox is not None:
                self._outbox.drop()

    def _start_again(self, error: Exception) -> None:
        """Discard the producer: after any error only the acknowledged position is certain."""
        self.healthy = False
        logger.warning("relay_retry", error=type(error).__name__)
        metrics.RELAY_ERRORS.inc()
        if self._producer is not None:
            self._producer.purge()
            self._producer = None
        self._store.drop()
        if self._outbox is not None:
            self._outbox.drop()
        with self._lock:
            # Whose records were on their way is not known now: look at every outbox again.
            self._posted = {id(lease) for lease in self._leases}
            for feed in self._feeds:
                feed.sent = feed.acknowledged
                feed.pending.clear()

    def _warm_up(self) -> None:
        """Make the producer and fetch metadata before the first row: it may cost a second."""
        if self._producer is not None or not self._feeds:
            return
        producer = self._new_producer()
        for topic in {feed.log.topic for feed in self._feeds}:
            producer.list_topics(topic, timeout=FLUSH_SECONDS_MAX)
        self._producer = producer

    def _send_all(self) -> None:
        with self._lock:
            feeds = list(self._feeds)
        while chunks := [(feed, rows) for feed in feeds if (rows := self._take(feed))]:
            self._send(chunks)

    def _send_posted(self) -> None:
        with self._lock:
            due = [lease for lease in self._leases if id(lease) in self._posted]
            self._posted.clear()
        if self._outbox is None or self._producer is None:
            return
        for lease in due:
            send_posted(self._outbox, self._producer, lease)

    def _take(self, feed: _Feed) -> list[RelayRow]:
        """Return the next rows after `feed.sent`: from memory when it has them, else the table."""
        with self._lock:
            pending = feed.pending
            while pending and pending[0].position <= feed.sent:
                pending.popleft()
            if pending and pending[0].position == feed.sent + 1:
                return [pending.popleft() for _ in range(min(len(pending), CHUNK_ROWS_MAX))]
            head = feed.head
        if head <= feed.sent:
            return []
        tables = self._store.tables()
        head = min(tables.head(feed.log, feed.lease.region), feed.sent + CHUNK_ROWS_MAX)
        records = tables.rows(feed.log, feed.lease.region, feed.sent + 1, head, offset=-1)
        return [
            RelayRow(r.position or 0, r.incarnation or 0, r.key or b"", r.value or b"")
            for r in records
        ]

    def _send(self, chunks: Sequence[tuple[_Feed, Sequence[RelayRow]]]) -> None:
        """Send rows of several logs and wait once for all of them."""
        producer = self._producer
        if producer is None:
            raise TransientError("the relay's producer is gone")
        errors: list[KafkaError] = []
        reach("before_relay")
        for feed, rows in chunks:
            self._produce(producer, feed, rows, errors)
        left = producer.flush(FLUSH_SECONDS_MAX)
        if errors or left:
            raise KafkaException(errors[0] if errors else KafkaError(NOT_DELIVERED))
        reach("after_relay")
        for feed, rows in chunks:
            feed.sent = feed.acknowledged = rows[-1].position
            metrics.RELAYED_ROWS.labels(log=feed.log.name).inc(len(rows))

    def _produce(
        self,
        producer: Producer,
        feed: _Feed,
        rows: Sequence[RelayRow],
        errors: list[KafkaError],
    ) -> None:
        def delivered(error: KafkaError | None, message: Message) -> None:
            if error is not None:
                errors.append(error)
            else:
                feed.offset = max(feed.offset, message.offset() or 0)

        frame = self._frames[feed.log.record_name]
        for row in rows:
            headers: list[tuple[str, str | bytes | None]] = [
                (POSITION_HEADER, str(row.position)),
                (INCARNATION_HEADER, str(row.incarnation)),
            ]
            producer.produce(
                feed.log.topic,
                key=row.key,
                value=frame + row.body,
                partition=feed.lease.partition,
                headers=headers,
                on_delivery=delivered,
            )

    def _note(self, *, force: bool) -> None:
        """Store the acknowledged positions, guarded by the epoch, now and then."""
        due = force or self._clock() - self._stored_at >= STORE_EVERY_SECONDS
        with self._lock:
            feeds = [feed for feed in self._feeds if feed.acknowledged > feed.stored]
        if not due or not feeds:
            return
        for feed in feeds:
            self._store.note_relayed(feed.lease, feed.log.name, feed.acknowledged, feed.offset)
            feed.stored = feed.acknowledged
        self._stored_at = self._clock()
