"""What every process tells Prometheus about the road."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from prometheus_client.parser import text_string_to_metric_families

from hub.wiring import stage_topics
from tests.support.road import OTHER_REGION, REGION, eventually, new_bsn, report

if TYPE_CHECKING:
    from tests.support.road import Radar

Sample = tuple[str, frozenset[tuple[str, str]]]


def samples(radar: Radar, service: str) -> dict[Sample, float]:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(radar.metrics(service))
        for sample in family.samples
    }


def of(name: str, **labels: str) -> Sample:
    return name, frozenset(labels.items())


@pytest.mark.parametrize("stage", stage_topics())
def test_a_stage_tells_its_lag_and_what_it_did(radar: Radar, stage: str) -> None:
    wanted = {
        of(f"radar_consumer_lag_{unit}", stage=stage, topic=topic, region=region)
        for unit in ("seconds", "records")
        for topic in stage_topics()[stage]
        for region in (REGION, OTHER_REGION)
    }
    # They are measured once a second, from the first second on.
    eventually(lambda: wanted <= samples(radar, stage).keys(), f"{stage} tells its lag")
    told = samples(radar, stage)
    assert all(told[name] >= 0 for name in wanted)
    assert told[of("radar_stage_leases", stage=stage)] == 2


def test_one_report_counts_one_at_every_stage(radar: Radar) -> None:
    stages = {
        "admission": "vt.in.police.v1",
        "radar": "vt.journal.v1",
        "projections": "vt.journal.v1",
    }

    def counted() -> dict[str, float]:
        return {
            stage: samples(radar, stage).get(
                of("radar_stage_records_total", stage=stage, topic=topic), 0
            )
            for stage, topic in stages.items()
        }

    def outcomes() -> float:
        applied = of("radar_ledger_outcomes_total", stage="admission", outcome="applied")
        return samples(radar, "admission").get(applied, 0)

    before, applied_before = counted(), outcomes()
    said = report({"bsn": new_bsn()})
    address = radar.accept(said).json()["ontvangstbewijs"]
    eventually(lambda: radar.receipt(address)["status"] == "verwerkt", "the report is applied")
    assert counted() == {stage: count + 1 for stage, count in before.items()}
    assert outcomes() == applied_before + 1
    received = of(
        "radar_events_received_total",
        partner="politie",
        event_type="PoliceReportSubmitted",
        outcome="accepted",
    )
    assert samples(radar, "web")[received] >= 1


def test_lag_is_seconds_behind_and_falls_back_to_nothing(radar: Radar) -> None:
    lag = of(
        "radar_consumer_lag_seconds", stage="admission", topic="vt.in.police.v1", region=REGION
    )
    radar.accept(report({"bsn": new_bsn()}))
    eventually(lambda: samples(radar, "admission").get(lag) == 0, "nothing waits")
