"""Facts: whatever came late, twice, corrected or retracted, once all is known it is the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from projections.facts.versions import (
    Correction,
    EventKey,
    Moment,
    Statement,
    by_target,
    versions,
    voided_by,
)

Row = Statement | Correction
START = datetime(2025, 1, 1, tzinfo=UTC)


def moment(position: int) -> Moment:
    return Moment(position=position, known_at=START + timedelta(hours=position))


@st.composite
def logs(draw: st.DrawFn) -> list[Row]:
    """Draw statements of one chain and corrections of them or of each other, in any order."""
    number = draw(st.integers(1, 4))
    keys: list[EventKey] = [("r", "s", f"A{n}") for n in range(number)]
    rows: list[Row] = [Statement(key=key, moment=moment(0)) for key in keys]
    for n in range(draw(st.integers(0, 6))):
        target = draw(st.sampled_from(keys))
        key = ("r", "s", f"c{n}")
        keys.append(key)
        kind = draw(st.sampled_from(["RETRACTED", "DUPLICATE_OF", "REPLACED", "UNKNOWN"]))
        rows.append(Correction(key=key, moment=moment(0), target=target, kind=kind))
    return _placed(draw(st.permutations(rows)), draw(st.integers(0, 12)))


def _placed(rows: list[Row], replacement_at: int) -> list[Row]:
    """Give the rows positions; what replaces a target stands at one position, or is not known."""
    known = moment(replacement_at) if 0 < replacement_at <= len(rows) else None
    return [
        replace(row, moment=moment(position), replacement=known)
        if isinstance(row, Correction)
        else replace(row, moment=moment(position))
        for position, row in enumerate(rows, start=1)
    ]


def _split(rows: list[Row]) -> tuple[list[Statement], list[Correction]]:
    return (
        [row for row in rows if isinstance(row, Statement)],
        [row for row in rows if isinstance(row, Correction)],
    )


def is_void(key: EventKey, rows: list[Row]) -> bool:
    """Say it the slow way, from a prefix of the log alone."""
    corrections = [row for row in rows if isinstance(row, Correction) and row.target == key]
    for row in sorted(corrections, key=lambda c: c.moment.position, reverse=True):
        if row.kind == "UNKNOWN" or is_void(row.key, rows):
            continue
        if row.kind != "REPLACED":
            return True
        return row.replacement is not None and row.replacement.position <= len(rows)
    return False


def counting(rows: list[Row]) -> EventKey | None:
    standing = [r for r in rows if isinstance(r, Statement) and not is_void(r.key, rows)]
    return max(standing, key=lambda s: s.moment.position).key if standing else None


@given(logs())
def test_a_version_stands_exactly_where_its_prefix_says(rows: list[Row]) -> None:
    statements, corrections = _split(rows)
    found = versions(statements, by_target(corrections))
    for length in range(1, len(rows) + 1):
        standing = [
            version.key
            for version in found
            if version.opened.position <= length
            and (version.closed is None or length < version.closed.position)
        ]
        expected = counting(rows[:length])
        assert standing == ([] if expected is None else [expected])


@given(logs())
def test_what_is_known_later_never_changes_what_stood_before(rows: list[Row]) -> None:
    *earlier, _ = rows
    before = _known_at_end(earlier)
    statements, corrections = _split(rows)
    found = versions(statements, by_target(corrections))
    standing = {
        version.key
        for version in found
        if version.opened.position <= len(earlier)
        and (version.closed is None or len(earlier) < version.closed.position)
    }
    assert standing == before


@given(logs(), st.randoms(use_true_random=False))
def test_the_order_of_reading_does_not_matter(rows: list[Row], random: object) -> None:
    statements, corrections = _split(rows)
    expected = versions(statements, by_target(corrections))
    shuffle = random.shuffle  # type: ignore[attr-defined]
    shuffle(statements)
    shuffle(corrections)
    found = versions(statements, by_target(corrections))
    assert sorted(found, key=str) == sorted(expected, key=str)


@given(logs(), st.data())
def test_once_all_is_known_the_order_of_arrival_does_not_matter(
    rows: list[Row], data: st.DataObject
) -> None:
    """With the replacements known, an event is void or not, whatever came first.

    Which of two statements of one chain counts does depend on arrival, by definition: so the
    events are asked, not the chain.
    """
    at = len(rows) + 1
    known = _with_replacement(rows, at)
    again = _with_replacement(_placed(data.draw(st.permutations(rows)), 0), at)
    assert _voided(known, at) == _voided(again, at)


def _with_replacement(rows: list[Row], position: int) -> list[Row]:
    return [
        replace(row, replacement=moment(position)) if isinstance(row, Correction) else row
        for row in rows
    ]


def _voided(rows: list[Row], position: int) -> set[EventKey]:
    groups = by_target(_split(rows)[1])
    return {row.key for row in rows if voided_by(row.key, position, groups)}


def _known_at_end(rows: list[Row]) -> set[EventKey]:
    statements, corrections = _split(rows)
    hidden = [
        replace(c, replacement=None)
        if c.replacement is not None and c.replacement.position > len(rows)
        else c
        for c in corrections
    ]
    found = versions(statements, by_target(hidden))
    return {version.key for version in found if version.closed is None}
