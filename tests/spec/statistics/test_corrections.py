"""What counts after each row of a log: the cases of definitions.md, Correction, one by one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from projections.facts.versions import (
    Correction,
    Moment,
    Statement,
    Version,
    by_target,
    versions,
    voided_by,
)

# Rows of a log in order of position: an event's name, or `name: kind target [replacement]`.
# Then, for each position, the event of the chain that counts; "-" for none.
CASES = {
    "an event counts from its own position": ("A", "A"),
    "a retraction takes it out": ("A, c: RETRACTED A", "A -"),
    "so does a duplicate": ("A, c: DUPLICATE_OF A", "A -"),
    "a kind that nobody knows yet changes nothing": ("A, c: UNKNOWN A", "A A"),
    "a replacement known before the correction": ("A, x, c: REPLACED A x", "A A -"),
    "a replacement known after the correction": ("A, c: REPLACED A x, x", "A A -"),
    "a replacement never known": ("A, c: REPLACED A x", "A A"),
    "a correction retracted": ("A, c: RETRACTED A, d: RETRACTED c", "A - A"),
    "the retraction of the retraction retracted": (
        "A, c: RETRACTED A, d: RETRACTED c, e: RETRACTED d",
        "A - A -",
    ),
    "a correction that came before its target": ("c: RETRACTED A, A", "- -"),
    "the last of several corrections decides": (
        "A, c: RETRACTED A, d: REPLACED A x, x",
        "A - A -",
    ),
    "an earlier one decides again when the last is retracted": (
        "A, c: RETRACTED A, d: REPLACED A x, e: RETRACTED d",
        "A - A -",
    ),
    "a newer statement takes over": ("A, B", "A B"),
    "the older one counts again without the newer": ("A, B, c: RETRACTED B", "A B A"),
    "a correction of the older one leaves the newer": ("A, B, c: RETRACTED A", "A B B"),
    "nothing counts when both are gone": (
        "A, B, c: RETRACTED B, d: RETRACTED A",
        "A B A -",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_counts_after_each_row(name: str) -> None:
    log, expected = CASES[name]
    statements, corrections = _read(log)
    found = versions(statements, by_target(corrections))
    assert " ".join(_counting(found, p) for p in range(1, len(expected.split()) + 1)) == expected


def test_a_correction_that_corrects_itself_decides_nothing() -> None:
    _, corrections = _read("c: RETRACTED d, d: RETRACTED c")
    groups = by_target(corrections)
    assert {key: bool(voided_by(key, 2, groups)) for key in groups}.keys() == {
        ("r", "s", "c"),
        ("r", "s", "d"),
    }, "the question ends"


def test_a_statement_that_never_counted_keeps_an_empty_version() -> None:
    statements, corrections = _read("c: RETRACTED A, A")
    (version,) = versions(statements, by_target(corrections))
    assert version.opened == version.closed == statements[0].moment


def _read(log: str) -> tuple[list[Statement], list[Correction]]:
    """Read a case; events with a lower-case name exist, but state nothing in the chain."""
    moments = {}
    rows = [row.strip() for row in log.split(",")]
    for position, row in enumerate(rows, start=1):
        known_at = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(days=position)
        moments[row.split(":")[0]] = Moment(position=position, known_at=known_at)
    statements, corrections = [], []
    for row in rows:
        name, _, correction = row.partition(": ")
        if correction:
            kind, target, *replacement = correction.split()
            corrections.append(
                Correction(
                    key=("r", "s", name),
                    moment=moments[name],
                    target=("r", "s", target),
                    kind=kind,
                    replacement=moments.get(replacement[0]) if replacement else None,
                )
            )
        elif name.isupper():
            statements.append(Statement(key=("r", "s", name), moment=moments[name]))
    return statements, corrections


def _counting(found: list[Version], position: int) -> str:
    names = [
        version.key[-1]
        for version in found
        if version.opened.position <= position
        and (version.closed is None or position < version.closed.position)
    ]
    assert len(names) <= 1, "two statements of one chain never stand together"
    return names[0] if names else "-"
