"""Admission of a unit: from Kafka records to journal rows, in one transaction.

The steps, in the order of architecture.md §6: read (decode.py), same event and clock (judging.py),
identities (streams.vault), place (placing.py), write (writing.py).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from schemas.codec import Codec
from schemas.regions import Regions
from schemas.topics import INBOUND_TOPICS
from streams.admission.adopting import adopt_rows, origin_of
from streams.admission.decode import Heard, Reader, in_order
from streams.admission.drafting import draft_unit
from streams.admission.judging import REGION_OPENED, judge
from streams.admission.known_at import RegionClock, read_clock
from streams.admission.linking_store import load_view
from streams.admission.pending import load_waiting
from streams.admission.placing import Placer
from streams.admission.sameness import find_events
from streams.admission.senders import Senders
from streams.admission.writing import Unit, write_unit
from streams.engine.adoption import AdoptedRows, Origin
from streams.engine.database import Connection
from streams.engine.key_files import KeyFiles
from streams.engine.lease import Lease
from streams.engine.log import JOURNAL, Log
from streams.engine.stage import Batch, InputRecord
from streams.engine.transaction import UnitTransaction
from streams.vault.sealing_keys import SealingKeyRing, ensure_sealing_key

CLOCK = "clock"
SEALING_KEYS = "sealing_keys"


def system_clock() -> datetime:
    """Return the hub's instant, in the milliseconds that the journal keeps."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


class AdmissionStage:
    """Reads every inbound topic but advice, writes the journal (a `Stage` of the engine)."""

    name = "admission"
    version = 1
    topics: tuple[str, ...] = tuple(t.name for t in INBOUND_TOPICS.values() if not t.is_advice)
    logs: tuple[Log, ...] = (JOURNAL,)

    def __init__(
        self,
        *,
        codec: Codec,
        keys: KeyFiles,
        regions: Regions,
        senders: Senders,
        hub_clock: Callable[[], datetime] = system_clock,
    ) -> None:
        self._codec = codec
        self._keys = keys
        self._regions = regions
        self._senders = senders
        self._hub_clock = hub_clock

    def handle(self, batches: Sequence[Batch], tx: UnitTransaction) -> None:
        """Admit the records of each region; one record's fault never touches another's."""
        for batch in batches:
            self._admit(batch, tx)

    def origin(self, row: InputRecord) -> Origin | None:
        """Return where a journal row's event was received; see `AdoptingStage`."""
        return origin_of(row)

    def adopt(self, adopted: AdoptedRows, tx: UnitTransaction) -> None:
        """Take journal rows back after a restore; see `AdoptingStage`."""
        reader = self._reader(adopted.lease, tx.connection)
        adopt_rows(adopted, tx, reader, self._keys)

    def on_timer(self, leases: Sequence[Lease]) -> None:
        """Do nothing: admission acts on records only."""

    def _admit(self, batch: Batch, tx: UnitTransaction) -> None:
        lease, connection = batch.lease, tx.connection
        hub_now = self._hub_clock()
        reader = self._reader(lease, connection)
        heard = [reader.read(n, record) for n, record in enumerate(in_order(batch.records))]
        keys = {item.key for item in heard if isinstance(item, Heard)}
        seen = find_events(connection, lease.region, keys)
        clock = _clock(lease, connection)
        verdicts = judge(heard, seen, clock, hub_now)
        drafts, reviews = draft_unit(connection, lease.region, self._keys, verdicts.accepted)
        room = load_waiting(connection, lease.region, drafts)
        view = load_view(connection, lease.region, [*drafts, *room.drafts()])
        view.reviews += reviews
        placer = Placer(view, room, lambda: tx.reserve(lease, JOURNAL, 1))
        for accepted, draft in zip(verdicts.accepted, drafts, strict=True):
            placer.place(draft, accepted.known_at)
        unit = Unit(lease=lease, verdicts=verdicts, placer=placer, clock_before=clock)
        write_unit(tx, unit)
        if any(a.heard.event_type.name == REGION_OPENED for a in verdicts.accepted):
            # Without a key to seal to, nobody could send this region a person.
            ensure_sealing_key(connection, self._keys, lease.region)
        lease.cache[CLOCK] = verdicts.clock

    def _reader(self, lease: Lease, connection: Connection) -> Reader:
        ring = lease.cache.setdefault(SEALING_KEYS, SealingKeyRing(lease.region, self._keys))
        return Reader(
            region=lease.region,
            codec=self._codec,
            regions=self._regions,
            senders=self._senders,
            digest_key=self._keys.digest,
            private_keys=ring.look_up(connection),
        )


def _clock(lease: Lease, connection: Connection) -> RegionClock | None:
    """Return the clock as committed; the cache dies with the lease and after every error."""
    clock: RegionClock | None = lease.cache.get(CLOCK) or read_clock(connection, lease.region)
    return clock
