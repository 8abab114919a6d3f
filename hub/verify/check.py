"""Asks every question of conservation, or only those that are cheap enough for every minute."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from hub.verify.findings import check_findings
from hub.verify.inbound import (
    Inbound,
    check_offsets,
    check_receipts,
    consumed_by,
    places_of,
)
from hub.verify.logs import readers
from hub.verify.report import Invariant, Report
from hub.verify.snapshot import Snapshot, open_snapshot
from hub.verify.tables import check_advice, check_events, check_read_tables, check_recent_events
from hub.verify.topics import Topics

RECENT_DAYS = 36
"""One day more than inbound topics are kept: what is older can no longer be read again."""
RECENT_ROWS = 100_000
"""Newest journal rows looked at every minute: more than the largest region writes in a month."""
EVER_DAYS = 36_500


def check_everything(database_url: str, topics: Topics, regions: Sequence[str]) -> Report:
    """Check I1 to I6 over all that ever was; time and answer grow with the number of events."""
    return _check(database_url, topics, regions, recent=False)


def check_recent(database_url: str, topics: Topics, regions: Sequence[str]) -> Report:
    """Check I1 to I3 over what the topics still hold; bounded by a month's events."""
    return _check(database_url, topics, regions, recent=True)


def _check(database_url: str, topics: Topics, regions: Sequence[str], *, recent: bool) -> Report:
    """Take the picture of the database before the ends of the topics are asked.

    A record that comes in between is then unread, and one that is written in between is not seen
    at all; the other way round, what is in flight would look as if the broker had lost it.
    """
    began = time.perf_counter()
    places = places_of(regions)
    starts = topics.starts(places)
    with open_snapshot(database_url, regions) as snapshot:
        inbound = Inbound(
            consumed=consumed_by(snapshot),
            starts=starts,
            floors={place: starts.get(place, 0) if recent else 0 for place in places},
            ends=topics.ends(places),
        )
        receipts, oldest_receipt = check_receipts(
            snapshot, inbound, RECENT_DAYS if recent else EVER_DAYS
        )
        invariants: tuple[Invariant, ...] = (check_offsets(snapshot, inbound), receipts)
        if recent:
            invariants += (check_recent_events(snapshot, inbound, RECENT_ROWS),)
        else:
            invariants += _of_everything(snapshot, inbound)
        behind, _ = readers(snapshot)
    oldest_record = topics.oldest_seconds(inbound.unread())
    return Report(
        invariants=invariants,
        unread=_unread(inbound),
        behind=behind,
        oldest_unaccounted_seconds=max(oldest_receipt, oldest_record),
        seconds=time.perf_counter() - began,
    )


def _of_everything(snapshot: Snapshot, inbound: Inbound) -> tuple[Invariant, ...]:
    return (
        check_events(snapshot, inbound),
        check_read_tables(snapshot),
        check_findings(snapshot),
        check_advice(snapshot),
    )


def _unread(inbound: Inbound) -> list[Mapping[str, object]]:
    return [
        {"region": region, "topic": topic, "first": first, "records": end - first}
        for (region, topic), first in inbound.unread().items()
        if (end := inbound.ends[region, topic])
    ]
