"""The life of findings about what does not happen, told as journals with days that pass."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from schemas.codec import decode_body
from schemas.identity import derived_id
from streams.radar.replay import replay
from tests.support.casework import contact, feedback, handover, moment
from tests.support.journal import (
    HOUSEHOLD,
    REGION,
    Said,
    assessed,
    corrected,
    decided,
    police,
    registered,
    rows,
    tick,
)

GRAVE = registered("2025-01-06", "r", forms=["PHYSICAL_ABUSE"])
SENT = handover("2025-01-01", "h")


def log(said: Sequence[Said], *, known: Sequence[datetime] | None = None) -> list[dict[str, Any]]:
    replayed = replay(REGION, rows(said, known=known))
    return [decode_body("FindingEvent", 1, row.body) for row in replayed.findings]


def story(said: Sequence[Said], rule: str) -> list[tuple[str, str]]:
    """Return (day on which it was said, kind) of one rule's finding events."""
    return [
        (entry["known_at"].date().isoformat(), entry["kind"])
        for entry in log(said)
        if entry["rule_id"] == rule
    ]


def days(first: str, last: str) -> list[Said]:
    begin = date.fromisoformat(first)
    number = (date.fromisoformat(last) - begin).days
    return [tick((begin + timedelta(days=n)).isoformat()) for n in range(number + 1)]


def test_silence_speaks_once_on_its_first_day_and_ends_when_it_is_broken() -> None:
    said = [GRAVE, *days("2025-01-07", "2025-02-10"), assessed("2025-02-10", "v")]
    entries = log([*said, *days("2025-02-11", "2025-02-20")])
    found = [(e["journal_position"], e["kind"]) for e in entries if e["rule_id"] == "R12"]
    assert found == [(2 + 14, "RAISED"), (len(said) + 1, "EXPIRED")]
    (raised, expired) = (e for e in entries if e["rule_id"] == "R12")
    assert raised["subject"] == expired["subject"] == "report-1"
    assert raised["sentence"] == (
        "Melding van 06-01-2025 met ernst 3: na 20-01-2025 niet beoordeeld en niemand van het "
        "gezin bereikt"
    )
    assert not raised["late"]


def test_a_silence_that_lasts_does_not_expire_by_its_age() -> None:
    kinds = [kind for _, kind in story([SENT, *days("2025-01-02", "2026-02-01")], "R16")]
    assert kinds == ["RAISED"]


def test_what_was_missed_while_nothing_ticked_is_said_at_the_next_tick() -> None:
    said = [GRAVE, tick("2025-01-10"), tick("2025-03-10")]
    assert story(said, "R12") == [("2025-03-09", "RAISED")]


def test_a_silence_that_was_over_before_anyone_looked_is_not_said() -> None:
    said = [GRAVE, tick("2025-01-10"), assessed("2025-02-10", "v"), tick("2025-03-10")]
    assert story(said, "R12") == []


def test_what_a_person_dismissed_stays_quiet_as_long_as_it_lasts() -> None:
    raising = [SENT, *days("2025-01-02", "2025-01-16")]
    (entry,) = log(raising)
    dismissal = decided("2025-01-20", "k", "DISMISS", entry["finding_id"])
    quiet = [*raising, dismissal, *days("2025-01-21", "2025-06-01")]
    assert [kind for _, kind in story(quiet, "R16")] == ["RAISED", "DISMISSED"]


def test_when_it_begins_again_after_a_dismissal_it_speaks_again() -> None:
    raising = [SENT, *days("2025-01-02", "2025-01-16")]
    (entry,) = log(raising)
    dismissal = decided("2025-01-20", "k", "DISMISS", entry["finding_id"])
    heard = feedback("2025-02-01", "f")
    said = [*raising, dismissal, heard, *days("2025-02-02", "2025-03-10")]
    again = [*said, corrected("2025-03-10", "c", heard), *days("2025-03-11", "2025-03-12")]
    assert [kind for _, kind in story(again, "R16")] == ["RAISED", "DISMISSED", "RAISED"]


def test_a_subject_may_hold_any_character() -> None:
    entries = log(
        [handover("2025-01-01", "h", handover_id="a|b%"), *days("2025-01-16", "2025-01-16")]
    )
    (entry,) = entries
    cause = rows([tick("2025-01-16")])[0].event.event_id
    expected = derived_id(REGION, HOUSEHOLD, "R16", "a%7Cb%25", cause)
    assert (entry["subject"], entry["finding_id"]) == ("a|b%", str(expected))


def test_a_correction_that_takes_the_ground_away_withdraws() -> None:
    raising = [GRAVE, *days("2025-01-07", "2025-01-21")]
    taken_back = corrected("2025-01-22", "c", GRAVE)
    assert [kind for _, kind in story([*raising, taken_back], "R12")] == ["RAISED", "WITHDRAWN"]


def test_contact_ends_the_silence_at_the_next_tick() -> None:
    raising = [GRAVE, *days("2025-01-07", "2025-01-21")]
    said = [*raising, contact("2025-01-22", "c"), *days("2025-01-23", "2025-01-24")]
    assert [kind for _, kind in story(said, "R12")] == ["RAISED", "EXPIRED"]


def test_the_newest_version_of_a_moment_ends_it() -> None:
    said = [
        police("2025-01-01", "p", forms=["PHYSICAL_ABUSE"]),
        moment("2025-04-01", "m", "MISSED"),
        tick("2025-04-02"),
        moment("2025-04-01", "n", "HELD", said_on="2025-04-03"),
        tick("2025-04-04"),
    ]
    assert [kind for _, kind in story(said, "R18")] == ["RAISED", "EXPIRED"]
