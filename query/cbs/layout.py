"""Reads the layout of a delivery; a layout that cannot work is refused with the field named."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any

from query.cbs.attributes import KNOWN
from schemas.code_lists import CODE_LISTS


class Type(StrEnum):
    """What stands in a field: a code of a list, a day, a number in our place, or a text."""

    CODE = "code"
    DATE = "date"
    NUMBER = "number"
    TEXT = "text"


DATE_LENGTH = 8
"""JJJJMMDD."""


class LayoutError(Exception):
    """The layout of a delivery is wrong; the message says where."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a record; `length` is that of one of its `occurs` values, in characters."""

    name: str
    paragraph: str
    type: Type
    length: int
    occurs: int = 1
    required: bool
    feeds: tuple[str, ...]
    code_list: str | None = None
    unknown: str | None = None
    prefix: str = ""

    @property
    def width(self) -> int:
        """Return the characters that the field takes in a line."""
        return self.length * self.occurs


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordSet:
    """One set of records; `statistic` (with its code) is the report's own count of them."""

    name: str
    title: str
    about: str
    statistic: str
    statistic_code: str | None
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The sets of a delivery; `convert` gives the protocol's codes for the words of a feed."""

    name: str
    source: str
    sets: tuple[RecordSet, ...]
    convert: Mapping[str, Mapping[str, str]]


@cache
def shipped_layout() -> Layout:
    """Return the layout that Radar delivers by."""
    text = resources.files("query.cbs").joinpath("layout.toml").read_text(encoding="utf-8")
    return parse_layout(text)


def parse_layout(text: str) -> Layout:
    """Read a layout; raises LayoutError for one that no record could be written by."""
    try:
        document = tomllib.loads(text)
        layout = Layout(
            name=document["name"],
            source=document["source"],
            sets=tuple(_record_set(entry) for entry in document["set"]),
            convert={
                feed: document["convert"][name]
                for feed, name in document.get("converted", {}).items()
            },
        )
    except tomllib.TOMLDecodeError as error:
        raise LayoutError("the layout is not TOML") from error
    except KeyError as error:
        raise LayoutError(f"the layout lacks {error}") from error
    except (TypeError, ValueError) as error:
        raise LayoutError(f"the layout has a field that cannot be: {error}") from error
    for record_set in layout.sets:
        _check(record_set, layout)
    return layout


def _record_set(entry: Mapping[str, Any]) -> RecordSet:
    return RecordSet(
        name=entry["name"],
        title=entry["title"],
        about=entry["about"],
        statistic=entry["statistic"],
        statistic_code=entry.get("statistic_code"),
        fields=tuple(
            Field(**{**field, "type": Type(field["type"]), "feeds": tuple(field["feeds"])})
            for field in entry["field"]
        ),
    )


def _check(record_set: RecordSet, layout: Layout) -> None:
    known = KNOWN.get(record_set.about)
    if known is None:
        raise LayoutError(f"{record_set.name}: no records about that")
    names = [field.name for field in record_set.fields]
    if len(set(names)) != len(names):
        raise LayoutError(f"{record_set.name}: a field stands twice")
    for field in record_set.fields:
        place = f"{record_set.name}.{field.name}"
        if strange := [feed for feed in field.feeds if feed not in known]:
            raise LayoutError(f"{place}: no such attribute: {strange[0]}")
        if (field.type is Type.CODE) != (field.code_list is not None):
            raise LayoutError(f"{place}: a code has a code list, and nothing else has")
        if field.occurs > 1 and field.type is not Type.CODE:
            raise LayoutError(f"{place}: only codes occur more than once")
        if field.type is Type.DATE and field.length != DATE_LENGTH:
            raise LayoutError(f"{place}: a day has {DATE_LENGTH} characters")
        _check_codes(place, field, layout)


def _check_codes(place: str, field: Field, layout: Layout) -> None:
    codes = {code for feed in field.feeds for code in layout.convert.get(feed, {}).values()}
    if field.unknown is not None:
        if len(field.unknown) > field.length:
            raise LayoutError(f"{place}: its unknown value is too long")
        codes |= {field.unknown} if field.code_list is not None else set()
    if field.code_list is None:
        return
    if field.code_list not in CODE_LISTS:
        raise LayoutError(f"{place}: no such code list")
    if strange := sorted(codes - set(CODE_LISTS[field.code_list].codes)):
        raise LayoutError(f"{place}: not in its code list: {strange[0]}")
