"""The whole road at full speed: sealed events on their topics, three real workers, every row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta

import psycopg
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from connectors.gateway.publisher import Publisher
from hub.opening import open_region
from hub.schema_bundle import BUNDLE_FILE, open_codec
from hub.wiring import hub_publisher
from streams.engine.database import Connection
from streams.engine.log import JOURNAL
from streams.vault.sealing_keys import public_sealing_key
from tests.bench.events import REGIONS, START, TOPICS, Happening, happenings, sealed_message
from tests.bench.figures import BenchFailed, Pace, cpu_seconds
from tests.bench.harness import Outgoing, Stand, publish, wait_until_reached
from tests.support.databases import database_name, fresh_database

STAGES = ("admission", "radar", "projections")

_ENDS = """
select (select max(committed_at) from engine.progress
         where stage = any('{radar,projections}') and topic = %(journal)s),
       (select min(settled_at) from engine.ledger where topic = any(%(topics)s)),
       (select count(*) from engine.ledger where topic = any(%(topics)s) and xmin =
         (select xmin from engine.ledger where topic = any(%(topics)s)
           order by settled_at limit 1))
"""
_OUTCOMES = "select outcome, count(*) from engine.ledger where topic = any(%s) group by outcome"
# Not the ledger's rows: counting them ten times a second would be part of what is measured.
_ADMITTED = """
select sum(last_offset + 1)::bigint from engine.input where stage = 'admission' and topic = any(%s)
"""
_BEHIND = """
select coalesce(sum(i.position), 0)::bigint
  from engine.input i where i.stage = any('{radar,projections}') and i.topic = %s
"""


class WholeRoad:
    """Sealed events on the inbound topics, and a database in which the regions are open.

    Copies of that database read the same events again; log topics must be new each time.
    """

    def __init__(self, stand: Stand, events: int) -> None:
        self._stand = stand
        self._events = events
        self._households = len({(h.region, h.household) for h in happenings(events)})
        url = fresh_database(stand.stack.endpoints, "radar")
        self.template = database_name(url)
        self._open(url)
        sent = publish(stand.settings.bootstrap, sealed_messages(stand, url, happenings(events)))
        stand.tell(f"{sent:,} sealed events published")

    def run(self, url: str) -> tuple[Pace, float, int]:
        """Run the three workers until everything is through; return pace, cpu and findings."""
        wanted = dict.fromkeys(TOPICS.values())
        with (
            self._stand.workers(STAGES, url) as workers,
            psycopg.connect(url, autocommit=True) as connection,
        ):
            wait_until_reached(
                lambda: _number(connection, _ADMITTED, [list(wanted)]),
                self._events,
                "admission",
                self._stand.tell,
            )
            head = "select sum(position)::bigint * 2 from engine.log_head where log = %s"
            wait_until_reached(
                lambda: _number(connection, _BEHIND, [JOURNAL.topic]),
                _number(connection, head, [JOURNAL.name]),
                "radar and projections",
                self._stand.tell,
            )
            spent = sum(map(cpu_seconds, workers))
            self._check(connection)
            asked = {"journal": JOURNAL.topic, "topics": list(wanted)}
            row = connection.execute(_ENDS, asked).fetchone()
            said = "select count(*) from engine.findings"
            assert row is not None
            last, first, left_out = row
            pace = Pace(
                records=self._events - int(left_out), seconds=(last - first).total_seconds()
            )
            return pace, spent, _number(connection, said, [])

    def _check(self, connection: Connection) -> None:
        """Raise BenchFailed unless all was applied, and to the households that we made up."""
        rows = connection.execute(_OUTCOMES, [list(TOPICS.values())]).fetchall()
        outcomes: dict[str, int] = dict(rows)
        if outcomes != {"applied": self._events}:
            raise BenchFailed(f"f: not everything was applied: {outcomes}")
        found = _number(connection, "select count(*) from radar.household_state", [])
        if found != self._households:
            raise BenchFailed(f"f: {found} households, but {self._households} were spoken of")

    def _open(self, url: str) -> None:
        """Open the regions in the template, with nothing but admission at work."""
        with self._stand.workers(["admission"], url):
            open_regions(self._stand, url)
        with psycopg.connect(url, autocommit=True) as connection:
            # So that a copy of this database can tell when its own workers have claimed.
            connection.execute("update engine.head set worker = 'opening'")


def open_regions(stand: Stand, url: str) -> None:
    """Open every region, on the hub's own clock; admission must be at work."""
    publisher = Publisher(stand.settings.bootstrap, client_id="radar-bench-opening")
    try:
        with psycopg.connect(url, autocommit=True) as connection:
            for region in REGIONS:
                open_region(
                    connection,
                    hub_publisher(stand.settings, publisher),
                    region=region,
                    name=region.title(),
                    clock_mode="SYSTEM",
                    opened_at=START - timedelta(days=1),
                )
    finally:
        publisher.close()


def sealed_messages(stand: Stand, url: str, said: Iterable[Happening]) -> list[Outgoing]:
    """Return the events as their senders publish them, sealed for the regions of a database."""
    codec = open_codec(stand.stack.data / BUNDLE_FILE)
    keys = _public_keys(url)
    found: list[Outgoing] = []
    for happening in said:
        message = sealed_message(happening, codec, stand.settings.regions, keys)
        headers: list[tuple[str, str | bytes | None]] = list(message.headers)
        found.append((message.topic, message.partition, message.key, message.value, headers))
    return found


def _public_keys(url: str) -> Mapping[str, tuple[bytes, X25519PublicKey]]:
    """Return what senders seal to, by region."""
    with psycopg.connect(url) as connection:
        keys = {region: public_sealing_key(connection, region) for region in REGIONS}
    return {
        region: (key_id, X25519PublicKey.from_public_bytes(public))
        for region, (key_id, public) in keys.items()
    }


def _number(connection: Connection, statement: str, values: list[object]) -> int:
    row = connection.execute(statement.encode(), values).fetchone()
    return 0 if row is None or row[0] is None else int(str(row[0]))
