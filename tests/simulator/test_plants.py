"""The simulator catches each of the twelve planted bugs: what it lets pass, it can also fail."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.simulator.plants import PLANTS
from tests.simulator.schedules import run_schedules

SEED = 1
ROOT = Path(__file__).parents[2]
# Schedules within which each is caught.  Without a fence it takes a zombie that wakes in the
# middle of a unit of a stage whose rows have no key of their own: one schedule in forty.
SCHEDULES_MAX = dict.fromkeys(PLANTS, 50) | {
    "no-fence": 400,
    "clock-in-fold": 150,
    "dead-letter-on-transient": 150,
    "exception-swallowed": 100,
}
# What the first violation must be about, so that no plant is caught for a reason of its own.
SIGNS = {
    "no-fence": "the reader saw positions",
    "acknowledge-before-commit": "the reader saw positions",
    "window-of-an-hour": "applied in the ledger",
    "id-without-source": "applied expected",
    "reset-to-latest": "None in the ledger",
    "dead-letter-on-transient": "dead_lettered in the ledger",
    "counter-instead-of-set": "is not what its log rows fold to",
    "clock-in-fold": "is not what its log rows fold to",
    "exception-swallowed": "None in the ledger",
    "kafka-commit-first": "None in the ledger",
    "tombstone-skipped": "dead_lettered expected, None in the ledger",
    "relay-without-position": "never reached the topic",
}


@pytest.mark.parametrize("name", PLANTS)
def test_a_planted_bug_is_caught(name: str) -> None:
    run = run_schedules(seed=SEED, schedules=SCHEDULES_MAX[name], parts=PLANTS[name])
    assert run.failed is not None, f"{name} went through {run.schedules} schedules unseen"
    assert SIGNS[name] in " ".join(run.failed.violations)


def test_all_twelve_are_planted() -> None:
    assert len(PLANTS) == len(SIGNS) == 12
    assert PLANTS.keys() == SIGNS.keys()


def test_the_command_prints_the_seed_that_failed_and_repeats_it() -> None:
    arguments = [sys.executable, "-m", "tests.simulator", "--plant", "tombstone-skipped"]
    first = subprocess.run(
        [*arguments, "--schedules", "20", "--seed", "1"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert first.returncode == 1
    last = first.stdout.splitlines()[-1].split()
    seed = last[last.index("--seed") + 1]
    again = subprocess.run(
        [*arguments, "--schedules", "1", "--seed", seed],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    broken = [line for line in first.stdout.splitlines() if line.startswith("BROKEN")]
    assert broken
    assert broken == [line for line in again.stdout.splitlines() if line.startswith("BROKEN")]
