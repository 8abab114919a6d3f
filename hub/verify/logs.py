"""The positions of a log have no gaps, and its readers stand within it."""

from __future__ import annotations

from collections.abc import Mapping

from hub.verify.report import SHOWN_MAX, Difference
from hub.verify.snapshot import Snapshot
from streams.engine.log import LOGS, Log

EVERY_ROW = 2**62
"""As many rows as there can be: the whole log is looked at."""


def log_differences(snapshot: Snapshot, log: Log, newest: int = EVERY_ROW) -> list[Difference]:
    """Return what is wrong with the newest rows of a log: positions missing or beyond its head.

    None can be there twice: region and position are the key of a log's table.
    """
    tables = {"log": log.table}
    missing = 0
    gaps: list[Mapping[str, object]] = []
    beyond: list[Mapping[str, object]] = []
    rows = snapshot.rows("log_counts", tables, log=log.name, newest=newest)
    for region, head, wanted, found, last in rows:
        missing += wanted - found
        if wanted > found and len(gaps) < SHOWN_MAX:
            asked = {"region": region, "head": head, "wanted": wanted}
            gaps += [
                {"log": log.name, "region": at, "first": first, "last": until}
                for at, first, until in snapshot.rows("log_gaps", tables, **asked)
            ]
        if last is not None and last > head:
            beyond.append({"log": log.name, "region": region, "position": last, "head": head})
    differences = snapshot.differences("log_without_head", tables, log=log.name)
    if missing:
        kind = f"{log.name}_position_missing"
        differences.append(Difference(kind=kind, total=missing, first=gaps[:SHOWN_MAX]))
    if beyond:
        kind = f"{log.name}_position_beyond_head"
        differences.append(Difference(kind=kind, total=len(beyond), first=beyond[:SHOWN_MAX]))
    return differences


def readers(snapshot: Snapshot) -> tuple[list[Mapping[str, object]], list[Difference]]:
    """Return who has not read its log to the end, and who has read rows that are not there."""
    rows = snapshot.rows(
        "readers", log_topics=[log.topic for log in LOGS], logs=[log.name for log in LOGS]
    )
    names = ("reader", "region", "position", "head")
    behind: list[Mapping[str, object]] = []
    ahead: list[Mapping[str, object]] = []
    for row in rows:
        *_, position, head = row
        if position != head:
            (behind if position < head else ahead).append(dict(zip(names, row, strict=True)))
    if not ahead:
        return behind, []
    kind = "reader_beyond_head"
    return behind, [Difference(kind=kind, total=len(ahead), first=ahead[:SHOWN_MAX])]
