"""A log row and the event that it carries, read in one go: for whoever reads a whole log anew.

Radar wrote these rows itself, so nothing is checked that `schemas.codec` has checked before they
were written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from schemas.compiled import compiled_reader
from schemas.events import LOG_RECORDS, record_type, schema_of

# Making a datetime costs more than reading what it is made of.
_ROW_INSTANTS = ("known_at", "occurred_at", "recorded_at")
_META_INSTANTS = ("meta.occurred_at", "meta.recorded_at")

ReadRow = Callable[[bytes], Mapping[str, Any] | None]


@cache
def row_reader(row_name: str, record_name: str) -> ReadRow:
    """Return what reads log rows that carry this kind of event in its newest version.

    It returns the row with its event decoded under `payload`; instants of the row and of the
    event's `meta` are milliseconds since 1970, all else is as `read_body` gives it. It returns None
    for a row that is not of this form: of an older version, or of none.
    """
    version = record_type(record_name).version
    row_schema = schema_of(row_name, LOG_RECORDS[row_name].version)
    read_row = compiled_reader(row_schema, plain=_ROW_INSTANTS)
    read_event = compiled_reader(schema_of(record_name, version), plain=_META_INSTANTS)

    def read(body: bytes) -> Mapping[str, Any] | None:
        try:
            row, end = read_row(body)
            carried = row["payload"]
            row["payload"], carried_end = read_event(carried)
        # As in `read_body`: all that can be wrong with the bytes means the same.
        except Exception:  # noqa: BLE001
            return None
        is_whole = end == len(body) and carried_end == len(carried)
        return row if is_whole and row["record_version"] == version else None

    return read
