"""Reads `.sql` files of a package: named queries, and migrations in order."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType

_NAME = re.compile(r"^-- name: (\w+)\s*$", re.MULTILINE)


@cache
def load_queries(package: str, file: str = "queries.sql") -> Mapping[str, str]:
    """Return the sections of `package/sql/<file>`, each started by a line `-- name: <word>`.

    A name that stands twice is a ValueError: one of the two would silently never run.
    """
    text = (resources.files(package) / "sql" / file).read_text(encoding="utf-8")
    parts = _NAME.split(text)[1:]
    names = parts[0::2]
    if len(set(names)) != len(names):
        raise ValueError(f"{package}/sql/{file} names a query twice")
    return MappingProxyType(
        {name: body.strip().rstrip(";") for name, body in zip(names, parts[1::2], strict=True)}
    )
