"""A worker gets on when it commits, waits for a known reason, or has nothing to read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pytest

from streams.engine.errors import TransientError
from streams.engine.liveness import LOOK_AFTER_SECONDS, STUCK_SECONDS, Pulse

HERE, THERE = ("in", 0), ("in", 1)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Ends:
    """A broker that knows where its logs end, or does not answer."""

    def __init__(self, ends: Mapping[tuple[str, int], int] | None) -> None:
        self.ends = ends

    def bounds(self, at: Iterable[tuple[str, int]]) -> Mapping[tuple[str, int], tuple[int, int]]:
        if self.ends is None:
            raise TransientError("away")
        return {place: (0, self.ends[place]) for place in at}


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_silence_is_a_complaint_and_a_beat_ends_it(clock: Clock) -> None:
    pulse = Pulse(clock)
    clock.now = STUCK_SECONDS
    assert pulse.complaint() is None
    clock.now += 1
    assert "121 s" in (pulse.complaint() or "")
    pulse.beat()
    assert pulse.complaint() is None


def test_it_looks_only_after_a_while_without_a_beat(clock: Clock) -> None:
    pulse = Pulse(clock)
    assert not pulse.is_due()
    clock.now = LOOK_AFTER_SECONDS + 1
    assert pulse.is_due()
    pulse.beat()
    assert not pulse.is_due()


@pytest.mark.parametrize(
    ("positions", "gets_on"),
    [
        ({HERE: 5, THERE: 9}, True),
        ({HERE: 5, THERE: 8}, False),
        ({HERE: 0, THERE: 9}, False),
        ({}, False),
    ],
)
def test_who_has_read_everything_gets_on(
    clock: Clock, positions: dict[tuple[str, int], int], gets_on: bool
) -> None:
    pulse = Pulse(clock)
    clock.now = STUCK_SECONDS + 1
    pulse.look(Ends({HERE: 5, THERE: 9}), positions)
    assert (pulse.complaint() is None) is gets_on


def test_a_broker_that_is_away_is_for_the_caller_to_classify(clock: Clock) -> None:
    with pytest.raises(TransientError):
        Pulse(clock).look(Ends(None), {HERE: 0})
