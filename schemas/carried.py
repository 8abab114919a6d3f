"""A log row and the event that it carries, read in one go: for whoever reads a whole log anew.

Radar wrote these rows itself, so nothing is checked that `schemas.codec` has checked before they
were written; reading the two apart takes half as long again.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import fastavro

from schemas.events import LOG_RECORDS, record_type, schema_of

CARRIED = "payload"
_LENGTH = "payload_length"
_NAMESPACE = "nl.veiligthuis.radar"
_ITS_OWN_NAMESPACE = "nl.veiligthuis.carried"

ReadRow = Callable[[bytes], Mapping[str, Any] | None]


@cache
def row_reader(row_name: str, record_name: str) -> ReadRow:
    """Return what reads log rows that carry this kind of event in its newest version.

    It returns the row with its event decoded under `payload`; instants of the row and of the
    event's `meta` are milliseconds since 1970, all else is as `read_body` gives it. It returns None
    for a row that is not of this form: of an older version, or of none.
    """
    version = record_type(record_name).version
    schema = fastavro.parse_schema(_joined(row_name, record_name, version))

    def read(body: bytes) -> Mapping[str, Any] | None:
        source = io.BytesIO(body)
        try:
            row: Any = fastavro.schemaless_reader(source, schema, None)
        # As in `read_body`: the reader raises anything on bytes of another form.
        except Exception:  # noqa: BLE001
            return None
        if source.tell() != len(body) or row["record_version"] != version:
            return None
        found: Mapping[str, Any] = row
        return found

    return read


def _joined(row_name: str, record_name: str, version: int) -> dict[str, Any]:
    """Return one schema of both: bytes are a length and what they hold, a record its fields."""
    row = schema_of(row_name, LOG_RECORDS[row_name].version)
    fields = [_plain(field) for field in row["fields"]]
    if fields[-1]["name"] != CARRIED or fields[-1]["type"] != "bytes":
        raise AssertionError(f"{row_name} does not end with what it carries")
    # Both may define a type of one name.
    text = json.dumps(schema_of(record_name, version)).replace(_NAMESPACE, _ITS_OWN_NAMESPACE)
    event = json.loads(text)
    event["fields"] = [
        _plain(field) if field["name"] == "meta" else field for field in event["fields"]
    ]
    carried = [{"name": _LENGTH, "type": "long"}, {"name": CARRIED, "type": event}]
    return {"type": "record", "name": f"{row_name}Of{record_name}", "fields": fields[:-1] + carried}


def _plain(avro_type: Any) -> Any:
    """Return a schema without its logical types: making a datetime costs more than reading one."""
    match avro_type:
        case list():
            return [_plain(branch) for branch in avro_type]
        case dict():
            return {key: _plain(value) for key, value in avro_type.items() if key != "logicalType"}
        case _:
            return avro_type
