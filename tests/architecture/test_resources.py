"""Schemas that somebody uses, and tables that explain themselves."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.support.house import ROOMS, files, name_of, text_of

SQL_COMMENT = re.compile(r"--[^\n]*")
SQL_STRING = re.compile(r"'(?:[^']|'')*'|\$\$.*?\$\$", re.DOTALL)
CREATE_TABLE = re.compile(
    r"\bcreate\s+(?:unlogged\s+)?table\s+(?:if\s+not\s+exists\s+)?([\w.{}\"]+)\s*\(", re.IGNORECASE
)
COMMENT_ON = re.compile(r"\bcomment\s+on\s+(table|column)\s+([\w.{}\"]+)\s+is\s+'", re.IGNORECASE)
NO_COLUMN = {"primary", "unique", "constraint", "check", "foreign", "exclude", "like"}
SHOUTED = re.compile(
    r"\b(SELECT|INSERT|UPDATE|DELETE|CREATE|TABLE|FROM|WHERE|COMMENT|PRIMARY|REFERENCES|VALUES)\b"
)


def room_sql() -> list[Path]:
    """Return the product's SQL files."""
    return [path for path in files(".sql") if name_of(path).parts[0] in ROOMS]


def bare(sql: str) -> str:
    """Return SQL without comments and with its strings emptied."""
    return SQL_STRING.sub("''", SQL_COMMENT.sub("", sql))


def columns(body: str) -> Iterator[str]:
    """Return the column names of a table's body, from after its opening bracket."""
    depth, item = 1, ""
    for character in body:
        depth += {"(": 1, ")": -1}.get(character, 0)
        if depth == 0 or (depth == 1 and character == ","):
            word = (item.split() or [""])[0].strip('"')
            if word and word not in NO_COLUMN:
                yield word
            item = ""
            if depth == 0:
                return
        else:
            item += character


def tables(sql: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Return each created table with its columns."""
    stripped = bare(sql)
    for match in CREATE_TABLE.finditer(stripped):
        yield match[1].replace('"', ""), tuple(columns(stripped[match.end() :]))


@cache
def commented() -> frozenset[str]:
    """Return what has a comment: `table` and `table.column`."""
    return frozenset(
        match[2].replace('"', "")
        for path in room_sql()
        for match in COMMENT_ON.finditer(SQL_COMMENT.sub("", text_of(path)))
    )


def test_every_table_and_column_says_what_it_is() -> None:
    silent = [
        f"{name_of(path)}: {name}"
        for path in room_sql()
        for table, names in tables(text_of(path))
        for name in (table, *(f"{table}.{column}" for column in names))
        if name not in commented()
    ]
    assert not silent, "without `comment on`"


def test_sql_keywords_are_lower_case() -> None:
    shouted = [
        f"{name_of(path)}: {match[0]}"
        for path in room_sql()
        for match in SHOUTED.finditer(bare(text_of(path)))
    ]
    assert not shouted


def test_every_schema_is_used() -> None:
    """A record that no topic carries and no code names is dead weight in the contract."""
    users = "\n".join(
        text_of(path)
        for path in files(".py", ".toml")
        if name_of(path).parts[0] in {"schemas", "streams", "projections", "connectors"}
    )
    orphans = [
        str(name_of(path))
        for path in files(".avsc")
        if not re.search(rf"\b{json.loads(text_of(path))['name']}\b", users)
    ]
    assert not orphans


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        (
            "create table a.b (id int primary key, name text default 'x, y', primary key (id));",
            [("a.b", ("id", "name"))],
        ),
        ("create table t (n numeric(3, 1), -- a, b\n check (n > 0));", [("t", ("n",))]),
        ("create table p partition of t default;", []),
    ],
)
def test_the_parser_finds_columns(sql: str, expected: list[tuple[str, tuple[str, ...]]]) -> None:
    assert list(tables(sql)) == expected
