"""One Kafka node (broker and controller) on the packaged Java runtime."""

from __future__ import annotations

import base64
import importlib.resources
import os
import socket
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from hub.local.java import Java, run
from hub.local.supervisor import Supervisor

SERVICE = "kafka"
TIER = 1
HEAP_MB = 256
METADATA_SECONDS_MAX = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Kafka:
    """One broker: its directory and its two ports."""

    java: Java
    home: Path
    port: int
    controller_port: int

    @property
    def bootstrap(self) -> str:
        """Return the address that clients start from."""
        return f"127.0.0.1:{self.port}"

    def configure(self) -> None:
        """Write the broker's settings for the ports of this start."""
        self.home.mkdir(exist_ok=True)
        template = resource("kafka.properties")
        text = Template(template).substitute(
            port=self.port, controller_port=self.controller_port, log_dirs=self.home / "data"
        )
        (self.home / "server.properties").write_text(text, encoding="utf-8")
        (self.home / "log4j2.yaml").write_text(resource("log4j2.yaml"), encoding="utf-8")

    def is_new(self) -> bool:
        """Return whether the log directory still has to be formatted."""
        return not (self.home / "data" / "meta.properties").exists()

    def format(self, jars: Sequence[Path]) -> None:
        """Give the log directory its cluster id; Kafka starts on no other."""
        run(
            [
                *self.java.tool(),
                *self._class_path(jars),
                "kafka.tools.StorageTool",
                "format",
                f"--cluster-id={new_cluster_id()}",
                f"--config={self.home / 'server.properties'}",
            ],
            "Kafka could not format its log directory",
        )

    def spawn(self, supervisor: Supervisor, jars: Sequence[Path]) -> None:
        """Start the broker."""
        supervisor.spawn(
            SERVICE,
            [
                *self.java.server(SERVICE, HEAP_MB),
                *self._class_path(jars),
                "kafka.Kafka",
                self.home / "server.properties",
            ],
            {"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin", "HOME": str(self.home)},
            ready=self.is_ready,
            restart=True,
            cwd=self.home,
            tier=TIER,
        )

    def is_ready(self) -> bool:
        """Return whether the broker answers with itself in the metadata, so can be produced to."""
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        except OSError:
            return False
        client = AdminClient({"bootstrap.servers": self.bootstrap, "log_level": 0})
        try:
            return len(client.list_topics(timeout=METADATA_SECONDS_MAX).brokers) == 1
        except KafkaException:
            return False

    def _class_path(self, jars: Sequence[Path]) -> list[str]:
        logging = f"-Dlog4j2.configurationFile={self.home / 'log4j2.yaml'}"
        return [logging, "-cp", os.pathsep.join(str(jar) for jar in jars)]


def new_cluster_id() -> str:
    """Return a random id in Kafka's form: 22 characters, never one that looks like an option."""
    while True:
        identity = base64.urlsafe_b64encode(uuid.uuid4().bytes)[:22].decode()
        if not identity.startswith("-"):
            return identity


def resource(name: str) -> str:
    """Return a text file of this package."""
    return (importlib.resources.files("hub.local") / name).read_text("utf-8")
