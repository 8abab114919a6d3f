"""A database that was put back to an earlier day takes back what its logs' topics still hold."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from confluent_kafka import TopicPartition
from confluent_kafka.admin import AdminClient

from streams.engine import adoption
from streams.engine.broker import KafkaBroker
from streams.engine.errors import StopError
from streams.engine.log import JOURNAL
from tests.support.admission import AdmissionRoad
from tests.support.databases import drop_database, fresh_database
from tests.support.lives import (
    PARTITION,
    Life,
    admission_topics,
    backup_of,
    open_life,
    publish,
    publish_row,
)
from tests.support.sayings import assessed, police
from tests.support.six_families import scenario, shape

if TYPE_CHECKING:
    from hub.local.endpoints import Endpoints

# What a stage derives from its own rows, apart from what is random anew: sealed values and keys.
DERIVED = {
    "admission.event": "source, event_id, record_name, digest, state, position, topic, "
    '"offset", first_seen_at',
    "admission.household": "household_id, founded_position, founded_at, source, event_id",
    "admission.reference": "scope, token, household_id, position",
    "admission.membership": "household_id, pid, role, valid_from, position_from, position_to",
    "admission.membership_support": "position, household_id, pid, role, valid_from, is_void",
    "admission.correction": "event_id, kind, target_event_id, replacement_event_id, position",
    "admission.sighting": "pid, household_id, role, seen_on, event_id, position, is_void",
    "admission.told_sighting": "pid, sighting_position, household_id, position",
    "admission.region_clock": "mode, name, now, day, opened_at",
    "admission.pending": "source, event_id, is_reviewed",
    "admission.pending_key": "key, event_id",
    "admission.review_entry": "id, kind, household_ids, known_at, state",
    "vault.person": "pid",
    "vault.person_detail": "pid, digest",
    "vault.identity_index": "kind, hmac, pid",
    "vault.name_index": "hmac, pid, is_certain",
    "vault.address_index": "hmac, token",
    "engine.ledger": 'topic, "offset", outcome, position, code, source, event_id',
}
OUTCOMES = 'select topic, "offset", outcome, code from engine.ledger order by 1, 2'


@dataclass(kw_only=True)
class Rig:
    """The first life, and a backup from the middle of it."""

    stack: Endpoints
    admin: AdminClient
    first: Life
    undo: ExitStack
    backup: str = ""
    head: int = 0

    def say(self, first: int | None = None, last: int | None = None) -> None:
        """Publish what was said and not published yet, or some of it, and read it."""
        road = self.first.road
        publish(self.stack, road.waiting[first:last])
        self.first.read()

    def back_up(self) -> None:
        """Bring all rows to the topic and copy the database."""
        self.first.send_rows()
        self.backup = backup_of(self.stack, self.first)
        self.undo.callback(drop_database, self.stack, self.backup)
        self.head = len(self.first.rows())

    def restored(self, stage: str = "admission") -> Life:
        """Return another life on a copy of the backup."""
        copy = fresh_database(self.stack, self.backup.rsplit("/", 1)[1])
        life = open_life(copy, self.first, stage)
        self.undo.callback(drop_database, self.stack, copy)
        self.undo.callback(life.end)
        return life


@pytest.fixture
def rig(stack: Endpoints, database: str) -> Iterator[Rig]:
    """Return a region that was opened, on topics of its own."""
    with ExitStack() as undo:
        admin = undo.enter_context(admission_topics(stack))
        road = AdmissionRoad(database=database)
        first = Life(stack=stack, road=road, broker=KafkaBroker(stack.kafka_bootstrap, "life"))
        undo.callback(first.end)
        first.claim()
        road.hub("RegionOpened", "opened", clock_mode="REPLAY", name="Drenthe")
        rig = Rig(stack=stack, admin=admin, first=first, undo=undo)
        rig.say()
        road.waiting = []
        yield rig


def derived(life: Life) -> dict[str, list[str]]:
    """Return everything derived, as text in an order of its own."""
    return {
        table: sorted(str(row) for row in life.query(f"select {columns} from {table}"))
        for table, columns in DERIVED.items()
    }


def without_reasons(found: list[Any], last: int) -> list[Any]:
    """Leave out why rows behind `last` were linked.

    A child that once waited for its parent finds it there when it is admitted anew.
    """
    rows, *rest = found
    plain = [
        (position, *said, [household for household, _ in links], *more)
        if position > last
        else (position, *said, links, *more)
        for position, *said, links, pids, decisions in rows
        for more in [(pids, decisions)]
    ]
    return [plain, *rest]


@pytest.mark.timeout(300)
def test_a_backup_with_any_beginning_of_what_followed_on_the_topic(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adoption, "ADOPTED_ROWS_MAX", 7)
    first = rig.first
    assessed(first.road, "waits", "C99")
    scenario(first.road)
    police(first.road, "p1", 1, 7, source_ref="B1")
    police(first.road, "p2", 5, source_ref="B2")
    first.road.send("vt.in.police.v1", b"rubbish")
    rig.say(0, 20)
    rig.back_up()
    rig.say(20, 35)
    rig.say(35)
    lived, everything, wanted = first.rows(), derived(first), shape(first.road)
    outcomes = first.query(OUTCOMES)
    assert rig.head < len(lived) - 20
    kinds = {outcome for _, _, outcome, _ in outcomes}
    assert kinds == {"applied", "pending", "duplicate", "conflict", "dead_lettered"}
    for last in range(rig.head, len(lived) + 1):
        if last > rig.head:
            publish_row(rig.stack, JOURNAL, lived[last - 1])
        life = rig.restored().claim()
        # The rows come back before anything is read, byte for byte.
        taken_back = life.rows()
        assert taken_back[:last] == lived[:last]
        assert {number for _, number, *_ in taken_back[last:]} <= {2}
        life.read()
        found = without_reasons(shape(life.road), last)
        assert found == without_reasons(wanted, last), last
        assert life.query(OUTCOMES) == outcomes
        numbers = {number for _, number, *_ in life.rows()[last:]}
        assert numbers <= ({1} if last == rig.head else {2})
        if last == len(lived):
            assert derived(life) == everything
        life.end()


def test_a_hole_is_refused_and_named(rig: Rig) -> None:
    first = rig.first
    police(first.road, "before", 0)
    rig.say()
    first.road.waiting = []
    rig.back_up()
    for number in range(1, 5):
        police(first.road, f"after {number}", number)
    rig.say()
    first.send_rows()
    head = len(first.rows())
    assert rig.head == 2
    places = [TopicPartition(JOURNAL.topic, PARTITION, rig.head + 2)]
    for future in rig.admin.delete_records(places).values():
        future.result(20)
    life = rig.restored()
    with pytest.raises(StopError, match="positions 3 to 4") as refused:
        life.claim()
    assert f"goes on to {head}" in str(refused.value)
    assert len(life.rows()) == rig.head, "nothing was written"
