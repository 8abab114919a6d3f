"""Splits a request's body into offered events; each is read strictly and on its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from connectors.gateway.errors import Refused
from connectors.gateway.requests import EVENT_BYTES_MAX
from schemas.problem_codes import DataError, Violation
from schemas.strict_json import read_json

BATCH_EVENTS_MAX = 500  # as many as one request can be accepted in well within its time limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """One event as it was offered: its JSON, and where that stands in the body."""

    pointer: str
    document: Any


def offered_events(body: bytes, *, batch: bool) -> list[Offered]:
    """Return the events in a body; raises Refused naming every one that cannot be read."""
    offered: list[Offered] = []
    faults: list[Violation] = []
    for pointer, raw in _texts(body, batch=batch):
        try:
            offered.append(Offered(pointer=pointer, document=_document(raw)))
        except DataError as error:
            faults.append(Violation(pointer=pointer + (error.pointer or ""), code=error.code))
    if faults:
        raise Refused("size.exceeded" if _is_all_size(faults) else "http.invalid", faults)
    return offered


def _document(raw: bytes) -> Any:
    if not raw.strip():
        raise DataError("avro.too_short")
    if len(raw) > EVENT_BYTES_MAX:
        raise DataError("size.exceeded")
    return read_json(raw)


def _texts(body: bytes, *, batch: bool) -> Iterator[tuple[str, bytes]]:
    if not batch:
        yield "", body
        return
    text = body.strip()
    if not text.startswith(b"[") or not text.endswith(b"]") or len(text) < 2:
        raise Refused("http.invalid", [Violation(pointer="", code="json.syntax")])
    inside = text[1:-1]
    if not inside.strip():
        raise Refused("http.invalid", [Violation(pointer="", code="domain.range")])
    parts = list(_elements(inside))
    if len(parts) > BATCH_EVENTS_MAX:
        raise Refused("http.invalid", [Violation(pointer="", code="domain.range")])
    for number, part in enumerate(parts):
        yield f"/{number}", part


def _elements(inside: bytes) -> Iterator[bytes]:
    """Cut the inside of an array at its own commas; what each piece holds is not looked at.

    Cutting first lets the limits on depth and size count for each event, not for the batch.  A
    piece with brackets that do not match is no JSON, and is refused when it is read.
    """
    depth, start, position = 0, 0, 0
    in_string = False
    while position < len(inside):
        byte = inside[position]
        if in_string:
            if byte == 0x5C:  # backslash: the next byte is never the closing quote
                position += 1
            elif byte == 0x22:
                in_string = False
        elif byte == 0x22:
            in_string = True
        elif byte in b"[{":
            depth += 1
        elif byte in b"]}":
            depth -= 1
        elif byte == 0x2C and depth == 0:
            yield inside[start:position]
            start = position + 1
        position += 1
    yield inside[start:]


def _is_all_size(faults: list[Violation]) -> bool:
    return all(fault.code == "size.exceeded" for fault in faults)
