"""Which of a unit's records are new and in time, and how they move the region's clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from schemas.field_rules import time_flags
from schemas.problem_codes import DataError
from streams.admission.decode import Heard, Misplaced, Refused
from streams.admission.known_at import RegionClock, opened_clock
from streams.admission.sameness import Sameness, Seen, sameness
from streams.admission.senders import HUB_TOPIC
from streams.household.linking import EventKey
from streams.household.rule_set import rule_set_of

REGION_OPENED = "RegionOpened"
CLOCK_TICKED = "ClockTicked"
CLOCK_SWITCHED = "ClockSwitched"
RULES_ACTIVATED = "RulesActivated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """An event to admit, and when the region knew it."""

    heard: Heard
    known_at: datetime
    flags: tuple[str, ...]


@dataclass(slots=True)
class Verdicts:
    """What becomes of each record of a unit, as far as it does not depend on others' content.

    `repeats` are second sayings within the unit: they share the fate of the first. `again` are
    records that stand in the journal already: their rows were taken back after a restore.
    """

    clock: RegionClock | None
    accepted: list[Accepted] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    misplaced: list[Misplaced] = field(default_factory=list)
    duplicates: list[tuple[Heard, int | None]] = field(default_factory=list)
    conflicts: list[Heard] = field(default_factory=list)
    repeats: list[Heard] = field(default_factory=list)
    again: list[tuple[Heard, int | None]] = field(default_factory=list)

    @property
    def has_ticked(self) -> bool:
        """Say whether a day began in this unit."""
        return any(a.heard.event_type.name == CLOCK_TICKED for a in self.accepted)


def judge(
    heard: Sequence[Heard | Refused | Misplaced],
    seen: Mapping[EventKey, Seen],
    clock: RegionClock | None,
    hub_now: datetime,
) -> Verdicts:
    """Go through the records in order; every one of them ends in exactly one list."""
    verdicts = Verdicts(clock)
    first: dict[EventKey, Heard] = {}
    for item in heard:
        if isinstance(item, Refused):
            verdicts.refused.append(item)
        elif isinstance(item, Misplaced):
            verdicts.misplaced.append(item)
        elif not _is_said_before(item, seen, first, verdicts):
            _admit(item, verdicts, hub_now)
            if verdicts.accepted and verdicts.accepted[-1].heard is item:
                first[item.key] = item
    return verdicts


def _is_said_before(
    item: Heard,
    seen: Mapping[EventKey, Seen],
    first: Mapping[EventKey, Heard],
    verdicts: Verdicts,
) -> bool:
    stored = seen.get(item.key)
    if stored is not None and stored.came_as(item.record):
        verdicts.again.append((item, stored.position))
        return True
    earlier = first.get(item.key)
    if earlier is not None:
        stored = Seen(digest=earlier.digest, position=None)
    if item.event_type.name == CLOCK_TICKED and _has_ticked(item, stored, verdicts.clock):
        verdicts.duplicates.append((item, stored.position if stored else None))
        return True
    match sameness(stored, item.digest):
        case Sameness.NEW:
            return False
        case Sameness.CONFLICT:
            verdicts.conflicts.append(item)
        case Sameness.DUPLICATE if earlier is not None:
            verdicts.repeats.append(item)
        case Sameness.DUPLICATE:
            assert stored is not None
            verdicts.duplicates.append((item, stored.position))
    return True


def _has_ticked(item: Heard, stored: Seen | None, clock: RegionClock | None) -> bool:
    """Say whether this day came before, whoever said so: two tickers are one clock."""
    return clock is not None and (stored is not None or item.body["day"] == clock.day)


def _admit(item: Heard, verdicts: Verdicts, hub_now: datetime) -> None:
    clock, name = verdicts.clock, item.event_type.name
    flags: tuple[str, ...] = ()
    try:
        if name == REGION_OPENED:
            clock = _opened(item, clock, hub_now)
        elif clock is None:
            raise DataError("region.not_open")
        clock = _moved(item, clock.advanced(hub_now), hub_now)
        if name == RULES_ACTIVATED:
            _check_rules(item)
        if item.record.topic != HUB_TOPIC:
            flags = time_flags(name, item.body, clock.horizon(hub_now))
    except DataError as error:
        key = item.key
        verdicts.refused.append(
            Refused(record=item.record, code=error.code, source=key.source, event_id=key.event_id)
        )
        return
    verdicts.clock = clock
    verdicts.accepted.append(Accepted(heard=item, known_at=clock.now, flags=flags))


def _opened(item: Heard, clock: RegionClock | None, hub_now: datetime) -> RegionClock:
    if clock is not None:
        # The first row of a journal is its opening; there is no second one.
        raise DataError("clock.order")
    body = item.body
    return opened_clock(
        body["meta"]["region"],
        mode=body["clock_mode"],
        name=body["name"],
        occurred_at=body["meta"]["occurred_at"],
        hub_now=hub_now,
    )


def _moved(item: Heard, clock: RegionClock, hub_now: datetime) -> RegionClock:
    if item.event_type.name == CLOCK_TICKED:
        return clock.ticked(item.body["day"])
    if item.event_type.name == CLOCK_SWITCHED:
        return clock.switched(item.body["to"], hub_now)
    return clock


def _check_rules(item: Heard) -> None:
    """Refuse rules that this program does not have: in the journal they would stop every reader."""
    try:
        rule_set_of(item.body)
    except (ValueError, RecursionError):
        # Not chained: its text may repeat what was sent.
        raise DataError("rules.unknown", "/rules") from None
