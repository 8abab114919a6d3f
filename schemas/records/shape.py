"""Turn a record's dataclass into plain values and back, by its declared field types alone."""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from enum import StrEnum
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

Convert = Callable[[Any], Any]


def to_fields(event: Any) -> dict[str, Any]:
    """Return the dataclass's fields as plain values, in declared order."""
    record_class: Any = type(event)
    return {name: _plain(getattr(event, name)) for name in _field_names(record_class)}


def from_fields(record_class: Any, record: Mapping[str, Any]) -> Any:
    """Return an instance built from plain values; raises KeyError for a missing field."""
    plan = _plan(record_class)
    return record_class(
        **{
            name: record[name] if convert is None else convert(record[name])
            for name, convert in plan
        }
    )


def _plain(value: Any) -> Any:
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return dict(value)
    return to_fields(value) if is_dataclass(value) else value


@cache
def _field_names(record_class: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(record_class))


@cache
def _plan(record_class: Any) -> tuple[tuple[str, Convert | None], ...]:
    hints = get_type_hints(record_class)
    return tuple((name, _converter(hints[name])) for name in _field_names(record_class))


def _converter(hint: Any) -> Convert | None:
    """Return what turns a plain value into this type; None when it is that type already."""
    if get_origin(hint) in (Union, types.UnionType):
        (inner,) = (_converter(a) for a in get_args(hint) if a is not type(None))
        return None if inner is None else _unless_none(inner)
    if get_origin(hint) is tuple:
        return _tuple_of(_converter(get_args(hint)[0]))
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return hint
    if is_dataclass(hint):
        return lambda value: from_fields(hint, value)
    return None


def _unless_none(convert: Convert) -> Convert:
    return lambda value: None if value is None else convert(value)


def _tuple_of(convert: Convert | None) -> Convert:
    if convert is None:
        return tuple
    return lambda values: tuple(convert(value) for value in values)
