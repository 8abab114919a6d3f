"""Our own services beside a local stack: four workers and the web process."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.error import URLError
from urllib.request import urlopen

from hub.local.endpoints import Endpoints
from hub.local.stack import LocalStack

PROBE_SECONDS = 1.0
WEB = "web"


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalService:
    """One process: its name, its `radar` arguments and the setting that carries its port."""

    name: str
    arguments: tuple[str, ...]
    port_setting: str


SERVICES = (
    LocalService(
        name="admission", arguments=("work", "admission"), port_setting="RADAR_METRICS_PORT"
    ),
    LocalService(name="advice", arguments=("work", "advice"), port_setting="RADAR_METRICS_PORT"),
    LocalService(name="radar", arguments=("work", "radar"), port_setting="RADAR_METRICS_PORT"),
    LocalService(
        name="projections", arguments=("work", "projections"), port_setting="RADAR_METRICS_PORT"
    ),
    LocalService(name=WEB, arguments=("serve",), port_setting="RADAR_WEB_PORT"),
)


def start_services(
    stack: LocalStack, endpoints: Endpoints, names: Sequence[str] | None = None
) -> Mapping[str, int]:
    """Start the services under the stack's supervisor and return their ports by name."""
    ports = {}
    for service in SERVICES:
        if names is not None and service.name not in names:
            continue
        port = stack.port(service.name)
        ports[service.name] = port
        environment = {
            **os.environ,
            **endpoints.environment(),
            "RADAR_DATA": str(stack.data),
            "RADAR_SLOT": "local",
            service.port_setting: str(port),
        }
        stack.supervisor.spawn(
            service.name,
            [sys.executable, "-m", "hub.cli", *service.arguments],
            environment,
            ready=answers_ready(port),
            restart=True,
        )
    return ports


def answers_ready(port: int) -> Callable[[], bool]:
    """Return a probe of `/health/ready` on loopback."""

    def ready() -> bool:
        try:
            url = f"http://127.0.0.1:{port}/health/ready"
            with urlopen(url, timeout=PROBE_SECONDS) as answer:
                return bool(answer.status == 200)
        except (URLError, OSError):
            return False

    return ready
