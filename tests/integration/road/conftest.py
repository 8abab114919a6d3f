"""One running Radar for the whole folder: starting it takes longer than most of its tests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from hub.local.stack import LocalStack
    from tests.support.road import Radar
    from tests.support.road_kafka import KafkaPartner
    from tests.support.verified_run import Run


@pytest.fixture(scope="package")
def radar(local_stack: LocalStack) -> Iterator[Radar]:
    """Return a running Radar; it ends with this folder, so that later tests have the machine."""
    from tests.support.road import running_radar

    with running_radar(local_stack) as running:
        yield running


@pytest.fixture(scope="package")
def kafka(radar: Radar) -> Iterator[KafkaPartner]:
    """Return a partner that publishes to Kafka itself."""
    from tests.support.road_kafka import kafka_partner

    with kafka_partner(radar) as partner:
        yield partner


@pytest.fixture(scope="package")
def run(radar: Radar, kafka: KafkaPartner) -> Run:
    """Return where a little of everything came to stand, for the checks of conservation."""
    from tests.support.verified_run import small_run

    return small_run(radar, kafka)
