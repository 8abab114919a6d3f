"""The benches themselves stay alive: tiny runs on real servers, judged by what they verify."""

from __future__ import annotations

import pytest

from hub.local.errors import DownloadFailed, PackagesMissing
from tests.bench.harness import running_stand
from tests.bench.latency import latency_on
from tests.bench.pipeline import pipeline_on
from tests.conftest import skip_or_fail

EVENTS = 1_200


@pytest.mark.timeout(240)
def test_every_road_processes_the_same_events_and_agrees() -> None:
    """Quix Streams is left to `make test-long`: its packages would have to be fetched."""
    try:
        with running_stand(print) as stand:
            report = pipeline_on(stand, events=EVENTS, rounds=1, rivals="abcef")
            latency = latency_on(stand, seconds=1, warm_up=1)
    except (PackagesMissing, DownloadFailed) as error:
        skip_or_fail(str(error))
        return
    assert {promise.name for promise in report.promises} == {"b/a", "b/c", "b/e", "f/a"}
    roads = report.document()["roads"]
    assert isinstance(roads, dict)
    assert set(roads) == set("abcef")
    # Everything was applied everywhere and all states were equal, or it would have raised.
    assert all(road["events_per_second"] > 0 for road in roads.values())
    assert roads["a"]["findings"] > 0
    assert latency.document()["measured_events"] == {"stage": 500, "road": 500, "bare": 500}
