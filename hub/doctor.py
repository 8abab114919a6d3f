"""Looks at everything Radar needs and says what is wrong and what to do about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import psycopg
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from hub import migrate, topic_plan
from hub.registry_sync import missing_schemas, registry_client
from hub.schema_bundle import BUNDLE_FILE, read_bundle
from hub.settings import Settings
from streams.engine.errors import StopError, TransientError
from streams.engine.key_files import KeyFiles

GROUP_SECONDS_MAX = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The outcome of one check; `cure` is a command or one sentence."""

    name: str
    is_well: bool
    says: str
    cure: str | None = None

    def document(self) -> dict[str, object]:
        """Return it for a machine."""
        return asdict(self)


def examine(settings: Settings) -> Sequence[Finding]:
    """Run every check, each on its own: one failure does not hide another."""
    checks: Sequence[tuple[str, Callable[[Settings], Finding]]] = (
        ("database", _database),
        ("broker", _broker),
        ("topics", _topics),
        ("registry", _registry),
        ("schema bundle", _bundle),
        ("keys", _keys),
        ("workers", _workers),
    )
    findings = []
    for name, check in checks:
        try:
            findings.append(check(settings))
        except (StopError, TransientError) as error:
            findings.append(Finding(name=name, is_well=False, says=str(error)))
        except (psycopg.Error, KafkaException) as error:
            findings.append(
                Finding(name=name, is_well=False, says=f"{type(error).__name__} while looking")
            )
    return findings


def _database(settings: Settings) -> Finding:
    def wrong(says: str, cure: str) -> Finding:
        return Finding(name="database", is_well=False, says=says, cure=cure)

    try:
        connection = psycopg.connect(settings.database, connect_timeout=3, autocommit=True)
    except psycopg.OperationalError:
        return wrong("PostgreSQL does not answer", "start it: radar up, or check the address")
    with connection:
        version = connection.info.server_version
        if version < migrate.POSTGRES_VERSION_MIN:
            return wrong(f"PostgreSQL {version // 10000} is too old", "use PostgreSQL 15 or newer")
        missing = migrate.pending(connection)
        if missing:
            return wrong(f"{len(missing)} migrations are not applied", "radar migrate")
    return Finding(name="database", is_well=True, says=f"PostgreSQL {version // 10000}, up to date")


def _broker(settings: Settings) -> Finding:
    try:
        brokers = topic_plan.admin_client(settings.bootstrap).list_topics(timeout=5).brokers
    except KafkaException:
        return Finding(
            name="broker",
            is_well=False,
            says="Kafka does not answer",
            cure="start it: radar up, or check RADAR_KAFKA_BOOTSTRAP",
        )
    return Finding(name="broker", is_well=True, says=f"{len(brokers)} broker(s) answer")


def _topics(settings: Settings) -> Finding:
    admin = topic_plan.admin_client(settings.bootstrap)
    changes = topic_plan.plan(admin, partitions=len(settings.regions))
    if changes:
        named = ", ".join(sorted({change.topic for change in changes}))
        return Finding(
            name="topics",
            is_well=False,
            says=f"missing or different: {named}",
            cure="radar topics apply",
        )
    return Finding(name="topics", is_well=True, says="as the contract says")


def _registry(settings: Settings) -> Finding:
    missing = missing_schemas(registry_client(settings.registry))
    if missing:
        return Finding(
            name="registry",
            is_well=False,
            says=f"not registered: {', '.join(missing)}",
            cure="radar schemas register",
        )
    return Finding(name="registry", is_well=True, says="every schema is registered")


def _bundle(settings: Settings) -> Finding:
    path: Path = settings.directory / BUNDLE_FILE
    return Finding(name="schema bundle", is_well=True, says=f"{len(read_bundle(path))} ids")


def _keys(settings: Settings) -> Finding:
    KeyFiles.open(settings.keys_directory)
    return Finding(name="keys", is_well=True, says="all four are there")


def _workers(settings: Settings) -> Finding:
    """Compare what each worker of each stage was assigned with whole regions."""
    from hub.wiring import stage_topics

    admin = topic_plan.admin_client(settings.bootstrap)
    regions = settings.regions
    troubles = []
    for stage, topics in stage_topics().items():
        held = _assignments(admin, f"radar.{stage}.v1")
        if not held:
            troubles.append(f"{stage}: no worker")
            continue
        whole: set[int] = set()
        for member, places in held.items():
            for partition in {partition for _, partition in places}:
                missing = [topic for topic in topics if (topic, partition) not in places]
                if missing:
                    troubles.append(
                        f"{stage}: worker {member} holds only part of region "
                        f"{regions.code(partition)} (not {', '.join(missing)})"
                    )
                else:
                    whole.add(partition)
        unheld = [region.code for region in regions if region.partition not in whole]
        if unheld:
            troubles.append(f"{stage}: nobody holds {', '.join(unheld)}")
    if troubles:
        return Finding(
            name="workers",
            is_well=False,
            says="; ".join(troubles),
            cure="start what is missing (radar work STAGE); restart all workers of a stage whose "
            "regions are split",
        )
    return Finding(name="workers", is_well=True, says="every region of every stage is held")


def _assignments(admin: AdminClient, group: str) -> dict[str, set[tuple[str, int]]]:
    (future,) = admin.describe_consumer_groups([group], request_timeout=GROUP_SECONDS_MAX).values()
    try:
        description = future.result()
    except KafkaException:
        # A group that never had a member does not exist yet.
        return {}
    return {
        member.group_instance_id or member.client_id: {
            (place.topic, place.partition) for place in member.assignment.topic_partitions
        }
        for member in description.members
        if member.assignment is not None
    }
