"""The engine holds when its database is put back to an earlier day, again and again."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import replace

import pytest

from streams.engine import adoption, claims
from streams.engine.incarnations import LogHistory
from streams.engine.transaction import UnitTransaction
from tests.simulator.process import PRODUCT, Parts
from tests.simulator.restoring import DecidingStage, DecidingWorld, RestoringWorld
from tests.simulator.schedules import quiet

SEED = int(os.environ.get("RADAR_TEST_SEED", "20"))
SCHEDULES = 150
MET_MIN = 25


@pytest.fixture(autouse=True)
def _small_transactions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take rows back in many small transactions, so that processes die between them."""
    monkeypatch.setattr(adoption, "ADOPTED_ROWS_MAX", 2)


WRITTEN_AGAIN = pytest.param(RestoringWorld, PRODUCT, id="rows that are written again")
TAKEN_BACK = pytest.param(
    DecidingWorld, replace(PRODUCT, counting=DecidingStage), id="rows taken back"
)


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("world", "parts"), [WRITTEN_AGAIN, TAKEN_BACK])
def test_nothing_is_lost_or_doubled_by_a_restore(world: type[RestoringWorld], parts: Parts) -> None:
    met: Counter[str] = Counter()
    with quiet():
        for number in range(SCHEDULES):
            result = world(SEED + number, parts).run()
            assert not result.violations, (SEED + number, result.violations)
            met.update(result.counts)
    assert met["restored"] >= MET_MIN
    if world is DecidingWorld:
        assert min(met["taken_back"], met["taken_back_in_part"]) >= MET_MIN
    assert "ended by AssertionError" not in met


@pytest.mark.parametrize(
    ("planted", "world", "parts"),
    [
        ("nobody looks", *WRITTEN_AGAIN.values),
        ("nobody looks", *TAKEN_BACK.values),
        ("readers take whatever comes", *WRITTEN_AGAIN.values),
        ("the incarnation stays", *WRITTEN_AGAIN.values),
    ],
)
def test_a_planted_bug_is_caught(
    monkeypatch: pytest.MonkeyPatch, planted: str, world: type[RestoringWorld], parts: Parts
) -> None:
    match planted:
        case "nobody looks":
            monkeypatch.setattr(claims, "settle_restored", lambda *_: None)
        case "readers take whatever comes":
            monkeypatch.setattr(LogHistory, "is_superseded", lambda *_: False)
            monkeypatch.setattr(LogHistory, "incarnation_at", lambda *_: 1)
        case _:
            monkeypatch.setattr(UnitTransaction, "open_incarnation", lambda *_: None)
    with quiet():
        runs = (world(SEED + number, parts).run() for number in range(SCHEDULES))
        assert any(run.violations for run in runs)
