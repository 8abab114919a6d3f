"""The JSON twin of each page: the same facts, named in Dutch, instants in UTC. Pure.

A twin shows no more than its page: no source of an event, because that could give a protected
reporter away; journal row (incarnation and position) and event id identify an event instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any, TypeAlias

from query.editions.shown import ShownEdition
from query.figures import MonthFigures
from query.households import Finding, HouseholdRecord, Place, TimelineEntry
from query.known import KnownEvent, KnownRecord
from query.paging import Paging
from query.radar import RadarList
from query.regions import Region
from query.reviews import ReviewQueue
from query.rules import RuleOnPage
from query.standing import StandingOnPage

Document: TypeAlias = dict[str, Any]


def _instant(moment: datetime | None) -> str | None:
    """Return the instant as ISO 8601 in UTC with a Z (NL API Design Rules, date-time/timezone)."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def region_document(region: Region) -> Document:
    """Return the region with its clock, and how far the read tables are."""
    return {
        "code": region.code,
        "naam": region.name,
        "klok": {
            "soort": region.clock_mode,
            "nu": _instant(region.now),
            "dag": _day(region.day),
        },
        "bijgewerkt": {
            "op": _instant(region.projected_at),
            "positie": region.projected_position,
            "journaalPositie": region.journal_position,
        },
        "parked": region.parked,
    }


def _paging_document(paging: Paging) -> Document:
    return {"pagina": paging.number, "paginas": paging.pages, "totaal": paging.total}


def radar_document(region: Region, radar: RadarList) -> Document:
    """Return one page of the radar list."""
    return {
        "regio": region_document(region),
        "filter": {"niveau": radar.asked.level, "regel": radar.asked.rule},
        "bladeren": _paging_document(radar.paging),
        "huishoudensPerNiveau": dict(radar.households_by_level),
        "regels": [
            {"regel": rule.rule_id, "naam": rule.label, "huishoudens": rule.households}
            for rule in radar.rules
        ],
        "huishoudens": [
            {
                "token": row.household_id,
                "niveau": row.level,
                "openRadarsignalen": row.open_findings,
                "regels": list(row.rule_ids),
                "zin": row.sentence,
                "laatsteSignaal": _instant(row.last_signal_at),
                "gemeente": row.municipality,
            }
            for row in radar.rows
        ],
    }


def reviews_document(region: Region, queue: ReviewQueue) -> Document:
    """Return one page of the review queue."""
    return {
        "regio": region_document(region),
        "filter": {"soort": queue.asked.kind},
        "bladeren": _paging_document(queue.paging),
        "perSoort": dict(queue.entries_by_kind),
        "twijfels": [
            {
                "id": doubt.entry_id,
                "soort": doubt.kind,
                "twijfel": doubt.title,
                "sinds": _instant(doubt.known_at),
                "huishoudens": [
                    {
                        "token": household.household_id,
                        "genoemdAls": household.asked,
                        "personen": household.persons,
                        "gemeente": household.municipality,
                    }
                    for household in doubt.households
                ],
                "personen": [
                    {"rol": person.words, "huishoudens": list(person.households)}
                    for person in doubt.persons
                ],
                "voor": list(doubt.speaks_for),
                "tegen": list(doubt.speaks_against),
                "bevestigbaar": doubt.can_be_confirmed,
            }
            for doubt in queue.doubts
        ],
    }


def household_document(
    region: Region, record: HouseholdRecord, standing: StandingOnPage
) -> Document:
    """Return one page of the household's record."""
    household = record.household
    return {
        "regio": region_document(region),
        "huishouden": {
            "token": household.household_id,
            "parked": household.is_parked,
            "gevormdOp": _instant(household.founded_at),
            "laatsteSignaal": _instant(household.last_signal_at),
            "gebeurtenissen": household.events,
            "personen": household.persons,
            "gemeente": household.municipality,
            "samengevoegdMet": household.merged_into,
        },
        "radarsignalen": [
            _finding_document(finding, record.evidence_of(finding)) for finding in record.findings
        ],
        "proces": _standing_document(standing),
        "bladeren": _paging_document(record.paging),
        "tijdlijn": [_entry_document(entry, record, standing) for entry in record.timeline],
    }


def known_document(region: Region, known: KnownRecord) -> Document:
    """Return a household as known on an earlier day."""
    return {
        "regio": region_document(region),
        "bekendOp": known.known_on.isoformat(),
        "huishouden": {
            "token": known.household_id,
            "gevraagd": known.asked,
            "parked": known.is_parked,
        },
        "radarsignalen": [
            {
                "id": finding.finding_id,
                "regel": finding.rule_id,
                "naam": finding.rule_label,
                "niveau": finding.level,
                "status": finding.status,
                "zin": finding.sentence,
                "dag": _day(finding.triggered_on),
                "onderbouwing": [_known_event(event) for event in finding.evidence],
            }
            for finding in known.findings
        ],
        "proces": _standing_document(known.standing),
        "bladeren": _paging_document(known.paging),
        "tijdlijn": [
            {
                **_known_event(event),
                "soort": event.record_name,
                "naam": event.label,
                "dag": _day(event.day),
                "bekendSinds": _instant(event.known_at),
                "vervallen": event.is_void,
                "pastNiet": list(event.sentences),
            }
            for event in known.events
        ],
    }


def _known_event(event: KnownEvent) -> Document:
    return {
        "gebeurtenis": event.event_id,
        "incarnatie": event.incarnation,
        "positie": event.position,
    }


def _finding_document(finding: Finding, evidence: Sequence[Place]) -> Document:
    return {
        "id": finding.finding_id,
        "regel": finding.rule_id,
        "regelversie": finding.rule_version,
        "naam": finding.rule_label,
        "onderwerp": finding.subject,
        "niveau": finding.level,
        "status": finding.status,
        "open": finding.is_open,
        "zin": finding.sentence,
        "gebeurdOp": _instant(finding.triggered_at),
        "bekendSinds": _instant(finding.raised_known_at),
        "vernieuwd": finding.renewals,
        "laatOntvangen": finding.late,
        "reden": finding.reason_code,
        "instellingen": dict(finding.parameters),
        "journaalPositie": finding.journal_position,
        "onderbouwing": [
            {
                "gebeurtenis": place.event_id,
                "incarnatie": place.incarnation,
                "positie": place.position,
            }
            for place in evidence
        ],
    }


def _standing_document(standing: StandingOnPage) -> Document:
    return {
        "stand": standing.state,
        "onderdelen": [
            {"soort": part.kind, "nummer": part.number, "stand": part.state}
            for part in standing.parts
        ],
        "termijnen": [
            {
                "termijn": each.term.term_id,
                "wat": each.term.what,
                "onderwerp": each.subject,
                "uiterlijk": _day(each.due_on),
                "eindigtOp": _instant(each.ends_at),
                "verstreken": each.is_overdue,
                "grond": each.term.basis,
            }
            for each in standing.deadlines
        ],
    }


def _entry_document(
    entry: TimelineEntry, record: HouseholdRecord, standing: StandingOnPage
) -> Document:
    return {
        "gebeurtenis": entry.event_id,
        "incarnatie": entry.incarnation,
        "positie": entry.position,
        "soort": entry.record_name,
        "naam": entry.label,
        "isSignaal": entry.is_signal,
        "dag": _day(entry.day),
        "gebeurdOp": _instant(entry.occurred_at),
        "gemeldOp": _instant(entry.recorded_at),
        "bekendSinds": _instant(entry.known_at),
        "afzender": record.sender_of(entry),
        "kenmerken": [{"naam": item["label"], "waarde": item["value"]} for item in entry.details],
        "bijzonderheden": list(entry.flags),
        "pastNiet": [code.value for code in standing.codes(entry.source, entry.event_id)],
        "vervallenDoor": entry.voided_by,
    }


def figures_document(region: Region, figures: MonthFigures) -> Document:
    """Return the month matrix; a month that was not over is null."""
    return {
        "regio": region_document(region),
        "peildatum": figures.known_on.isoformat(),
        "reeksen": [
            {
                "code": series.code,
                "naam": series.word,
                "jaren": [
                    {
                        "jaar": year,
                        "maanden": [month[index] for month in series.months],
                        "totaal": series.totals[index],
                    }
                    for index, year in enumerate(figures.years)
                ],
            }
            for series in figures.series
        ],
    }


def editions_document(region: Region, editions: Sequence[ShownEdition]) -> Document:
    """Return the published reports of a region, without their figures."""
    return {
        "regio": region_document(region),
        "uitgaven": [_edition_heading(edition) for edition in editions],
    }


def edition_document(region: Region, edition: ShownEdition) -> Document:
    """Return one published report; `rapport` is as docs/report.schema.json says."""
    return {
        "regio": region_document(region),
        "uitgave": _edition_heading(edition),
        "rapport": edition.document,
    }


def _edition_heading(edition: ShownEdition) -> Document:
    return {
        "naam": edition.name,
        "van": _day(edition.first_day),
        "totEnMet": _day(edition.last_day),
        "peildatum": _day(edition.known_on),
        "gemeente": edition.municipality,
        "bescherming": edition.disclosure,
        "uitgegevenOp": _instant(edition.published_at),
        "journaalPositie": edition.journal_position,
        "radar": edition.software,
        "sha256": edition.printed_sha256,
    }


def start_document(regions: Sequence[Region]) -> Document:
    """Return the regions of this hub."""
    return {"regios": [region_document(region) for region in regions]}


def rules_document(rules: Sequence[RuleOnPage]) -> Document:
    """Return what each rule means, with its default settings and the cases of its tests."""
    return {
        "regels": [
            {
                "regel": rule.rule_id,
                "versie": rule.version,
                "naam": rule.label,
                "grond": rule.ground,
                "betekenis": "".join(rule.meaning),
                "instellingen": dict(rule.parameters),
                "hoeVaak": rule.often,
                "voorbeelden": [
                    {
                        "naam": case.title,
                        "watGebeurde": list(case.said),
                        "niveaus": list(case.levels),
                    }
                    for case in rule.cases
                ],
            }
            for rule in rules
        ]
    }
