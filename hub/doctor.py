"""Looks at everything Radar needs and says what is wrong and what to do about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import psycopg
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from hub import migrate, topic_plan
from hub.health import registry_check
from hub.registry_sync import missing_schemas, registry_client
from hub.schema_bundle import BUNDLE_FILE, is_complete, read_bundle
from hub.settings import Settings
from streams.engine.errors import StopError, TransientError
from streams.engine.key_files import KeyFiles

BROKER_SECONDS_MAX = 3.0
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
    """Run every check, each on its own: one failure does not hide another.

    What can only be asked of a server that does not answer is not asked: that would only wait.
    """
    found: dict[str, Finding] = {}
    for name, needs, check in CHECKS:
        if needs is not None and not found[needs].is_well:
            found[name] = _wrong(name, f"not looked at, because of the {needs}", f"see {needs}")
        else:
            found[name] = _looked(name, check, settings)
    return list(found.values())


def _looked(name: str, check: Callable[[Settings], Finding], settings: Settings) -> Finding:
    try:
        return check(settings)
    except (StopError, TransientError) as error:
        # These say themselves what to do about it.
        return _wrong(name, str(error), None)
    except (psycopg.Error, KafkaException) as error:
        return _wrong(name, f"{type(error).__name__} while looking", "look again in a minute")


def _wrong(name: str, says: str, cure: str | None) -> Finding:
    return Finding(name=name, is_well=False, says=says, cure=cure)


def _database(settings: Settings) -> Finding:
    try:
        connection = psycopg.connect(settings.database, connect_timeout=3, autocommit=True)
    except psycopg.OperationalError:
        return _wrong(
            "database", "PostgreSQL does not answer", "start it: radar up, or check the address"
        )
    with connection:
        version = connection.info.server_version
        if version < migrate.POSTGRES_VERSION_MIN:
            return _wrong(
                "database",
                f"PostgreSQL {version // 10000} is too old",
                "use PostgreSQL 15 or newer",
            )
        missing = migrate.pending(connection)
        if missing:
            return _wrong("database", f"{len(missing)} migrations are not applied", "radar migrate")
    return Finding(name="database", is_well=True, says=f"PostgreSQL {version // 10000}, up to date")


def _broker(settings: Settings) -> Finding:
    try:
        admin = topic_plan.admin_client(settings.bootstrap)
        brokers = admin.list_topics(timeout=BROKER_SECONDS_MAX).brokers
    except KafkaException:
        cure = "start it: radar up, or check RADAR_KAFKA_BOOTSTRAP"
        return _wrong("broker", "Kafka does not answer", cure)
    return Finding(name="broker", is_well=True, says=f"{len(brokers)} broker(s) answer")


def _topics(settings: Settings) -> Finding:
    admin = topic_plan.admin_client(settings.bootstrap)
    changes = topic_plan.plan(admin, partitions=len(settings.regions))
    if changes:
        named = ", ".join(sorted({change.topic for change in changes}))
        return _wrong("topics", f"missing or different: {named}", "radar topics apply")
    return Finding(name="topics", is_well=True, says="as the contract says")


def _registry(settings: Settings) -> Finding:
    if registry_check(settings.registry)() is not None:
        cure = "start it: radar up, or check RADAR_REGISTRY_URL"
        return _wrong("registry", "the schema registry does not answer", cure)
    with registry_client(settings.registry) as client:
        missing = missing_schemas(client)
    if missing:
        return _wrong("registry", f"not registered: {', '.join(missing)}", "radar schemas register")
    return Finding(name="registry", is_well=True, says="every schema is registered")


def _bundle(settings: Settings) -> Finding:
    path: Path = settings.directory / BUNDLE_FILE
    if not is_complete(path):
        cure = "radar schemas register; then restart the services, which read it once"
        return _wrong("schema bundle", "does not name every schema of this program", cure)
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
        cure = (
            "start what is missing (radar work STAGE); restart all workers of a stage whose "
            "regions are split"
        )
        return _wrong("workers", "; ".join(troubles), cure)
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


# A check, the one whose server it needs, and how it is done.
CHECKS: Sequence[tuple[str, str | None, Callable[[Settings], Finding]]] = (
    ("database", None, _database),
    ("broker", None, _broker),
    ("topics", "broker", _topics),
    ("registry", None, _registry),
    ("schema bundle", None, _bundle),
    ("keys", None, _keys),
    ("workers", "broker", _workers),
)
