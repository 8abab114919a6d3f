"""One household: why it is on the radar, and everything that was heard about it, newest first."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from psycopg.rows import class_row, tuple_row

from query.limits import TIMELINE_ENTRIES_PER_PAGE
from query.paging import Paging
from query.problems import PageProblem, unknown_household, waiting_household
from query.reading import QUERIES, ReadConnection
from query.wording import local, sender_words
from streams.engine.parking import may_park

_TOKEN = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9a-f]{32}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Household:
    """The household itself: a random token and what is counted about it, no names."""

    household_id: str
    founded_at: datetime
    last_signal_at: datetime | None
    events: int
    persons: int
    municipality: str | None
    merged_into: str | None
    is_parked: bool
    """Some of its rows wait, so that neither findings nor timeline are complete."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One finding as it stands now; `evidence` names events by source and id."""

    finding_id: str
    rule_id: str
    rule_version: int
    rule_label: str
    subject: str
    level: str
    status: str
    is_open: bool
    sentence: str
    raised_known_at: datetime
    triggered_at: datetime
    renewals: int
    evidence: Sequence[Mapping[str, str]]
    parameters: Mapping[str, Any]
    late: bool
    reason_code: str | None
    journal_position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineEntry:
    """One journal row of the household: when it happened, was reported, and was known here."""

    position: int
    incarnation: int
    known_at: datetime
    occurred_at: datetime
    recorded_at: datetime
    day: date | None
    source: str
    event_id: str
    record_name: str
    label: str
    is_signal: bool
    details: Sequence[Mapping[str, Any]]
    flags: Sequence[str]
    voided_by: str | None

    @property
    def anchor(self) -> str:
        """Return the fragment of this entry in the page's address."""
        return anchor_of(self.incarnation, self.position)

    @property
    def year(self) -> int:
        """Return the year under whose heading this entry stands."""
        return (self.day or local(self.occurred_at).date()).year


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an event stands on the timeline: `place` from 1, over all its pages."""

    source: str
    event_id: str
    incarnation: int
    position: int
    label: str
    day: date | None
    place: int

    @property
    def anchor(self) -> str:
        """Return the fragment of the entry in its page's address."""
        return anchor_of(self.incarnation, self.position)


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdRecord:
    """Everything one household page shows."""

    household: Household
    findings: list[Finding]
    timeline: list[TimelineEntry]
    paging: Paging
    places: Mapping[tuple[str, str], Place]
    senders: Mapping[str, str]

    @property
    def open_findings(self) -> list[Finding]:
        """Return the findings that ask for attention now, highest level first."""
        return [finding for finding in self.findings if finding.is_open]

    @property
    def closed_findings(self) -> list[Finding]:
        """Return the findings that were dismissed, expired or withdrawn."""
        return [finding for finding in self.findings if not finding.is_open]

    def place_of(self, source: str, event_id: str) -> Place | None:
        """Return where an event stands, or None when it stands on another household's timeline."""
        return self.places.get((source, event_id))

    def evidence_of(self, finding: Finding) -> list[Place]:
        """Return the places of a finding's evidence, newest first, as on the timeline."""
        places = (self.place_of(ref["source"], ref["event_id"]) for ref in finding.evidence)
        return sorted((place for place in places if place), key=lambda place: place.place)

    def cited_by(self, entry: TimelineEntry) -> list[Finding]:
        """Return the findings that rest on this entry."""
        return [
            finding
            for finding in self.findings
            if any(
                ref["source"] == entry.source and ref["event_id"] == entry.event_id
                for ref in finding.evidence
            )
        ]

    def correction_of(self, entry: TimelineEntry) -> Place | None:
        """Return the correction that made this entry void; only the same source may correct."""
        return None if entry.voided_by is None else self.place_of(entry.source, entry.voided_by)

    def sender_of(self, entry: TimelineEntry) -> str:
        """Return the kind of organisation that sent this entry."""
        return self.senders.get(entry.source, "Afzender van het eerdere bericht")


def anchor_of(incarnation: int, position: int) -> str:
    """Return the fragment of a journal row: incarnation and position never change."""
    return f"gebeurtenis-{incarnation}-{position}"


def check_token(token: str) -> str:
    """Return a household's token; NotFound for a text that no household can have."""
    if _TOKEN.fullmatch(token) is None:
        raise unknown_household()
    return token


def is_parked(connection: ReadConnection, region: str, token: str) -> bool:
    """Say whether rows of a household wait, in the radar or in the read tables."""
    with connection.cursor(row_factory=tuple_row) as cursor:
        asked = {"region": region, "household": token}
        return cursor.execute(QUERIES["is_parked"], asked).fetchone() is not None


@contextmanager
def telling_who_waits(*, parked: bool) -> Iterator[None]:
    """Let what a page folds by itself fail as it failed in the stage: the household waits.

    The failure itself stands with the parked row, where an operator looks for it.
    """
    try:
        yield
    except PageProblem:
        raise
    except Exception as error:
        if not parked or not may_park(error):
            raise
        raise waiting_household() from None


def read_household(
    connection: ReadConnection, region: str, token: str, page: int
) -> HouseholdRecord:
    """Return one page of the household's record; raises NotFound when the region has no such one.

    The findings are always complete, the timeline is the asked page, or its last one.
    """
    question: dict[str, Any] = {"region": region, "household": check_token(token)}
    with connection.cursor(row_factory=class_row(Household)) as cursor:
        household = cursor.execute(QUERIES["household"], question).fetchone()
    if household is None:
        raise waiting_household() if is_parked(connection, region, token) else unknown_household()
    with connection.cursor(row_factory=class_row(Finding)) as cursor:
        findings = cursor.execute(QUERIES["findings"], question).fetchall()
    with connection.cursor(row_factory=tuple_row) as cursor_of_count:
        ((entries,),) = cursor_of_count.execute(QUERIES["timeline_count"], question).fetchall()
    paging = Paging.of(page, entries, TIMELINE_ENTRIES_PER_PAGE)
    with connection.cursor(row_factory=class_row(TimelineEntry)) as cursor:
        timeline = cursor.execute(
            QUERIES["timeline"], {**question, "limit": paging.size, "offset": paging.offset}
        ).fetchall()
    return HouseholdRecord(
        household=household,
        findings=findings,
        timeline=timeline,
        paging=paging,
        places=_read_places(connection, question, findings, timeline),
        senders=sender_words((entry.source, entry.record_name) for entry in timeline),
    )


def _read_places(
    connection: ReadConnection,
    question: Mapping[str, Any],
    findings: Sequence[Finding],
    timeline: Sequence[TimelineEntry],
) -> Mapping[tuple[str, str], Place]:
    """Return the places of all events that this page links to, by source and event id."""
    event_ids = {ref["event_id"] for finding in findings for ref in finding.evidence}
    event_ids |= {entry.voided_by for entry in timeline if entry.voided_by is not None}
    if not event_ids:
        return {}
    with connection.cursor(row_factory=class_row(Place)) as cursor:
        places = cursor.execute(
            QUERIES["timeline_places"], {**question, "event_ids": sorted(event_ids)}
        ).fetchall()
    return {(place.source, place.event_id): place for place in places}
