"""Which events corrections have taken away; several may speak of one event, or of each other.

definitions.md ("Correction"): RETRACTED and DUPLICATE_OF void the target, REPLACED once correction
and replacement are both known; of several the last by journal position counts; a correction that is
itself corrected away counts no more, so its target revives.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from streams.admission.journal_rows import CORRECTION, Draft
from streams.engine.asking import Questions, Row
from streams.engine.database import Connection
from streams.engine.named_queries import load_queries
from streams.household.linking import EventKey

QUERIES = load_queries("streams.admission", "corrections.sql")
REPLACED = "REPLACED"
KINDS = frozenset({"RETRACTED", "DUPLICATE_OF", REPLACED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A correction in the journal; its replacement only when it is REPLACED."""

    key: EventKey
    kind: str
    target: EventKey
    replacement: EventKey | None
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """An event that is void from now on, or no longer; `code` is the correction's kind."""

    event: EventKey
    is_void: bool
    code: str


class CorrectionBook:
    """The corrections that matter to one unit; `events` are the events known as applied."""

    def __init__(self, events: Mapping[EventKey, object]) -> None:
        self.added: list[Correction] = []
        self._events = events
        self._by_key: dict[EventKey, Correction] = {}
        self._by_target: dict[EventKey, list[Correction]] = defaultdict(list)
        self._by_replacement: dict[EventKey, list[Correction]] = defaultdict(list)
        self._void: dict[EventKey, bool] = {}

    def load(self, corrections: Iterable[Correction]) -> None:
        """Take the corrections that are stored, as they stand before this unit."""
        for correction in corrections:
            if correction.key not in self._by_key:
                self._enter(correction)
        self._void = {self._root(target): False for target in self._by_target}
        self._void = {root: self.is_void(root) for root in self._void}

    def applied(self, draft: Draft, position: int) -> list[Change]:
        """Take note of an event just applied and return what it voids or revives."""
        roots: dict[EventKey, str] = {}
        correction = correction_of(draft, position)
        if correction is not None:
            self._enter(correction)
            self.added.append(correction)
            roots[self._root(correction.target)] = correction.kind
        for replaced in self._by_replacement.get(draft.key, ()):
            roots.setdefault(self._root(replaced.target), replaced.kind)
        changes = []
        for root, kind in roots.items():
            is_void = self.is_void(root)
            if is_void != self._void.get(root, False):
                self._void[root] = is_void
                changes.append(Change(event=root, is_void=is_void, code=kind.lower()))
        return changes

    def is_void(self, key: EventKey) -> bool:
        """Say whether an event is taken away, as far as this book goes."""
        last = self.deciding(key)
        if last is None:
            return False
        return last.kind != REPLACED or last.replacement in self._events

    def deciding(self, key: EventKey) -> Correction | None:
        """Return the correction that decides about an event: the last that itself stands."""
        live = [c for c in self._by_target.get(key, ()) if not self.is_void(c.key)]
        return max(live, key=lambda c: c.position, default=None)

    def _enter(self, correction: Correction) -> None:
        self._by_key[correction.key] = correction
        self._by_target[correction.target].append(correction)
        if correction.replacement is not None:
            self._by_replacement[correction.replacement].append(correction)

    def _root(self, key: EventKey) -> EventKey:
        """Return the event at the end of a chain of corrections of corrections."""
        while key in self._by_key:
            key = self._by_key[key].target
        return key


def correction_of(draft: Draft, position: int) -> Correction | None:
    """Return what a draft corrects, or None when it corrects nothing."""
    body: Mapping[str, Any] = draft.body
    if draft.event_type.name != CORRECTION or body["kind"] not in KINDS:
        return None
    source = draft.key.source
    replacement = body["replacement_event_id"] if body["kind"] == REPLACED else None
    return Correction(
        key=draft.key,
        kind=body["kind"],
        target=EventKey(source=source, event_id=body["corrected_event_id"]),
        replacement=EventKey(source=source, event_id=replacement) if replacement else None,
        position=position,
    )


def ask_corrections(
    questions: Questions, region: str, drafts: Collection[Draft], found: list[Correction]
) -> None:
    """Ask for the stored corrections that these drafts replace for, correct, or correct again."""
    targets = {d.statement.corrects for d in drafts if d.statement.corrects is not None}
    _ask(questions, region, {draft.key for draft in drafts}, targets, found)


def load_corrections_about(
    connection: Connection, region: str, keys: Collection[EventKey]
) -> list[Correction]:
    """Read the stored corrections of these events, and those for which they are replacements."""
    found: list[Correction] = []
    questions = Questions(connection)
    _ask(questions, region, keys, keys, found)
    questions.answer()
    return found


def _ask(
    questions: Questions,
    region: str,
    replacements: Collection[EventKey],
    targets: Collection[EventKey],
    found: list[Correction],
) -> None:
    keys = [(key, False) for key in replacements] + [(key, True) for key in targets]
    columns: Mapping[str, list[object]] = {
        "sources": [key.source for key, _ in keys],
        "ids": [key.event_id for key, _ in keys],
        "targets": [is_target for _, is_target in keys],
    }
    questions.ask(
        QUERIES["find_corrections"], region, lambda rows: found.extend(_corrections(rows)), columns
    )


def _corrections(rows: Iterable[Row]) -> list[Correction]:
    return [
        Correction(
            key=EventKey(source=source, event_id=event_id),
            kind=kind,
            target=EventKey(source=source, event_id=target),
            replacement=EventKey(source=source, event_id=replacement) if replacement else None,
            position=position,
        )
        for source, event_id, kind, target, replacement, position in rows
    ]


def row_of(region: str, correction: Correction) -> tuple[object, ...]:
    """Return the row of a correction that a unit brought."""
    replacement = correction.replacement.event_id if correction.replacement else None
    key, target = correction.key, correction.target.event_id
    said = (correction.kind, target, replacement, correction.position)
    return (region, key.source, key.event_id, *said)
