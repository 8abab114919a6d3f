"""Every event that partners are shown goes all the way, and `radar trace` follows it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from connectors.gateway.publisher import Publisher
from hub.wiring import hub_publisher
from schemas.cloud_events import parse_event
from schemas.events import EVENT_TYPES
from schemas.examples import examples_of
from streams.engine.wire import HUB_SOURCE
from tests.support.road import REGION, event, eventually, new_bsn, report, source_of
from tests.support.road_command import radar_command

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.support.road import Radar
    from tests.support.road_kafka import KafkaPartner

HUB_TOPIC = "vt.in.hub.v1"
CASE_SYSTEM_SOURCE = "urn:nld:oin:00000001001234567000:systeem:zaaksysteem"
# Who sends the examples, and which partner of the demonstration does so here.
SENDERS = {
    CASE_SYSTEM_SOURCE: "zaaksysteem",
    "urn:nld:oin:00000001001234567001:systeem:bvh": "politie",
    "urn:nld:oin:00000001001234567002:systeem:leerlingzorg": "melders",
    "urn:nld:oin:00000001001234567003:systeem:corv": "corv",
    "urn:nld:oin:00000001001234567004:systeem:wijkteam": "lokaal-team",
    "urn:nld:oin:00000001001234567005:systeem:mda": "mda",
    "urn:nld:oin:00000001001234567006:systeem:huisverbod": "gemeente",
    "urn:nld:oin:00000001001234567007:systeem:brp": "brp",
    "urn:nld:oin:00000001001234567009:systeem:radar": "paginas",
}
ADVICE = {name for name, event_type in EVENT_TYPES.items() if event_type.is_advice}
EXAMPLES = [
    (name, example)
    for name, event_type in EVENT_TYPES.items()
    if event_type.topic.startswith("vt.in.") and event_type.topic != HUB_TOPIC
    for example in examples_of(name)
]
Sent = dict[tuple[str, str], tuple[dict[str, Any], str, str]]


def as_demonstrated(name: str, said: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """Return an example as a partner of the demonstration sends it, and that partner."""
    partner = "advies" if name in ADVICE else SENDERS[said["source"]]
    text = json.dumps(said)
    for source, sender in SENDERS.items():
        text = text.replace(source, source_of(sender))
    return json.loads(text) | {"source": source_of(partner)}, partner


def send(radar: Radar, sent: Sent, key: tuple[str, str], said: Mapping[str, Any]) -> None:
    demonstrated, partner = as_demonstrated(key[0], said)
    answer = radar.accept(demonstrated, partner)
    sent[key] = demonstrated, partner, answer.json()["ontvangstbewijs"]


@pytest.fixture(scope="module")
def sent(radar: Radar) -> Sent:
    """Send every example, in the order of their names: much comes before what it refers to."""
    sent: Sent = {}
    for name, example in EXAMPLES:
        if name != "AnalystDecided":
            send(radar, sent, (name, example), examples_of(name)[example])
    # An analyst decides on households that stand on a page, so these exist before.
    founders = (("PoliceReportSubmitted", "complete"), ("CaseTransferred", "example"))
    households = [radar.household(sent[founder][0]) for founder in founders]
    for example, said in examples_of("AnalystDecided").items():
        number = len(said["data"]["householdIds"])
        data = said["data"] | {"householdIds": households[:number]}
        send(radar, sent, ("AnalystDecided", example), dict(said) | {"data": data})
    return sent


@pytest.mark.parametrize(("name", "example"), EXAMPLES)
def test_an_example_is_admitted_and_on_the_timeline(
    radar: Radar, sent: Sent, name: str, example: str
) -> None:
    said, partner, address = sent[name, example]
    eventually(lambda: status(radar, address, partner) == "verwerkt", f"{name} is applied")
    assert radar.outcomes(said) == ["applied"]
    table = "engine.advice" if name in ADVICE else "engine.journal"
    (row,) = radar.query(
        f"select * from {table} where region = %s and source = %s and event_id = %s",
        *(REGION, said["source"], said["id"]),
    )
    if name not in ADVICE:
        households = row[-1]
        assert households
        # The example of a merge moved what stood in the second household.
        (merge,) = [key for key in sent if key == ("AnalystDecided", "merge")]
        into, *merged = sent[merge][0]["data"]["householdIds"]
        expected = [
            into if household in merged and len(households) == 1 else household
            for household in households
        ]
        eventually(lambda: sorted(radar.households(said)) == sorted(expected), f"{name} stands")


def status(radar: Radar, address: str, partner: str) -> str:
    return str(radar.receipt(address, partner)["status"])


def test_what_the_hub_says_is_admitted(radar: Radar) -> None:
    publisher = Publisher(radar.settings.bootstrap, client_id="radar-test-hub")
    try:
        publish = hub_publisher(radar.settings, publisher)
        for name in ("SubjectErased", "RedriveRequested", "DiscardRequested"):
            said = examples_of(name)["example"]
            parsed = parse_event(said | {"source": HUB_SOURCE})
            publish(name, parsed.record)
            told = said | {"source": HUB_SOURCE}
            assert eventually(partial(radar.outcomes, told), name) == ["applied"]
    finally:
        publisher.close()


def test_an_event_about_something_unknown_waits_for_it(radar: Radar) -> None:
    case = f"Z-{uuid4()}"
    moment = dict(examples_of("HandoverSent")["example"]["data"]) | {
        "caseId": case,
        "handoverId": f"O-{uuid4()}",
    }
    registered = dict(examples_of("ReportRegistered")["example"]["data"]) | {
        "caseId": case,
        "reportId": f"M-{uuid4()}",
        "sourceRef": f"M-{uuid4()}",
        "signalSourceRef": f"PL-{uuid4()}",
        "persons": [{"role": "VICTIM", "bsn": new_bsn()}],
    }
    source = source_of("zaaksysteem")
    child = event("handover-sent.v1", moment, source=source)
    parent = event("report-registered.v1", registered, source=source)
    address = radar.accept(child, "zaaksysteem").json()["ontvangstbewijs"]
    eventually(lambda: status(radar, address, "zaaksysteem") == "wacht", "the child waits")
    radar.accept(parent, "zaaksysteem")
    eventually(lambda: status(radar, address, "zaaksysteem") == "verwerkt", "the child is applied")
    assert radar.household(child) == radar.household(parent)


def test_trace_prints_every_step_with_its_time(radar: Radar) -> None:
    before = datetime.now(UTC)
    said = report({"bsn": new_bsn()}, redFlags=["STRANGULATION"])
    address = radar.accept(said).json()["ontvangstbewijs"]
    household = radar.household(said)
    eventually(lambda: status(radar, address, "politie") == "verwerkt", "the report is applied")
    eventually(lambda: radar.twin(household)["radarsignalen"], "the finding is on the page")
    ended = radar_command("trace", said["id"], "--json", data=radar.stack.data)
    assert ended.code == 0, ended.said
    steps = ended.json()["steps"]
    # Radar and projections read the journal beside each other, so their order is no promise.
    assert [step["name"] for step in steps[:4]] == ["gateway", "broker", "admission", "known"]
    told = {(step["name"], step["says"].partition(" up to")[0].split(",")[0]) for step in steps}
    assert len(steps) == len(told)
    assert told == {
        ("gateway", "region drenthe: reserved"),
        ("broker", "acknowledged"),
        ("admission", f"region drenthe: vt.in.police.v1 offset {offset_of(radar, said)}: applied"),
        ("known", f"region drenthe: journal position {position_of(radar, said)}"),
        ("radar", "has read vt.journal.v1"),
        ("projections", "has read vt.journal.v1"),
        ("projections", "has read vt.findings.v1"),
        ("finding", "R07 open"),
    }
    times = [datetime.fromisoformat(step["at"]) for step in steps]
    assert all(before <= time <= datetime.now(UTC) for time in times)
    # A person reads the same steps, in local time.
    for step in steps:
        assert step["says"] in ended.said


def offset_of(radar: Radar, said: Mapping[str, Any]) -> int:
    ((offset,),) = radar.query('select "offset" from engine.ledger where event_id = %s', said["id"])
    return int(offset)


def position_of(radar: Radar, said: Mapping[str, Any]) -> int:
    ((position,),) = radar.query(
        "select position from engine.journal where event_id = %s", said["id"]
    )
    return int(position)


def test_trace_knows_what_was_published_directly_and_what_nobody_sent(
    radar: Radar, kafka: KafkaPartner
) -> None:
    said = report({"bsn": new_bsn()})
    kafka.publish(said, "vt.in.police.v1")
    radar.household(said)
    ended = radar_command("trace", said["id"], "--region", REGION, data=radar.stack.data)
    assert ended.code == 0
    assert "vt.in.police.v1" in ended.said and "applied, position" in ended.said
    unknown = radar_command("trace", str(uuid4()), "--json", data=radar.stack.data)
    assert (unknown.code, unknown.json()["steps"]) == (1, [])
