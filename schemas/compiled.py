"""Readers of Avro that Radar wrote itself, as Python made from the schema.

fastavro walks the schema for each record anew.  Here that is done once, and what comes out does
nothing but the record's own steps, and passes over what nobody asked for
(docs/decisions/0023-compiled-readers.md).  Only for what fastavro wrote in this program: bytes of
others go through `schemas.codec.Codec.decode`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

Reader = Callable[[bytes], tuple[dict[str, Any], int]]
"""Reads the record at the beginning of some bytes; returns it and where it ends.

The end lies behind the bytes when a text was cut off.  Raises IndexError or ValueError for other
bytes that are no such record.
"""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY = _EPOCH.toordinal()


def compiled_reader(
    schema: Mapping[str, Any], *, without: Collection[str] = (), plain: Collection[str] = ()
) -> Reader:
    """Return a reader of records of this schema, whose values are as fastavro reads them.

    Fields in `without` are left out, and instants in `plain` stay milliseconds since 1970;
    "meta.region" names a field of the record in field `meta`.
    """
    steps = _Steps(without, plain)
    record = steps.record(schema)
    source = "\n".join(["def read(b):", " i = 0", *steps.lines, f" return {record}, i"])
    found: dict[str, Any] = {
        "long_number": _long_number,
        "long_length": _long_length,
        "day": lambda days: date.fromordinal(days + _EPOCH_DAY),
        "instant": instant,
        **steps.constants,
    }
    # Made of our own schemas alone, whose names stand in it as `repr` writes them.
    exec(source, found)  # noqa: S102
    read: Reader = found["read"]
    return read


def instant(milliseconds: int) -> datetime:
    """Return the instant so many milliseconds after 1970 began, in UTC."""
    return _EPOCH + timedelta(milliseconds=milliseconds)


def _long_number(body: bytes, at: int, first: int) -> tuple[int, int]:
    """Return a number of several bytes, still in zigzag form, and the place behind it."""
    number, shift, byte = first & 127, 7, first
    while byte > 127:
        byte = body[at]
        number |= (byte & 127) << shift
        shift += 7
        at += 1
    return number, at


def _long_length(body: bytes, at: int, first: int) -> tuple[int, int]:
    number, at = _long_number(body, at, first)
    if number & 1:
        raise ValueError("a negative length")
    return number, at


class _Steps:
    """The lines of a reader: each value ends in a variable of its own.

    `b` are the bytes, `i` is the place in them, `n` the last number, in zigzag form.
    """

    def __init__(self, without: Collection[str], plain: Collection[str]) -> None:
        self.lines: list[str] = []
        self.constants: dict[str, Any] = {}
        self._without = without
        self._plain = plain
        self._named: dict[str, Any] = {}
        self._variables = 0
        self._indent = " "

    def record(self, schema: Mapping[str, Any], path: str = "") -> str:
        """Add the steps of a record; return the expression that it is."""
        self._named[schema["name"]] = schema
        said = []
        for field in schema["fields"]:
            name, avro_type = field["name"], field["type"]
            place = f"{path}{name}"
            if place in self._without:
                self._pass_over(avro_type)
            elif place in self._plain:
                said.append(f"{name!r}: {self._value(avro_type['type'])}")
            elif isinstance(avro_type, dict) and avro_type["type"] == "record":
                said.append(f"{name!r}: {self.record(avro_type, f'{place}.')}")
            else:
                said.append(f"{name!r}: {self._value(avro_type)}")
        return f"{{{', '.join(said)}}}"

    def _value(self, avro_type: Any) -> str:
        """Add the steps of a value; return the variable that holds it."""
        self._variables += 1
        v = f"v{self._variables}"
        match avro_type:
            case str(name) if name in self._named:
                return self._value(self._named[name])
            case "null":
                self._add(f"{v} = None")
            case "boolean":
                self._add(f"{v} = (False, True)[b[i]]", "i += 1")
            case "string":
                self._add_length()
                self._add("j = i + (n >> 1)", f"{v} = b[i:j].decode()", "i = j")
            case "bytes":
                self._add_length()
                self._add("j = i + (n >> 1)", f"{v} = b[i:j]", "i = j")
            case "int" | "long" | {"logicalType": "date" | "timestamp-millis"}:
                self._add_number()
                self._add(f"{v} = {self._converted(avro_type, '(n >> 1) ^ -(n & 1)')}")
            case _:
                self._compose(v, avro_type)
        return v

    def _compose(self, v: str, avro_type: Any) -> None:
        match avro_type:
            case {"type": "enum", "name": name, "symbols": symbols}:
                self._named[name] = avro_type
                self.constants[f"{v}_of"] = tuple(symbols)
                self._add_length()
                self._add(f"{v} = {v}_of[n >> 1]")
            case {"type": "record"}:
                # One of many, or of a choice: none of its fields has a name of its own.
                self._add(f"{v} = {self.record(avro_type, '?')}")
            case {"type": "array", "items": items}:
                self._add(f"{v} = []")
                self._repeat(lambda: f"{v}.append({self._value(items)})")
            case {"type": "map", "values": values}:
                self._add(f"{v} = {{}}")
                self._repeat(lambda: f"{v}[{self._value('string')}] = {self._value(values)}")
            case list(branches):
                self._choose(v, branches)
            case _:
                raise TypeError("a kind of schema that none of ours has")

    @staticmethod
    def _converted(avro_type: Any, number: str) -> str:
        match avro_type:
            case {"logicalType": "date"}:
                return f"day({number})"
            case {"logicalType": "timestamp-millis"}:
                return f"instant({number})"
            case _:
                return number

    def _repeat(self, add_item: Callable[[], str]) -> None:
        """Add the steps of one block of items, which is how fastavro writes them, and its end."""
        self._add_length()
        self._add("if n:")
        outer, self._indent = self._indent, self._indent + "  "
        self.lines.append(f"{outer} for _ in range(n >> 1):")
        self._add(add_item())
        self.lines += [f"{outer} if b[i]: raise ValueError", f"{outer} i += 1"]
        self._indent = outer

    def _choose(self, v: str, branches: list[Any]) -> None:
        self._add_length()
        outer = self._indent
        for number, branch in enumerate(branches):
            self.lines.append(f"{outer}{'elif' if number else 'if'} n == {2 * number}:")
            self._indent = outer + " "
            self._add(f"{v} = {self._value(branch)}")
        self._indent = outer
        self._add("else: raise IndexError")

    def _pass_over(self, avro_type: Any) -> None:
        match avro_type:
            case "string" | "bytes":
                self._add_length()
                self._add("i += n >> 1")
            case "int" | "long" | {"logicalType": "date" | "timestamp-millis"}:
                self._add("while b[i] > 127: i += 1", "i += 1")
            case _:
                self._value(avro_type)

    def _add_length(self) -> None:
        """Read a number that is not negative; most are one byte."""
        self._add("n = b[i]", "i += 1", "if n & 129: n, i = long_length(b, i, n)")

    def _add_number(self) -> None:
        self._add("n = b[i]", "i += 1", "if n > 127: n, i = long_number(b, i, n)")

    def _add(self, *lines: str) -> None:
        self.lines += [self._indent + line for line in lines]
