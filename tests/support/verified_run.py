"""A small real run with a little of everything, and rows changed behind Radar's back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import psycopg

from hub.verify.check import check_everything, check_recent
from hub.verify.report import Report
from hub.verify.topics import KafkaTopics
from schemas.examples import examples_of
from tests.support.road import (
    OTHER_REGION,
    REGION,
    Radar,
    event,
    eventually,
    new_bsn,
    report,
    source_of,
)
from tests.support.road_kafka import KafkaPartner

POLICE_TOPIC = "vt.in.police.v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What was sent, and where three of it came to stand."""

    applied: Mapping[str, Any]
    repeated_offset: int
    registered: Mapping[str, Any]
    household: str

    def offset(self, radar: Radar) -> int:
        """Return the offset at which the report was applied."""
        return int(self._one(radar, 'select "offset" from engine.ledger', "outcome = 'applied'"))

    def position(self, radar: Radar) -> int:
        """Return the report's position in the journal."""
        return int(self._one(radar, "select position from engine.journal", "true"))

    def _one(self, radar: Radar, select: str, condition: str) -> Any:
        rows = radar.query(
            f"{select} where region = %s and event_id = %s and {condition}",
            *(REGION, self.applied["id"]),
        )
        ((found,),) = rows
        return found


def small_run(radar: Radar, kafka: KafkaPartner) -> Run:
    """Send a little of everything: reports that raise a finding, repeats, rubbish, what waits."""
    person = {"bsn": new_bsn()}
    reports = [report(person, days_ago=days) for days in (200, 100, 10)]
    for said in reports:
        radar.accept(said)
    repeated_offset = kafka.publish(reports[2], POLICE_TOPIC)
    kafka.put(POLICE_TOPIC, b"rubbish")
    case_system = source_of("zaaksysteem")
    registered = [event("report-registered.v1", registration(), source=case_system) for _ in "12"]
    for said in registered:
        radar.accept(said, "zaaksysteem")
    taken_back = {"correctedEventId": registered[1]["id"], "kind": "RETRACTED"}
    waiting = examples_of("HandoverSent")["example"]["data"] | {
        "caseId": f"Z-{uuid4()}",
        "handoverId": f"O-{uuid4()}",
    }
    advice = examples_of("AdviceGiven")["example"]["data"]
    given = [event("advice-given.v1", advice, source=source_of("advies")) for _ in "12"]
    for said in given:
        radar.accept(said, "advies")
    for kind, data, partner in (
        ("event-corrected.v1", taken_back | {"reasonCode": "INPUT_ERROR"}, "zaaksysteem"),
        ("handover-sent.v1", waiting, "zaaksysteem"),
        (
            "advice-corrected.v1",
            {"correctedEventId": given[1]["id"], "kind": "RETRACTED", "reasonCode": "DUPLICATE"},
            "advies",
        ),
    ):
        radar.accept(event(kind, data, source=source_of(partner)), partner)
    household = radar.household(reports[2])
    eventually(lambda: radar.twin(household)["radarsignalen"], "a finding")
    eventually(lambda: is_settled(check(radar, recent=True)), "everything has come to its end")
    return Run(
        applied=reports[2],
        repeated_offset=repeated_offset,
        registered=registered[0],
        household=household,
    )


def registration() -> dict[str, Any]:
    """Return a registered report about somebody new."""
    data: dict[str, Any] = examples_of("ReportRegistered")["example"]["data"]
    return data | {
        "caseId": f"Z-{uuid4()}",
        "reportId": f"M-{uuid4()}",
        "sourceRef": f"M-{uuid4()}",
        "signalSourceRef": f"PL-{uuid4()}",
        "persons": [{"role": "VICTIM", "bsn": new_bsn()}],
    }


def check(radar: Radar, *, recent: bool = False) -> Report:
    """Check both regions, everything or what is looked at every minute."""
    settings = radar.settings
    asked = check_recent if recent else check_everything
    topics = KafkaTopics(settings.bootstrap, settings.regions)
    return asked(settings.database, topics, [REGION, OTHER_REGION])


def is_settled(found: Report) -> bool:
    """Say whether nothing is on its way any more."""
    return not found.unread and not found.behind


def places(found: Report, kind: str) -> Sequence[Mapping[str, object]]:
    """Return the places of a kind of difference; each kind belongs to one invariant."""
    named = [d for i in found.invariants for d in i.differences if d.kind == kind]
    return [place for difference in named for place in difference.first]


def holds(place: Mapping[str, object], **wanted: object) -> bool:
    """Say whether a place has these values."""
    return all(place[name] == value for name, value in wanted.items())


@contextmanager
def changed(radar: Radar, table: str, where: str, change: str, *values: Any) -> Iterator[None]:
    """Change the rows of a condition behind Radar's back, and put them back afterwards."""
    with psycopg.connect(radar.settings.database, autocommit=True) as connection:
        condition = psycopg.ClientCursor(connection).mogrify(where, values)
        connection.execute(f"create temp table kept as select * from {table} where {condition}")
        connection.execute(change.format(condition=condition).encode())
        try:
            yield
        finally:
            with connection.transaction():
                connection.execute(f"delete from {table} where {condition}")
                connection.execute(f"insert into {table} select * from kept")


@contextmanager
def removed(radar: Radar, table: str, where: str, *values: Any) -> Iterator[None]:
    """Remove the rows of a condition, and put them back afterwards."""
    with changed(radar, table, where, f"delete from {table} where {{condition}}", *values):
        yield
