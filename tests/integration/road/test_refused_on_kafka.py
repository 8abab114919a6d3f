"""Bytes on Kafka that can never be applied: kept under lock with a code, and the road goes on."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from schemas.cloud_events import parse_event
from schemas.codec import EVENT_BYTES_MAX
from schemas.examples import examples_of
from streams.engine.key_files import KeyFiles
from streams.engine.sealed_record import NONCE_BYTES
from tests.support.road import (
    REGION,
    event,
    eventually,
    new_bsn,
    report,
    source_of,
)

if TYPE_CHECKING:
    from tests.support.road import Radar
    from tests.support.road_kafka import Headers, KafkaPartner

POLICE_TOPIC = "vt.in.police.v1"
ADVICE_TOPIC = "vt.in.advice.v1"
CANARY = "Kanariepiet"
"""Stands in every broken record; whoever finds it anywhere in clear has found a leak."""

Break = Callable[[bytes], bytes | None]
FRAME = 5
UNKNOWN_ID = 999_999


def with_canary(data: bytes) -> bytes:
    return data + CANARY.encode()


BROKEN: tuple[tuple[str, str, Break], ...] = (
    ("zero bytes", "avro.too_short", lambda _: b""),
    ("a tombstone", "avro.tombstone", lambda _: None),
    ("another magic byte", "avro.magic", lambda good: with_canary(b"\x01" + good[1:])),
    (
        "an unknown schema id",
        "schema.unknown",
        lambda good: with_canary(b"\x00" + struct.pack(">I", UNKNOWN_ID) + good[FRAME:]),
    ),
    ("cut off", "avro.decode", lambda good: good[: len(good) // 2]),
    ("bytes behind it", "avro.trailing_bytes", with_canary),
    ("too large", "size.exceeded", lambda good: good + CANARY.encode() * (EVENT_BYTES_MAX // 8)),
)


def letter(radar: Radar, topic: str, offset: int) -> dict[str, Any]:
    """Wait for the dead letter of an offset and return it."""

    def ask() -> dict[str, Any] | None:
        rows = radar.query(
            "select id, code, body_sealed, body_sha256, status from engine.dead_letter"
            ' where region = %s and topic = %s and "offset" = %s',
            *(REGION, topic, offset),
        )
        names = ("id", "code", "sealed", "sha256", "status")
        return dict(zip(names, rows[0], strict=True)) if rows else None

    return eventually(ask, f"the dead letter of {topic} {offset}")


def opened(radar: Radar, found: dict[str, Any]) -> bytes:
    """Return the original bytes of a dead letter, as an operator with the key can."""
    cipher = AESGCM(KeyFiles.open(radar.settings.keys_directory).dead_letter)
    sealed = found["sealed"]
    return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], found["id"].bytes)


def check_ledger(radar: Radar, topic: str, offset: int, code: str) -> None:
    rows = radar.query(
        "select outcome, code from engine.ledger"
        ' where region = %s and topic = %s and "offset" = %s',
        *(REGION, topic, offset),
    )
    assert rows == [("dead_lettered", code)]


def check_kept(radar: Radar, topic: str, offset: int, code: str, value: bytes | None) -> None:
    found = letter(radar, topic, offset)
    assert (found["code"], found["status"]) == (code, "open")
    assert found["sha256"] == hashlib.sha256(value or b"").digest()
    if value is None:
        assert found["sealed"] is None
    else:
        assert value not in found["sealed"] or not value
        assert opened(radar, found) == value
    check_ledger(radar, topic, offset, code)


@pytest.mark.parametrize(("code", "broken"), [b[1:] for b in BROKEN], ids=[b[0] for b in BROKEN])
def test_a_record_that_cannot_be_read(
    radar: Radar, kafka: KafkaPartner, code: str, broken: Break
) -> None:
    said = report({"bsn": new_bsn(), "familyName": CANARY})
    value = broken(kafka.encoded(said, POLICE_TOPIC))
    offset = kafka.put(POLICE_TOPIC, value, said=said)
    check_kept(radar, POLICE_TOPIC, offset, code, value)
    # The same event, whole, is not held up by it, nor taken for a repetition.
    kafka.publish(said, POLICE_TOPIC)
    assert radar.household(said)
    assert radar.outcomes(said) == ["applied"]


def test_a_record_of_another_topic(radar: Radar, kafka: KafkaPartner) -> None:
    said = address_changed()
    value = kafka.encoded(said, POLICE_TOPIC)
    offset = kafka.put(POLICE_TOPIC, value, said=said)
    check_kept(radar, POLICE_TOPIC, offset, "schema.not_allowed", value)


def test_a_sealed_block_that_does_not_open(radar: Radar, kafka: KafkaPartner) -> None:
    said = report({"bsn": new_bsn(), "familyName": CANARY})
    good = kafka.encoded(said, POLICE_TOPIC)
    another = report({"bsn": new_bsn(), "familyName": CANARY})
    for code, value in (
        ("sealed.open", kafka.encoded(said, POLICE_TOPIC, sealed_for=another)),
        ("sealed.key_unknown", good.replace(key_id(radar), b"sleutel-van-niks")),
    ):
        assert value != good
        offset = kafka.put(POLICE_TOPIC, value, said=said)
        check_kept(radar, POLICE_TOPIC, offset, code, value)


def test_a_source_that_may_not_speak_there(radar: Radar, kafka: KafkaPartner) -> None:
    said = report({"bsn": new_bsn()}) | {"source": source_of("brp")}
    offset = kafka.publish(said, POLICE_TOPIC)
    assert letter(radar, POLICE_TOPIC, offset)["code"] == "authz.event"


HOSTILE_HEADERS: tuple[Headers, ...] = (
    [("ce_type", f"{CANARY} 999990019")],
    [("ce_type", b"\x00\xff")],
    [("ce_type", None), ("ce_id", None), ("ce_region", b"")],
    [("x", b"y" * 10_000)] * 10,
)


@pytest.mark.parametrize("headers", HOSTILE_HEADERS, ids=["a name", "no text", "nothing", "many"])
def test_headers_neither_stop_the_road_nor_are_kept(
    radar: Radar, kafka: KafkaPartner, headers: Headers
) -> None:
    offset = kafka.put(POLICE_TOPIC, b"", headers=headers)
    check_kept(radar, POLICE_TOPIC, offset, "avro.too_short", b"")
    kept = 'select headers from engine.dead_letter where topic = %s and "offset" = %s'
    assert radar.query(kept, POLICE_TOPIC, offset) == [({},)]
    good = report({"bsn": new_bsn()})
    kafka.publish(good, POLICE_TOPIC)
    assert radar.household(good)


def test_of_a_refused_advice_only_a_hash_is_kept(radar: Radar, kafka: KafkaPartner) -> None:
    about_somebody = report({"bsn": new_bsn(), "familyName": CANARY})
    sent = advice()
    bsn_inside = kafka.serialized(
        "AdviceGiven", parse_event(sent).record | {"seeker_role": "999990019"}, ADVICE_TOPIC
    )
    for value, codes in (
        (kafka.encoded(about_somebody, POLICE_TOPIC), {"schema.not_allowed"}),
        (bsn_inside, {"advice.personal_data", "domain.code"}),
        (CANARY.encode() * 10, {"avro.magic"}),
    ):
        offset = kafka.put(ADVICE_TOPIC, value, said=sent)
        found = letter(radar, ADVICE_TOPIC, offset)
        assert found["code"] in codes
        assert found["sealed"] is None
        assert found["sha256"] == hashlib.sha256(value).digest()
        check_ledger(radar, ADVICE_TOPIC, offset, found["code"])
    assert radar.query("select 1 from engine.advice where event_id = %s", sent["id"]) == []
    kafka.publish(sent, ADVICE_TOPIC)
    eventually(lambda: "applied" in radar.outcomes(sent), "the advice without a person in it")


def key_id(radar: Radar) -> bytes:
    ((found,),) = radar.query("select key_id from vault.sealing_key where region = %s", REGION)
    return bytes(found)


def address_changed() -> dict[str, Any]:
    data = examples_of("AddressChanged")["example"]["data"]
    person = data["person"] | {"bsn": new_bsn(), "familyName": CANARY}
    return event("address-changed.v1", data | {"person": person})


def advice(**fields: Any) -> dict[str, Any]:
    data = examples_of("AdviceGiven")["example"]["data"]
    return event("advice-given.v1", data | fields, source=source_of("advies"))
