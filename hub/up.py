"""Brings everything up on one data directory: servers, contract, services, open regions."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import psycopg

from connectors.gateway.publisher import Publisher
from connectors.partners import write_demo_partners
from hub import topic_plan
from hub.local.endpoints import Endpoints
from hub.local.stack import LocalStack, Progress
from hub.migrate import migrate
from hub.opening import open_region
from hub.registry_sync import register_all, registry_client
from hub.schema_bundle import BUNDLE_FILE, is_complete, write_bundle
from hub.services import WEB, start_services
from hub.settings import Settings
from hub.wiring import hub_publisher
from streams.engine.key_files import KeyFiles
from streams.vault.sealing_keys import ensure_sealing_key

SERVICE_SECONDS_MAX = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """The region that a local stack opens: how its clock runs, and from when.

    `opened_at` None leaves the opening to a replay, whose first slice says when it was.
    """

    region: str
    name: str
    clock_mode: str
    opened_at: datetime | None


def bring_up(stack: LocalStack, opening: Opening, progress: Progress) -> tuple[Endpoints, Settings]:
    """Start everything and open the region; return where it is, and settings that point there.

    Idempotent: a second start finds its data and does what is left.
    """
    endpoints = stack.start(progress)
    settings = Settings(data=stack.data).at(endpoints)
    _write_regions(settings, opening)
    prepare(settings, progress)
    bundle = settings.directory / BUNDLE_FILE
    # A data directory that was up before has the ids: its services start beside the check.
    ports = start_services(stack, endpoints) if is_complete(bundle) else None
    with _step("schemas registered", progress):
        write_bundle(bundle, register_all(registry_client(settings.registry)))
    if ports is None:
        ports = start_services(stack, endpoints)
    for name in ports:
        progress(f"{name} ready", stack.supervisor.wait_ready(name, SERVICE_SECONDS_MAX))
    if opening.opened_at is not None:
        with _step("region opened", progress):
            _open(settings, opening, opening.opened_at)
    metrics = {name: port for name, port in ports.items() if name != WEB}
    web_url = f"http://127.0.0.1:{ports[WEB]}"
    return stack.publish(web_url=web_url, metrics_ports=metrics), settings


def prepare(settings: Settings, progress: Progress) -> None:
    """Apply keys, migrations, topics and demo partners; does nothing that is done."""
    with _step("database migrated", progress):
        keys = KeyFiles.create(settings.keys_directory)
        migrate(settings.database, settings.regions)
        with psycopg.connect(settings.database, autocommit=True) as connection:
            for region in settings.regions:
                ensure_sealing_key(connection, keys, region.code)
    with _step("topics applied", progress):
        admin = topic_plan.admin_client(settings.bootstrap)
        partitions = len(settings.regions)
        changes = topic_plan.plan(admin, partitions=partitions)
        topic_plan.apply(admin, changes, partitions=partitions, replication=settings.replication)
    write_demo_partners(settings.partners_path, [region.code for region in settings.regions])


def _write_regions(settings: Settings, opening: Opening) -> None:
    """Write the regions file of a new data directory; an existing one is kept as it is."""
    path = settings.regions_path
    if not path.exists():
        text = f'[[region]]\ncode = "{opening.region}"\nname = "{opening.name}"\n'
        path.write_text(text, encoding="utf-8")


def _open(settings: Settings, opening: Opening, opened_at: datetime) -> None:
    publisher = Publisher(settings.bootstrap, client_id="radar-hub-opening")
    try:
        with psycopg.connect(settings.database, autocommit=True) as connection:
            open_region(
                connection,
                hub_publisher(settings, publisher),
                region=opening.region,
                name=opening.name,
                clock_mode=opening.clock_mode,
                opened_at=opened_at,
            )
    finally:
        publisher.close()


@contextmanager
def _step(name: str, progress: Callable[[str, float], None]) -> Iterator[None]:
    started = time.monotonic()
    yield
    progress(name, time.monotonic() - started)
