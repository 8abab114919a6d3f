"""A running Radar for tests: the servers of the session's stack and the real service processes.

Two regions, both on the hub's own clock; the demonstration's partners speak for the first only, so
that what a sender may not say can be tried.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from urllib.error import HTTPError
from urllib.request import Request, urlopen
from uuid import uuid4

import psycopg
from confluent_kafka.admin import AdminClient

from connectors.gateway.publisher import Publisher
from connectors.partners import DEMO_PARTNERS, write_demo_partners
from hub.local.stack import LocalStack
from hub.opening import open_region
from hub.registry_sync import register_all, registry_client
from hub.schema_bundle import BUNDLE_FILE, write_bundle
from hub.services import WEB, start_services
from hub.settings import Settings
from hub.up import prepare
from hub.wiring import hub_publisher
from schemas.person_numbers import is_valid_bsn
from schemas.topics import TOPICS

REGION = "drenthe"
OTHER_REGION = "groningen"
"""A region of the deployment for which the demonstration's partners may not speak."""

POLICE = "urn:nld:oin:00000099000000000010:systeem:bvh"
POLICE_NORTH = "urn:nld:oin:00000099000000000011:systeem:bvh"
NORTH = "politie-noord"
"""The one partner of the other region."""

CLOUD_EVENT = "application/cloudevents+json"
PREFIX = "nl.veiligthuis.radar."
POLL_SECONDS = 0.005
SECONDS_MAX = 30.0
REGIONS_FILE = "".join(
    f'[[region]]\ncode = "{code}"\nname = "{code.title()}"\n' for code in (REGION, OTHER_REGION)
)

T = TypeVar("T")

# Each test speaks of people of its own, or one test's reports would meet another's household.
_bsns = filter(is_valid_bsn, map(str, itertools.count(999_100_000)))


def new_bsn() -> str:
    """Return a number of the test range that no other test has used in this run."""
    return next(_bsns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back over HTTP."""

    status: int
    headers: Mapping[str, str]
    text: str

    def json(self) -> Any:
        """Return the body as JSON."""
        return json.loads(self.text)


def http(url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> Answer:
    """Do one request on a connection of its own, as curl does; raises OSError without answer."""
    request = Request(url, data=body, headers=dict(headers or {}))
    try:
        found = urlopen(request, timeout=20)
    except HTTPError as error:
        found = error  # an answer like any other: tests look at its status
    with found:
        lower = {name.lower(): value for name, value in found.headers.items()}
        return Answer(status=found.status, headers=lower, text=found.read().decode())


def eventually(ask: Callable[[], T | None], what: str, seconds_max: float = SECONDS_MAX) -> T:
    """Ask until there is an answer that counts, and return it."""
    deadline = time.monotonic() + seconds_max
    while True:
        found = ask()
        if found:
            return found
        assert time.monotonic() < deadline, f"not in {seconds_max:.0f} s: {what}"
        time.sleep(POLL_SECONDS)


def report(*people: Mapping[str, Any], days_ago: int = 0, **data: Any) -> dict[str, Any]:
    """Return a police report as the partner's pages show it; `data` replaces fields."""
    at = datetime.now(UTC) - timedelta(days=days_ago, minutes=1)
    day = (at - timedelta(days=1)).date().isoformat()
    said: dict[str, Any] = {
        "occurredAt": at.isoformat(timespec="milliseconds"),
        "reportedOn": day,
        "incidentOn": day,
        "persons": [{"role": "VICTIM", **person} for person in people],
        "agendaRequested": False,
        "subjectsInformed": True,
    }
    return event("police-report-submitted.v1", said | data, at=at)


def event(
    kind: str,
    data: Mapping[str, Any],
    *,
    source: str = POLICE,
    at: datetime | None = None,
    region: str = REGION,
) -> dict[str, Any]:
    """Return a CloudEvent that nobody has sent before."""
    return {
        "specversion": "1.0",
        "id": str(uuid4()),
        "source": source,
        "type": PREFIX + kind,
        "time": (at or datetime.now(UTC)).isoformat(timespec="milliseconds"),
        "region": region,
        "data": dict(data),
    }


def source_of(partner: str, system: str = "") -> str:
    """Return a source of one of the demonstration's partners."""
    (found,) = [p for p in DEMO_PARTNERS if p.id == partner]
    return next(source for source in found.sources if source.endswith(system))


@dataclass(frozen=True, slots=True, kw_only=True)
class Radar:
    """A Radar that runs, and what a sender, an analyst and an operator can ask of it."""

    stack: LocalStack
    settings: Settings
    ports: Mapping[str, int]
    tokens: Mapping[str, str]

    @property
    def web(self) -> str:
        """Return the address of gateway and pages."""
        return f"http://127.0.0.1:{self.ports[WEB]}"

    def send(self, said: Any, partner: str = "politie", *, kind: str = CLOUD_EVENT) -> Answer:
        """Offer an event, or bytes that pretend to be one, to the gateway."""
        body = said if isinstance(said, bytes) else json.dumps(said).encode()
        token = {"authorization": f"Bearer {self.tokens[partner]}"}
        return http(f"{self.web}/v1/gebeurtenissen", body, token | {"content-type": kind})

    def accept(self, said: Any, partner: str = "politie") -> Answer:
        """Offer an event that must be taken."""
        answer = self.send(said, partner)
        assert answer.status in (200, 202), answer.text
        return answer

    def receipt(self, address: str, partner: str = "politie") -> Any:
        """Return what a receipt says now."""
        token = {"authorization": f"Bearer {self.tokens[partner]}"}
        return http(self.web + address, headers=token).json()

    def page(self, path: str) -> Answer:
        """Return a page, or the JSON twin, that must be there."""
        answer = http(self.web + path)
        assert answer.status == 200, answer.text
        return answer

    def query(self, statement: str, *values: Any) -> list[Any]:
        """Read something from the tables."""
        with psycopg.connect(self.settings.database, autocommit=True) as connection:
            return connection.execute(statement.encode(), values).fetchall()

    def households(self, said: Mapping[str, Any]) -> list[str]:
        """Return the households on whose timeline an event stands by now."""
        rows = self.query(
            "select household_id from projections.timeline_view where region = %s"
            " and source = %s and event_id = %s",
            *(said["region"], said["source"], said["id"]),
        )
        return [household for (household,) in rows]

    def household(self, said: Mapping[str, Any]) -> str:
        """Wait until an event stands on a household's timeline and return the household."""
        (found,) = eventually(lambda: self.households(said), f"{said['type']} on a timeline")
        return found

    def twin(self, household: str, region: str = REGION) -> Any:
        """Return the household page's JSON twin."""
        return self.page(f"/regios/{region}/huishoudens/{household}.json").json()

    def timeline(self, household: str, region: str = REGION) -> list[Any]:
        """Return the entries of all pages of a household's timeline, newest first."""
        first = self.twin(household, region)
        entries = list(first["tijdlijn"])
        for number in range(2, first["bladeren"]["paginas"] + 1):
            path = f"/regios/{region}/huishoudens/{household}.json?pagina={number}"
            entries += self.page(path).json()["tijdlijn"]
        return entries

    def outcomes(self, said: Mapping[str, Any]) -> list[str]:
        """Return what became of each offset that carried an event, oldest first."""
        rows = self.query(
            "select outcome from engine.ledger where region = %s and source = %s and event_id = %s"
            ' order by settled_at, topic, "offset"',
            *(said["region"], said["source"], said["id"]),
        )
        return [outcome for (outcome,) in rows]

    def health(self, service: str) -> tuple[int, Any]:
        """Return status code and body of a process's `/health/ready`."""
        answer = http(f"http://127.0.0.1:{self.ports[service]}/health/ready")
        return answer.status, answer.json()

    def is_ready(self, service: str) -> bool:
        """Say whether a process says that it is ready; one that does not answer is not."""
        try:
            return self.health(service)[0] == 200
        except OSError:
            return False

    def metrics(self, service: str) -> str:
        """Return what a process tells Prometheus."""
        return http(f"http://127.0.0.1:{self.ports[service]}/metrics").text

    def logs(self) -> dict[str, str]:
        """Return everything that our processes and their servers have logged, by file."""
        files = sorted((self.stack.data / "logs").iterdir())
        return {path.name: path.read_text("utf-8", errors="replace") for path in files}


@contextmanager
def running_radar(stack: LocalStack) -> Iterator[Radar]:
    """Start the services on a started stack, open both regions; stop and clear up afterwards."""
    settings = Settings(data=stack.data).at(stack.endpoints)
    settings.regions_path.write_text(REGIONS_FILE, encoding="utf-8")
    tokens = _write_partners(settings)
    _remove_topics(settings)
    prepare(settings, lambda step, seconds: print(f"{step}: {seconds:.1f} s"))
    with registry_client(settings.registry) as registry:
        write_bundle(settings.directory / BUNDLE_FILE, register_all(registry))
    with ExitStack() as undo:
        undo.callback(_remove_topics, settings)
        ports = start_services(stack, stack.endpoints)
        undo.callback(_pause_all, stack, tuple(ports))
        for name in ports:
            print(f"{name}: {stack.supervisor.wait_ready(name):.1f} s")
        for region in (REGION, OTHER_REGION):
            _open(settings, region)
        radar = Radar(stack=stack, settings=settings, ports=ports, tokens=tokens)
        # The first day of each region ticks by itself; then the road is quiet.
        eventually(
            lambda: (
                len(radar.query("select 1 from projections.region_view where day is not null"))
                == len(settings.regions)
            ),
            "the first day of each region",
        )
        yield radar


def _pause_all(stack: LocalStack, names: Sequence[str]) -> None:
    with ThreadPoolExecutor(len(names)) as threads:
        list(threads.map(stack.supervisor.pause, names))


def _write_partners(settings: Settings) -> Mapping[str, str]:
    path = settings.partners_path
    tokens = {**write_demo_partners(path, [REGION]), NORTH: "noord"}
    entry = (
        f'[[partner]]\nid = "{NORTH}"\nname = "Politie Noord"\nsources = ["{POLICE_NORTH}"]\n'
        f'regions = ["{OTHER_REGION}"]\ntopics = ["vt.in.police.v1"]\n'
        f'token_sha256 = "{hashlib.sha256(tokens[NORTH].encode()).hexdigest()}"\n'
    )
    path.write_text(path.read_text(encoding="utf-8") + entry, encoding="utf-8")
    return tokens


def _open(settings: Settings, region: str) -> None:
    publisher = Publisher(settings.bootstrap, client_id="radar-test-opening")
    try:
        with psycopg.connect(settings.database, autocommit=True) as connection:
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


def _remove_topics(settings: Settings) -> None:
    """Remove our topics: tests of other folders leave records on them, and find ours otherwise."""
    admin = AdminClient({"bootstrap.servers": settings.bootstrap})

    def present() -> list[str]:
        return [name for name in admin.list_topics(timeout=10).topics if name in TOPICS]

    for future in admin.delete_topics(present()).values() if present() else ():
        future.result(10)
    eventually(lambda: not present(), "our topics are gone")
