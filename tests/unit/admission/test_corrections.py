"""Which events are void, whatever corrects what."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from schemas.events import EVENT_TYPES
from streams.admission.corrections import Change, Correction, CorrectionBook
from streams.admission.journal_rows import Draft
from streams.household.linking import EventKey, Kind, Statement


def key(name: str) -> EventKey:
    return EventKey(source="s", event_id=name)


def draft(name: str, kind: str = "", target: str = "", replacement: str | None = None) -> Draft:
    record_name = "EventCorrected" if kind else "CaseStatusChanged"
    body: dict[str, Any] = {
        "kind": kind,
        "corrected_event_id": target,
        "replacement_event_id": replacement,
    }
    return Draft(
        key=key(name),
        event_type=EVENT_TYPES[record_name],
        row={"occurred_at": datetime(2025, 1, 1, tzinfo=UTC)},
        body=body,
        statement=Statement(kind=Kind.CORRECTION if kind else Kind.PARTNER),
    )


class Journal:
    """Applies drafts in order, as the region's view does."""

    def __init__(self, *stored: Correction) -> None:
        self.events: dict[EventKey, tuple[()]] = {}
        self.book = CorrectionBook(self.events)
        self.book.load(stored)
        self.position = 100

    def apply(self, said: Draft) -> list[Change]:
        self.position += 1
        self.events[said.key] = ()
        return self.book.applied(said, self.position)


def test_a_retraction_voids_and_its_retraction_revives() -> None:
    journal = Journal()
    journal.apply(draft("t"))
    voided = journal.apply(draft("c", "RETRACTED", "t"))
    assert voided == [Change(event=key("t"), is_void=True, code="retracted")]
    revived = journal.apply(draft("cc", "RETRACTED", "c"))
    assert revived == [Change(event=key("t"), is_void=False, code="retracted")]


def test_a_second_retraction_changes_nothing() -> None:
    journal = Journal()
    journal.apply(draft("c", "RETRACTED", "t"))
    assert journal.apply(draft("d", "DUPLICATE_OF", "t")) == []
    assert journal.apply(draft("cc", "RETRACTED", "c")) == [], "the other one still stands"


def test_a_replacement_voids_once_both_are_known_in_either_order() -> None:
    first = Journal()
    assert first.apply(draft("c", "REPLACED", "t", "new")) == []
    assert first.apply(draft("new")) == [Change(event=key("t"), is_void=True, code="replaced")]
    second = Journal()
    assert second.apply(draft("new")) == []
    assert second.apply(draft("c", "REPLACED", "t", "new")) == [
        Change(event=key("t"), is_void=True, code="replaced")
    ]


def test_of_several_corrections_the_last_by_position_counts() -> None:
    journal = Journal()
    journal.apply(draft("c", "RETRACTED", "t"))
    revived = journal.apply(draft("d", "REPLACED", "t", "unknown"))
    assert [c.is_void for c in revived] == [False], "until its replacement is known"


def test_stored_corrections_count_as_they_stood() -> None:
    stored = Correction(
        key=key("c"), kind="RETRACTED", target=key("t"), replacement=None, position=7
    )
    journal = Journal(stored)
    assert journal.book.is_void(key("t"))
    assert journal.apply(draft("again", "RETRACTED", "t")) == []
    assert [c.is_void for c in journal.apply(draft("cc", "RETRACTED", "c"))] == []


def test_an_unknown_kind_corrects_nothing() -> None:
    assert Journal().apply(draft("c", "UNKNOWN", "t")) == []
