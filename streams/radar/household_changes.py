"""What changed in a household between two days of knowledge, and which events changed it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from streams.household.journal_event import EventKey
from streams.household.process_steps import Move, Step, correction_of, step_of
from streams.household.process_words import CaseState
from streams.radar.rows import Row
from streams.radar.time_travel import KnownHousehold


class Part(StrEnum):
    """What of a household changed."""

    HOUSEHOLD = "HOUSEHOLD"
    STATE = "STATE"
    FINDING = "FINDING"
    CASE = "CASE"
    ORDER = "ORDER"
    REGISTRATION = "REGISTRATION"
    DEADLINE = "DEADLINE"
    MEMBER = "MEMBER"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing that is otherwise than before; None where it was not there.

    `events` are those first known in between that concern it: none when only time has passed.
    """

    part: Part
    subject: str
    before: str | None
    after: str | None
    events: tuple[EventKey, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Two pictures of one household; `before` is None when nothing was known of it yet.

    `heard` are the rows that count now and did not then, `gone` those that no longer count.
    """

    before: KnownHousehold | None
    after: KnownHousehold
    heard: tuple[Row, ...]
    gone: tuple[Row, ...]
    changes: tuple[Change, ...]


def difference(before: KnownHousehold | None, after: KnownHousehold) -> Difference:
    """Return what happened to the picture from one moment to a later one."""
    then = {row.event.position: row for row in (before.rows if before else ())}
    now = {row.event.position: row for row in after.rows}
    heard = tuple(row for position, row in now.items() if position not in then)
    gone = tuple(row for position, row in then.items() if position not in now)
    owners = _Owners([*then.values(), *now.values()])
    moved: dict[str, list[EventKey]] = {}
    for row in (*heard, *gone):
        for owner in owners.of(row):
            moved.setdefault(owner, []).append(row.event.key)
    changes = [
        *_household(before, after, moved),
        *_findings(before, after),
        *_processes(before, after, moved),
        *_deadlines(before, after, moved),
        *_members(before, after, now),
    ]
    return Difference(before=before, after=after, heard=heard, gone=gone, changes=tuple(changes))


class _Owners:
    """Tells to which case, order or registration an event belongs, by its number."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._steps: dict[EventKey, Step] = {}
        self._case_of_handover: dict[str, str] = {}
        for row in rows:
            step = step_of(row.event)
            if step is not None:
                self._steps[row.event.key] = step
                if step.move is Move.HANDOVER:
                    self._case_of_handover[step.text("handover_id")] = step.text("case_id")

    def of(self, row: Row) -> list[str]:
        """Return the owner's number; a correction has that of what it corrects."""
        key = row.event.key
        correction = correction_of(row.event)
        if correction is not None:
            key = correction.target
        step = self._steps.get(key)
        if step is None or step.move is Move.SIGNAL:
            return []
        numbers = (step.text(name) for name in ("case_id", "order_id", "mda_id"))
        if step.move is Move.FEEDBACK:
            return [self._case_of_handover.get(step.text("handover_id"), "")]
        return [number for number in numbers if number]


_Moved = Mapping[str, list[EventKey]]


def _household(
    before: KnownHousehold | None, after: KnownHousehold, moved: _Moved
) -> Iterator[Change]:
    if before is not None and before.household_id != after.household_id:
        since = before.moment.position
        rows = [row for row in after.rearranged if row.event.position > since]
        yield Change(
            part=Part.HOUSEHOLD,
            subject=before.household_id,
            before=before.household_id,
            after=after.household_id,
            events=tuple(row.event.key for row in rows),
        )
    state = before.process.state if before else CaseState.UNKNOWN
    if state is not after.process.state:
        then, now = _cases(before), _cases(after)
        numbers = [n for n in sorted(then.keys() | now.keys()) if then.get(n) != now.get(n)]
        yield Change(
            part=Part.STATE,
            subject=after.household_id,
            before=state.value,
            after=after.process.state.value,
            events=tuple(key for number in numbers for key in moved.get(number, ())),
        )


def _findings(before: KnownHousehold | None, after: KnownHousehold) -> Iterator[Change]:
    """Yield what the finding log said in between: it names the event that caused it."""
    stood = {finding.finding_id: finding for finding in (before.state.findings if before else ())}
    since = before.moment.position if before else 0
    for said in after.said:
        finding = said.change.finding
        known = stood.get(finding.finding_id)
        if said.row.event.position > since:
            yield Change(
                part=Part.FINDING,
                subject=f"{finding.finding_id} {finding.rule_id}",
                before=None if known is None else f"{known.status.name} {known.level.name}",
                after=f"{said.change.kind.value} {finding.level.name}",
                events=(said.change.cause.key,),
            )
        stood[finding.finding_id] = finding


def _processes(
    before: KnownHousehold | None, after: KnownHousehold, moved: _Moved
) -> Iterator[Change]:
    for part, then, now in (
        (Part.CASE, _cases(before), _cases(after)),
        (Part.ORDER, _orders(before), _orders(after)),
        (Part.REGISTRATION, _registrations(before), _registrations(after)),
    ):
        for number in sorted(then.keys() | now.keys()):
            old, new = then.get(number), now.get(number)
            if old != new or number in moved:
                events = tuple(moved.get(number, ()))
                yield Change(part=part, subject=number, before=old, after=new, events=events)


def _cases(known: KnownHousehold | None) -> dict[str, str]:
    return {case.case_id: case.state.value for case in known.process.cases} if known else {}


def _orders(known: KnownHousehold | None) -> dict[str, str]:
    return {order.order_id: order.state.value for order in known.process.orders} if known else {}


def _registrations(known: KnownHousehold | None) -> dict[str, str]:
    return {mda.mda_id: mda.state.value for mda in known.process.registrations} if known else {}


def _deadlines(
    before: KnownHousehold | None, after: KnownHousehold, moved: _Moved
) -> Iterator[Change]:
    then, now = _clocks(before), _clocks(after)
    for clock in sorted(then.keys() | now.keys()):
        old, new = then.get(clock), now.get(clock)
        if old != new:
            term, subject, owner = clock
            events = tuple(moved.get(owner, ()))
            yield Change(
                part=Part.DEADLINE,
                subject=f"{term} {subject}",
                before=old,
                after=new,
                events=events,
            )


def _clocks(known: KnownHousehold | None) -> dict[tuple[str, str, str], str]:
    if known is None:
        return {}
    return {
        (each.term.term_id, f"{each.subject} {each.pid or ''}".strip(), each.owner): (
            f"{each.due_on.isoformat()}{' overdue' if each.is_overdue else ''}"
        )
        for each in known.deadlines
    }


def _members(
    before: KnownHousehold | None, after: KnownHousehold, rows: Mapping[int, Row]
) -> Iterator[Change]:
    then = {member.pid: member.role for member in (before.members if before else ())}
    now = {member.pid: member.role for member in after.members}
    joined_at = {member.pid: member.position for member in after.members}
    for pid in sorted(then.keys() | now.keys()):
        if then.get(pid) == now.get(pid):
            continue
        row = rows.get(joined_at.get(pid, 0))
        yield Change(
            part=Part.MEMBER,
            subject=pid,
            before=then.get(pid),
            after=now.get(pid),
            events=() if row is None else (row.event.key,),
        )
