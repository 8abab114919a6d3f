"""The whole road under faults: nothing lost, doubled, in a wrong household or not accounted for.

`radar soak --faults 1000 --seed N` is the same with more of it.
"""

from __future__ import annotations

import os

import pytest

from hub.local.errors import DownloadFailed, PackagesMissing
from tests.conftest import skip_or_fail
from tests.soak.soak import Plan, run_soak

FAULTS = int(os.environ.get("RADAR_TEST_FAULTS", "40"))
SEED = int(os.environ.get("RADAR_TEST_SEED", "20"))


@pytest.mark.timeout(240 + 20 * FAULTS)
def test_everything_sent_counts_once_through_faults() -> None:
    print(f"seed {SEED}: radar soak --faults {FAULTS} --seed {SEED} repeats it")
    try:
        outcome = run_soak(Plan(faults=FAULTS, seed=SEED), print)
    except (PackagesMissing, DownloadFailed) as error:
        skip_or_fail(str(error))
        return
    print(f"{outcome.seconds:.0f} s: {outcome.document()}")
    verdict = outcome.verdict
    assert outcome.left is None, outcome.left
    assert verdict.is_clean, verdict.examples
    assert not outcome.rebuild_differences
    assert outcome.is_conserved
    # A run in which nothing was going on, or nobody was hit, would prove nothing.
    assert min(verdict.outcomes[name] for name in ("applied", "duplicate", "dead_lettered")) > 10
    assert outcome.record.by_kind.total() >= FAULTS * 3 / 4, outcome.record.missed
    assert outcome.record.hit_in_flight >= FAULTS / 2
    assert outcome.record.during_recovery >= FAULTS * 3 / 10
