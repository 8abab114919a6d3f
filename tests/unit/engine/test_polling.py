"""A unit holds what came while the last one was written, and never what a claim has overtaken."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from streams.engine import faust_transport
from streams.engine.faust_transport import Consumer

Polled = Mapping[str, list[int]]


class Scripted(Consumer):
    """Polls what it was told to; `between` happens before the second poll returns."""

    def __init__(self, *polls: Polled | None, between: Callable[[], object] | None = None) -> None:
        self.core = SimpleNamespace(leases={})
        self.polls = list(polls)
        self.waits: list[float] = []
        self.between = between

    @property
    def radar(self) -> Any:
        return SimpleNamespace(core=self.core)

    async def _wait_next_records(  # the signature is Faust's
        self,
        timeout: float,  # noqa: ASYNC109
    ) -> tuple[Any, Any]:
        self.waits.append(timeout)
        if len(self.waits) == 2 and self.between is not None:
            self.between()
        return self.polls[len(self.waits) - 1], None


def poll(consumer: Scripted) -> Polled:
    return {str(tp): list(of) for tp, of in asyncio.run(consumer._poll_twice(1.0)).items()}


def test_what_came_meanwhile_follows_what_was_fetched_before() -> None:
    consumer = Scripted({"a": [1, 2], "b": [1]}, {"a": [3], "c": [7]})
    assert poll(consumer) == {"a": [1, 2, 3], "b": [1], "c": [7]}
    assert consumer.waits == [1.0, faust_transport.FRESH_SECONDS]


@pytest.mark.parametrize("nothing", [{}, None])
def test_nothing_more_is_no_loss_and_nothing_at_all_is_not_asked_for_twice(
    nothing: Polled | None,
) -> None:
    assert poll(Scripted({"a": [1]}, nothing)) == {"a": [1]}
    idle = Scripted(nothing)
    assert poll(idle) == {}
    assert idle.waits == [1.0]


def test_a_backlog_is_not_polled_twice() -> None:
    consumer = Scripted({"a": list(range(faust_transport.POLL_RECORDS_ENOUGH))})
    assert len(poll(consumer)["a"]) == faust_transport.POLL_RECORDS_ENOUGH
    assert len(consumer.waits) == 1


def test_after_a_claim_only_what_was_polled_since_counts() -> None:
    """Reading began again at 3: with 8 and 9 before it, 3 to 7 would be passed over."""
    consumer = Scripted({"a": [8, 9]}, {"a": [3, 4]})
    consumer.between = lambda: setattr(consumer.core, "leases", {})
    assert poll(consumer) == {"a": [3, 4]}
