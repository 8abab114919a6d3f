"""A producer that keeps what it was given, and can be told to fail."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from confluent_kafka import KafkaError


@dataclass(frozen=True, slots=True, kw_only=True)
class Produced:
    """One record as it was handed to the producer."""

    topic: str
    partition: int
    key: bytes | None
    value: bytes
    headers: Sequence[tuple[str, bytes]]


@dataclass(slots=True)
class RecordingProducer:
    """Confirms every record at `flush`; while `fails` it confirms none of them."""

    fails: bool = False
    records: list[Produced] = field(default_factory=list)
    flushes: list[int] = field(default_factory=list)
    _open: list[Callable[..., None]] = field(default_factory=list)

    def produce(self, topic: str, *, on_delivery: Callable[..., None], **record: Any) -> None:
        """Take a record, as confluent_kafka's producer does."""
        self.records.append(Produced(topic=topic, **record))
        self._open.append(on_delivery)

    def list_topics(self, _: str, **__: float) -> None:
        """Answer nothing: whoever asks only warms up."""

    def purge(self) -> None:
        """Forget what was not confirmed."""
        self._open.clear()

    def flush(self, _: float) -> int:
        """Confirm or fail what was taken since the last call."""
        error = KafkaError(KafkaError._MSG_TIMED_OUT) if self.fails else None
        self.flushes.append(len(self._open))
        for delivered in self._open:
            delivered(error, None)
        self._open.clear()
        return 0
