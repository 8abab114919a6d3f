"""The review queue of the pretend region: a doubt of every kind, and enough for two pages."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg

REGION = "drenthe"
BUSY = "3f9c71a2-5f0e-4c1b-9a44-0d8e2b7c6a10"
QUIET = "8b1de4c7-0a5b-4b59-8a0e-3f6a0c2d9e11"
MERGED = "c0ffee00-1111-4222-8333-444455556666"
MANY = 26
"""Doubts of one kind, one more than fits on a page."""

Row = dict[str, Any]
Insert = Callable[[psycopg.Connection[Any], str, Sequence[Row]], None]


def entry_id(name: str) -> str:
    """Return the id of an entry by its name in these tests."""
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, f"doubt {name}"))


def fill_reviews(connection: psycopg.Connection[Any], insert: Insert) -> None:
    """Put the queue, and who belongs where, in the tables that take the place of the views."""
    insert(connection, "review_view", entries())
    members = [
        (BUSY, "anna", "VICTIM"), (BUSY, "bram", "SUSPECTED_PERPETRATOR"), (BUSY, "cato", "CHILD"),
        (QUIET, "cato", "CHILD"), (QUIET, "dirk", "VICTIM"),
    ]  # fmt: skip
    insert(
        connection,
        "membership_view",
        [
            {"region": REGION, "household_id": home, "pid": pid, "role": role,
             "valid_from": date(2024, 1, 1)}
            for home, pid, role in members
        ],
    )  # fmt: skip
    insert(
        connection,
        "named_view",
        [{"region": REGION, "position": 7, "pid": pid} for pid in ("anna", "bram")],
    )
    insert(connection, "numbered_person_view", [{"region": REGION, "pid": "anna"}])
    insert(
        connection,
        "residence_view",
        [
            {"region": REGION, "address": "a", "household_id": BUSY,
             "lives_from": date(2024, 1, 1), "lives_until": None},
            {"region": REGION, "address": "a", "household_id": QUIET,
             "lives_from": date(2024, 5, 6), "lives_until": date(2025, 2, 3)},
        ],
    )  # fmt: skip


def entries() -> list[Row]:
    """Return a doubt of every kind, the oldest first, and many of one kind after them."""
    told: list[tuple[str, str, list[str], list[str]]] = [
        ("address", "co_residence", [BUSY, QUIET], []),
        ("merged", "co_residence", [BUSY, MERGED], []),
        ("name", "same_name", [], ["dirk", "cato"]),
        ("spelling", "similar_name", [], ["anna", "bram", "dirk"]),
        ("numbers", "numbers_disagree", [], ["anna", "nobody"]),
        ("people", "persons_disagree", [BUSY, QUIET], []),
        ("references", "references_disagree", [BUSY, QUIET], []),
        ("cap", "household_cap", [BUSY], ["dirk"]),
        ("waits", "pending_expired", [], []),
        *((f"more {number}", "same_name", [], ["dirk", "cato"]) for number in range(MANY)),
    ]
    first = datetime(2025, 1, 2, 9, tzinfo=UTC)
    return [
        {"region": REGION, "id": entry_id(name), "kind": kind,
         "known_at": first + timedelta(days=place), "household_ids": households, "pids": pids}
        for place, (name, kind, households, pids) in enumerate(told)
    ]  # fmt: skip
