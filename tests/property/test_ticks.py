"""A household sleeps until the day that can change it, and misses nothing by it."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given

from streams.household.conditions import on_day, spans_of
from streams.household.picture import picture_of
from streams.household.rule_set import DEFAULT_RULE_SET
from streams.household.rules import ClockRule
from streams.household.state import Finding
from streams.radar.finding_rows import finding_log_rows
from streams.radar.region_fold import RegionFold
from streams.radar.rows import CLOCK_TICKED, Row
from tests.support.journal import REGION, Said, rows
from tests.support.journals import EXAMPLES, regions

# A thousand examples take their time on a busy machine.
pytestmark = pytest.mark.timeout(900)


class SleeplessFold(RegionFold):
    """Looks at every household at every tick."""

    def _woken(self, today: date) -> list[str]:
        return sorted(self.households)


def folded(kind: type[RegionFold], journal: list[Row]) -> tuple[RegionFold, list[bytes]]:
    read = {row.event.position: row for row in journal}
    fold = kind(
        region=REGION,
        rule_set=DEFAULT_RULE_SET,
        households={},
        rows_at=lambda positions: [read[position] for position in sorted(positions)],
    )
    said = [one for row in journal for one in fold.apply(row)]
    return fold, [row.body for row in finding_log_rows(said, region=REGION, incarnation=1, first=1)]


@EXAMPLES
@given(regions())
def test_sleeping_households_say_what_sleepless_ones_say(said: list[Said]) -> None:
    journal = rows(said)
    _, woken = folded(RegionFold, journal)
    _, sleepless = folded(SleeplessFold, journal)
    assert woken == sleepless


@EXAMPLES
@given(regions())
def test_after_a_tick_the_silences_that_last_are_said(said: list[Said]) -> None:
    journal = rows(said)
    last = max(at for at, row in enumerate(journal) if row.event.record_name == CLOCK_TICKED)
    fold, _ = folded(RegionFold, journal[: last + 1])
    today = journal[last].event.payload["day"]
    assert isinstance(today, date)
    clock = {rule.rule_id for rule in fold.rule_set.rules if isinstance(rule, ClockRule)}
    for kept in fold.households.values():
        picture = picture_of(kept.state)
        holding = {
            on_day(rule, span, today).key
            for rule, span in spans_of(picture, fold.rule_set, today)
            if span.holds_on(today)
        }
        standing = {f.key for f in kept.state.findings if f.status.is_open and f.rule_id in clock}
        assert standing <= holding
        assert holding - standing <= {f.key for f in kept.state.findings if _is_quiet(f, today)}
        assert kept.wake_at is None or kept.wake_at > today


def _is_quiet(finding: Finding, today: date) -> bool:
    return not finding.status.is_open and (today - finding.counted_from).days <= 30
