"""The benches stay alive: a tiny run of the real commands' code, judged by what it verifies.

The other rivals, latency, rebuild and restarts take longer: `make test-long` runs them.
"""

from __future__ import annotations

import pytest

from hub.local.errors import DownloadFailed, PackagesMissing
from tests.bench.harness import running_stand
from tests.bench.pipeline import pipeline_on
from tests.conftest import skip_or_fail

# More than two polls bring at once, so that there is a rate after the first unit.
EVENTS = 5_000


@pytest.mark.timeout(300)
def test_bare_fold_radar_stage_and_whole_road_process_the_same_events() -> None:
    try:
        with running_stand(print) as stand:
            report = pipeline_on(stand, events=EVENTS, rounds=1, rivals="abf")
    except (PackagesMissing, DownloadFailed) as error:
        skip_or_fail(str(error))
        return
    assert {promise.name for promise in report.promises} == {"b/a", "f/a"}
    roads = report.document()["roads"]
    assert isinstance(roads, dict)
    assert set(roads) == set("abf")
    # Everything was applied everywhere and all states were equal, or it would have raised.
    assert all(road["events_per_second"] > 0 for road in roads.values())
    assert roads["a"]["findings"] == roads["b"]["findings"] > 0
