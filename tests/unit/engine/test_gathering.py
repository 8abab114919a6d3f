"""What was polled before a claim's seek never reaches the lease that the claim made."""

from __future__ import annotations

from streams.engine.gathering import Gathering, Polled

AT = ("in.police", 0)


def polled(seeks: int, *records: int) -> Polled:
    return Polled(seeks=seeks, records={AT: list(records)})


def test_polls_become_one_unit_in_their_order() -> None:
    gathering = Gathering()
    gathering.begin(1)
    gathering.add(polled(1, 5, 6))
    gathering.add(polled(1, 7))
    assert gathering.count == 3
    assert gathering.take() == {AT: [5, 6, 7]}
    assert gathering.count == 0
    assert gathering.take() == {}


def test_what_was_gathered_before_a_claim_is_void() -> None:
    gathering = Gathering()
    gathering.begin(1)
    gathering.add(polled(1, 5))
    gathering.forget()
    gathering.begin(2)
    assert gathering.take() == {}


def test_a_poll_that_comes_during_a_claim_is_void() -> None:
    gathering = Gathering()
    gathering.begin(1)
    gathering.forget()
    gathering.add(polled(1, 5))
    gathering.begin(2)
    gathering.add(polled(2, 3))
    assert gathering.take() == {AT: [3]}


def test_a_poll_from_before_the_seek_is_void_whenever_it_comes() -> None:
    gathering = Gathering()
    gathering.begin(1)
    gathering.forget()
    gathering.begin(2)
    gathering.add(polled(1, 7))
    gathering.add(polled(2, 5, 6))
    assert gathering.take() == {AT: [5, 6]}


def test_an_assignment_without_a_whole_region_reads_nothing() -> None:
    gathering = Gathering()
    gathering.add(polled(0, 5))
    gathering.add(Polled())
    assert gathering.take() == {}
