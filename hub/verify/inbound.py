"""I1 and I2: every record that was read has its outcome, every receipt its record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hub.verify.report import SHOWN_MAX, Difference, Invariant
from hub.verify.snapshot import Row, Snapshot
from hub.verify.topics import Place
from schemas.topics import INBOUND_TOPICS

RECEIPT_SECONDS_MAX = 60
"""How long a confirmed event may be on its way before the promise is broken (reliability I2)."""

STAGE_OF = {
    name: "advice" if topic.is_advice else "admission" for name, topic in INBOUND_TOPICS.items()
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """The inbound partitions: last offset read, and what the broker holds of each."""

    consumed: Mapping[Place, int]
    starts: Mapping[Place, int]
    ends: Mapping[Place, int]
    floors: Mapping[Place, int]

    def unread(self) -> dict[Place, int]:
        """Return the first unread offset of each place that has any."""
        return {
            place: self.consumed[place] + 1
            for place, end in self.ends.items()
            if end > self.consumed[place] + 1
        }


def places_of(regions: Sequence[str]) -> list[Place]:
    """Return every inbound partition of the regions."""
    return [(region, topic) for region in regions for topic in INBOUND_TOPICS]


def consumed_by(snapshot: Snapshot) -> dict[Place, int]:
    """Return the last offset that the stage of each inbound topic has read; -1 before the first."""
    consumed = dict.fromkeys(places_of(snapshot.regions), -1)
    for stage, region, topic, offset, _ in snapshot.rows("inputs"):
        if STAGE_OF.get(topic) == stage:
            consumed[region, topic] = offset
    return consumed


def check_offsets(snapshot: Snapshot, inbound: Inbound) -> Invariant:
    """I1: the offsets read are the ledger's rows, without a gap; nothing is lost before that.

    Twice cannot be: region, topic and offset are the ledger's key.
    """
    asked = _asked(inbound)
    rows = snapshot.rows("ledger_counts", consumed=list(inbound.consumed.values()), **asked)
    gaps: list[Mapping[str, object]] = []
    beyond: list[Mapping[str, object]] = []
    missing = 0
    for region, topic, inside, last in rows:
        floor, consumed = inbound.floors[region, topic], inbound.consumed[region, topic]
        lacking = max(consumed - floor + 1, 0) - inside
        missing += lacking
        if lacking and len(gaps) < SHOWN_MAX:
            gaps += _gaps(snapshot, region, topic, floor, consumed)
        if last is not None and last > consumed:
            beyond.append({"region": region, "topic": topic, "offset": last, "read": consumed})
    differences = [
        _difference("offset_missing", missing, gaps),
        _difference("offset_beyond_what_was_read", len(beyond), beyond),
        *_at_the_broker(inbound),
    ]
    return Invariant(
        name="I1",
        promise="every record read has exactly one outcome",
        checked={
            "outcomes": sum(inside for _, _, inside, _ in rows),
            "unread": sum(inbound.ends[p] - first for p, first in inbound.unread().items()),
        },
        differences=tuple(found for found in differences if found is not None),
    )


def check_receipts(snapshot: Snapshot, inbound: Inbound, days: int) -> tuple[Invariant, float]:
    """I2: what the gateway confirmed is in the ledger within a minute; also the oldest's age.

    Asked about the receipts of the last `days`. A receipt whose record still waits on its topic is
    late; one whose record is nowhere is lost.
    """
    late: list[Mapping[str, object]] = []
    lost: list[Mapping[str, object]] = []
    oldest = 0.0
    for row in snapshot.rows("receipts_without_outcome", days=days):
        age = row[4]
        oldest = max(oldest, age)
        if age >= RECEIPT_SECONDS_MAX:
            (late if _is_unread(row, inbound) else lost).append(_receipt(row))
    differences = (
        _difference("receipt_without_outcome", len(lost), lost),
        _difference("receipt_unread", len(late), late, is_late=True),
    )
    invariant = Invariant(
        name="I2",
        promise=f"every receipt older than {RECEIPT_SECONDS_MAX} s has an outcome",
        checked={"receipts": snapshot.count("receipts_counted", days=days)},
        differences=tuple(found for found in differences if found is not None),
    )
    return invariant, oldest


def applied_twice(snapshot: Snapshot, inbound: Inbound) -> list[Difference]:
    """Return the events that the ledger calls applied or pending more than once (I3)."""
    return snapshot.differences("applied_twice", **_asked(inbound))


def _asked(inbound: Inbound) -> dict[str, Any]:
    return {
        "of_regions": [region for region, _ in inbound.consumed],
        "topics": [topic for _, topic in inbound.consumed],
        "floors": [inbound.floors[place] for place in inbound.consumed],
    }


def _gaps(
    snapshot: Snapshot, region: str, topic: str, floor: int, consumed: int
) -> list[Mapping[str, object]]:
    rows = snapshot.rows("ledger_gaps", region=region, topic=topic, floor=floor, consumed=consumed)
    return [{"region": r, "topic": t, "first": first, "last": last} for r, t, first, last in rows]


def _at_the_broker(inbound: Inbound) -> Iterator[Difference | None]:
    """Look for what the broker no longer has, or never had."""
    absent: list[Mapping[str, object]] = []
    expired: list[Mapping[str, object]] = []
    cut: list[Mapping[str, object]] = []
    for (region, topic), consumed in inbound.consumed.items():
        place: dict[str, object] = {"region": region, "topic": topic}
        end = inbound.ends.get((region, topic))
        start = inbound.starts.get((region, topic), 0)
        if end is None:
            absent.append(place)
            continue
        if start > consumed + 1:
            expired.append(place | {"first": consumed + 1, "last": start - 1})
        if end < consumed + 1:
            cut.append(place | {"read": consumed, "log_end": end})
    yield _difference("topic_absent", len(absent), absent)
    lost = sum(int(str(one["last"])) - int(str(one["first"])) + 1 for one in expired)
    yield _difference("expired_unread", lost, expired)
    yield _difference("broker_lost_what_was_read", len(cut), cut)


def _difference(
    kind: str, total: int, places: Sequence[Mapping[str, object]], *, is_late: bool = False
) -> Difference | None:
    if not total:
        return None
    return Difference(kind=kind, total=total, first=places[:SHOWN_MAX], is_late=is_late)


def _is_unread(row: Row, inbound: Inbound) -> bool:
    region, topic, offset = row[:3]
    place = (region, topic)
    if offset is None or place not in inbound.ends:
        return False
    return bool(inbound.consumed[place] < offset < inbound.ends[place])


def _receipt(row: Row) -> Mapping[str, object]:
    names = ("region", "topic", "offset", "receipt_id")
    return dict(zip(names, row, strict=False)) | {"age_seconds": round(row[4], 1)}
