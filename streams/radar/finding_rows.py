"""Finding log rows: what the household core said, in the form of the contract."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from schemas.codec import encode_body
from streams.engine.log import LogRow
from streams.household.journal_event import EventKey
from streams.household.terms import instant_of
from streams.radar.region_fold import Said

Record = dict[str, Any]


def finding_log_rows(
    said: Iterable[Said | Record], *, region: str, incarnation: int, first: int
) -> list[LogRow]:
    """Return the rows for positions `first`, `first` + 1, … of a region's finding log.

    A record that is said once more keeps what it says and gets a place of its own.
    """
    rows = []
    for position, one in enumerate(said, start=first):
        if isinstance(one, Said):
            record = finding_record(one, region=region, incarnation=incarnation, position=position)
        else:
            record = {**one, "incarnation": incarnation, "position": position}
        household_id = record["household_id"]
        rows.append(
            LogRow(
                position=position,
                key=household_id.encode(),
                body=encode_body("FindingEvent", record),
                values=(household_id, UUID(record["finding_id"]), record["journal_position"]),
            )
        )
    return rows


def what_it_is(said: Said | Record) -> tuple[str, str]:
    """Return rule and kind of what is said."""
    if isinstance(said, Said):
        return said.change.finding.rule_id, said.change.kind.value
    return said["rule_id"], said["kind"]


def finding_record(said: Said, *, region: str, incarnation: int, position: int) -> Record:
    """Return the `FindingEvent` record of one change."""
    change, event = said.change, said.row.event
    finding = change.finding
    return {
        "region": region,
        "incarnation": incarnation,
        "position": position,
        "journal_incarnation": said.row.incarnation,
        "journal_position": event.position,
        "known_at": event.known_at,
        "household_id": change.cause.household_id,
        "finding_id": finding.finding_id,
        "rule_id": finding.rule_id,
        "rule_version": finding.rule_version,
        "parameters": finding.parameters,
        "subject": finding.subject,
        "kind": change.kind.value,
        "level": finding.level.name,
        "triggered_at": instant_of(finding.triggered_ms),
        "evidence": [_reference(key) for key in change.evidence],
        "sentence": finding.sentence,
        "reason_code": change.reason_code,
        "caused_by": _reference(change.cause.key),
        "late": change.late,
    }


def _reference(key: EventKey) -> dict[str, str]:
    return {"source": key.source, "event_id": key.event_id}
