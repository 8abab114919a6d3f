"""Rows in PostgreSQL's binary COPY form, put together value by value from remembered bytes.

Most values of a fact are one of few: codes, days, yes or no. psycopg's own `write_row` finds a
dumper for each value anew, which takes several times as long for a rebuild's millions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from struct import Struct
from typing import Any

from psycopg import sql

from projections.copying import Connection, columns, table

NULL = b"\xff\xff\xff\xff"
# protocol: "PGCOPY\n\xff\r\n\0", no flags, no header extension; -1 instead of a row ends it.
_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER = b"\xff\xff"
# Per kind of value: what is met more often than this is not a code, and not worth remembering.
REMEMBERED_MAX = 20_000
_EPOCH_DAY = date(2000, 1, 1).toordinal()
_EPOCH = datetime.fromisoformat("2000-01-01T00:00:00+00:00")
_EPOCH_MS = 946_684_800_000
_MICROSECOND = timedelta(microseconds=1)
_INFINITY = 2**63 - 1
_TEXT_OID = 25

_length = Struct("!i").pack
_count = Struct("!h").pack
_int4 = Struct("!ii").pack
_int8 = Struct("!iq").pack
_empty_array = Struct("!iii").pack
_array = Struct("!iiiii").pack

Encode = Callable[[Any], bytes]


class _Remembered(dict[Any, bytes]):
    """The bytes of values met before; others are made, and kept as long as there are few."""

    def __init__(self, make: Encode) -> None:
        super().__init__({None: NULL})
        self._make = make

    def __missing__(self, value: Any) -> bytes:
        made = self._make(value)
        if len(self) < REMEMBERED_MAX:
            self[value] = made
        return made


def text(value: str) -> bytes:
    """Return a text with its length; not for null."""
    encoded = value.encode()
    return _length(len(encoded)) + encoded


def bigint(value: int) -> bytes:
    """Return a bigint with its length; not for null."""
    return _int8(8, value)


def instant_of_ms(milliseconds: int) -> bytes:
    """Return a timestamptz with its length from milliseconds since 1970."""
    return _int8(8, (milliseconds - _EPOCH_MS) * 1_000)


FOREVER = _int8(8, _INFINITY)
"""The timestamptz `infinity`."""


def _day(value: date) -> bytes:
    return _int4(4, value.toordinal() - _EPOCH_DAY)


def _instant(value: datetime) -> bytes:
    return _int8(8, (value - _EPOCH) // _MICROSECOND)


def _integer(value: int) -> bytes:
    return _int4(4, value)


def _truth(value: bool) -> bytes:
    return _length(1) + (b"\x01" if value else b"\x00")


def _no_or_some(make: Encode) -> Encode:
    return lambda value: NULL if value is None else make(value)


def _texts() -> Encode:
    remembered = _Remembered(_text_array)

    def encode(values: Sequence[str] | None) -> bytes:
        return NULL if values is None else remembered[tuple(values)]

    return encode


def _text_array(values: Sequence[str]) -> bytes:
    """Return a text[]: dimensions, no nulls, element type; then size, lower bound, elements."""
    if not values:
        body = _empty_array(0, 0, _TEXT_OID)
    else:
        body = _array(1, 0, _TEXT_OID, len(values), 1) + b"".join(map(text, values))
    return _length(len(body)) + body


_MAKERS: Mapping[str, Callable[[], Encode]] = {
    "text": lambda: _Remembered(text).__getitem__,
    "date": lambda: _Remembered(_day).__getitem__,
    "boolean": lambda: _Remembered(_truth).__getitem__,
    "integer": lambda: _Remembered(_integer).__getitem__,
    "bigint": lambda: _no_or_some(bigint),
    "timestamp with time zone": lambda: _no_or_some(_instant),
    "text[]": _texts,
}


def encoders(types: Sequence[str]) -> tuple[Encode, ...]:
    """Return what turns a value of each column into its bytes, length first; None is null.

    `types` are PostgreSQL's names of them; raises KeyError for one that no fact has.
    """
    return tuple(_MAKERS[name]() for name in types)


def row_head(column_count: int) -> bytes:
    """Return what a row begins with."""
    return _count(column_count)


def copy_blocks(
    connection: Connection, name: str, names: Sequence[str], rows: Sequence[bytes]
) -> None:
    """COPY rows that are in binary form into a table of this room."""
    statement = sql.SQL("copy {} ({}) from stdin (format binary)").format(
        table(name), columns(names)
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(b"".join((_HEADER, *rows, _TRAILER)))
