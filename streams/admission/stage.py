"""Admission of a unit: from Kafka records to journal rows, in one transaction.

What its regions ask of the tables is put together, step by step (streams.engine.asking).

The steps, in the order of architecture.md §6: read (decode.py), same event and clock (judging.py),
identities (streams.vault), place (placing.py), write (writing.py).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial

from schemas.codec import Codec
from schemas.regions import Regions
from schemas.topics import INBOUND_TOPICS
from streams.admission.adopting import adopt_rows, origin_of
from streams.admission.decode import Heard, Misplaced, Reader, Refused, in_order
from streams.admission.drafting import draft_units
from streams.admission.judging import REGION_OPENED, judge
from streams.admission.known_at import RegionClock, read_clock
from streams.admission.linking_store import load_views
from streams.admission.pending import load_waiting
from streams.admission.placing import Placer
from streams.admission.sameness import find_events
from streams.admission.senders import Senders
from streams.admission.writing import Unit, write_units
from streams.engine.adoption import AdoptedRows, Origin
from streams.engine.database import Connection
from streams.engine.key_files import KeyFiles
from streams.engine.lease import Lease
from streams.engine.log import JOURNAL, Log
from streams.engine.stage import Batch, InputRecord
from streams.engine.transaction import UnitTransaction
from streams.household.linking import EventKey
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
        connection, hub_now = tx.connection, self._hub_clock()
        leases = {batch.lease.region: batch.lease for batch in batches}
        heard = {batch.lease.region: self._heard(batch, connection) for batch in batches}
        seen = find_events(connection, {r: _keys(items) for r, items in heard.items()})
        clocks = {region: _clock(lease, connection) for region, lease in leases.items()}
        verdicts = {
            region: judge(items, seen[region], clocks[region], hub_now)
            for region, items in heard.items()
        }
        accepted = {region: verdict.accepted for region, verdict in verdicts.items()}
        drafted = draft_units(connection, self._keys, accepted)
        rooms = load_waiting(connection, {r: drafts for r, (drafts, _) in drafted.items()})
        spoken = {r: [*drafts, *rooms[r].drafts()] for r, (drafts, _) in drafted.items()}
        views = load_views(connection, spoken)
        units = []
        for region, lease in leases.items():
            drafts, reviews = drafted[region]
            views[region].reviews += reviews
            placer = Placer(views[region], rooms[region], partial(tx.reserve, lease, JOURNAL, 1))
            for item, draft in zip(accepted[region], drafts, strict=True):
                placer.place(draft, item.known_at)
            units.append(
                Unit(
                    lease=lease,
                    verdicts=verdicts[region],
                    placer=placer,
                    clock_before=clocks[region],
                )
            )
        write_units(tx, units)
        for unit in units:
            self._after(unit, connection)

    def origin(self, row: InputRecord) -> Origin | None:
        """Return where a journal row's event was received; see `AdoptingStage`."""
        return origin_of(row)

    def adopt(self, adopted: AdoptedRows, tx: UnitTransaction) -> None:
        """Take journal rows back after a restore; see `AdoptingStage`."""
        reader = self._reader(adopted.lease, tx.connection)
        adopt_rows(adopted, tx, reader, self._keys)

    def on_timer(self, leases: Sequence[Lease]) -> None:
        """Do nothing: admission acts on records only."""

    def _heard(self, batch: Batch, connection: Connection) -> list[Heard | Refused | Misplaced]:
        reader = self._reader(batch.lease, connection)
        return [reader.read(n, record) for n, record in enumerate(in_order(batch.records))]

    def _after(self, unit: Unit, connection: Connection) -> None:
        """Open the region when this unit does so, and remember its clock."""
        accepted = unit.verdicts.accepted
        if any(item.heard.event_type.name == REGION_OPENED for item in accepted):
            # Without a key to seal to, nobody could send this region a person.
            ensure_sealing_key(connection, self._keys, unit.lease.region)
        unit.lease.cache[CLOCK] = unit.verdicts.clock

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


def _keys(heard: Sequence[Heard | Refused | Misplaced]) -> set[EventKey]:
    return {item.key for item in heard if isinstance(item, Heard)}


def _clock(lease: Lease, connection: Connection) -> RegionClock | None:
    """Return the clock as committed; the cache dies with the lease and after every error."""
    clock: RegionClock | None = lease.cache.get(CLOCK) or read_clock(connection, lease.region)
    return clock
