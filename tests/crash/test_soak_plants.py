"""The soak's oracle finds bugs in the real stages: what it lets pass, it can also fail."""

from __future__ import annotations

import re

import pytest

from hub.local.errors import DownloadFailed, PackagesMissing
from tests.conftest import skip_or_fail
from tests.soak.planted import CLOCK_IN_FOLD, ID_WITHOUT_SOURCE, TOMBSTONE_SKIPPED, WINDOW
from tests.soak.sayings import REGIONS
from tests.soak.soak import Plan, run_soak

SECONDS = 15.0
# A bug of these leaves rows behind for ever: then nothing moves any more, and there is no waiting.
STANDSTILL_SECONDS = 15.0
# What the oracle says of an offset where only this bug is.
SIGNS = {
    TOMBSTONE_SKIPPED: "",
    WINDOW: ": event is applied, not duplicate",
    ID_WITHOUT_SOURCE: ": event is conflict, not applied",
}


@pytest.mark.timeout(300)
def test_each_bug_is_found_in_the_region_where_it_is() -> None:
    plan = Plan(
        faults=0, seed=3, program="tests.soak.planted", quiet_seconds=SECONDS,
        standstill_seconds=STANDSTILL_SECONDS, keeps_evidence=False,
    )  # fmt: skip
    try:
        outcome = run_soak(plan, print)
    except (PackagesMissing, DownloadFailed) as error:
        skip_or_fail(str(error))
        return
    assert not outcome.is_clean
    assert not outcome.is_conserved
    for region, sign in SIGNS.items():
        pattern = re.compile(rf"unaccounted: \S+ partition (\d) offset \d+{sign}$")
        found = [match for text in outcome.verdict.examples if (match := pattern.search(text))]
        assert found, f"the bug of {region} went unseen"
        assert {REGIONS[int(match[1])] for match in found} == {region}
    assert outcome.verdict.doubled
    assert outcome.verdict.lost
    assert f"{CLOCK_IN_FOLD}: finding log" in outcome.rebuild_differences
