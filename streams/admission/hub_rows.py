"""Journal rows that nobody sent: the hub's own, each behind the row that caused it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from schemas.codec import encode_body
from schemas.events import EVENT_TYPES, derived_id
from streams.admission.journal_rows import Draft
from streams.engine.wire import HUB_SOURCE
from streams.household.linking import EventKey, Kind, Statement


def hub_row(
    record_name: str,
    said: Mapping[str, Any],
    cause: Draft,
    known_at: datetime,
    *,
    identity: Sequence[str],
    persons: Sequence[Mapping[str, Any]] = (),
) -> Draft:
    """Return a row of the hub that says something because of another one.

    Its id is derived from the region, the record's name and `identity`, so that writing the same
    row again gives the same id.
    """
    region = cause.row["region"]
    event_id = str(derived_id(region, record_name, *identity))
    envelope = {"occurred_at": cause.row["occurred_at"], "recorded_at": known_at}
    meta = {
        "event_id": event_id,
        "source": HUB_SOURCE,
        "region": region,
        "source_ref": None,
        **envelope,
    }
    body = {"meta": meta, **said}
    event_type = EVENT_TYPES[record_name]
    row = {
        "region": region,
        "event_id": event_id,
        "source": HUB_SOURCE,
        "record_name": record_name,
        "record_version": event_type.version,
        **envelope,
        "received_topic": None,
        "received_offset": None,
        "persons": list(persons),
        "addresses": [],
        "flags": [],
        "references": [],
        "payload": encode_body(record_name, body, event_type.version),
    }
    return Draft(
        key=EventKey(source=HUB_SOURCE, event_id=event_id),
        event_type=event_type,
        row=row,
        body=body,
        statement=Statement(kind=Kind.HUB),
    )
