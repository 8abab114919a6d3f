"""Hands events to Kafka and says nothing until the broker has them.

The producer is idempotent and asks for every replica; a callback per record decides, never the
call that put it in the queue (`reliability.md` M5).  After a fatal error, which only the
idempotent session can have, the producer is thrown away: its session cannot be repaired
(KIP-98, and Jepsen's advice to start a new one after any error of unknown outcome).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog
from confluent_kafka import KafkaError, KafkaException, Message, Producer

from connectors.gateway.errors import Unavailable
from connectors.metrics import BROKER_UP, PRODUCER_RECREATED

if TYPE_CHECKING:
    from streams.engine.wire import WireMessage

_log = structlog.get_logger()

DELIVERY_TIMEOUT_SECONDS = 10.0  # a partner waits no longer for a certain answer (M5)
QUEUE_RECORDS_MAX = 5_000  # full after about 5 s at 1,000 events a second: then 503, not memory
QUEUE_KIB_MAX = 64 * 1024  # 250 bodies of the largest size that a request may have
LINGER_MILLISECONDS = 1  # requests that arrive together share a batch; nobody waits longer
_POLL_SECONDS = 0.1
_PROBE_SECONDS = 1.0
_GRACE_SECONDS = 1.0  # between librdkafka's own timeout and the moment we stop waiting for it


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """Where the broker put one record."""

    partition: int
    offset: int


class _Delivery:
    """One record on its way; set by the callback, waited for by the request's thread."""

    __slots__ = ("delivered", "done", "error")

    def __init__(self) -> None:
        self.done = threading.Event()
        self.delivered: Delivered | None = None
        self.error: KafkaError | None = None

    def report(self, error: KafkaError | None, message: Message) -> None:
        partition, offset = message.partition(), message.offset()
        if error is None and partition is not None and offset is not None:
            self.delivered = Delivered(partition=partition, offset=offset)
        self.error = error
        self.done.set()


class Publisher:
    """A producer shared by all threads of the gateway; `close` when the process ends."""

    def __init__(self, bootstrap: str, *, client_id: str = "radar-gateway") -> None:
        self._settings: dict[str, Any] = {
            "bootstrap.servers": bootstrap,
            "client.id": client_id,
            "enable.idempotence": True,
            "acks": "all",
            "delivery.timeout.ms": int(DELIVERY_TIMEOUT_SECONDS * 1000),
            "linger.ms": LINGER_MILLISECONDS,
            "queue.buffering.max.messages": QUEUE_RECORDS_MAX,
            "queue.buffering.max.kbytes": QUEUE_KIB_MAX,
            "compression.type": "lz4",
            "log_level": 2,  # its lines would bypass our log; error_cb tells what matters
            "reconnect.backoff.max.ms": 1000,
            "error_cb": self._on_error,
        }
        self._lock = threading.Lock()
        self._is_down = threading.Event()
        self._is_closing = threading.Event()
        self._is_broken = threading.Event()
        self._producer = Producer(self._settings)
        BROKER_UP.set(1)
        self._thread = threading.Thread(target=self._serve, name="gateway-producer", daemon=True)
        self._thread.start()

    @property
    def is_up(self) -> bool:
        """Say whether at least one broker was reachable when last heard of."""
        return not self._is_down.is_set()

    def publish(self, messages: Sequence[WireMessage]) -> list[Delivered]:
        """Return where each record stands, once the broker has confirmed every one.

        Blocks at most about eleven seconds.  Raises Unavailable when a record was not
        confirmed: some of them, or all, may stand in the log all the same.
        """
        if self._is_down.is_set():
            raise Unavailable("http.broker_away")
        deliveries = [self._send(message) for message in messages]
        deadline = time.monotonic() + DELIVERY_TIMEOUT_SECONDS + _GRACE_SECONDS
        for delivery in deliveries:
            if not delivery.done.wait(max(0.0, deadline - time.monotonic())):
                raise Unavailable("http.outcome_unknown")
        delivered = [d.delivered for d in deliveries if d.delivered is not None]
        if len(delivered) < len(deliveries):
            raise Unavailable("http.outcome_unknown")
        return delivered

    def close(self) -> None:
        """Wait for what is on its way, at most as long as a delivery may take, and stop."""
        self._is_closing.set()
        self._thread.join(timeout=5)
        self._producer.flush(DELIVERY_TIMEOUT_SECONDS)

    def _send(self, message: WireMessage) -> _Delivery:
        delivery = _Delivery()
        try:
            with self._lock:
                self._producer.produce(
                    message.topic,
                    key=message.key,
                    value=message.value,
                    partition=message.partition,
                    headers=list(message.headers),
                    on_delivery=delivery.report,
                )
        except BufferError as error:
            raise Unavailable("http.overloaded", retry_after_seconds=2) from error
        except KafkaException as error:
            raise Unavailable("http.broker_away") from error
        return delivery

    def _on_error(self, error: KafkaError) -> None:
        """Take notes only: librdkafka calls this from inside `poll`."""
        if error.fatal():
            self._is_broken.set()
        if error.name() == "_ALL_BROKERS_DOWN":
            self._is_down.set()
            BROKER_UP.set(0)

    def _serve(self) -> None:
        while not self._is_closing.is_set():
            self._producer.poll(_POLL_SECONDS)
            if self._is_broken.is_set():
                self._recreate()
            if self._is_down.is_set():
                self._probe()

    def _recreate(self) -> None:
        with self._lock:
            broken, self._producer = self._producer, Producer(self._settings)
            self._is_broken.clear()
        PRODUCER_RECREATED.inc()
        _log.warning("gateway_producer_recreated")
        # What the old one still holds can no longer be sent; purging reports it to its waiters.
        broken.purge()
        broken.poll(0)

    def _probe(self) -> None:
        """Ask for metadata: librdkafka says when the last broker goes, not when one is back."""
        try:
            self._producer.list_topics(timeout=_PROBE_SECONDS)
        except KafkaException:
            self._is_closing.wait(_POLL_SECONDS)
            return
        self._is_down.clear()
        BROKER_UP.set(1)
        _log.info("gateway_broker_back")
