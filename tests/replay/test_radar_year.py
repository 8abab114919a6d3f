"""A synthetic year of a region: row by row, in units and from scratch give one radar."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from hashlib import sha256

from schemas.codec import decode_body
from streams.household.stored import to_stored
from streams.radar.replay import Replayed, replay
from streams.radar.rows import Row
from tests.support.casework import handover
from tests.support.journal import (
    POLICE,
    REGION,
    Said,
    assessed,
    corrected,
    police,
    registered,
    rows,
    school,
    tick,
)
from tests.support.memory_store import MemoryStore

SEED = 20251123
HOUSEHOLDS = 60
DAYS = 500
FLAGS = ("STALKING", "DEATH_THREAT", "STRANGULATION", "RECENT_SEPARATION", "CHILD_WITNESS")


def synthetic_year(seed: int = SEED) -> list[Said]:
    """Return about 2,000 events: reports with their registration, some late, some taken back."""
    draw = random.Random(seed)
    said: list[Said] = []
    first = date(2024, 6, 1)
    for number in range(DAYS):
        day = first + timedelta(days=number)
        said.append(tick(day.isoformat()))
        for case in range(draw.choice((0, 0, 1, 1, 2))):
            home = (f"household-{draw.randrange(HOUSEHOLDS):03}",)
            name = f"{number}-{case}"
            happened = day - timedelta(days=draw.choice((0, 0, 0, 0, 1, 40)))
            flags = draw.sample(FLAGS, draw.choice((0, 0, 1)))
            if draw.random() < 0.6:
                signal = police(happened.isoformat(), f"p{name}", number=name, flags=flags)
            else:
                sector = draw.choice(("EDUCATION", "MEDICAL", "UNKNOWN"))
                signal = school(happened.isoformat(), f"s{name}", sector=sector, number=name)
            of = (signal.record["meta"]["source"], name)
            registration = registered(day.isoformat(), f"r{name}", report_id=name, of=of)
            assessment = assessed(day.isoformat(), f"v{name}", report_id=name)
            events = [signal, registration, assessment, handover(day.isoformat(), f"h{name}")]
            if draw.random() < 0.1:
                events.append(corrected(day.isoformat(), f"k{name}", signal))
            said += [replace(event, households=home) for event in events]
    return said


@cache
def journal() -> tuple[Row, ...]:
    said = synthetic_year()
    known = []
    now = said[0].record["meta"]["occurred_at"]
    for one in said:
        if one.record_name == "ClockTicked":
            now = one.record["meta"]["occurred_at"]
        known.append(now)
    return tuple(rows(said, known=known))


def digest(replayed: Replayed) -> str:
    total = sha256()
    for name, state in sorted(replayed.state_bytes().items()):
        total.update(name.encode() + state)
    for row in replayed.findings:
        total.update(row.body)
    return total.hexdigest()


def test_incremental_equals_from_scratch_byte_by_byte() -> None:
    year = journal()
    whole = replay(REGION, year)
    draw = random.Random(SEED)
    store = MemoryStore()
    start = 0
    while start < len(year):
        size = draw.choice((1, 2, 25, 300))
        store.apply(year[start : start + size])
        start += size
    assert store.log == list(whole.findings)
    assert {name: kept[0] for name, kept in store.rows.items()} == {
        name: to_stored(kept.state) for name, kept in whole.households.items()
    }


def test_a_prefix_of_the_journal_gives_a_prefix_of_the_finding_log() -> None:
    year = journal()
    whole = replay(REGION, year)
    for cut in (100, 700, len(year) - 1):
        prefix = replay(REGION, year[:cut])
        assert whole.findings[: len(prefix.findings)] == prefix.findings


def test_two_replays_are_one_and_the_year_has_all_kinds_of_changes() -> None:
    year = journal()
    whole = replay(REGION, year)
    assert digest(replay(REGION, year)) == digest(whole), f"seed {SEED}"
    entries = [decode_body("FindingEvent", 1, row.body) for row in whole.findings]
    kinds = {entry["kind"] for entry in entries}
    assert kinds == {"RAISED", "RENEWED", "EXPIRED", "WITHDRAWN"}
    rules = {entry["rule_id"] for entry in entries}
    assert rules == {"R01", "R02", "R03", "R06", "R07", "R15", "R16"}
    assert any(entry["late"] for entry in entries)
    assert any(
        reference["source"] == POLICE for entry in entries for reference in entry["evidence"]
    )


def test_states_stay_small() -> None:
    sizes = sorted(len(state) for state in replay(REGION, journal()).state_bytes().values())
    assert sizes[len(sizes) // 2] < 8_192, "21 facts in the middle household"
