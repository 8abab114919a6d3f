"""Does the watch try again when a server is away, and end when the check itself is defect?"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence

import pytest
from structlog.testing import capture_logs

from hub.verify.topics import Place
from hub.verify.watch import ConservationWatch
from streams.engine.errors import TransientError

SECONDS_MAX = 10.0


class AwayTopics:
    """A broker that does not answer, in a way of the test's choice."""

    def __init__(self, error: Exception) -> None:
        self._error = error
        self.asked = 0

    def starts(self, places: Sequence[Place]) -> Mapping[Place, int]:
        self.asked += 1
        raise self._error

    def ends(self, places: Sequence[Place]) -> Mapping[Place, int]:
        raise self._error

    def oldest_seconds(self, unread: Mapping[Place, int]) -> float:
        raise self._error


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS_MAX
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.001)


def watch(topics: AwayTopics) -> ConservationWatch:
    return ConservationWatch("", topics, ["drenthe"], interval_seconds=0.001)


def test_what_passes_is_tried_again() -> None:
    topics = AwayTopics(TransientError("away"))
    with capture_logs() as said:
        watching = watch(topics)
        watching.start()
        wait_until(lambda: topics.asked >= 3)
        watching.stop()
    assert {(line["event"], line["error"]) for line in said} == {
        ("conservation_retry", "TransientError")
    }


@pytest.mark.parametrize("error", [ValueError("secret"), AssertionError("secret")])
def test_a_defect_ends_the_watch_without_its_text(error: Exception) -> None:
    topics = AwayTopics(error)
    with capture_logs() as said:
        watching = watch(topics)
        watching.start()
        wait_until(lambda: bool(said))
        watching.stop()
    assert topics.asked == 1
    assert [(line["event"], line["log_level"]) for line in said] == [
        ("conservation_stopped", "error")
    ]
    assert "secret" not in repr(said)
