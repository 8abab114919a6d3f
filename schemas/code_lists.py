"""The code lists: which codes exist and what they are called in Dutch; from `code_lists.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeList:
    """One list: its Dutch title, where it comes from, the Avro enum it labels, code to label."""

    name: str
    title: str
    source: str
    enum: str | None
    codes: Mapping[str, str]


def label(list_name: str, code: str) -> str:
    """Return the Dutch label of a code; a code that the list does not hold stands for itself.

    Raises KeyError when there is no such list.
    """
    return CODE_LISTS[list_name].codes.get(code, code)


def enum_label(enum_name: str, symbol: str) -> str:
    """Return the Dutch label of an Avro enum's symbol; raises KeyError for an unknown enum."""
    return ENUM_LISTS[enum_name].codes.get(symbol, symbol)


def _load() -> dict[str, CodeList]:
    text = resources.files("schemas").joinpath("code_lists.toml").read_text(encoding="utf-8")
    return {
        name: CodeList(
            name=name,
            title=entry["title"],
            source=entry["source"],
            enum=entry.get("enum"),
            codes=MappingProxyType(dict(entry["codes"])),
        )
        for name, entry in tomllib.loads(text).items()
    }


CODE_LISTS: Mapping[str, CodeList] = MappingProxyType(_load())
ENUM_LISTS: Mapping[str, CodeList] = MappingProxyType(
    {entry.enum: entry for entry in CODE_LISTS.values() if entry.enum is not None}
)
