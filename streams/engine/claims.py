"""Claiming a region: take the lease, check the topics, say where to read on."""

from __future__ import annotations

from collections.abc import Mapping

from streams.engine.adoption import settle_restored
from streams.engine.broker import Broker
from streams.engine.crash_points import reach
from streams.engine.errors import StopError
from streams.engine.lease import Lease
from streams.engine.log import LOG_TOPICS
from streams.engine.stage import Stage
from streams.engine.store import Store


def claim_region(
    stage: Stage, store: Store, broker: Broker, region: str, partition: int, *, blamed: bool = False
) -> tuple[Lease, Mapping[str, int]]:
    """Take over a region and return its lease and the next offset of each topic.

    Raises StopError when a topic was recreated, or when the log has lost what was not read.  After
    a restore of an older database, the rows that the stage's log topics hold are taken back first.
    """
    log_topics = [log.topic for log in stage.logs]
    ids = broker.topic_ids([*stage.topics, *log_topics])
    mine = {topic: ids[topic] for topic in stage.topics}
    lease = store.claim(stage, region, partition, mine, blamed=blamed)
    reach("claimed")
    bounds = broker.bounds((topic, partition) for topic in [*lease.inputs, *log_topics])
    following = {}
    for topic, at in lease.inputs.items():
        start, end = bounds[topic, partition]
        wanted = at.offset + 1
        if wanted > end:
            raise StopError(
                f"{topic}, region {region}: offset {wanted} is wanted but the log ends at "
                f"{end}; the broker has lost records that were read"
            )
        if wanted < start and topic not in LOG_TOPICS:
            raise StopError(
                f"{topic}, region {region}: offsets {wanted} to {start - 1} have expired "
                "unread; restore them from the senders before going on"
            )
        # A log topic may have expired: its table fills the gap (log_reader.py).
        following[topic] = max(wanted, start)
        at.fetched = following[topic] - 1
    settle_restored(stage, store, broker, lease, bounds)
    return lease, following
