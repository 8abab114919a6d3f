from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from schemas.cloud_events import SENDABLE_TYPES, cloud_event, kafka_headers, parse_event
from schemas.events import EVENT_TYPES, by_ce_type
from schemas.json_mapping import to_json
from schemas.problem_codes import InvalidEventError
from tests.support.spoken import OFFERED, ONLY_THE_HUB_WRITES, document, parsed

Change = Callable[[dict[str, Any]], object]


def faults(said: Any) -> dict[str, str]:
    """Return pointer → code of what is wrong; a place with two mistakes shows the last."""
    with pytest.raises(InvalidEventError) as caught:
        parse_event(said)
    return {v.pointer: v.code for v in caught.value.violations}


def changed(change: Change, name: str = "PoliceReportSubmitted") -> dict[str, Any]:
    said = document(name)
    change(said)
    return said


# What a sender gets wrong → where and what the answer says.
CASES: tuple[tuple[str, Change, dict[str, str]], ...] = (
    ("no id", lambda e: e.pop("id"), {"/id": "json.missing_field"}),
    ("id no uuid", lambda e: e.update(id="7"), {"/id": "domain.id"}),
    ("id a number", lambda e: e.update(id=7), {"/id": "json.type"}),
    ("version", lambda e: e.update(specversion="0.3"), {"/specversion": "cloudevent.attribute"}),
    ("type", lambda e: e.update(type="nl.x.v1"), {"/type": "cloudevent.type"}),
    ("source", lambda e: e.update(source="https://x"), {"/source": "domain.source"}),
    ("region", lambda e: e.update(region="DRENTHE"), {"/region": "domain.region"}),
    ("time", lambda e: e.update(time="gisteren"), {"/time": "domain.format"}),
    ("no zone", lambda e: e.update(time="2025-03-02T07:45:00"), {"/time": "domain.format"}),
    (
        "xml",
        lambda e: e.update(datacontenttype="text/xml"),
        {"/datacontenttype": "cloudevent.attribute"},
    ),
    ("subject", lambda e: e.update(subject="999990019"), {"/subject": "json.unknown_field"}),
    ("odd name", lambda e: e.update({"Anna van der Voorbeeld": 1}), {"": "json.unknown_field"}),
    ("no data", lambda e: e.pop("data"), {"/data": "json.missing_field"}),
    ("data a list", lambda e: e.update(data=[]), {"/data": "json.type"}),
    ("missing", lambda e: e["data"].pop("incidentOn"), {"/data/incidentOn": "json.missing_field"}),
    ("unknown", lambda e: e["data"].update(zaak=1), {"/data/zaak": "json.unknown_field"}),
    (
        "snake",
        lambda e: e["data"].update(reported_on="2025-03-02"),
        {"/data/reported_on": "json.unknown_field"},
    ),
    (
        "sealed",
        lambda e: e["data"].update(sealedPersons="AQ=="),
        {"/data/sealedPersons": "json.unknown_field"},
    ),
    ("meta", lambda e: e["data"].update(meta={}), {"/data/meta": "json.unknown_field"}),
    (
        "string for bool",
        lambda e: e["data"].update(agendaRequested="true"),
        {"/data/agendaRequested": "json.type"},
    ),
    (
        "int for bool",
        lambda e: e["data"].update(agendaRequested=1),
        {"/data/agendaRequested": "json.type"},
    ),
    (
        "null for bool",
        lambda e: e["data"].update(agendaRequested=None),
        {"/data/agendaRequested": "json.type"},
    ),
    (
        "day",
        lambda e: e["data"].update(incidentOn="01-03-2025"),
        {"/data/incidentOn": "domain.format"},
    ),
    (
        "impossible day",
        lambda e: e["data"].update(incidentOn="2025-02-30"),
        {"/data/incidentOn": "domain.format"},
    ),
    ("enum", lambda e: e["data"].update(nature=["xyz"]), {"/data/nature/0": "domain.enum"}),
    ("enum type", lambda e: e["data"].update(nature=[3]), {"/data/nature/0": "json.type"}),
    ("list", lambda e: e["data"].update(nature="CHILD_ABUSE"), {"/data/nature": "json.type"}),
    ("nobody", lambda e: e["data"].update(persons=[]), {"/data/persons": "domain.household"}),
    (
        "bsn",
        lambda e: e["data"]["persons"][1].update(bsn="123456789"),
        {"/data/persons/1/bsn": "domain.bsn"},
    ),
    (
        "person field",
        lambda e: e["data"]["persons"][0].update(religie="x"),
        {"/data/persons/0/religie": "json.unknown_field"},
    ),
    (
        "float ref",
        lambda e: e["data"]["persons"][0].update(ref=1.0),
        {"/data/persons/0/ref": "json.type"},
    ),
    (
        "same twice",
        lambda e: e["data"]["persons"][1].update(bsn=e["data"]["persons"][0]["bsn"]),
        {"/data/persons/1": "domain.duplicate_member"},
    ),
    (
        "relation",
        lambda e: e["data"]["persons"][0]["relations"][0].update(toRef=9),
        {"/data/persons/0/relations/0/toRef": "domain.refs"},
    ),
    (
        "address",
        lambda e: e["data"]["incidentAddress"].update(houseNumber="12"),
        {"/data/incidentAddress/houseNumber": "json.type"},
    ),
    (
        "own number",
        lambda e: e["data"].update(sourceRef="\u202e1"),
        {"/data/sourceRef": "domain.text"},
    ),
    ("occurred", lambda e: e["data"].update(occurredAt=5), {"/data/occurredAt": "json.type"}),
)


@pytest.mark.parametrize(("_what", "change", "expected"), CASES, ids=[case[0] for case in CASES])
def test_a_mistake_is_named_with_its_field(
    _what: str, change: Change, expected: dict[str, str]
) -> None:
    assert faults(changed(change)) == expected


def test_all_mistakes_are_named_at_once_in_attributes_and_data_alike() -> None:
    def change(event: dict[str, Any]) -> None:
        event["id"] = "x"
        event.pop("time")
        event["data"]["persons"][0]["bsn"] = "1"
        event["data"]["municipality"] = "Assen"
        event["data"].pop("receivedOn")
        event["data"]["reasons"] = ["zes"]

    assert faults(changed(change, "ReportRegistered")) == {
        "/id": "domain.id",
        "/time": "json.missing_field",
        "/data/persons/0/bsn": "domain.bsn",
        "/data/municipality": "domain.format",
        "/data/receivedOn": "json.missing_field",
        "/data/reasons/0": "domain.code",
    }


@pytest.mark.parametrize("said", [None, 1, "x", [], [{}], True])
def test_what_is_no_event_at_all_is_refused(said: Any) -> None:
    assert faults(said) == {"": "json.type"}


def test_no_value_comes_back_in_an_error() -> None:
    def change(event: dict[str, Any]) -> None:
        event["data"]["persons"][0].update(bsn="123456789", familyName="Geheim\x00")
        event["data"]["sourceRef"] = "Geheim, van Anna"
        event["region"] = "GEHEIM"

    with pytest.raises(InvalidEventError) as caught:
        parse_event(changed(change))
    shown = f"{caught.value} {caught.value!r} {caught.value.violations}"
    assert "eheim" not in shown and "123456789" not in shown and "GEHEIM" not in shown


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d.update(householdId="Vb3kQ9x0T2mP7sLw"),
        lambda d: d.update(persons=[{"role": "CHILD", "bsn": "999990019"}]),
        lambda d: d.update(callerName="Anna"),
        lambda d: d.update(toelichting="moeder belde"),
        lambda d: d.update(opmerking="bereikbaar op 06-12345678"),
        lambda d: d.update(seekerRole="9 9 9 9 9 0 0 1 9"),
        lambda d: d.update(municipality="9401AA 12"),
        lambda d: d.update(reasons=["06", "1 mei 2011"]),
        lambda d: d.update({"anna@voorbeeld.nl": 1}),
        lambda d: d.update(nummer=999990019),
    ],
)
def test_an_advice_with_a_family_in_it_is_refused_as_that(change: Change) -> None:
    said = changed(lambda e: change(e["data"]), "AdviceGiven")
    with pytest.raises(InvalidEventError) as caught:
        parse_event(said)
    assert "advice.personal_data" in {v.code for v in caught.value.violations}


def test_an_advice_has_no_number_of_the_sender_and_no_time_of_occurrence() -> None:
    said = changed(lambda e: e["data"].update(occurredAt="2025-03-03T10:00:00Z"), "AdviceGiven")
    assert faults(said) == {"/data/occurredAt": "json.unknown_field"}
    assert set(parsed("AdviceGiven").record["meta"]) == {
        "event_id",
        "source",
        "region",
        "recorded_at",
    }


def test_persons_are_split_off_and_numbered_when_the_sender_did_not() -> None:
    event = parsed("PoliceReportSubmitted", "smallest")
    assert [p["ref"] for p in event.record["persons"]] == [0, 1, 2]
    assert event.persons[0] == {"ref": 0, "bsn": "999990007"}
    assert [p["ref"] for p in event.persons] == [0, 1], "of the third nothing is known"
    assert event.record["sealed_persons"] is None
    assert "999990007" not in str(event.record)


def test_the_time_of_occurrence_defaults_to_the_time_of_recording_in_utc() -> None:
    meta = parsed("PoliceReportSubmitted", "smallest").record["meta"]
    assert meta["recorded_at"] == meta["occurred_at"] == datetime(2025, 4, 11, 6, tzinfo=UTC)


def test_an_instant_is_cut_to_milliseconds_as_on_kafka() -> None:
    said = changed(lambda e: e.update(time="2025-03-02T08:45:00.123999+01:00"))
    when = parse_event(said).record["meta"]["recorded_at"]
    assert when == datetime(2025, 3, 2, 7, 45, 0, 123_000, tzinfo=UTC)


@pytest.mark.parametrize(("name", "example"), OFFERED)
def test_an_event_says_the_same_after_there_and_back(name: str, example: str) -> None:
    event = parsed(name, example)
    again = cloud_event(event.event_type, event.record, event.content)
    if name in ONLY_THE_HUB_WRITES:
        assert faults(again) == {"/type": "cloudevent.type"}, "only the hub writes it"
        return
    assert parse_event(again) == event


def test_the_twin_of_a_page_shows_nobody() -> None:
    event = parsed("PoliceReportSubmitted")
    shown = to_json(event.event_type, event.record)
    assert shown["persons"][0]["role"] == "VICTIM"
    assert not {"bsn", "familyName", "birthDate"} & {k for p in shown["persons"] for k in p}
    assert "bagId" not in shown["incidentAddress"] and "sealedPersons" not in shown


def test_a_map_s_keys_are_not_respelt() -> None:
    event = parsed("RulesActivated")
    record = {**event.record, "rules": {"rule_one": "{}"}}
    assert to_json(event.event_type, record)["rules"] == {"rule_one": "{}"}


def test_headers_on_kafka_say_what_the_attributes_say_and_no_more() -> None:
    event = parsed("PoliceReportSubmitted")
    assert dict(kafka_headers(event.event_type, event.record)) == {
        "ce_specversion": b"1.0",
        "ce_id": event.record["meta"]["event_id"].encode(),
        "ce_source": b"urn:nld:oin:00000001001234567001:systeem:bvh",
        "ce_type": b"nl.veiligthuis.radar.police-report-submitted.v1",
        "ce_time": b"2025-03-02T07:45:00Z",
        "ce_region": b"drenthe",
        "content-type": b"application/avro",
    }


def test_every_inbound_event_can_be_sent_and_nothing_else() -> None:
    names = {by_ce_type(t).name for t in SENDABLE_TYPES}  # type: ignore[union-attr]
    assert names == set(EVENT_TYPES) - ONLY_THE_HUB_WRITES
