"""Topics as code: what the broker has, what it should have, and how to get there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from confluent_kafka import KafkaException
from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewPartitions,
    NewTopic,
    ResourceType,
)

from schemas.topics import TOPICS
from streams.engine.errors import StopError, TransientError

REQUEST_SECONDS = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing to do to one topic; `detail` is for people."""

    topic: str
    kind: Literal["create", "partitions", "config"]
    detail: str


def admin_client(bootstrap: str) -> AdminClient:
    """Connect lazily; nothing is sent yet."""
    return AdminClient({"bootstrap.servers": bootstrap, "log_level": 2})


def plan(admin: AdminClient, *, partitions: int) -> Sequence[Change]:
    """Return what must change so that every topic of the contract is right.

    A topic with more partitions than there are regions is a StopError: regions are never removed.
    """
    try:
        found = admin.list_topics(timeout=REQUEST_SECONDS).topics
    except KafkaException as error:
        raise TransientError("the broker does not answer; is it running? radar doctor") from error
    changes = []
    for name, topic in TOPICS.items():
        if name not in found:
            changes.append(Change(topic=name, kind="create", detail=f"{partitions} partitions"))
            continue
        have = len(found[name].partitions)
        if have > partitions:
            raise StopError(f"{name} has {have} partitions but there are {partitions} regions")
        if have < partitions:
            changes.append(Change(topic=name, kind="partitions", detail=f"{have} → {partitions}"))
        wrong = _config_differences(admin, name, topic.config)
        if wrong:
            changes.append(Change(topic=name, kind="config", detail=", ".join(sorted(wrong))))
    return changes


def apply(
    admin: AdminClient, changes: Sequence[Change], *, partitions: int, replication: int
) -> None:
    """Carry out a plan; run again after an error, it only does what is left."""
    create = [
        NewTopic(
            change.topic,
            num_partitions=partitions,
            replication_factor=replication,
            config=dict(TOPICS[change.topic].config)
            | ({"min.insync.replicas": "2"} if replication >= 3 else {}),
        )
        for change in changes
        if change.kind == "create"
    ]
    grow = [NewPartitions(c.topic, partitions) for c in changes if c.kind == "partitions"]
    settle = [_config_resource(c.topic) for c in changes if c.kind == "config"]
    futures = []
    if create:
        futures += list(admin.create_topics(create, operation_timeout=REQUEST_SECONDS).values())
    if grow:
        futures += list(admin.create_partitions(grow).values())
    if settle:
        futures += list(admin.incremental_alter_configs(settle).values())
    for future in futures:
        try:
            future.result(REQUEST_SECONDS)
        except KafkaException as error:
            if "already exists" not in str(error).lower():
                raise TransientError("the broker refused a change; run the plan again") from error


def _config_resource(topic: str) -> ConfigResource:
    entries = [
        ConfigEntry(key, value, incremental_operation=AlterConfigOpType.SET)
        for key, value in TOPICS[topic].config.items()
    ]
    return ConfigResource(ResourceType.TOPIC, topic, incremental_configs=entries)


def _config_differences(admin: AdminClient, topic: str, wanted: Mapping[str, str]) -> set[str]:
    resource = ConfigResource(ResourceType.TOPIC, topic)
    (future,) = admin.describe_configs([resource]).values()
    have = {key: entry.value for key, entry in future.result(REQUEST_SECONDS).items()}
    return {key for key, value in wanted.items() if have.get(key) != value}
