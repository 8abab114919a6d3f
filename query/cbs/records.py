"""Records of a delivery, as the layout says, and their bytes: fixed width, ASCII, CRLF. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from query.cbs.attributes import Attribute, Candidate
from query.cbs.layout import Field, Layout, RecordSet, Type
from query.cbs.numbers import record_number

LINE_END = "\r\n"
OWN_NUMBER = "nummer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record: the values of each field by its name, in the order of the layout.

    `identity` is what its number stands for, which is written nowhere: for our own people only.
    `stood_in` are fields that took another feed than their first, `unknown` those in which the
    protocol's own word for "not known" stands.
    """

    values: Mapping[str, tuple[str, ...]]
    identity: str
    stood_in: frozenset[str]
    unknown: frozenset[str]

    @property
    def number(self) -> str:
        """Return the record's own number, as messages name it; empty when it has none."""
        return "".join(self.values.get(OWN_NUMBER, ()))


def make_record(
    candidate: Candidate, record_set: RecordSet, layout: Layout, numbers_key: bytes
) -> Record:
    """Return the record of a candidate; what it lacks stays empty, for the check to say."""
    values: dict[str, tuple[str, ...]] = {}
    identity = ""
    stood_in, unknown = set(), set()
    for field in record_set.fields:
        for place, feed in enumerate(field.feeds):
            words = _words(candidate.attributes[feed])
            if feed in layout.convert:
                words = _converted(words, layout.convert[feed])
            if words:
                stood_in |= {field.name} if place else set()
                break
        else:
            words = () if field.unknown is None else (field.unknown,)
            unknown |= {field.name} if words else set()
        if field.name == OWN_NUMBER:
            identity = "".join(words)
        if field.type is Type.NUMBER:
            words = tuple(
                record_number(numbers_key, field.prefix, field.length, word) for word in words
            )
        values[field.name] = words
    return Record(
        values=values,
        identity=identity,
        stood_in=frozenset(stood_in),
        unknown=frozenset(unknown),
    )


def fits(field: Field, values: Sequence[str]) -> bool:
    """Say whether the values can stand in the field: short enough, not too many, plain ASCII."""
    return len(values) <= field.occurs and all(
        len(value) <= field.length and value.isascii() and value.isprintable() for value in values
    )


def lines(records: Sequence[Record], record_set: RecordSet) -> bytes:
    """Return the file of a set, by record number, so that no order says what came when.

    A value that does not fit leaves its field empty: it would move every field behind it.
    """
    ordered = sorted(records, key=lambda record: record.number)
    text = "".join(
        "".join(_padded(field, record.values[field.name]) for field in record_set.fields) + LINE_END
        for record in ordered
    )
    return text.encode("ascii")


def _padded(field: Field, values: Sequence[str]) -> str:
    kept = values if fits(field, values) else ()
    return "".join(value.ljust(field.length) for value in kept).ljust(field.width)


def _words(attribute: Attribute) -> tuple[str, ...]:
    if attribute is None:
        return ()
    if isinstance(attribute, date):
        return (f"{attribute:%Y%m%d}",)
    return (attribute,) if isinstance(attribute, str) else attribute


def _converted(words: Sequence[str], table: Mapping[str, str]) -> tuple[str, ...]:
    """Return the protocol's codes in their own order, each once."""
    return tuple(sorted({table[word] for word in words if word in table}))
