"""Does `radar verify` hold after a small real run and while events come in, and does it speak?"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families

from hub.services import WEB
from hub.verify.topics import KafkaTopics
from hub.verify.watch import ConservationWatch
from tests.support.road import OTHER_REGION, REGION, eventually, new_bsn, report
from tests.support.road_command import radar_command
from tests.support.verified_run import (
    POLICE_TOPIC,
    changed,
    check,
    holds,
    is_settled,
    places,
    removed,
)

if TYPE_CHECKING:
    from tests.support.road import Radar
    from tests.support.road_kafka import KafkaPartner
    from tests.support.verified_run import Run

NAMES = {"I1", "I2", "I3", "I4", "I5", "I6"}


def test_it_holds_after_a_real_run(radar: Radar, run: Run) -> None:
    found = check(radar)
    assert [i.differences for i in found.invariants] == [()] * 6
    assert {i.name for i in found.invariants} == NAMES
    counted = {name: count for i in found.invariants for name, count in i.checked.items()}
    ((outcomes,),) = radar.query("select count(*) from engine.ledger")
    assert counted["outcomes"] == outcomes
    for name in ("receipts", "events", "timeline_rows", "rows", "evidence", "advices"):
        assert counted[name] > 0, f"nothing of {name} was looked at"
    statuses = radar.query("select distinct outcome from engine.ledger")
    assert {"applied", "duplicate", "pending", "dead_lettered"} <= {o for (o,) in statuses}
    assert check(radar, recent=True).holds


def test_the_command_says_one_line_for_each(radar: Radar, run: Run) -> None:
    ended = radar_command("verify", data=radar.stack.data)
    assert ended.code == 0, ended.said
    lines = [line.split()[:2] for line in ended.said.splitlines() if line.startswith("holds")]
    assert lines == [["holds", name] for name in sorted(NAMES)]
    assert ended.output == ""
    assert radar_command("verify", "--region", "nergens", data=radar.stack.data).code == 2


def test_the_command_names_the_place(radar: Radar, run: Run) -> None:
    offset = run.offset(radar)
    where = 'region = %s and topic = %s and "offset" = %s'
    with removed(radar, "engine.ledger", where, REGION, POLICE_TOPIC, offset):
        ended = radar_command("verify", "--json", data=radar.stack.data)
        other = radar_command("verify", "--region", OTHER_REGION, data=radar.stack.data)
    assert ended.code == 1, ended.said
    told = ended.json()
    failing = {i["name"]: i for i in told["invariants"] if not i["holds"]}
    assert not told["holds"]
    place = {"region": REGION, "topic": POLICE_TOPIC, "first": offset, "last": offset}
    assert failing["I1"]["differences"][0]["kind"] == "offset_missing"
    assert failing["I1"]["differences"][0]["first"] == [place]
    assert f"first {offset}, last {offset}" in ended.said
    # What misses in one region is not held against another.
    assert other.code == 0, other.said


def test_a_receipt_that_is_still_on_its_way_is_no_fault_for_a_minute(
    radar: Radar, run: Run
) -> None:
    radar.stack.supervisor.pause("admission")
    try:
        said = report({"bsn": new_bsn()})
        radar.accept(said)
        found = check(radar)
        assert found.holds
        (unread,) = found.unread
        assert holds(unread, topic=POLICE_TOPIC, records=1)
        assert found.oldest_unaccounted_seconds > 0
        with changed(
            radar,
            "connectors.receipt",
            "event_id = %s",
            "update connectors.receipt set acknowledged_at = now() - interval '2 minutes'"
            " where {condition}",
            said["id"],
        ):
            late = check(radar)
        (place,) = places(late, "receipt_unread")
        assert holds(place, offset=unread["first"])
        assert not late.holds
        assert sum(invariant.gap for invariant in late.invariants) == 0
    finally:
        radar.stack.supervisor.resume("admission")
    eventually(lambda: is_settled(check(radar, recent=True)), "it is read after all")
    assert check(radar).holds


def test_it_holds_while_events_come_in(radar: Radar, kafka: KafkaPartner, run: Run) -> None:
    """A record in flight is neither lost nor double, whenever one looks."""
    stop = threading.Event()
    sent = []

    def send() -> None:
        while not stop.is_set():
            said = report({"bsn": new_bsn()})
            kafka.publish(said, POLICE_TOPIC)
            kafka.publish(said, POLICE_TOPIC)
            sent.append(said)

    sender = threading.Thread(target=send)
    sender.start()
    try:
        looked = [check(radar) for _ in range(4)]
    finally:
        stop.set()
        sender.join()
    assert sent
    assert [i.differences for one in looked for i in one.invariants] == [()] * 24
    eventually(lambda: is_settled(check(radar, recent=True)), "all of it is read")
    assert check(radar).holds


def test_the_web_process_looks_by_itself(radar: Radar, run: Run) -> None:
    families = {f.name: f for f in text_string_to_metric_families(radar.metrics(WEB))}
    gaps = families["radar_conservation_gap"].samples
    assert {sample.labels["invariant"]: sample.value for sample in gaps} == dict.fromkeys(
        ("I1", "I2", "I3"), 0.0
    )
    (checked,) = families["radar_conservation_checked_timestamp_seconds"].samples
    assert checked.value > 0


def test_the_watch_tells_what_it_finds(radar: Radar, run: Run) -> None:
    settings = radar.settings
    watch = ConservationWatch(
        settings.database,
        KafkaTopics(settings.bootstrap, settings.regions),
        [REGION, OTHER_REGION],
        interval_seconds=0.01,
    )

    def gap(invariant: str) -> float | None:
        return REGISTRY.get_sample_value("radar_conservation_gap", {"invariant": invariant})

    where = 'region = %s and topic = %s and "offset" = %s'
    watch.start()
    try:
        eventually(lambda: gap("I1") == 0, "nothing is missing")
        asked = (REGION, POLICE_TOPIC, run.offset(radar))
        with removed(radar, "engine.ledger", where, *asked):
            eventually(lambda: gap("I1") == 1, "the missing outcome is counted")
        eventually(lambda: gap("I1") == 0, "nothing is missing any more")
    finally:
        watch.stop()
