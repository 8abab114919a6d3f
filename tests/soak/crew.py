"""The Radar that is put under stress: its own servers, two workers a stage, four open regions."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from connectors.gateway.publisher import Publisher
from connectors.partners import write_demo_partners
from hub.local.stack import LocalStack, Progress
from hub.local.supervisor import RESTART_DELAY_SECONDS_MIN, Service
from hub.opening import open_region
from hub.registry_sync import register_all, registry_client
from hub.schema_bundle import BUNDLE_FILE, open_codec, write_bundle
from hub.services import answers_ready
from hub.settings import Settings
from hub.up import prepare
from hub.wiring import hub_publisher
from streams.vault.sealing_keys import public_sealing_key
from tests.soak.sayings import REGIONS
from tests.soak.schedule import GATEWAY
from tests.soak.senders import Deployment

STAGES = ("admission", "radar", "projections")
SLOTS = (*(f"{stage}-{slot}" for stage in STAGES for slot in "ab"), "advice-a")
READY_SECONDS_MAX = 120.0
CRASH_SETTING = "RADAR_CRASH_FILE"
REGIONS_FILE = "".join(f'[[region]]\ncode = "{r}"\nname = "{r.title()}"\n' for r in REGIONS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Crew:
    """Processes by name, and what may be done to them."""

    stack: LocalStack
    settings: Settings
    services: Mapping[str, Service]
    web_port: int

    def pid(self, name: str) -> int | None:
        """Return the process of a service or server, None while it has none."""
        return self.stack.supervisor.pids().get(name)

    def worker(self, name: str) -> int | None:
        """Return the process that does the work: a guardian's child, else the process itself."""
        pid = self.pid(name)
        return pid if pid is None or name not in SLOTS else _child_of(pid)

    def signal(self, name: str, number: signal.Signals) -> bool:
        """Send a signal; False when there was nobody to get it.

        A guardian is told to stop as any service is; what harms goes to who does the work.
        """
        pid = self.pid(name) if number is signal.SIGTERM else self.worker(name)
        if pid is None:
            return False
        self.hurry(name)
        return _send(pid, number)

    def kill_all(self, name: str) -> bool:
        """Kill a service with its guardian, so that it starts from nothing."""
        pid = self.pid(name)
        if pid is None:
            return False
        self.hurry(name)
        return _send(pid, signal.SIGKILL)

    def hurry(self, name: str) -> None:
        """Let the next restart come at once: many faults in a minute are our doing."""
        if name in self.services:
            self.services[name].restart_delay_seconds = RESTART_DELAY_SECONDS_MIN

    def arm(self, name: str, point: str) -> Path:
        """Lay down where a service is to die next; the file goes when its process has seen it."""
        file = Path(self.services[name].env[CRASH_SETTING])
        partial = file.with_suffix(".partial")
        partial.write_text(point, encoding="utf-8")
        return partial.replace(file)

    def wait_all_ready(self) -> None:
        """Wait until every server and service answers ready."""
        for name in ("postgres", "kafka", *self.services):
            self.hurry(name)
            self.stack.supervisor.wait_ready(name, READY_SECONDS_MAX)


@contextmanager
def running_crew(stack: LocalStack, progress: Progress, program: str = "hub.cli") -> Iterator[Crew]:
    """Bring up everything on a started stack and open the regions; `program` is run as `radar`."""
    settings = Settings(data=stack.data).at(stack.endpoints)
    settings.regions_path.write_text(REGIONS_FILE, encoding="utf-8")
    prepare(settings, progress)
    with registry_client(settings.registry) as registry:
        write_bundle(settings.directory / BUNDLE_FILE, register_all(registry))
    web_port = stack.port(GATEWAY)
    services = {
        slot: _spawn(stack, slot, (program, "work", slot.rpartition("-")[0])) for slot in SLOTS
    }
    services[GATEWAY] = _spawn(stack, GATEWAY, (program, "serve"), web_port)
    crew = Crew(stack=stack, settings=settings, services=services, web_port=web_port)
    with ExitStack() as undo:
        undo.callback(_stop, crew)
        for name in services:
            progress(f"{name} ready", stack.supervisor.wait_ready(name, READY_SECONDS_MAX))
        _open_regions(settings)
        yield crew


def deployment(crew: Crew) -> Deployment:
    """Return what the senders are told."""
    settings = crew.settings
    with psycopg.connect(settings.database) as connection:
        keys = {region: public_sealing_key(connection, region) for region in REGIONS}
    return Deployment(
        bootstrap=settings.bootstrap,
        web=f"http://127.0.0.1:{crew.web_port}",
        codec=open_codec(settings.directory / BUNDLE_FILE),
        regions=settings.regions,
        public_keys={
            region: (key_id, X25519PublicKey.from_public_bytes(public))
            for region, (key_id, public) in keys.items()
        },
        tokens=write_demo_partners(settings.partners_path, list(REGIONS)),
    )


def _spawn(stack: LocalStack, name: str, arguments: tuple[str, ...], web_port: int = 0) -> Service:
    port = web_port or stack.port(name)
    environment = {
        **os.environ,
        **stack.endpoints.environment(),
        "RADAR_DATA": str(stack.data),
        "RADAR_SLOT": name.rpartition("-")[2],
        CRASH_SETTING: str(stack.data / f"{name}.crash"),
        "RADAR_WEB_PORT" if web_port else "RADAR_METRICS_PORT": str(port),
    }
    command = [sys.executable, "-m", *arguments]
    return stack.supervisor.spawn(
        name, command, environment, ready=answers_ready(port), restart=True
    )


def _send(pid: int, number: signal.Signals) -> bool:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return True


def _child_of(guardian: int) -> int | None:
    path = Path(f"/proc/{guardian}/task/{guardian}/children")
    try:
        children = path.read_text(encoding="ascii").split()
    except OSError:
        return None  # the guardian itself is gone
    return int(children[0]) if children else None


def _open_regions(settings: Settings) -> None:
    publisher = Publisher(settings.bootstrap, client_id="radar-soak-opening")
    try:
        with psycopg.connect(settings.database, autocommit=True) as connection:
            for region in REGIONS:
                open_region(
                    connection,
                    hub_publisher(settings, publisher),
                    region=region,
                    name=region.title(),
                    clock_mode="SYSTEM",
                    opened_at=datetime.now(UTC),
                )
    finally:
        publisher.close()


def _stop(crew: Crew) -> None:
    for name in crew.services:
        crew.signal(name, signal.SIGCONT)  # who is frozen cannot stop
    with ThreadPoolExecutor(len(crew.services)) as threads:
        list(threads.map(crew.stack.supervisor.pause, crew.services))
