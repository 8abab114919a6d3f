"""Findings as they are now, folded from the finding log, and the steps that led there."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from projections.copying import Connection, copy_rows
from projections.entries import FindingEntry
from projections.named_sql import statement
from streams.engine.errors import StopError
from streams.household.rules import RULES
from streams.household.terms import amsterdam_day

_LABELS = {rule.rule_id: rule.label for rule in RULES}
_DECIDED_KINDS = frozenset({"ACKNOWLEDGED", "DISMISSED", "EXPIRED", "WITHDRAWN"})
"""Kinds of rows that are called as the status that they leave behind."""

_COLUMNS = (
    "region",
    "household_id",
    "finding_id",
    "position",
    "rule_id",
    "rule_version",
    "rule_label",
    "subject",
    "level",
    "status",
    "sentence",
    "raised_known_at",
    "triggered_at",
    "renewals",
    "evidence",
    "parameters",
    "late",
    "reason_code",
    "journal_position",
)

_STEP_COLUMNS = (
    "region",
    "position",
    "finding_id",
    "household_id",
    "rule_id",
    "kind",
    "level",
    "known_at",
    "known_on",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A finding after one of its rows; fields as the columns of projections.finding."""

    household_id: str
    finding_id: UUID
    position: int
    rule_id: str
    rule_version: int
    subject: str
    level: str
    status: str
    sentence: str
    raised_known_at: datetime
    triggered_at: datetime
    renewals: int
    evidence: tuple[tuple[str, str], ...]
    parameters: str
    late: bool
    reason_code: str | None
    journal_position: int


class UnraisedFinding(StopError):
    """A row of the finding log speaks of a finding that was never raised, or does not say what.

    The log and this table no longer belong together; stop, and rebuild the projections.
    """


def advance(finding: Finding | None, entry: FindingEntry) -> Finding:
    """Return the finding after one more row of the log; raises `UnraisedFinding`.

    RAISED starts it anew, also when the same event raises it again after a withdrawal.
    """
    row = entry.row
    if row["kind"] == "RAISED":
        return _raised(entry)
    if finding is None or row["kind"] not in {"RENEWED", *_DECIDED_KINDS}:
        raise UnraisedFinding(
            f"row {entry.position} of the finding log speaks of no finding here; run radar rebuild"
        )
    if row["kind"] == "RENEWED":
        return replace(
            _raised(entry),
            status=finding.status,
            raised_known_at=finding.raised_known_at,
            renewals=finding.renewals + 1,
            evidence=tuple(dict.fromkeys((*finding.evidence, *_evidence(row)))),
        )
    return replace(
        finding,
        position=entry.position,
        status=row["kind"],
        reason_code=row["reason_code"],
        journal_position=row["journal_position"],
    )


def _raised(entry: FindingEntry) -> Finding:
    row = entry.row
    return Finding(
        household_id=row["household_id"],
        finding_id=UUID(row["finding_id"]),
        position=entry.position,
        rule_id=row["rule_id"],
        rule_version=row["rule_version"],
        subject=row["subject"],
        level=row["level"],
        status="OPEN",
        sentence=row["sentence"],
        raised_known_at=entry.known_at,
        triggered_at=row["triggered_at"],
        renewals=0,
        evidence=_evidence(row),
        parameters=row["parameters"],
        late=row["late"],
        reason_code=row["reason_code"],
        journal_position=row["journal_position"],
    )


def _evidence(row: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((ref["source"], ref["event_id"]) for ref in row["evidence"])


FindingKey = tuple[str, UUID]
"""Region and id of a finding."""


def write_findings(connection: Connection, entries: Sequence[FindingEntry]) -> None:
    """Bring the findings up to entries that come next in the finding logs of their regions."""
    findings = _taken(connection, sorted({_key(entry) for entry in entries}))
    for entry in entries:
        findings[_key(entry)] = advance(findings.get(_key(entry)), entry)
    copy_rows(connection, "finding", _COLUMNS, _rows(findings))
    copy_rows(connection, "finding_step", _STEP_COLUMNS, map(_step, entries))


def _key(entry: FindingEntry) -> FindingKey:
    return entry.region, UUID(entry.row["finding_id"])


def _step(entry: FindingEntry) -> tuple[object, ...]:
    row = entry.row
    return (
        entry.region,
        entry.position,
        UUID(row["finding_id"]),
        row["household_id"],
        row["rule_id"],
        row["kind"],
        row["level"],
        entry.known_at,
        amsterdam_day(entry.known_at),
    )


def _taken(connection: Connection, keys: Sequence[FindingKey]) -> dict[FindingKey, Finding]:
    """Remove what is told of these findings and return it."""
    regions, ids = map(list, zip(*keys, strict=True))
    cursor = connection.execute(
        statement("findings.sql", "take"), {"regions": regions, "finding_ids": ids}
    )
    found = {}
    for region, *row in cursor:
        values = dict(zip(Finding.__slots__, row, strict=True))
        values["evidence"] = tuple((e["source"], e["event_id"]) for e in values["evidence"])
        found[region, values["finding_id"]] = Finding(**values)
    return found


def _rows(findings: Mapping[FindingKey, Finding]) -> Iterable[tuple[object, ...]]:
    for (region, _), finding in findings.items():
        yield (
            region,
            finding.household_id,
            finding.finding_id,
            finding.position,
            finding.rule_id,
            finding.rule_version,
            _LABELS.get(finding.rule_id, finding.rule_id),
            finding.subject,
            finding.level,
            finding.status,
            finding.sentence,
            finding.raised_known_at,
            finding.triggered_at,
            finding.renewals,
            json.dumps([{"source": s, "event_id": e} for s, e in finding.evidence]),
            finding.parameters,
            finding.late,
            finding.reason_code,
            finding.journal_position,
        )
