"""Apicurio, the schema registry, with its schemas in the stack's own PostgreSQL."""

from __future__ import annotations

import urllib.error
import urllib.request
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from hub.local.java import Java
from hub.local.postgres import USER, Postgres
from hub.local.supervisor import Supervisor

SERVICE = "registry"
TIER = 1
HEAP_MB = 192
DATABASE = "registry"


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """One registry: its own working directory and its two ports.

    Quarkus reads `.env` and `config/` from the working directory, so it gets an empty one.
    """

    java: Java
    home: Path
    port: int
    management_port: int
    postgres: Postgres

    @property
    def url(self) -> str:
        """Return the Confluent-compatible API for clients."""
        return f"http://127.0.0.1:{self.port}/apis/ccompat/v7"

    def spawn(self, supervisor: Supervisor, program: Path) -> None:
        """Start the registry; its database must answer."""
        self.home.mkdir(exist_ok=True)
        supervisor.spawn(
            SERVICE,
            [*self.java.server(SERVICE, HEAP_MB), "-jar", program / "quarkus-run.jar"],
            self._environment(),
            ready=self.is_ready,
            restart=True,
            cwd=self.home,
            tier=TIER,
        )

    def is_ready(self) -> bool:
        """Return whether the registry calls itself ready."""
        url = f"http://127.0.0.1:{self.management_port}/health/ready"
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                return bool(answer.status == HTTPStatus.OK)
        except (urllib.error.URLError, OSError):
            return False

    def _environment(self) -> dict[str, str]:
        """Return the whole environment: nothing of the caller's may configure the registry."""
        return {
            "LC_ALL": "C.UTF-8",
            "PATH": "/usr/bin:/bin",
            "HOME": str(self.home),
            # Both listeners would be open to the network otherwise.
            "QUARKUS_HTTP_HOST": "127.0.0.1",
            "QUARKUS_HTTP_PORT": str(self.port),
            "QUARKUS_MANAGEMENT_HOST": "127.0.0.1",
            "QUARKUS_MANAGEMENT_PORT": str(self.management_port),
            "QUARKUS_LOG_LEVEL": "WARN",
            "QUARKUS_LOG_CONSOLE_COLOR": "false",
            "APICURIO_STORAGE_KIND": "sql",
            "APICURIO_STORAGE_SQL_KIND": "postgresql",
            "APICURIO_DATASOURCE_URL": f"jdbc:postgresql://127.0.0.1:{self.postgres.port}/{DATABASE}",
            "APICURIO_DATASOURCE_USERNAME": USER,
            "APICURIO_DATASOURCE_PASSWORD": self.postgres.password,
            # A laptop's registry has one client at a time; each connection is a server process.
            "APICURIO_DATASOURCE_JDBC_INITIAL_SIZE": "1",
            "APICURIO_DATASOURCE_JDBC_MIN_SIZE": "1",
            "APICURIO_DATASOURCE_JDBC_MAX_SIZE": "8",
            "QUARKUS_THREAD_POOL_MAX_THREADS": "16",
            # Housekeeping that nothing here needs every few seconds (measured as idle CPU).
            "APICURIO_LOGCONFIGJOB_EVERY": "1h",
            "APICURIO_USAGE_FLUSH_EVERY": "1h",
            "APICURIO_DOWNLOADS_REAPER_EVERY": "1h",
            "APICURIO_CONFIG_REFRESH_EVERY": "10m",
        }
