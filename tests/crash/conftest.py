"""A topic of its own for each test, and the log topic that workers relay to."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from confluent_kafka.admin import AdminClient, NewTopic

from hub.migrate import migrate
from tests.crash.counting_run import REGIONS
from tests.support.counting_stage import regions_of

if TYPE_CHECKING:
    from hub.local.endpoints import Endpoints


@pytest.fixture
def topic(stack: Endpoints) -> Iterator[str]:
    admin = AdminClient({"bootstrap.servers": stack.kafka_bootstrap})
    name = f"crash-{uuid.uuid4().hex[:8]}"
    topics = [NewTopic(name, len(REGIONS), 1), NewTopic("vt.findings.v1", len(REGIONS), 1)]
    for future in admin.create_topics(topics).values():
        future.result(10)
    yield name
    for future in admin.delete_topics([name, "vt.findings.v1"]).values():
        future.result(10)


@pytest.fixture
def counted(database: str) -> str:
    """Return a migrated database for counting stages."""
    migrate(database, regions_of(*REGIONS))
    return database
