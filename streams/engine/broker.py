"""What a claim asks of the broker: topic ids and log bounds."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

import structlog
from confluent_kafka import (
    Consumer,
    KafkaError,
    KafkaException,
    Message,
    TopicCollection,
    TopicPartition,
)
from confluent_kafka.admin import AdminClient, OffsetSpec

from streams.engine.errors import StopError, TransientError
from streams.engine.stage import InputRecord

logger = structlog.get_logger()

REQUEST_SECONDS_MAX = 10.0
# By default librdkafka waits up to ten seconds before it tries a broker again that was away.
RECONNECT_MS_MAX = 500
RETRY_SECONDS = 0.5
FETCH_WAIT_MS = 10

Bounds = Mapping[tuple[str, int], tuple[int, int]]
"""First offset kept and next offset of each (topic, partition)."""


class Broker(Protocol):
    """What a claim needs to know; every call either answers or raises TransientError."""

    def topic_ids(self, topics: Iterable[str]) -> Mapping[str, str]:
        """Return Kafka's id of each topic; a missing topic is a StopError that names it."""
        ...

    def bounds(self, at: Iterable[tuple[str, int]]) -> Bounds:
        """Return (first offset kept, next offset) of each (topic, partition)."""
        ...

    def read(self, topic: str, partition: int, first: int, last: int) -> Iterator[InputRecord]:
        """Yield the records that the topic still has from offset `first` to `last`, in order."""
        ...


class KafkaBroker:
    """Thin view of the cluster; every call either answers or raises TransientError."""

    def __init__(self, bootstrap: str, client_id: str) -> None:
        self._admin = AdminClient(
            {
                "bootstrap.servers": bootstrap,
                "client.id": client_id,
                "log_level": 2,
                "reconnect.backoff.max.ms": RECONNECT_MS_MAX,
            }
        )
        self._reading = {
            "bootstrap.servers": bootstrap,
            "client.id": f"{client_id}-claims",
            # Never joined and never committed to: the library asks for a name all the same.
            "group.id": f"{client_id}-claims",
            "enable.auto.commit": False,
            "enable.partition.eof": True,
            "auto.offset.reset": "error",
            # A fetch that waits for news of one partition would hold up the next one's first.
            "fetch.wait.max.ms": FETCH_WAIT_MS,
            "log_level": 2,
            "reconnect.backoff.max.ms": RECONNECT_MS_MAX,
        }
        self._reader: Consumer | None = None

    def topic_ids(self, topics: Iterable[str]) -> Mapping[str, str]:
        """Return Kafka's id of each topic; a missing topic is a StopError that names it."""
        names = sorted(topics)
        found: dict[str, str] = {}
        futures = self._admin.describe_topics(
            TopicCollection(names), request_timeout=REQUEST_SECONDS_MAX
        )
        for name, future in futures.items():
            try:
                found[name] = str(future.result().topic_id)
            except Exception as error:
                if "UNKNOWN_TOPIC" in str(error).upper():
                    raise StopError(
                        f"topic {name} does not exist; run 'radar topics apply'"
                    ) from error
                raise TransientError(f"topic {name} cannot be described now") from error
        return found

    def bounds(self, at: Iterable[tuple[str, int]]) -> Bounds:
        """Return (first offset kept, next offset) of each (topic, partition)."""
        places = [TopicPartition(topic, partition) for topic, partition in sorted(set(at))]
        ends: list[dict[tuple[str, int], int]] = []
        specs = (OffsetSpec.earliest(), OffsetSpec.latest())  # type: ignore[no-untyped-call]
        for spec in specs:
            futures = self._admin.list_offsets(
                dict.fromkeys(places, spec), request_timeout=REQUEST_SECONDS_MAX
            )
            try:
                ends.append({(p.topic, p.partition): f.result().offset for p, f in futures.items()})
            except Exception as error:
                raise TransientError("log bounds cannot be read now") from error
        first, last = ends
        return {place: (first[place], last[place]) for place in first}

    def read(self, topic: str, partition: int, first: int, last: int) -> Iterator[InputRecord]:
        """Yield the records that the topic still has from offset `first` to `last`, in order.

        One reader serves all claims of a process: making one, and closing it, takes far longer
        than what a claim after a kill has to read.  After an error nothing about it is certain.
        """
        reader, self._reader = self._reader or Consumer(self._reading), None
        reader.assign([TopicPartition(topic, partition, first)])
        is_sound = False
        try:
            yield from _read(reader, topic, last)
            reader.unassign()
            is_sound = True
        finally:
            if is_sound:
                self._reader = reader
            else:
                reader.close()


def _read(consumer: Consumer, topic: str, last: int) -> Iterator[InputRecord]:
    """Yield what comes, up to offset `last` or the end of the one partition that is assigned."""
    while True:
        message = consumer.poll(REQUEST_SECONDS_MAX)
        if message is None:
            raise TransientError(f"topic {topic} does not answer now")
        if _is_end(message) or (message.offset() or 0) > last:
            return
        record = _record(topic, message)
        yield record
        if record.offset == last:
            return


def _is_end(message: Message) -> bool:
    """Say whether the partition ends here; any other error is raised."""
    error = message.error()
    if error is None:
        return False
    if error.code() != KafkaError._PARTITION_EOF:  # noqa: SLF001 - the public name of the code
        raise KafkaException(error)
    return True


def _record(topic: str, message: Message) -> InputRecord:
    offset = message.offset()
    assert offset is not None
    headers = message.headers() or {}
    pairs = headers.items() if isinstance(headers, dict) else headers
    return InputRecord(
        topic=topic,
        offset=offset,
        key=message.key(),
        value=message.value(),
        headers=tuple((name, said) for name, said in pairs if isinstance(said, bytes)),
        timestamp_ms=message.timestamp()[1],
    )


def wait_for_broker(broker: Broker, topics: Iterable[str]) -> None:
    """Return when the broker knows these topics.

    A Kafka client of Faust that starts while the broker is away ends its process, and the restart
    comes later than the broker.  Raises StopError for a topic that does not exist.
    """
    names = tuple(topics)
    while True:
        try:
            broker.topic_ids(names)
        except TransientError:
            logger.warning("broker_awaited")
            time.sleep(RETRY_SECONDS)
        else:
            return
