"""The local stack: PostgreSQL, Kafka and the registry, started together on one data directory.

    with LocalStack(StackSettings(data=Path(".radar"))) as stack:
        endpoints = stack.start(lambda step, seconds: print(f"{step}: {seconds:.1f} s"))

PostgreSQL first and the registry on it, Kafka beside them. Our own services are added by the
hub through `stack.supervisor`.
"""

from __future__ import annotations

import json
import os
import shutil
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from hub.local import kafka, postgres, registry
from hub.local.artifacts import MAVEN_CENTRAL, Depot
from hub.local.endpoints import Endpoints, lock_data, remove_endpoints, write_endpoints
from hub.local.errors import DataNotOurs, StackNotRunning
from hub.local.java import find_java
from hub.local.parallel import run_parallel
from hub.local.ports import Ports
from hub.local.processes import end_leftovers, forget
from hub.local.supervisor import Supervisor

STACK_FILE = "stack.json"
CACHE = Path("~/.cache/radar-veilig-thuis")
READY_SECONDS_MAX = 90.0

# Called with the name of a finished step and the seconds it took, never from two threads at once.
Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class StackSettings:
    """What a stack needs to know.

    `durable=False` is for tests: PostgreSQL then does not wait for the disk. `pg_bin` and
    `java_home` take the place of the packaged programs, `maven_url` that of Maven Central.
    """

    data: Path
    cache: Path = CACHE
    durable: bool = True
    pg_bin: Path | None = None
    java_home: Path | None = None
    maven_url: str = MAVEN_CENTRAL

    @classmethod
    def from_environment(
        cls, data: Path, *, durable: bool = True, environment: Mapping[str, str] = os.environ
    ) -> Self:
        """Return the settings with RADAR_CACHE, _PG_BIN, _JAVA_HOME and _MAVEN_URL applied."""
        pg_bin = environment.get("RADAR_PG_BIN")
        java_home = environment.get("RADAR_JAVA_HOME")
        return cls(
            data=data,
            cache=Path(environment.get("RADAR_CACHE") or CACHE),
            durable=durable,
            pg_bin=Path(pg_bin) if pg_bin else None,
            java_home=Path(java_home) if java_home else None,
            maven_url=environment.get("RADAR_MAVEN_URL") or MAVEN_CENTRAL,
        )


class LocalStack:
    """PostgreSQL, Kafka and the registry of one data directory.

    `start` and `stop` belong to one thread. Leaving the context stops everything, also after an
    error or Ctrl-C; when this process is killed the servers stop by themselves.
    """

    def __init__(self, settings: StackSettings) -> None:
        self.settings = settings
        self._data = settings.data.expanduser().absolute()
        self._lock: IO[bytes] | None = None
        self._ports: Ports | None = None
        self._supervisor: Supervisor | None = None
        self._endpoints: Endpoints | None = None

    def __enter__(self) -> Self:
        """Return the stack, not yet started."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop everything."""
        self.stop()

    @property
    def data(self) -> Path:
        """Return the data directory as an absolute path."""
        return self._data

    @property
    def supervisor(self) -> Supervisor:
        """Return what runs the servers, for services of our own beside them."""
        if self._supervisor is None:
            raise StackNotRunning(f"the stack on {self._data} was not started")
        return self._supervisor

    @property
    def endpoints(self) -> Endpoints:
        """Return where the started stack is reached."""
        if self._endpoints is None:
            raise StackNotRunning(f"the stack on {self._data} was not started")
        return self._endpoints

    def port(self, name: str) -> int:
        """Return a port for a service of ours, the same one at each start while it is free."""
        if self._ports is None:
            raise StackNotRunning(f"the stack on {self._data} was not started")
        return self._ports.take(name)

    def start(self, progress: Progress) -> Endpoints:
        """Start the three servers and return where they are; `DATA/endpoints.json` says it too.

        Raises `DataInUse`, `PackagesMissing`, `DownloadFailed` or `ServiceFailed`; what was
        started is stopped again then, also on Ctrl-C.
        """
        make_private(self._data)
        self._lock = lock_data(self._data)
        try:
            self._endpoints = self._start(in_turn(progress))
            write_endpoints(self._data, self._endpoints)
        except BaseException:
            self.stop()
            raise
        return self._endpoints

    def publish(self, *, web_url: str, metrics_ports: Mapping[str, int]) -> Endpoints:
        """Add our own services' addresses, and everybody's pids, to `DATA/endpoints.json`."""
        self._endpoints = replace(
            self.endpoints,
            web_url=web_url,
            metrics_ports=dict(metrics_ports),
            pids=self.supervisor.pids(),
        )
        write_endpoints(self._data, self._endpoints)
        return self._endpoints

    def stop(self) -> None:
        """Stop our services, then the registry and Kafka, then PostgreSQL; harmless twice."""
        if self._lock is None:
            return
        remove_endpoints(self._data)
        if self._supervisor is not None:
            self._supervisor.stop()
            forget(self._data)
        if self._ports is not None:
            self._ports.release()
        self._lock.close()
        self._lock = self._supervisor = self._ports = self._endpoints = None

    def _start(self, progress: Progress) -> Endpoints:
        with step(progress, "earlier processes ended"):
            end_leftovers(self._data)
        self._ports = Ports(self._data / "ports.json")
        self._supervisor = Supervisor(self._data)
        cache = self.settings.cache.expanduser().absolute()
        depot = Depot(cache=cache, maven_url=self.settings.maven_url)
        java = find_java(self.settings.java_home, cache / "java")
        server = postgres.prepare_postgres(
            self._data,
            kept_stack_id(self._data),
            self._ports.take(postgres.SERVICE),
            durable=self.settings.durable,
            programs=self.settings.pg_bin,
        )
        broker = kafka.Kafka(
            java=java,
            home=self._data / "kafka",
            port=self._ports.take(kafka.SERVICE),
            controller_port=self._ports.take("kafka-controller"),
        )
        schemas = registry.Registry(
            java=java,
            home=self._data / "registry",
            port=self._ports.take(registry.SERVICE),
            management_port=self._ports.take("registry-management"),
            postgres=server,
        )
        jobs = (
            lambda: self._bring_up_kafka(broker, depot, progress),
            lambda: self._bring_up_registry(schemas, depot, progress),
        )
        run_parallel(jobs, threads=len(jobs))
        return Endpoints(
            kafka_bootstrap=broker.bootstrap,
            registry_url=schemas.url,
            database_url=server.url("radar"),
            pids=self.supervisor.pids(),
        )

    def _bring_up_kafka(self, broker: kafka.Kafka, depot: Depot, progress: Progress) -> None:
        with step(progress, "Kafka fetched"):
            jars = depot.kafka_jars()
        broker.configure()
        if broker.is_new():
            with step(progress, "Kafka formatted"):
                broker.format(jars)
        broker.spawn(self.supervisor, jars)
        progress("Kafka ready", self.supervisor.wait_ready(kafka.SERVICE, READY_SECONDS_MAX))

    def _bring_up_registry(
        self, schemas: registry.Registry, depot: Depot, progress: Progress
    ) -> None:
        """Start PostgreSQL, then the registry that keeps its schemas in it."""
        server = schemas.postgres
        if server.is_new():
            with step(progress, "PostgreSQL initialised"):
                server.initialise()
        server.spawn(self.supervisor)
        seconds = self.supervisor.wait_ready(postgres.SERVICE, READY_SECONDS_MAX)
        progress("PostgreSQL ready", seconds)
        server.ensure_databases()
        with step(progress, "registry fetched"):
            program = depot.apicurio()
        schemas.spawn(self.supervisor, program)
        progress("registry ready", self.supervisor.wait_ready(registry.SERVICE, READY_SECONDS_MAX))


def erase(settings: StackSettings) -> None:
    """Remove a stack's data directory and all it holds; nothing happens when there is none.

    Raises `DataInUse` while a stack runs on it, and `DataNotOurs` for any other directory.
    """
    data = settings.data.expanduser().absolute()
    if not data.exists() or not any(data.iterdir()):
        return
    if not (data / STACK_FILE).exists():
        raise DataNotOurs(f"{data} is not a stack's data directory, so nothing was removed")
    with lock_data(data):
        end_leftovers(data)
        sheltered = postgres.SHELTER / postgres.sheltered_name(kept_stack_id(data))
        if os.getuid() == 0 and sheltered.exists():
            shutil.rmtree(sheltered)
        shutil.rmtree(data)


def make_private(data: Path) -> None:
    """Make the data directory, for its owner only; root lets PostgreSQL's user pass through.

    Raises `DataNotOurs` when it holds something else.
    """
    if data.exists() and any(data.iterdir()) and not (data / STACK_FILE).exists():
        raise DataNotOurs(f"{data} holds something else; choose an empty --data")
    data.mkdir(parents=True, exist_ok=True)
    data.chmod(0o711 if os.getuid() == 0 else 0o700)
    kept_stack_id(data)


def kept_stack_id(data: Path) -> str:
    """Return the random name of this data directory, made with it."""
    path = data / STACK_FILE
    if not path.exists():
        path.write_text(json.dumps({"id": uuid.uuid4().hex}) + "\n", encoding="utf-8")
    return str(json.loads(path.read_text(encoding="utf-8"))["id"])


@contextmanager
def step(progress: Progress, name: str) -> Iterator[None]:
    """Report how long the block took."""
    began = time.monotonic()
    yield
    progress(name, time.monotonic() - began)


def in_turn(progress: Progress) -> Progress:
    """Return the callback guarded by a lock: steps end in several threads."""
    lock = threading.Lock()

    def guarded(name: str, seconds: float) -> None:
        with lock:
            progress(name, seconds)

    return guarded
