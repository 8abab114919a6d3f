"""A household as it was known on an earlier day: the page's own little fold over the journal."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from query.households import is_parked, telling_who_waits
from query.limits import TIMELINE_ENTRIES_PER_PAGE
from query.paging import Paging
from query.problems import BadQuestion, NotFound
from query.reading import ReadConnection
from query.regions import Region
from query.standing import VIEW_QUERIES, StandingOnPage, standing_on_page
from query.wording import day_words
from schemas.events import EVENT_TYPES
from streams.household.fold import void_among
from streams.household.journal_event import EventKey
from streams.household.process_steps import correction_of
from streams.household.rules import RULES
from streams.household.state import Finding
from streams.household.terms import amsterdam_day, instant_of, start_of_day
from streams.radar.rows import Row
from streams.radar.time_travel import HouseholdReader, Moment, UnknownHouseholdError

KNOWN_ON = "bekend-op"
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_LABELS = {rule.rule_id: rule.label for rule in RULES}


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownEvent:
    """An event that was known by then: what, about which day, and since when.

    `is_void`: a correction known by then had taken it back.
    """

    event_id: str
    incarnation: int
    position: int
    record_name: str
    label: str
    day: date
    known_at: datetime
    is_void: bool
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFinding:
    """A finding that asked for attention then; `evidence` are the events it rested on."""

    finding_id: str
    rule_id: str
    rule_label: str
    level: str
    status: str
    sentence: str
    triggered_on: date
    evidence: tuple[KnownEvent, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownRecord:
    """Everything that the page of an earlier day shows, newest events first."""

    known_on: date
    household_id: str
    asked: str
    findings: tuple[KnownFinding, ...]
    standing: StandingOnPage
    events: tuple[KnownEvent, ...]
    paging: Paging
    is_parked: bool
    """Radar could not take a row of this household; the pages of today may lack what is here."""


def parse_day(asked: Mapping[str, str], today: date) -> date | None:
    """Return the day of knowledge that a query string asks for, or None when it asks for now.

    Raises BadQuestion for a text that is no date, and for a day to come.
    """
    text = asked.get(KNOWN_ON)
    if not text:
        return None
    try:
        day = date.fromisoformat(text) if _ISO_DAY.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None:
        raise BadQuestion("Dit is geen datum", "Schrijf de datum als jaar-maand-dag: 2025-09-15.")
    if day > today:
        raise BadQuestion("Deze dag moet nog komen", f"Kies een dag tot en met {day_words(today)}.")
    return day


def read_known(
    connection: ReadConnection, region: Region, household: str, day: date, page: int
) -> KnownRecord:
    """Return the household as known at the end of a day; NotFound when nothing was known of it.

    Raises Waits for a parked household when the row that it could not take comes before that day.
    """
    moment = Moment(
        region=region.code,
        position=region.projected_position,
        as_of=day,
        before=start_of_day(day + timedelta(days=1)),
    )
    reader = HouseholdReader(
        connection=connection, moment=moment, queries=VIEW_QUERIES, with_members=False
    )
    parked = is_parked(connection, region.code, household)
    with telling_who_waits(parked=parked):
        try:
            known = reader.read(household)
        except UnknownHouseholdError:
            raise NotFound(
                "Dit huishouden was toen niet bekend",
                f"Tot en met {day_words(day)} was van dit huishouden niets bekend.",
            ) from None
        standing = standing_on_page(known.process, known.deadlines)
    void = _void(known.rows)
    events = {row.event.key: _event(row, standing, void) for row in known.rows}
    newest = sorted(events.values(), key=lambda event: (event.day, event.position), reverse=True)
    paging = Paging.of(page, len(newest), TIMELINE_ENTRIES_PER_PAGE)
    return KnownRecord(
        known_on=day,
        household_id=known.household_id,
        asked=known.asked,
        findings=tuple(_finding(finding, events) for finding in known.open_findings),
        standing=standing,
        events=tuple(newest[paging.offset : paging.offset + paging.size]),
        paging=paging,
        is_parked=parked,
    )


def _void(rows: Sequence[Row]) -> frozenset[EventKey]:
    corrections = [c for row in rows if (c := correction_of(row.event)) is not None]
    return void_among(corrections, {row.event.key for row in rows}.__contains__)


def _event(row: Row, standing: StandingOnPage, void: frozenset[EventKey]) -> KnownEvent:
    event = row.event
    kind = EVENT_TYPES[event.record_name]
    value = event.payload.get(kind.event_day) if kind.event_day else None
    if isinstance(value, datetime):
        value = amsterdam_day(value)
    return KnownEvent(
        event_id=event.event_id,
        incarnation=row.incarnation,
        position=event.position,
        record_name=event.record_name,
        label=kind.label,
        day=value if isinstance(value, date) else amsterdam_day(event.occurred_at),
        known_at=event.known_at,
        is_void=event.key in void,
        sentences=tuple(standing.sentences(event.source, event.event_id)),
    )


def _finding(finding: Finding, events: Mapping[EventKey, KnownEvent]) -> KnownFinding:
    return KnownFinding(
        finding_id=finding.finding_id,
        rule_id=finding.rule_id,
        rule_label=_LABELS.get(finding.rule_id, finding.rule_id),
        level=finding.level.name,
        status=finding.status.name,
        sentence=finding.sentence,
        triggered_on=amsterdam_day(instant_of(finding.triggered_ms)),
        evidence=tuple(events[key] for key in finding.evidence if key in events),
    )
