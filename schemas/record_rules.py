"""Rules that look at more than one field of a record: refs, orders of days, what the law says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from schemas.advice_scanner import scan_record
from schemas.problem_codes import Violation

RecordRule = Callable[[Mapping[str, Any], list[Violation]], None]

LOCAL = ZoneInfo("Europe/Amsterdam")
BAN_DAYS = timedelta(days=10)
BAN_DAYS_EXTENDED = timedelta(days=28)


def event_rules(
    schema: Mapping[str, Any], person_fields: tuple[str, ...], address_fields: tuple[str, ...]
) -> list[RecordRule]:
    """Return the rules that follow from the event's schema: refs per list, order of days."""
    rules: list[RecordRule] = []
    if person_fields:
        rules.append(_person_refs_rule(person_fields))
    if address_fields:
        rules.append(_address_refs_rule(address_fields))
    rules += [
        _not_before_rule(field["name"], field["not_before"])
        for field in schema["fields"]
        if "not_before" in field
    ]
    return rules


def mentions(record: Mapping[str, Any], fields: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    """Yield (pointer, mention) of every person or address in these fields of the record."""
    for field in fields:
        match record[field]:
            case None:
                continue
            case list() as items:
                for number, item in enumerate(items):
                    yield f"/{field}/{number}", item
            case item:
                yield f"/{field}", item


def _person_refs_rule(fields: tuple[str, ...]) -> RecordRule:
    def check_person_refs(record: Mapping[str, Any], found: list[Violation]) -> None:
        persons = list(mentions(record, fields))
        known = _unique_refs(persons, found)
        for pointer, person in persons:
            for number, relation in enumerate(person["relations"]):
                if relation["to_ref"] not in known or relation["to_ref"] == person["ref"]:
                    place = f"{pointer}/relations/{number}/to_ref"
                    found.append(Violation(pointer=place, code="domain.refs"))

    return check_person_refs


def _address_refs_rule(fields: tuple[str, ...]) -> RecordRule:
    def check_address_refs(record: Mapping[str, Any], found: list[Violation]) -> None:
        _unique_refs(list(mentions(record, fields)), found)

    return check_address_refs


def _unique_refs(items: list[tuple[str, Any]], found: list[Violation]) -> set[int]:
    seen: set[int] = set()
    for pointer, item in items:
        if item["ref"] in seen:
            found.append(Violation(pointer=f"{pointer}/ref", code="domain.refs"))
        seen.add(item["ref"])
    return seen


def _not_before_rule(later: str, earlier: str) -> RecordRule:
    def check_order(record: Mapping[str, Any], found: list[Violation]) -> None:
        first, second = record[earlier], record[later]
        if first is not None and second is not None and second < first:
            found.append(Violation(pointer=f"/{later}", code="domain.rule"))

    return check_order


def _check_ban_length(record: Mapping[str, Any], found: list[Violation]) -> None:
    """Hold a ban to 10 days, extended to 4 weeks after imposition (Wth art. 2 and 9).

    Counted in local calendar days: a ban across the end of summer time lasts an hour longer.
    """
    allowed = {"IMPOSED": BAN_DAYS, "EXTENDED": BAN_DAYS_EXTENDED}.get(record["status"])
    starts, ends = record["status_at"], record["ends_at"]
    if allowed is None or ends is None:
        return
    wall_starts = starts.astimezone(LOCAL).replace(tzinfo=None)
    if ends.astimezone(LOCAL).replace(tzinfo=None) > wall_starts + allowed:
        found.append(Violation(pointer="/ends_at", code="domain.rule"))


def _check_correction(record: Mapping[str, Any], found: list[Violation]) -> None:
    """Let REPLACED name its replacement, RETRACTED none, and no event correct itself."""
    replacement = record["replacement_event_id"]
    corrected = record["corrected_event_id"]
    is_named = replacement is not None
    if (record["kind"] == "REPLACED" and not is_named) or (
        record["kind"] == "RETRACTED" and is_named
    ):
        found.append(Violation(pointer="/replacement_event_id", code="domain.rule"))
    if corrected in (replacement, record["meta"]["event_id"]):
        found.append(Violation(pointer="/corrected_event_id", code="domain.rule"))


def _check_monitoring(record: Mapping[str, Any], found: list[Violation]) -> None:
    """Let a moment that was held say when."""
    if record["status"] == "HELD" and record["held_on"] is None:
        found.append(Violation(pointer="/held_on", code="domain.rule"))


def _check_inform(record: Mapping[str, Any], found: list[Violation]) -> None:
    """Let a party be informed on a day, or the informing be postponed to one (Wmo 5.3.1)."""
    if record["informed_on"] is None and record["postponed_until"] is None:
        found.append(Violation(pointer="/informed_on", code="domain.rule"))


def _check_decision(record: Mapping[str, Any], found: list[Violation]) -> None:
    """Let a decision about households name what it is about: two to merge, one with people.

    One that settles an entry of the review queue names that entry as its own number.
    """
    settles = record["meta"]["source_ref"] is not None
    households, people = len(set(record["household_ids"])), len(record["person_pids"])
    is_whole = {
        "MERGE": households >= 2,
        "SPLIT": households in {1, 2} and people > 0,
        "CONFIRM_LINK": settles or households >= 2 or (households == 1 and people > 0),
        "REFUSE_LINK": settles or households >= 2 or (households == 1 and people > 0),
    }
    if not is_whole.get(record["kind"], True):
        found.append(Violation(pointer="/household_ids", code="domain.rule"))


def _check_advice(record: Mapping[str, Any], found: list[Violation]) -> None:
    found.extend(
        Violation(pointer=pointer, code="advice.personal_data") for pointer in scan_record(record)
    )


RECORD_RULES: Mapping[str, tuple[RecordRule, ...]] = MappingProxyType(
    {
        "AdviceCorrected": (_check_correction, _check_advice),
        "AdviceGiven": (_check_advice,),
        "AnalystDecided": (_check_decision,),
        "EventCorrected": (_check_correction,),
        "MonitoringMomentRecorded": (_check_monitoring,),
        "PartyInformed": (_check_inform,),
        "RestrainingOrderChanged": (_check_ban_length,),
    }
)
