"""Is a simulated log taken by the real admission, and sent by a real broker, as it was meant?"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from connectors.partners import DEMO_PARTNERS
from connectors.simulation.days import simulate
from connectors.simulation.events import Slice
from connectors.simulation.figures import parse_figures
from connectors.simulation.publish import KafkaOutlet, replay, sealing_encoder
from connectors.simulation.waiting import offsets_reached, replayed_day
from hub.migrate import migrate
from streams.engine.errors import TransientError
from streams.engine.wire import WireMessage
from streams.vault.sealing_keys import public_sealing_key
from tests.support.admission import REGION, REGIONS, AdmissionRoad
from tests.support.gateway_hub import make_topics

if TYPE_CHECKING:
    from hub.local.endpoints import Endpoints

NONE = [None] * 9
FIGURES = {
    "format": 1,
    "region": {"code": REGION, "name": "Drenthe", "municipalities": [["GM0106", "Assen"]]},
    "editions": [
        {
            "id": "early",
            "known_on": "2024-05-10",
            "counts": [
                {"id": "reports", "statistic": "S08", "from": "2024-01", "to": "2024-03",
                 "count": 121},
                {"id": "mda", "statistic": "S27", "from": "2024-01", "to": "2024-03", "count": 3},
            ],
        },
        {
            "id": "late",
            "known_on": "2024-08-20",
            "months": {
                "report": {"2024": [40, 41, 38, *NONE]},
                "advice": {"2024": [30, 30, 30, *NONE]},
                "conditions_started": {"2024": [2, 3, 4, *NONE]},
            },
        },
    ],
    "assumptions": dict.fromkeys(
        ("board_share", "check_share", "move_share", "transfer_share"), 0.2
    ),
}  # fmt: skip


@dataclass(kw_only=True)
class AdmittingOutlet:
    """Admission right behind the outlet: a wait admits what was sent, as one unit."""

    road: AdmissionRoad
    sent: dict[str, list[Any]] = field(default_factory=dict)

    def send(self, messages: Sequence[WireMessage]) -> Mapping[str, int]:
        for each in messages:
            stage = "advice" if each.topic == "vt.in.advice.v1" else "admission"
            record = self.road.send(each.topic, each.value, each.headers)
            self.road.waiting.remove(record)
            self.sent.setdefault(stage, []).append(record)
        return {each.topic: self.road.offsets[each.topic] for each in messages}

    def wait_until(self, _: Mapping[str, int]) -> None:
        for stage, records in self.sent.items():
            self.road.waiting = records
            self.road.unit(stage)
        self.sent = {}


@pytest.fixture
def road(database: str) -> Iterator[AdmissionRoad]:
    sources = tuple(source for partner in DEMO_PARTNERS for source in partner.sources)
    road = AdmissionRoad(database=database, sources=sources)
    yield road
    road.connection.close()


def send_all(road: AdmissionRoad, slices: list[Slice], resume_from: date | None = None) -> None:
    outlet = AdmittingOutlet(road=road)
    if resume_from is None:
        # Opening makes the region's sealing key, which the rest is sealed to.
        for event in slices[0].events:
            road.send(event.topic, road.codec.encode(event.record_name, event.record))
        road.unit()
    key_id, public = public_sealing_key(road.connection, REGION)
    road.connection.rollback()
    replay(
        slices,
        encode=sealing_encoder(
            road.codec, REGIONS, X25519PublicKey.from_public_bytes(public), key_id
        ),
        outlet=outlet,
        wait_until=outlet.wait_until,
        resume_from=resume_from,
    )


def outcomes(road: AdmissionRoad) -> Counter[tuple[str, str | None]]:
    rows = road.query("select outcome, code from engine.ledger")
    return Counter((outcome, code) for outcome, code in rows)


def test_admission_takes_every_event_and_keeps_none_waiting(road: AdmissionRoad) -> None:
    slices = list(simulate(parse_figures(json.dumps(FIGURES)), 5))
    send_all(road, slices)
    said = sum(len(each.events) + (each.tick is not None) for each in slices)
    # The opening was sent twice, once to make the sealing key.
    assert outcomes(road) == {("applied", None): said, ("duplicate", None): 1}
    assert replayed_day(road.connection, REGION) == date(2024, 8, 20)
    road.connection.rollback()

    names = Counter(row["record_name"] for row in road.journal())
    assert names["ReportRegistered"] >= 121 and names["EventCorrected"] >= 1
    families = {
        event.persons[1]["bsn"]
        for each in slices
        for event in each.events
        if event.record_name in ("PoliceReportSubmitted", "ReportSubmitted", "ReportRegistered")
        and event.persons
    }
    households = {
        household["household_id"]
        for row in road.journal()
        if row["record_name"] == "ReportRegistered"
        for household in row["households"]
    }
    assert len(households) == len(families)

    # A replay that is started again on the last days sends only what is known already.
    send_all(road, slices, date(2024, 8, 18))
    again = outcomes(road)
    assert again["applied", None] == said
    assert set(again) == {("applied", None), ("duplicate", None)}


def test_a_broker_tells_how_far_each_topic_came(stack: Endpoints) -> None:
    make_topics(stack.kafka_bootstrap)
    outlet = KafkaOutlet(stack.kafka_bootstrap)
    messages = [
        WireMessage(topic=topic, partition=1, key=b"k", value=b"v", headers=(("ce_id", b"1"),))
        for topic in ("vt.in.police.v1", "vt.in.mda.v1", "vt.in.police.v1")
    ]
    first = outlet.send(messages)
    second = outlet.send(messages)
    assert set(first) == {"vt.in.police.v1", "vt.in.mda.v1"}
    assert {topic: second[topic] - first[topic] for topic in first} == {
        "vt.in.police.v1": 2,
        "vt.in.mda.v1": 1,
    }


def test_a_partition_that_does_not_exist_is_told(stack: Endpoints) -> None:
    make_topics(stack.kafka_bootstrap)
    stray = WireMessage(topic="vt.in.mda.v1", partition=99, key=b"k", value=b"v", headers=())
    with pytest.raises(TransientError):
        KafkaOutlet(stack.kafka_bootstrap).send([stray])


def test_waiting_looks_at_the_stage_that_reads_the_topic(database: str) -> None:
    migrate(database, REGIONS)
    with psycopg.connect(database, autocommit=True) as connection:
        wait_until = offsets_reached(connection, REGION, seconds_max=0.05)
        assert replayed_day(connection, REGION) is None
        for stage, topic in (("admission", "vt.in.mda.v1"), ("advice", "vt.in.advice.v1")):
            with pytest.raises(TransientError, match=topic):
                wait_until({topic: 0})
            connection.execute(
                "insert into engine.input (stage, version, region, topic, topic_id, last_offset)"
                " values (%s, 1, %s, %s, '', 3)",
                [stage, REGION, topic],
            )
        wait_until({"vt.in.mda.v1": 3, "vt.in.advice.v1": 2})
        with pytest.raises(TransientError, match=r"vt\.in\.advice\.v1$"):
            wait_until({"vt.in.mda.v1": 3, "vt.in.advice.v1": 4})
