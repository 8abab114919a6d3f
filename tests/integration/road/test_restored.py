"""A running Radar whose database is put back to an earlier moment: the road goes on as if not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from schemas.examples import examples_of
from tests.support.databases import database_name
from tests.support.road import Radar, event, eventually, new_bsn, report, source_of
from tests.support.road_command import radar_command
from tests.support.verified_run import POLICE_TOPIC, check, is_settled, registration

if TYPE_CHECKING:
    from tests.support.road_kafka import KafkaPartner

ROWS = "select region, position, key, body from {} order by region, position"
NUMBERS = "select region, kind, hmac, pid from vault.identity_index"


@contextmanager
def stopped(radar: Radar) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    """Stop every process of ours, hand over the database server, start them again."""
    supervisor = radar.stack.supervisor
    _of_each(supervisor.pause, radar.ports)
    server = radar.settings.database.rsplit("/", 1)[0] + "/postgres"
    with psycopg.connect(server, autocommit=True) as connection:
        yield connection
    _of_each(supervisor.resume, radar.ports)
    eventually(lambda: all(map(radar.is_ready, radar.ports)), "everybody is ready", 60)


def _of_each(act: Callable[[str], object], names: Iterable[str]) -> None:
    with ThreadPoolExecutor() as threads:
        list(threads.map(act, names))


def copied(radar: Radar) -> str:
    """Stop Radar, copy its database and let it go on; return the copy's name."""
    name = database_name(radar.settings.database)
    with stopped(radar) as server:
        server.execute(f'create database "{name}_backup" template "{name}"'.encode())
    return f"{name}_backup"


def put_back(radar: Radar, backup: str) -> None:
    """Stop Radar and put the copy in the place of its database."""
    name = database_name(radar.settings.database)
    with stopped(radar) as server:
        server.execute(f'drop database "{name}" with (force)'.encode())
        server.execute(f'alter database "{backup}" rename to "{name}"'.encode())


def say_all(radar: Radar, kafka: KafkaPartner, people: Sequence[dict[str, Any]]) -> list[Any]:
    """Say a little of everything about two people that the region knows by now."""
    first, second = people
    late = report(first, second, days_ago=40)
    soon = report(first, days_ago=2)
    case_system = source_of("zaaksysteem")
    registered = event("report-registered.v1", registration(), source=case_system)
    advice = event(
        "advice-given.v1", examples_of("AdviceGiven")["example"]["data"], source=source_of("advies")
    )
    for said in (late, soon):
        radar.accept(said)
    kafka.publish(late, POLICE_TOPIC)
    radar.accept(registered, "zaaksysteem")
    radar.accept(advice, "advies")
    taken_back = {"correctedEventId": soon["id"], "kind": "RETRACTED", "reasonCode": "INPUT_ERROR"}
    radar.accept(event("event-corrected.v1", taken_back))
    return [late, soon, registered]


@pytest.mark.timeout(300)
def test_a_road_goes_on_after_a_restore(radar: Radar, kafka: KafkaPartner) -> None:
    people = [{"bsn": new_bsn()}, {"bsn": new_bsn()}]
    before = report(people[0], days_ago=90)
    radar.accept(before)
    home = radar.household(before)
    eventually(lambda: is_settled(check(radar, recent=True)), "all is settled")
    backup = copied(radar)

    said = say_all(radar, kafka, people)
    eventually(lambda: all(map(radar.outcomes, said)), "all is admitted")
    eventually(lambda: is_settled(check(radar, recent=True)), "all is settled")
    tables = ("engine.journal", "engine.advice", "engine.findings")
    logs = {table: radar.query(ROWS.format(table)) for table in tables}
    numbers = sorted(radar.query(NUMBERS))
    outcomes = [radar.outcomes(one) for one in said]

    put_back(radar, backup)
    eventually(lambda: is_settled(check(radar, recent=True)), "all is settled again", 60)
    eventually(lambda: [radar.outcomes(one) for one in said] == outcomes, "the same outcomes")
    for table in tables[:2]:
        assert radar.query(ROWS.format(table)) == logs[table], table
    assert sorted(radar.query(NUMBERS)) == numbers
    again = radar.query(ROWS.format("engine.findings"))
    assert [row[:3] for row in again] == [row[:3] for row in logs["engine.findings"]]

    after = report(*people)
    radar.accept(after)
    assert radar.household(after) == home
    raised = radar.query("select log, region, incarnation, position from engine.log_head")
    assert any(number > 1 for log, _, number, _ in raised if log == "journal")
    eventually(lambda: is_settled(check(radar, recent=True)), "the last one is settled")
    assert radar_command("verify", "--json", data=radar.stack.data).code == 0
    checked = radar_command("rebuild", "all", "--check", data=radar.stack.data)
    assert checked.code == 0, checked.said
