"""I5: the finding log is gapless, and every finding is the one that its events give."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any
from uuid import NAMESPACE_DNS, UUID, uuid5

from hub.verify.logs import log_differences
from hub.verify.report import SHOWN_MAX, Difference, Invariant
from hub.verify.snapshot import Row, Snapshot
from schemas.codec import decode_body
from streams.engine.log import FINDINGS

BATCH_ROWS = 2_000
# The name that the world knows the namespace by (architecture.md §4), spelled out here so that
# the ids are computed by nothing of the code that made them.
FINDING_NAMESPACE = uuid5(NAMESPACE_DNS, "radar.veiligthuis.nl")


def check_findings(snapshot: Snapshot) -> Invariant:
    """I5: every row of the log is decoded; ids are computed anew, evidence and cause looked up.

    Whether all findings are there that the rules give is a rebuild's question.
    """
    found = _Found()
    raised: dict[str, set[UUID]] = defaultdict(set)
    rows = evidence = 0
    with snapshot.stream("finding_rows") as cursor:
        while batch := list(islice(cursor, BATCH_ROWS)):
            rows += len(batch)
            said = [
                (row, decode_body(FINDINGS.record_name, row[5], bytes(row[6]))) for row in batch
            ]
            for row, record in said:
                _check_row(found, raised, row, record)
            evidence += _check_references(snapshot, found, said)
    return Invariant(
        name="I5",
        promise="every finding is what its events give",
        checked={
            "rows": rows,
            "evidence": evidence,
            "parked_households": snapshot.count("parked_counted", stages=["projections", "radar"]),
        },
        differences=(
            *found.differences(),
            *snapshot.differences("finding_view_differs"),
            *log_differences(snapshot, FINDINGS),
        ),
    )


class _Found:
    """Differences by kind; only the first places are kept."""

    def __init__(self) -> None:
        self._totals: dict[str, int] = defaultdict(int)
        self._first: dict[str, list[Mapping[str, object]]] = defaultdict(list)

    def add(self, kind: str, place: Mapping[str, object]) -> None:
        self._totals[kind] += 1
        if self._totals[kind] <= SHOWN_MAX:
            self._first[kind].append(place)

    def differences(self) -> Iterable[Difference]:
        for kind, total in self._totals.items():
            yield Difference(kind=kind, total=total, first=self._first[kind])


def finding_id(record: Mapping[str, Any]) -> UUID:
    """Return the id of a raised finding: region|household|rule|subject|event that raised it."""
    parts = (
        *(record["region"], record["household_id"], record["rule_id"], record["subject"]),
        record["caused_by"]["event_id"],
    )
    return uuid5(FINDING_NAMESPACE, "|".join(parts))


def _check_row(
    found: _Found, raised: Mapping[str, set[UUID]], row: Row, record: Mapping[str, Any]
) -> None:
    region, position, household_id, told_id, journal_position = row[:5]
    place = {"region": region, "position": position}
    columns = (region, position, household_id, str(told_id), journal_position)
    names = ("region", "position", "household_id", "finding_id", "journal_position")
    if columns != tuple(record[name] for name in names):
        found.add("finding_columns_differ", place)
    if record["kind"] == "RAISED":
        if finding_id(record) != told_id:
            found.add("finding_id_differs", place | {"finding_id": str(told_id)})
        if not record["evidence"]:
            found.add("finding_without_evidence", place)
        raised[region].add(told_id)
    elif told_id not in raised[region]:
        found.add("finding_never_raised", place | {"finding_id": str(told_id)})


def _check_references(
    snapshot: Snapshot, found: _Found, said: Sequence[tuple[Row, Mapping[str, Any]]]
) -> int:
    """Look for the evidence and the causes of these rows in the journal; return how many."""
    cited = [
        (row[0], row[1], place["source"], place["event_id"])
        for row, record in said
        for place in record["evidence"]
    ]
    regions, positions, sources, event_ids = _columns(cited, 4)
    for region, position, source, event_id in snapshot.rows(
        "evidence_missing",
        of_regions=regions,
        positions=positions,
        sources=sources,
        event_ids=event_ids,
    ):
        place = {"region": region, "position": position, "source": source, "event_id": event_id}
        found.add("evidence_not_in_journal", place)
    causes = [
        (row[0], row[1], row[4], record["caused_by"]["source"], record["caused_by"]["event_id"])
        for row, record in said
    ]
    regions, positions, journal_positions, sources, event_ids = _columns(causes, 5)
    for region, position, journal_position in snapshot.rows(
        "cause_missing",
        of_regions=regions,
        positions=positions,
        journal_positions=journal_positions,
        sources=sources,
        event_ids=event_ids,
    ):
        place = {"region": region, "position": position, "journal_position": journal_position}
        found.add("cause_not_in_journal", place)
    return len(cited)


def _columns(rows: Sequence[tuple[Any, ...]], count: int) -> tuple[list[Any], ...]:
    return tuple([row[number] for row in rows] for number in range(count))
