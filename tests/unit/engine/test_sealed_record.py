"""What is put back is what was sent, and nobody reads it on the way."""

from __future__ import annotations

from uuid import UUID

import pytest

from streams.engine.errors import StopError
from streams.engine.sealed_record import ATTRIBUTE_BYTES_MAX, RecordSeal, SealedRecord
from streams.engine.stage import InputRecord

KEY = b"k" * 32
ID = UUID("01932f00-0000-7000-8000-000000000001")
OTHER_ID = UUID("01932f00-0000-7000-8000-000000000002")


def record(
    value: bytes | None, *headers: tuple[str, bytes], key: bytes | None = b"a key"
) -> InputRecord:
    return InputRecord(topic="vt.in.police.v1", offset=7, key=key, value=value, headers=headers)


@pytest.mark.parametrize("value", [b"", b"x", b"\x00" * 70_000])
@pytest.mark.parametrize("key", [None, b"", b"a key"])
def test_key_and_value_come_back(value: bytes, key: bytes | None) -> None:
    opened = RecordSeal(KEY).open(RecordSeal(KEY).seal(ID, record(value, key=key)))
    assert (opened.key, opened.value) == (key, value)


def test_only_headers_that_name_the_event_come_back() -> None:
    sealed = RecordSeal(KEY).seal(
        ID,
        record(
            b"x",
            ("ce_id", b"an id"),
            ("content-type", b"application/avro"),
            ("traceparent", b"00-trace"),
            ("x-exception-message", b"broken"),
            ("radar-re-routed", b"1"),
            ("radar-dead-letter", b"forged"),
        ),
    )
    assert dict(RecordSeal(KEY).open(sealed).headers) == {
        "ce_id": b"an id",
        "content-type": b"application/avro",
    }


def test_of_an_attribute_said_twice_the_last_counts_and_a_huge_one_is_cut() -> None:
    sealed = RecordSeal(KEY).seal(ID, record(b"x", ("ce_id", b"first"), ("ce_id", b"y" * 9_999)))
    assert RecordSeal(KEY).open(sealed).headers == (("ce_id", b"y" * ATTRIBUTE_BYTES_MAX),)


def test_nothing_stands_in_clear() -> None:
    sealed = RecordSeal(KEY).seal(ID, record(b"Kanariepiet", ("ce_id", b"Kanariepiet")))
    assert sealed.body is not None
    assert sealed.envelope is not None
    assert b"Kanarie" not in sealed.body + sealed.envelope
    assert "Kanarie" not in repr(sealed) + repr(RecordSeal(KEY).open(sealed))


def test_another_key_or_another_letter_does_not_open_it() -> None:
    sealed = RecordSeal(KEY).seal(ID, record(b"x"))
    with pytest.raises(StopError):
        RecordSeal(b"j" * 32).open(sealed)
    with pytest.raises(StopError):
        RecordSeal(KEY).open(SealedRecord(id=OTHER_ID, body=sealed.body, envelope=sealed.envelope))
    with pytest.raises(StopError):
        RecordSeal(KEY).open(SealedRecord(id=ID, body=sealed.envelope, envelope=None))


def test_a_tombstone_has_nothing_to_keep() -> None:
    assert RecordSeal(KEY).seal(ID, record(None)).body is None


def test_a_letter_of_an_earlier_release_has_its_bytes_alone() -> None:
    sealed = RecordSeal(KEY).seal(ID, record(b"x", ("ce_id", b"an id")))
    opened = RecordSeal(KEY).open(SealedRecord(id=ID, body=sealed.body, envelope=None))
    assert (opened.key, opened.value, opened.headers) == (None, b"x", ())
