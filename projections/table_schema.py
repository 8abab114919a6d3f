"""In which schema the projections write: the live one, or beside it during a rebuild."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

LIVE_SCHEMA = "projections"

_schema: ContextVar[str] = ContextVar("projections_schema", default=LIVE_SCHEMA)


def table_schema() -> str:
    """Return the schema whose tables are being written."""
    return _schema.get()


def in_schema(text: str) -> str:
    """Return SQL of this room with its table names in the schema being written."""
    schema = _schema.get()
    return text if schema == LIVE_SCHEMA else text.replace(f"{LIVE_SCHEMA}.", f"{schema}.")


@contextmanager
def writing_in(schema: str) -> Iterator[None]:
    """Write in another schema for a while; it must know every name that the live one has."""
    token = _schema.set(schema)
    try:
        yield
    finally:
        _schema.reset(token)
