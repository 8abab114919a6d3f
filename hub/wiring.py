"""What is built from what: the one place where rooms meet."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from hub.schema_bundle import BUNDLE_FILE, frames, open_codec
from hub.settings import Settings
from schemas.codec import Codec
from streams.engine.errors import TransientError
from streams.engine.key_files import KeyFiles
from streams.engine.opening import WorkerSettings, open_worker
from streams.engine.stage import Stage
from streams.engine.wire import wire_message
from streams.engine.worker import Worker

if TYPE_CHECKING:
    from connectors.gateway.app import GatewayDeps
    from connectors.gateway.publisher import Publisher
    from connectors.gateway.receipts import Pool

# Rooms are imported where they are wired: a worker holds in memory only what its stage needs.

Publish = Callable[[str, Mapping[str, Any]], None]


def system_clock() -> datetime:
    """Return the hub's clock: now, in UTC."""
    return datetime.now(UTC)


def codec(settings: Settings) -> Codec:
    """Return the codec of this deployment."""
    return open_codec(settings.directory / BUNDLE_FILE)


def _admission(settings: Settings) -> Stage:
    from streams.admission.senders import Senders
    from streams.admission.stage import AdmissionStage

    return AdmissionStage(
        codec=codec(settings),
        keys=KeyFiles.open(settings.keys_directory),
        regions=settings.regions,
        senders=Senders.load(settings.partners_path),
    )


def _advice(settings: Settings) -> Stage:
    from streams.admission.advice import AdviceStage
    from streams.admission.senders import Senders

    return AdviceStage(
        codec=codec(settings),
        keys=KeyFiles.open(settings.keys_directory),
        regions=settings.regions,
        senders=Senders.load(settings.partners_path),
    )


def _radar(settings: Settings) -> Stage:
    from connectors.gateway.publisher import Publisher
    from streams.radar.clock import clocks_in
    from streams.radar.stage import RadarStage

    publisher = Publisher(settings.bootstrap, client_id=f"radar-hub-{settings.slot}")
    return RadarStage(
        publish=hub_publisher(settings, publisher), clocks=clocks_in(settings.database)
    )


def _projections(_: Settings) -> Stage:
    from projections.stage import ProjectionsStage

    return ProjectionsStage()


STAGES: Mapping[str, Callable[[Settings], Stage]] = {
    "admission": _admission,
    "advice": _advice,
    "radar": _radar,
    "projections": _projections,
}


# What the functions above import; naming it again lets a process import it before it forks.
ROOMS: Mapping[str, tuple[str, ...]] = {
    "admission": ("streams.admission.senders", "streams.admission.stage"),
    "advice": ("streams.admission.senders", "streams.admission.advice"),
    "radar": (
        "connectors.gateway.errors",
        "connectors.gateway.publisher",
        "streams.radar.clock",
        "streams.radar.stage",
    ),
    "projections": ("projections.stage",),
}


def import_rooms(name: str) -> None:
    """Import what a stage needs, and build nothing."""
    from streams.engine.faust_worker import import_shell

    for module in (*ROOMS[name], "streams.engine.faust_transport"):
        importlib.import_module(module)
    import_shell()


def stage_topics() -> Mapping[str, tuple[str, ...]]:
    """Return the input topics of each stage, without building any."""
    from projections.stage import ProjectionsStage
    from streams.admission.advice import AdviceStage
    from streams.admission.stage import AdmissionStage
    from streams.radar.stage import RadarStage

    return {
        "admission": AdmissionStage.topics,
        "advice": AdviceStage.topics,
        "radar": RadarStage.topics,
        "projections": ProjectionsStage.topics,
    }


def worker(name: str, settings: Settings, *, blamed: bool = False) -> Worker:
    """Build the worker of one stage; raises StopError when a file or setting is missing.

    `blamed`: the process before this one died by its own fault.
    """
    return open_worker(
        stage=STAGES[name](settings),
        settings=WorkerSettings(
            slot=f"{name}-{settings.slot}",
            database_url=settings.database,
            bootstrap=settings.bootstrap,
            dead_letter_key=KeyFiles.open(settings.keys_directory).dead_letter,
            frames=frames(settings.directory / BUNDLE_FILE),
            blamed=blamed,
        ),
        regions=settings.regions,
    )


def gateway_deps(settings: Settings, pool: Pool) -> GatewayDeps:
    """Return what the gateway leans on; nothing is contacted yet."""
    from connectors.gateway.app import open_gateway
    from connectors.partners import Partners

    return open_gateway(
        pool=pool,
        bootstrap=settings.bootstrap,
        codec=codec(settings),
        regions=settings.regions,
        partners=Partners.load(settings.partners_path),
        digest_key=KeyFiles.open(settings.keys_directory).digest,
    )


def hub_publisher(settings: Settings, publisher: Publisher) -> Publish:
    """Return `publish(record_name, record)`: say something as the hub, wait for the broker.

    Raises TransientError when the broker does not confirm it; the ids of hub events are derived,
    so saying one again counts once.
    """
    publish_on = topic_publisher(settings, publisher)

    def publish(record_name: str, record: Mapping[str, Any]) -> None:
        publish_on(record_name, record, "")

    return publish


def topic_publisher(
    settings: Settings, publisher: Publisher
) -> Callable[[str, Mapping[str, Any], str], None]:
    """Return `publish(record_name, record, topic)`; no topic is that of the event's type.

    Raises TransientError when the broker does not confirm it.
    """
    from connectors.gateway.errors import Unavailable

    own_codec, regions = codec(settings), settings.regions

    def publish(record_name: str, record: Mapping[str, Any], topic: str) -> None:
        try:
            publisher.publish([wire_message(own_codec, regions, record_name, record, topic)])
        except Unavailable as error:
            raise TransientError("the broker does not confirm an event of the hub") from error

    return publish
