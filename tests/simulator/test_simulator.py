"""The engine holds through thousands of schedules of crashes, outages and zombies."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.simulator.database import Odds
from tests.simulator.plants import MENDED
from tests.simulator.schedules import run_schedules

SEED = int(os.environ.get("RADAR_TEST_SEED", "20"))
# Together 2,000 schedules.
PARTS, SCHEDULES = 4, 500
ROOT = Path(__file__).parents[2]
# What each part must have met this often at least: else it proves less than it says.
MET_MIN = 25
MET = (
    "killed_in_unit", "killed_after_commit", "frozen_in_unit", "fenced", "revoked",
    "commit_refused", "commit_unanswered", "commit_in_doubt", "doubt_landed", "connection_cut",
    "database_stopped", "broker_lost", "relay_failed", "lookup_away", "backend_ended", "sent_on",
    "parked", "crashed", "marked", "redriven", "redriven_in_vain",
)  # fmt: skip

# Commits without an answer, and connections that break again while the outcome is looked up.
UNCERTAIN = Odds(commit=0.4, reread=0.5)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("part", range(PARTS))
def test_the_engine_holds_in_every_schedule(part: int) -> None:
    """In parts, which run at the same time.

    No process ends but by the fence, a lost slot or a harmful record; who ends by the last may
    find the database away as it counts that death.
    """
    run = run_schedules(seed=SEED + part * SCHEDULES, schedules=SCHEDULES)
    assert run.failed is None, (
        f"{run.failed.violations}\npython -m tests.simulator --schedules 1 --seed {run.failed.seed}"
    )
    assert run.schedules == SCHEDULES
    rare = {what: run.counts[what] for what in MET if run.counts[what] < MET_MIN}
    assert not rare, "the schedules no longer meet what they are made for"
    ends = {what for what in run.counts if what.startswith("ended by ")}
    wanted = {"ended by Fenced", "ended by StopError", "ended by UnforeseenError"}
    assert ends - {"ended by OperationalError"} == wanted


def test_a_bug_that_was_mended_would_be_found_again() -> None:
    """Put back, it is found where connections break often; the product holds there."""
    for name, parts in MENDED.items():
        found = run_schedules(seed=SEED, schedules=1_000, parts=parts, odds=UNCERTAIN)
        assert found.failed is not None, f"{name} went through {found.schedules} schedules unseen"
        run = run_schedules(seed=found.failed.seed, schedules=1, odds=UNCERTAIN)
        assert run.failed is None, run.failed


def test_one_seed_gives_one_history() -> None:
    """Also in other processes, where sets of strings lie in another order."""
    command = [sys.executable, "-m", "tests.simulator", "--schedules", "5", "--seed", "7"]
    histories = {
        line
        for hash_seed in ("1", "2")
        for line in subprocess.run(
            command, env={**os.environ, "PYTHONHASHSEED": hash_seed}, cwd=ROOT,
            capture_output=True, text=True, check=True,
        ).stdout.splitlines()
        if line.startswith("history")
    }  # fmt: skip
    assert histories == {f"history {run_schedules(seed=7, schedules=5).history}"}
