from __future__ import annotations

from collections.abc import Sequence

from streams.household.episodes import Episode
from streams.household.fold import INITIAL, evolve
from streams.household.picture import picture_of
from streams.household.state import HouseholdState
from streams.household.terms import milliseconds
from streams.household.traits import Trait
from tests.support.journal import (
    CASE_SYSTEM,
    POLICE,
    SCHOOL,
    Said,
    assessed,
    corrected,
    events,
    local,
    police,
    registered,
    school,
    uuid_of,
)


def fold(said: Sequence[Said]) -> HouseholdState:
    state = INITIAL
    for event in events(said):
        state = evolve(state, event)
    return state


def episodes(*said: Said) -> tuple[Episode, ...]:
    return picture_of(fold(said)).episodes


def names(found: Sequence[Episode]) -> list[list[str]]:
    return [[signal.key.event_id for signal in episode.signals] for episode in found]


def ids(*groups: str) -> list[list[str]]:
    return [[uuid_of(letter) for letter in group] for group in groups]


def test_the_window_is_fixed_at_the_first_signal_and_includes_its_last_millisecond() -> None:
    found = episodes(
        police("2025-01-01 10:00", "a"),
        police("2025-01-04 10:00", "b"),
        police("2025-01-04 10:01", "c"),
    )
    assert names(found) == ids("ab", "c")
    assert found[0].at_ms == milliseconds(local("2025-01-01 10:00"))


def test_signals_do_not_chain() -> None:
    found = episodes(
        police("2025-01-01 10:00", "a"),
        police("2025-01-03 10:00", "b"),
        police("2025-01-05 10:00", "c"),
    )
    assert names(found) == ids("ab", "c")


def test_one_number_of_the_police_counts_at_its_earliest_time() -> None:
    found = episodes(
        police("2025-01-01 10:00", "a", number="PL-1"),
        police("2025-02-20 10:00", "b", number="PL-1"),
        police("2025-02-21 10:00", "c", number="PL-2"),
    )
    assert sorted(names(found)[0]) == sorted(ids("ab")[0])
    assert names(found)[1:] == ids("c")


def test_one_number_of_a_school_does_not_move_its_reports() -> None:
    found = episodes(
        school("2025-01-01 10:00", "a", number="7"), school("2025-02-20 10:00", "b", number="7")
    )
    assert names(found) == ids("a", "b")


def test_an_incident_on_another_day_counts_at_noon_of_that_day() -> None:
    found = episodes(
        police("2025-01-09 10:00", "a", incident_on="2025-01-02"),
        school("2025-01-09 10:00", "b", incident_on="2025-01-09"),
    )
    assert found[0].at_ms == milliseconds(local("2025-01-02 12:00"))
    assert found[1].at_ms == milliseconds(local("2025-01-09 10:00"))


def test_a_registration_without_known_signal_is_a_signal_at_noon_of_receipt() -> None:
    found = episodes(
        registered("2025-01-02 16:00", "a", of=(POLICE, "PL-9"), sector="MEDICAL"),
    )
    assert found[0].at_ms == milliseconds(local("2025-01-02 12:00"))
    assert set(found[0].shows(Trait.SECTOR)) == {"MEDICAL"}


def test_a_registration_adds_to_the_signal_it_came_from_whichever_is_known_first() -> None:
    signal = police("2025-01-01 10:00", "a", number="PL-1")
    registration = registered(
        "2025-01-08", "r", of=(POLICE, "PL-1"), sector="MEDICAL", forms=["PHYSICAL_ABUSE"]
    )
    for order in ([signal, registration], [registration, signal]):
        found = episodes(*order)
        assert names(found) == ids("a")
        assert found[0].severity == 3
        assert set(found[0].shows(Trait.SECTOR)) == {"JUSTICE_AND_SAFETY"}


def test_a_number_of_another_source_is_another_number() -> None:
    found = episodes(
        police("2025-01-01 10:00", "a", number="1"),
        registered("2025-01-20", "r", of=(SCHOOL, "1")),
        registered("2025-02-20", "s", report_id="report-2", of=(CASE_SYSTEM, "1")),
    )
    assert len(found) == 3


def test_an_assessment_adds_to_the_signal_of_its_report() -> None:
    found = episodes(
        police("2025-01-01 10:00", "a", number="PL-1"),
        assessed("2025-01-20", "v", flags=["STRANGULATION"]),
        registered("2025-01-08", "r", of=(POLICE, "PL-1")),
        registered("2025-02-20", "bare", report_id="report-2"),
        assessed("2025-03-01", "w", report_id="report-2", flags=["STALKING"]),
        assessed("2025-03-01", "nobody", report_id="report-3", flags=["STALKING"]),
    )
    assert names(found) == [[uuid_of("a")], [uuid_of("bare")]]
    assert [episode.severity for episode in found] == [4, 2]


def test_an_unknown_sector_is_no_sector() -> None:
    (episode,) = episodes(school("2025-01-01", "a", sector="UNKNOWN"))
    assert episode.shows(Trait.SECTOR) == {}


def test_a_registration_is_a_signal_again_when_its_signal_is_retracted() -> None:
    signal = police("2025-01-01 10:00", "a", number="PL-1")
    registration = registered("2025-01-08", "r", of=(POLICE, "PL-1"))
    found = episodes(signal, registration, corrected("2025-01-09", "k", signal))
    assert names(found) == ids("r")
