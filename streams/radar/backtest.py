"""A rule set tried on the whole journal: what it would have raised, beside what the other would.

Nothing live is read but the journal, and nothing at all is written.  Both sets are folded over the
same rows in one pass, share by share of the households.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

import psycopg

from streams.engine.database import Connection
from streams.engine.log import JOURNAL
from streams.engine.log_copy import Stretch, fetched_rows
from streams.household.findings import ChangeKind
from streams.household.rule_set import RuleSet, rule_set_of
from streams.household.terms import amsterdam_day
from streams.radar.rearrangements import read_rows_at
from streams.radar.rebuild import Share
from streams.radar.region_fold import RegionFold, Said
from streams.radar.rows import RULES_ACTIVATED, Row, decode_row_of

READ_ONLY = "-c default_transaction_read_only=on"
PROGRESS_ROWS = 500
REPORT = "ReportRegistered"


class Raised(NamedTuple):
    """A finding at its raising; plain values, for it travels between processes."""

    finding_id: str
    household_id: str
    day: date
    level: int


@dataclass(slots=True, kw_only=True)
class Trial:
    """What both rule sets raised in a share, and how many reports each week had."""

    now: list[Raised] = field(default_factory=list)
    then: list[Raised] = field(default_factory=list)
    reports: Counter[date] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialShare:
    """One share of a region's households under two rule sets.

    `now` and `then` are rules as a `RulesActivated` record holds them: id to JSON.
    """

    share: Share
    now: Mapping[str, str]
    then: Mapping[str, str]
    calendar: Sequence[str]

    @property
    def rows(self) -> float:
        """Return how many journal rows this share stands for in a rate."""
        return self.share.rows

    def run(self, database_url: str, advanced: Callable[[float], None]) -> Trial:
        """Fold the share under both sets, in read-only transactions."""
        trial = Trial()
        share = self.share
        with (
            psycopg.connect(database_url, options=READ_ONLY) as reading,
            psycopg.connect(database_url, options=READ_ONLY) as aside,
        ):
            folds = [
                (self._fold(self.now, aside), trial.now),
                (self._fold(self.then, aside), trial.then),
            ]
            at = 0
            stretch = Stretch(log=JOURNAL, region=share.region, first=1, last=share.last)
            for _, record_name, body in fetched_rows(reading, stretch, share.condition()):
                row = share.mine(decode_row_of(record_name, body))
                self._take(row, folds, trial)
                if row.event.position - at >= PROGRESS_ROWS:
                    advanced((row.event.position - at) / share.of)
                    at = row.event.position
        advanced((share.last - at) / share.of)
        return trial

    def _fold(self, rules: Mapping[str, str], connection: Connection) -> RegionFold:
        return RegionFold(
            region=self.share.region,
            rule_set=trial_rule_set(rules, self.calendar),
            households={},
            # The connection that reads the stretch is busy until its end.
            rows_at=lambda positions: read_rows_at(connection, self.share.region, positions),
        )

    def _take(
        self, row: Row, folds: Sequence[tuple[RegionFold, list[Raised]]], trial: Trial
    ) -> None:
        # The question is what these rules would have said all along, not those of the day.
        if row.event.record_name == RULES_ACTIVATED:
            return
        if row.event.record_name == REPORT and row.household_ids:
            trial.reports[amsterdam_day(row.event.known_at)] += 1
        for fold, raised in folds:
            raised += [
                _raised(said) for said in fold.apply(row) if said.change.kind is ChangeKind.RAISED
            ]


def trial_rule_set(rules: Mapping[str, str], calendar: Sequence[str]) -> RuleSet:
    """Return the rule set of a side; ValueError for what this program does not have."""
    return rule_set_of({"rules": dict(rules), "calendar": list(calendar)})


def activation(version: int, parameters: Mapping[str, int]) -> str:
    """Return a rule with its parameters as a `RulesActivated` record holds it."""
    return json.dumps({"version": version, "parameters": dict(parameters)}, sort_keys=True)


def _raised(said: Said) -> Raised:
    finding = said.change.finding
    return Raised(
        finding_id=finding.finding_id,
        household_id=said.change.cause.household_id,
        day=said.change.cause.day,
        level=int(finding.level),
    )
