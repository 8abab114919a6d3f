"""What the broker holds: where each inbound partition begins and ends, and its oldest unread."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Protocol

from confluent_kafka import Consumer, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec

from schemas.regions import Regions
from streams.engine.errors import TransientError

REQUEST_SECONDS = 10.0
UNREAD_SECONDS_MAX = 3.0
"""How long to wait for the first unread records; what has not come by then has no age."""

# The two specifications that the client keeps ready; it gives them no types.
_EARLIEST: OffsetSpec = OffsetSpec.earliest()  # type: ignore[no-untyped-call]
_LATEST: OffsetSpec = OffsetSpec.latest()  # type: ignore[no-untyped-call]

Place = tuple[str, str]
"""Region and topic."""


class Topics(Protocol):
    """What a check asks of the broker."""

    def starts(self, places: Sequence[Place]) -> Mapping[Place, int]:
        """Return the first offset still held; a topic that is not there is left out."""
        ...

    def ends(self, places: Sequence[Place]) -> Mapping[Place, int]:
        """Return the offset after the last record; a topic that is not there is left out."""
        ...

    def oldest_seconds(self, unread: Mapping[Place, int]) -> float:
        """Return the age of the oldest of the records at these offsets; 0 when there is none."""
        ...


class KafkaTopics:
    """The topics of a running broker, asked without joining a group."""

    def __init__(self, bootstrap: str, regions: Regions) -> None:
        self._bootstrap = bootstrap
        self._regions = regions
        self._admin = AdminClient({"bootstrap.servers": bootstrap, "log_level": 0})

    def starts(self, places: Sequence[Place]) -> Mapping[Place, int]:
        """Return the first offset still held of each place."""
        return self._offsets(places, _EARLIEST)

    def ends(self, places: Sequence[Place]) -> Mapping[Place, int]:
        """Return the offset after the last record of each place."""
        return self._offsets(places, _LATEST)

    def oldest_seconds(self, unread: Mapping[Place, int]) -> float:
        """Read the first unread record of each place for the broker's time of it, nothing else."""
        if not unread:
            return 0.0
        consumer = Consumer(
            {
                "bootstrap.servers": self._bootstrap,
                # A name that Kafka wants; nothing is ever committed under it.
                "group.id": "radar-verify",
                "enable.auto.commit": False,
                "auto.offset.reset": "error",
                "log_level": 0,
            }
        )
        try:
            return _oldest_seconds(consumer, [self._at(*one) for one in unread.items()])
        finally:
            consumer.close()

    def _at(self, place: Place, offset: int = -1) -> TopicPartition:
        region, topic = place
        return TopicPartition(topic, self._regions.partition(region), offset)

    def _offsets(self, places: Sequence[Place], spec: OffsetSpec) -> Mapping[Place, int]:
        try:
            known = self._admin.list_topics(timeout=REQUEST_SECONDS).topics
            asked = {
                self._at(place): place
                for place in places
                if place[1] in known
                and self._regions.partition(place[0]) in known[place[1]].partitions
            }
            if not asked:
                return {}
            wanted = dict.fromkeys(asked, spec)
            answers = self._admin.list_offsets(wanted, request_timeout=REQUEST_SECONDS)
            return {asked[at]: future.result().offset for at, future in answers.items()}
        except KafkaException as error:
            raise TransientError("Kafka does not answer; see: radar doctor") from error


def _oldest_seconds(consumer: Consumer, places: Sequence[TopicPartition]) -> float:
    consumer.assign(list(places))
    waiting = {(place.topic, place.partition) for place in places}
    oldest = now = time.time()
    deadline = time.monotonic() + UNREAD_SECONDS_MAX
    while waiting and time.monotonic() < deadline:
        for message in consumer.consume(100, timeout=0.2):
            if message.error() is None and (message.topic(), message.partition()) in waiting:
                waiting.discard((str(message.topic()), int(message.partition() or 0)))
                oldest = min(oldest, message.timestamp()[1] / 1000)
    return max(0.0, now - oldest)
