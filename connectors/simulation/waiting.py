"""Waiting for admission: the only place where the simulator looks into Radar's tables."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import psycopg

from streams.engine.errors import TransientError
from streams.engine.named_queries import load_queries

QUERIES = load_queries("connectors.simulation")
POLL_SECONDS_MIN, POLL_SECONDS_MAX = 0.002, 0.02
WAIT_SECONDS_MAX = 120.0
"""A day is admitted in milliseconds; a worker that restarts needs seconds, not minutes."""

Connection = psycopg.Connection[Any]
WaitUntil = Callable[[Mapping[str, int]], None]
"""Return once admission has read each topic up to the given offset."""


def offsets_reached(
    connection: Connection, region: str, *, seconds_max: float = WAIT_SECONDS_MAX
) -> WaitUntil:
    """Return a wait on the admission and advice stages of a region.

    `connection` must be in autocommit, and nobody else's.  The wait raises TransientError when
    the offsets are not reached in time.
    """

    def wait_until(offsets: Mapping[str, int]) -> None:
        deadline = time.monotonic() + seconds_max
        pause = POLL_SECONDS_MIN
        parameters = {"region": region, "topics": list(offsets)}
        while True:
            reached = dict(connection.execute(QUERIES["last_offsets"], parameters).fetchall())
            behind = [topic for topic in offsets if reached.get(topic, -1) < offsets[topic]]
            if not behind:
                return
            if time.monotonic() >= deadline:
                raise TransientError(f"not admitted in {seconds_max:.0f} s: {', '.join(behind)}")
            time.sleep(pause)
            pause = min(2 * pause, POLL_SECONDS_MAX)

    return wait_until


def replayed_day(connection: Connection, region: str) -> date | None:
    """Return the last day that ticked in a REPLAY region; None before the first."""
    row = connection.execute(QUERIES["replayed_day"], {"region": region}).fetchone()
    return None if row is None else row[0]
