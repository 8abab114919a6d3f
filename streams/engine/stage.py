"""What a stage is, and what it is handed: the contract between the engine and its users."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from streams.engine.lease import Lease
    from streams.engine.log import Log
    from streams.engine.transaction import UnitTransaction


@dataclass(frozen=True, slots=True, kw_only=True)
class InputRecord:
    """One record as it came from Kafka, undecoded.

    `position` and `incarnation` are set on records of a log topic only; the engine has then
    already dropped what was read before and filled gaps from the log's table, so a stage sees
    positions without gaps.  A row that came from the table instead of the topic carries the
    offset of the topic record that showed the gap.  `waits` marks a log row of which every
    household is parked: the stage moves its position past it and does not even decode it.
    """

    topic: str
    offset: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...] = ()
    timestamp_ms: int = 0
    position: int | None = None
    incarnation: int | None = None
    waits: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """The records of one region in one unit of work, per topic in offset order."""

    lease: Lease
    records: Sequence[InputRecord]


class Stage(Protocol):
    """A step of the road: reads topics, writes rows and logs, all in the engine's transaction.

    `handle` must be a pure function of the batches, the tables and the leases' caches: it is
    called again with the same records after a rollback.  It may not commit, and may not keep
    anything outside `lease.cache` (the engine throws that cache away after any error).
    """

    @property
    def name(self) -> str:
        """Return the stage's name; with the version it names head rows and consumer group."""
        ...

    @property
    def version(self) -> int:
        """Return the version; another one starts from the beginning, beside the old."""
        ...

    @property
    def topics(self) -> tuple[str, ...]:
        """Return the input topics; all have one partition per region."""
        ...

    @property
    def logs(self) -> tuple[Log, ...]:
        """Return the logs that this stage alone appends to."""
        ...

    def handle(self, batches: Sequence[Batch], tx: UnitTransaction) -> None:
        """Write what the records mean; every input record of a ledger stage gets an outcome."""
        ...

    def on_timer(self, leases: Sequence[Lease]) -> None:
        """Do what is due without input, about once a second; may produce, may not write tables."""
        ...
