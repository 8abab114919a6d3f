"""The life of findings, told as journals: what was said, and what the finding log says of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from schemas.codec import decode_body
from schemas.identity import derived_id
from streams.radar.replay import replay
from tests.support.journal import (
    HOUSEHOLD,
    POLICE,
    REGION,
    Said,
    assessed,
    corrected,
    decided,
    informed,
    local,
    police,
    registered,
    rows,
    school,
    tick,
    uuid_of,
)

THREE = (police("2025-01-01", "a"), police("2025-01-11", "b"), police("2025-01-21", "c"))


def log(said: Sequence[Said], *, known: Sequence[datetime] | None = None) -> list[dict[str, Any]]:
    replayed = replay(REGION, rows(said, known=known))
    return [decode_body("FindingEvent", 1, row.body) for row in replayed.findings]


def story(said: Sequence[Said], *, rule: str = "R01") -> list[tuple[int, str, str]]:
    """Return (position of the journal row, kind, level) of one rule's finding events."""
    return [
        (entry["journal_position"], entry["kind"], entry["level"])
        for entry in log(said)
        if entry["rule_id"] == rule
    ]


def finding_id(rule: str, cause: str) -> str:
    return str(derived_id(REGION, HOUSEHOLD, rule, "", uuid_of(cause)))


def evidence(entry: dict[str, Any]) -> set[str]:
    return {reference["event_id"] for reference in entry["evidence"]}


def ids(letters: str) -> set[str]:
    return {uuid_of(letter) for letter in letters}


def test_the_first_trigger_raises_and_later_ones_renew_with_united_evidence() -> None:
    entries = log([*THREE, police("2025-02-01", "d"), police("2025-02-11", "e")])
    assert [(entry["kind"], entry["level"]) for entry in entries] == [
        ("RAISED", "ATTENTION"),
        ("RENEWED", "ATTENTION"),
        ("RENEWED", "HIGH"),
    ]
    assert {entry["finding_id"] for entry in entries} == {finding_id("R01", "c")}
    assert [evidence(entry) for entry in entries] == [ids("abc"), ids("abcd"), ids("abcde")]
    assert entries[0]["caused_by"] == {"source": POLICE, "event_id": uuid_of("c")}
    assert entries[0]["triggered_at"] == local("2025-01-21")
    assert [entry["position"] for entry in entries] == [1, 2, 3]


def test_more_reports_of_the_same_night_say_nothing_new() -> None:
    assert story([*THREE, police("2025-01-21 11:00", "d"), police("2025-01-21 12:00", "e")]) == [
        (3, "RAISED", "ATTENTION")
    ]


def test_a_higher_level_at_the_same_episode_renews() -> None:
    said = [
        police("2025-01-01 10:00", "a", flags=["STALKING"]),
        police("2025-01-01 11:00", "b", flags=["STALKING"]),
        police("2025-01-01 12:00", "c", flags=["DEATH_THREAT"]),
    ]
    assert story(said, rule="R07") == [(1, "RAISED", "HIGH"), (3, "RENEWED", "CRITICAL")]


def test_the_level_of_an_open_finding_never_falls() -> None:
    said = [
        police("2025-01-01", "a", flags=["STRANGULATION"]),
        police("2025-06-01", "b", flags=["STALKING"]),
    ]
    assert story(said, rule="R07") == [(1, "RAISED", "CRITICAL"), (2, "RENEWED", "CRITICAL")]


def test_what_no_rule_reads_says_nothing() -> None:
    assert log([*THREE[:2], informed("2025-01-15", "h")]) == []


def test_attention_expires_on_day_180_and_high_on_day_365_after_the_last_trigger() -> None:
    assert story([*THREE, tick("2025-07-19"), tick("2025-07-20"), tick("2025-07-21")]) == [
        (3, "RAISED", "ATTENTION"),
        (5, "EXPIRED", "ATTENTION"),
    ]
    flag = police("2025-01-01", "a", flags=["STALKING"])
    assert story([flag, tick("2025-12-31"), tick("2026-01-01")], rule="R07") == [
        (1, "RAISED", "HIGH"),
        (3, "EXPIRED", "HIGH"),
    ]


def test_expiry_runs_from_the_day_on_which_a_late_event_was_known() -> None:
    known = [local("2025-06-01")] * 3 + [local("2025-07-20 00:00"), local("2025-11-28 00:00")]
    entries = log([*THREE, tick("2025-07-20"), tick("2025-11-28")], known=known)
    assert [(entry["journal_position"], entry["kind"]) for entry in entries] == [
        (3, "RAISED"),
        (5, "EXPIRED"),
    ]


def test_a_renewal_postpones_expiry() -> None:
    said = [*THREE, police("2025-03-01", "d"), tick("2025-07-20"), tick("2025-08-28")]
    assert story(said)[-1] == (6, "EXPIRED", "ATTENTION")
    assert len(story(said)) == 3


def test_after_expiry_a_trigger_is_silent_for_thirty_days() -> None:
    said = [*THREE, tick("2025-07-20")]
    assert story([*said, police("2025-08-19", "d")])[2:] == []
    assert story([*said, police("2025-08-20", "d")])[2:] == [(5, "RAISED", "ATTENTION")]


def test_silence_is_broken_by_a_higher_level_or_a_grave_episode() -> None:
    said = [*THREE, tick("2025-07-20")]
    grave = police("2025-07-25", "d", forms=["PHYSICAL_ABUSE"])
    assert story([*said, grave])[2:] == [(5, "RAISED", "ATTENTION")]
    more = [police("2025-07-25", "d"), police("2025-08-01", "e")]
    assert story([*said, *more])[2:] == [(6, "RAISED", "HIGH")]


def test_a_person_acknowledges_once_and_the_finding_stays_open() -> None:
    raised = finding_id("R01", "c")
    said = [
        *THREE,
        decided("2025-02-01", "k", "ACKNOWLEDGE", raised),
        decided("2025-02-02", "l", "ACKNOWLEDGE", raised),
        police("2025-02-10", "d"),
    ]
    entries = log(said)
    assert [entry["kind"] for entry in entries] == ["RAISED", "ACKNOWLEDGED", "RENEWED"]
    assert entries[1]["reason_code"] == "KNOWN_AND_HANDLED"
    assert evidence(entries[1]) == ids("abc")
    assert entries[1]["sentence"] == entries[0]["sentence"]


def test_a_person_dismisses_and_a_new_finding_has_a_new_id() -> None:
    dismissal = decided("2025-02-01", "k", "DISMISS", finding_id("R01", "c"))
    quiet = [*THREE, dismissal, police("2025-03-03", "d")]
    assert story(quiet) == [(3, "RAISED", "ATTENTION"), (4, "DISMISSED", "ATTENTION")]
    entries = log([*quiet[:4], police("2025-03-04", "d")])
    assert [entry["kind"] for entry in entries] == ["RAISED", "DISMISSED", "RAISED"]
    assert entries[2]["finding_id"] == finding_id("R01", "d")
    assert evidence(entries[2]) == ids("abcd")


def test_a_decision_about_a_closed_or_unknown_finding_changes_nothing() -> None:
    dismissal = decided("2025-02-01", "k", "DISMISS", finding_id("R01", "c"))
    again = decided("2025-02-02", "l", "DISMISS", finding_id("R01", "c"))
    unknown = decided("2025-02-02", "m", "ACKNOWLEDGE", finding_id("R02", "c"))
    assert len(log([*THREE, dismissal, again, unknown])) == 2


def test_a_retracted_event_withdraws_what_it_gave_and_its_return_raises_anew() -> None:
    retraction = corrected("2025-02-01", "k", THREE[1])
    entries = log([*THREE, retraction, corrected("2025-02-02", "l", retraction)])
    assert [(entry["kind"], entry["reason_code"]) for entry in entries] == [
        ("RAISED", None),
        ("WITHDRAWN", "EVENT_CORRECTED"),
        ("RAISED", None),
    ]
    assert entries[2]["finding_id"] != entries[0]["finding_id"]
    assert entries[2]["late"] is False


def test_a_finding_that_still_holds_is_not_withdrawn_and_cites_what_is_left() -> None:
    said = [*THREE, police("2025-02-01", "d"), corrected("2025-02-05", "k", THREE[0])]
    acknowledgement = decided("2025-02-06", "l", "ACKNOWLEDGE", finding_id("R01", "c"))
    entries = log([*said, acknowledgement])
    assert [entry["kind"] for entry in entries] == ["RAISED", "RENEWED", "ACKNOWLEDGED"]
    assert evidence(entries[2]) == ids("bcd")


def test_a_correction_that_renews_does_not_cite_what_it_takes_back() -> None:
    same_night = police("2025-01-21 11:00", "d")
    entries = log([*THREE, same_night, corrected("2025-02-01", "k", THREE[2])])
    assert [entry["kind"] for entry in entries] == ["RAISED", "RENEWED"]
    assert evidence(entries[1]) == ids("abd")


def test_the_replacement_of_an_event_takes_its_place() -> None:
    other_day = police("2025-01-25", "e")
    correction = corrected("2025-02-01", "k", THREE[2], kind="REPLACED", replacement=other_day)
    kinds = [entry["kind"] for entry in log([*THREE, correction, other_day])]
    assert kinds == ["RAISED", "RENEWED"]


def test_a_registration_that_turns_out_to_belong_to_a_signal_is_reassessed() -> None:
    said = [
        police("2025-01-01", "a"),
        registered("2025-01-20", "r", of=(POLICE, "PL-1"), sector="MEDICAL"),
        police("2025-01-19", "b", number="PL-1"),
    ]
    entries = log(said)
    assert [(entry["rule_id"], entry["kind"], entry["reason_code"]) for entry in entries] == [
        ("R02", "RAISED", None),
        ("R02", "WITHDRAWN", "REASSESSED"),
    ]


def test_a_late_event_reassesses_the_past_and_says_so() -> None:
    said = [THREE[0], THREE[2], police("2025-06-01", "d"), police("2025-01-11", "late")]
    known = [*(local(day) for day in ("2025-01-01", "2025-01-21", "2025-06-01", "2025-06-02"))]
    entries = log(said, known=known)
    assert [(entry["kind"], entry["late"]) for entry in entries] == [
        ("RAISED", False),
        ("RENEWED", True),
    ]
    assert entries[1]["sentence"] == (
        "3 voorvallen in 365 dagen (laatste op 21-01-2025), op grond van een laat ontvangen melding"
    )
    assert entries[1]["triggered_at"] == local("2025-01-21")


def test_an_event_known_days_after_it_happened_is_late_even_as_the_last() -> None:
    known = [local("2025-01-01"), local("2025-01-11"), local("2025-01-25")]
    assert [entry["late"] for entry in log(THREE, known=known)] == [True]
    known = [local("2025-01-01"), local("2025-01-11"), local("2025-01-24")]
    assert [entry["late"] for entry in log(THREE, known=known)] == [False]


def test_an_assessment_is_not_a_late_report() -> None:
    said = [
        police("2025-01-01", "a", number="PL-1"),
        registered("2025-01-03", "r", of=(POLICE, "PL-1")),
        assessed("2025-02-20", "v", flags=["STRANGULATION"]),
    ]
    (entry,) = log(said)
    assert (entry["rule_id"], entry["late"]) == ("R07", False)
    assert evidence(entry) == ids("av")


def test_findings_cite_rule_version_and_parameters() -> None:
    (entry,) = log(THREE)
    assert (entry["rule_id"], entry["rule_version"]) == ("R01", 1)
    assert entry["parameters"] == ('{"attention_episodes":3,"high_episodes":5,"window_days":365}')


def test_no_sector_is_named_where_reporters_may_be_protected() -> None:
    said = [police("2025-01-01", "a"), school("2025-02-01", "b")]
    (entry,) = log(said)
    assert entry["sentence"] == (
        "Signalen uit 2 verschillende sectoren in 180 dagen (laatste voorval op 01-02-2025)"
    )
