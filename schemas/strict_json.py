"""Read JSON from strangers (reliability.md §4.8).

Python's own reader keeps the last of two equal names, takes NaN, reads numbers of any length and
dies on depth. Here each of these is an error with a code; size in bytes is the caller's to limit
before a byte is read.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Any, NoReturn

from schemas.problem_codes import DataError

DEPTH_MAX = 20
NODES_MAX = 2_000
INTEGER_MAX = 2**53
"""Largest whole number that every JSON reader keeps exact (RFC 8259 §6, RFC 8785)."""
STRING_BYTES_MAX = 4 * 1024


def read_json(raw: bytes) -> Any:
    """Return the JSON value in `raw`, or raise DataError `json.*` or `domain.length`.

    Whole numbers come as int, others as float; strings hold no lone surrogates.
    """
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise DataError("json.encoding") from None
    brackets = text.count("[") + text.count("{")
    if brackets > DEPTH_MAX and _depth(text) > DEPTH_MAX:
        raise DataError("json.depth")
    try:
        value = json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=_no_number,
            parse_int=_integer,
            parse_float=_float,
        )
    except (ValueError, RecursionError):
        raise DataError("json.syntax") from None
    nodes_at_most = 1 + brackets + text.count(",") + text.count(":")
    # A small text without escapes cannot hold too many parts, too long a string or half a
    # character; most sealed blocks are such, and this is on the hot path.
    if nodes_at_most > NODES_MAX or len(raw) > STRING_BYTES_MAX or "\\u" in text:
        _check_nodes(value)
    return value


_STRING = re.compile(r'"(?:[^"\\]|\\.)*"?', re.DOTALL)
_BRACKET = re.compile(r"[\[{\]}]")


def _depth(text: str) -> int:
    """Count how deep brackets nest outside strings, before any recursive reader sees them."""
    depth = deepest = 0
    for bracket in _BRACKET.findall(_STRING.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise DataError("json.duplicate_key")
    return found


def _no_number(_name: str) -> NoReturn:
    raise DataError("json.number")


def _integer(digits: str) -> int:
    # Longer than any number we take; int() itself is quadratic in the number of digits.
    if len(digits) > 17 or abs(int(digits)) > INTEGER_MAX:
        raise DataError("json.number")
    return int(digits)


def _float(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise DataError("json.number")
    return number


def _check_nodes(value: Any) -> None:
    for number, node in enumerate(_nodes(value), start=1):
        if number > NODES_MAX:
            raise DataError("json.size")
        if isinstance(node, str):
            try:
                length = len(node.encode("utf-8"))
            except UnicodeEncodeError:
                raise DataError("json.encoding") from None
            if length > STRING_BYTES_MAX:
                raise DataError("domain.length")


def _nodes(value: Any) -> Iterator[Any]:
    """Yield every value and every name, without recursion."""
    waiting = [value]
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, dict):
            yield from node
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)
