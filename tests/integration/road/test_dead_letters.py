"""Repair as an operator does it, on the running Radar: list, show, redrive, discard; sending on."""

from __future__ import annotations

import stat
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from tests.support.road import (
    OTHER_REGION,
    POLICE_NORTH,
    REGION,
    eventually,
    new_bsn,
    report,
)
from tests.support.road_command import Ended, radar_command

if TYPE_CHECKING:
    from tests.support.road import Radar
    from tests.support.road_kafka import KafkaPartner

POLICE_TOPIC = "vt.in.police.v1"
ADVICE_TOPIC = "vt.in.advice.v1"
CANARY = b"Kanariepiet"
MISPLACED = 1
"""Partition of the other region."""


def command(radar: Radar, *arguments: str) -> Ended:
    return radar_command("dead-letters", *arguments, data=radar.stack.data)


def letter(radar: Radar, region: str, topic: str, offset: int) -> str:
    """Wait for the dead letter of an offset and return its id."""
    rows = eventually(
        lambda: radar.query(
            'select id from engine.dead_letter where region = %s and topic = %s and "offset" = %s',
            *(region, topic, offset),
        ),
        f"the dead letter of {topic} {offset}",
    )
    return str(rows[0][0])


def shown(radar: Radar, letter_id: str) -> Any:
    return command(radar, "show", letter_id, "--json").json()


def refused_at(radar: Radar, letter_id: str) -> list[int]:
    """Return the offsets at which a letter was refused, oldest first."""
    rows = radar.query(
        "select \"offset\" from engine.dead_letter_step where letter_id = %s and step = 'refused'"
        " order by seq",
        letter_id,
    )
    return [offset for (offset,) in rows]


def stuck(radar: Radar, kafka: KafkaPartner, said: dict[str, Any]) -> str:
    """Make a good event a dead letter: on the wrong partition, as if sent on before."""
    headers: list[tuple[str, str | bytes | None]] = [("radar-re-routed", b"1")]
    value = kafka.encoded(said, POLICE_TOPIC)
    offset = kafka.put(POLICE_TOPIC, value, partition=MISPLACED, headers=headers)
    return letter(radar, OTHER_REGION, POLICE_TOPIC, offset)


def test_a_report_on_another_regions_partition_is_sent_on(
    radar: Radar, kafka: KafkaPartner
) -> None:
    said = report({"bsn": new_bsn()})
    value = kafka.encoded(said, POLICE_TOPIC)
    offsets = [kafka.put(POLICE_TOPIC, value, partition=MISPLACED, said=said) for _ in range(2)]
    assert radar.household(said)
    eventually(lambda: len(radar.outcomes(said)) == 2, "both copies came to their region")
    assert radar.outcomes(said) == ["applied", "duplicate"]
    outcomes = radar.query(
        'select outcome from engine.ledger where region = %s and topic = %s and "offset" = any(%s)',
        *(OTHER_REGION, POLICE_TOPIC, offsets),
    )
    assert outcomes == [("re_routed",), ("re_routed",)]
    eventually(lambda: not radar.query("select 1 from engine.outbox"), "nothing waits")
    for counted in (
        'radar_outbox_records_total{reason="re_routed",stage="admission"}',
        'radar_ledger_outcomes_total{outcome="re_routed",stage="admission"}',
    ):
        eventually(partial(is_counted, radar, counted), counted)


def is_counted(radar: Radar, series: str) -> bool:
    return series in radar.metrics("admission")


def test_a_source_that_may_not_speak_for_the_region_is_refused_not_sent_on(
    radar: Radar, kafka: KafkaPartner
) -> None:
    said = report({"bsn": new_bsn()}) | {"source": POLICE_NORTH}
    value = kafka.encoded(said, POLICE_TOPIC)
    offset = kafka.put(POLICE_TOPIC, value, partition=MISPLACED, said=said)
    found = shown(radar, letter(radar, OTHER_REGION, POLICE_TOPIC, offset))
    assert found["code"] == "authz.region"
    assert radar.outcomes(said) == []


def test_a_good_letter_is_applied_once_after_its_redrive(radar: Radar, kafka: KafkaPartner) -> None:
    said = report({"bsn": new_bsn()})
    found = stuck(radar, kafka, said)
    assert shown(radar, found)["code"] == "region.misplaced"
    planned = command(radar, "redrive", found, "--dry-run", "--json")
    assert (planned.code, planned.json()["redriven"]) == (0, [found])
    assert shown(radar, found)["status"] == "open"
    done = command(radar, "redrive", found, "--reason", "CAUSE_FIXED", "--json")
    assert (done.code, done.json()["redriven"]) == (0, [found]), done.said
    assert radar.household(said)
    assert radar.outcomes(said) == ["applied"]
    # The letter is under way: asking for it once more puts nothing back.
    again = command(radar, "redrive", found, "--reason", "CAUSE_FIXED", "--json")
    assert (again.code, again.json()["redriven"]) == (1, [])
    assert shown(radar, found)["status"] == "redriven"


def test_a_redrive_of_what_was_sent_again_since_is_a_duplicate(
    radar: Radar, kafka: KafkaPartner
) -> None:
    said = report({"bsn": new_bsn()})
    found = stuck(radar, kafka, said)
    kafka.publish(said, POLICE_TOPIC)
    household = radar.household(said)
    assert command(radar, "redrive", found, "--reason", "SENDER_RESENT").code == 0
    eventually(lambda: len(radar.outcomes(said)) == 2, "the second copy came")
    assert radar.outcomes(said) == ["applied", "duplicate"]
    assert radar.household(said) == household


def test_letters_that_fail_again_open_again_in_their_order(
    radar: Radar, kafka: KafkaPartner
) -> None:
    offsets = [kafka.put(POLICE_TOPIC, b"\x01" + CANARY + bytes([n])) for n in range(3)]
    ids = [letter(radar, REGION, POLICE_TOPIC, offset) for offset in offsets]
    done = command(radar, "redrive", *reversed(ids), "--reason", "OTHER", "--by", "beheer-7")
    assert done.code == 0, done.said
    tries = [eventually(partial(tried_twice, radar, found), "it failed again") for found in ids]
    assert [first for first, _ in tries] == offsets
    seconds = [second for _, second in tries]
    assert seconds == sorted(seconds)
    for found in ids:
        told = shown(radar, found)
        assert (told["status"], told["attempts"]) == ("open", 2)
        assert [step["step"] for step in told["history"]] == ["refused", "redriven", "refused"]
        assert told["history"][1]["actor"] == "beheer-7"


def tried_twice(radar: Radar, found: str) -> list[int] | None:
    offsets = refused_at(radar, found)
    return offsets if len(offsets) == 2 else None


def test_the_body_is_shown_to_its_owner_alone_with_a_reason(
    radar: Radar, kafka: KafkaPartner, tmp_path: Path
) -> None:
    value = b"\x01" + CANARY
    found = letter(radar, REGION, POLICE_TOPIC, kafka.put(POLICE_TOPIC, value))
    file = tmp_path / "body"
    asked = ("show", found, "--reveal", str(file), "--reason", "OTHER")
    done = command(radar, *asked)
    assert done.code == 0, done.said
    assert file.read_bytes() == value
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "dead_letter_revealed" in done.said
    assert CANARY.decode() not in done.said + done.output
    assert shown(radar, found)["history"][-1]["step"] == "revealed"
    file.write_bytes(b"mine")
    assert command(radar, *asked).code == 1
    assert file.read_bytes() == b"mine"


def test_of_an_advice_there_is_nothing_to_show_or_to_put_back(
    radar: Radar, kafka: KafkaPartner, tmp_path: Path
) -> None:
    found = letter(radar, REGION, ADVICE_TOPIC, kafka.put(ADVICE_TOPIC, CANARY * 2))
    file = tmp_path / "body"
    revealed = command(radar, "show", found, "--reveal", str(file), "--reason", "OTHER")
    assert revealed.code == 1
    assert not file.exists()
    redriven = command(radar, "redrive", found, "--reason", "OTHER")
    assert redriven.code == 1
    assert "only a hash is kept" in redriven.said
    assert command(radar, "discard", found, "--reason", "NOT_MEANT_FOR_US").code == 0
    assert shown(radar, found)["status"] == "discarded"


def test_discarding_erases_the_bytes(radar: Radar, kafka: KafkaPartner) -> None:
    found = letter(radar, REGION, POLICE_TOPIC, kafka.put(POLICE_TOPIC, b"\x01" + CANARY))
    listed = command(radar, "list", "--region", REGION, "--code", "avro.magic", "--json").json()
    assert found in {each["id"] for each in listed["dead_letters"]}
    assert command(radar, "discard", found, "--reason", "TEST_MESSAGE").code == 0
    kept = "select body_sealed, envelope_sealed from engine.dead_letter where id = %s"
    assert radar.query(kept, found) == [(None, None)]
    listed = command(radar, "list", "--json").json()
    assert found not in {each["id"] for each in listed["dead_letters"]}
    assert command(radar, "redrive", found, "--reason", "OTHER").code == 1


def test_an_id_of_nothing_is_said(radar: Radar) -> None:
    assert command(radar, "show", str(uuid4())).code == 1
    done = command(radar, "redrive", str(uuid4()), "--reason", "OTHER", "--json")
    assert (done.code, done.json()["unknown"]) == (1, 1)
