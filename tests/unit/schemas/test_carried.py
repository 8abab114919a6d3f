"""A row read in one go is what it is read as in two; whatever has another form is left alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from schemas.carried import row_reader
from schemas.codec import encode_body, read_body
from schemas.events import EVENT_TYPES
from tests.support.drawn_journal import DrawnJournal

DRAWN = DrawnJournal(seed=7)
ROWS = [("JournalRow", body) for body in DRAWN.journal(120)]
ADVICE = [("AdviceRow", body) for body in DRAWN.advice(20)]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def as_instants(record: dict[str, Any], like: dict[str, Any]) -> dict[str, Any]:
    """Return the record with datetimes where the other has them."""
    return {
        name: EPOCH + timedelta(milliseconds=value)
        if isinstance(like[name], datetime) and isinstance(value, int)
        else value
        for name, value in record.items()
    }


@pytest.mark.parametrize(("row_name", "body"), [*ROWS, *ADVICE])
def test_one_reading_gives_what_two_give(row_name: str, body: bytes) -> None:
    apart = read_body(row_name, 1, body)
    carried = read_body(apart["record_name"], 1, apart.pop("payload"))
    row = row_reader(row_name, apart["record_name"])(body)
    assert row is not None
    event = dict(row["payload"])
    assert as_instants(event.pop("meta"), carried["meta"]) == carried.pop("meta")
    assert event == carried
    ours = {name: value for name, value in row.items() if name in apart}
    assert as_instants(ours, apart) == apart
    assert set(row) - set(ours) == {"payload"}


def test_every_kind_of_event_can_be_carried() -> None:
    for name, event_type in EVENT_TYPES.items():
        row_reader("AdviceRow" if event_type.is_advice else "JournalRow", name)


def test_another_form_is_not_read() -> None:
    _, body = ROWS[-1]
    row = read_body("JournalRow", 1, body)
    read = row_reader("JournalRow", row["record_name"])
    assert read(body + b"\0") is None
    assert read(body[:-1]) is None
    assert read(b"") is None
    older = encode_body("JournalRow", {**row, "record_version": 2})
    assert read(older) is None
