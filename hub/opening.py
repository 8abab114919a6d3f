"""Opens a region: the first rows of its journal, said by the hub itself."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import psycopg

from schemas.events import derived_id
from streams.engine.errors import TransientError
from streams.engine.wire import HUB_SOURCE
from streams.household.rule_set import DEFAULT_RULE_SET, calendar_payload, rules_payload

Publish = Callable[[str, Mapping[str, Any]], None]
OPEN_SECONDS_MAX = 30.0


def is_open(connection: psycopg.Connection[Any], region: str) -> bool:
    """Say whether the region's journal has begun."""
    row = connection.execute(
        "select 1 from admission.region_clock where region = %s", [region]
    ).fetchone()
    return row is not None


def open_region(
    connection: psycopg.Connection[Any],
    publish: Publish,
    *,
    region: str,
    name: str,
    clock_mode: str,
    opened_at: datetime,
) -> bool:
    """Publish RegionOpened and RulesActivated and wait until they stand in the journal.

    Returns False when the region was open already.  The ids are derived from the region, so two
    processes that do it at once open it once.
    """
    if is_open(connection, region):
        return False
    publish(
        "RegionOpened",
        {
            "meta": _meta(region, "region-opened", opened_at),
            "clock_mode": clock_mode,
            "name": name,
        },
    )
    publish(
        "RulesActivated",
        {
            "meta": _meta(region, "rules-activated-1", opened_at),
            "rules": rules_payload(DEFAULT_RULE_SET),
            "calendar": calendar_payload(DEFAULT_RULE_SET),
        },
    )
    deadline = time.monotonic() + OPEN_SECONDS_MAX
    while time.monotonic() < deadline:
        if is_open(connection, region):
            return True
        time.sleep(0.02)
    raise TransientError(f"region {region} was not admitted in {OPEN_SECONDS_MAX:.0f} s")


def _meta(region: str, what: str, at: datetime) -> Mapping[str, Any]:
    return {
        "event_id": str(derived_id(region, what)),
        "source": HUB_SOURCE,
        "region": region,
        "source_ref": None,
        "occurred_at": at.astimezone(UTC),
        "recorded_at": at.astimezone(UTC),
    }
