"""A seed is a schedule: whoever has the number can repeat the run."""

from __future__ import annotations

from collections import Counter

from streams.engine.crash_points import CRASH_POINTS
from tests.soak.schedule import FREEZE_SECONDS, KINDS, schedule


def test_the_same_seed_gives_the_same_schedule() -> None:
    assert schedule(7, 100) == schedule(7, 100)
    assert schedule(7, 100)[:40] == schedule(7, 40)
    assert schedule(7, 40) != schedule(8, 40)


def test_every_kind_comes_about_as_often_as_any_other() -> None:
    counted = Counter(fault.kind for fault in schedule(3, 1_000))
    assert counted.keys() == set(KINDS)
    assert min(counted.values()) >= 25
    assert max(counted.values()) - min(counted.values()) <= 1


def test_every_crash_point_is_tried() -> None:
    points = {fault.crash_point for fault in schedule(1, len(KINDS))} - {None}
    assert points == set(CRASH_POINTS)


def test_most_faults_come_while_others_are_recovered_from() -> None:
    overlapping = sum(fault.overlaps for fault in schedule(1, 1_000))
    assert 300 < overlapping < 1_000


def test_who_is_frozen_sleeps_longer_than_a_session() -> None:
    frozen = [fault.seconds for fault in schedule(1, 500) if fault.kind == "freeze"]
    assert frozen
    assert all(FREEZE_SECONDS[0] <= seconds <= FREEZE_SECONDS[1] for seconds in frozen)
    assert FREEZE_SECONDS[0] > 6
