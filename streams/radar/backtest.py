"""Rule sets tried on the whole journal: what each would have raised, had it always been in force.

Nothing live is read but the journal, and nothing at all is written.  All sets are folded over the
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
from psycopg import sql

from streams.engine.database import Connection
from streams.engine.log import JOURNAL
from streams.engine.log_copy import Stretch, fetched_rows
from streams.household.findings import ChangeKind
from streams.household.rule_set import RuleSet, rule_set_of
from streams.household.severity import Level
from streams.household.terms import amsterdam_day
from streams.radar.rearrangements import read_rows_at
from streams.radar.rebuild import Share, parked_then
from streams.radar.region_fold import RegionFold, Said
from streams.radar.rows import RULES_ACTIVATED, Row, decode_row

READ_ONLY = "-c default_transaction_read_only=on"
PROGRESS_ROWS = 500
REPORT = "ReportRegistered"


class Raised(NamedTuple):
    """A finding as it is raised or renewed; plain values, for it travels between processes."""

    finding_id: str
    rule_id: str
    household_id: str
    day: date
    level: int


@dataclass(slots=True, kw_only=True)
class Trial:
    """What each rule set raised in a share, and the reports of each day.

    `renewed` are findings that were high or above when they were renewed. `waiting` are the
    households that count only up to a row: the parked, and those that a rule set cannot take.
    """

    raised: Sequence[list[Raised]]
    renewed: Sequence[list[Raised]]
    reports: Counter[date] = field(default_factory=Counter)
    waiting: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialShare:
    """One share of a region's households under some rule sets.

    Each of `tried` are rules as a `RulesActivated` record holds them: id to JSON.
    """

    share: Share
    tried: Sequence[Mapping[str, str]]
    calendar: Sequence[str]

    @property
    def rows(self) -> float:
        """Return how many journal rows this share stands for in a rate."""
        return self.share.rows

    def run(self, database_url: str, advanced: Callable[[float], None]) -> Trial:
        """Fold the share under all sets, in read-only transactions."""
        trial = Trial(raised=[[] for _ in self.tried], renewed=[[] for _ in self.tried])
        share = self.share
        with (
            psycopg.connect(database_url, options=READ_ONLY) as reading,
            psycopg.connect(database_url, options=READ_ONLY) as aside,
        ):
            then = parked_then(reading, share.region, share.last).of(share.holds)
            trial.waiting.update(then.waiting())
            folds = [self._fold(rules, aside, then.waiting()) for rules in self.tried]
            at = 0
            stretch = Stretch(log=JOURNAL, region=share.region, first=1, last=share.last)
            condition = sql.SQL("{} and {}").format(share.condition(), then.readable)
            for _, _, body in fetched_rows(reading, stretch, condition):
                row = share.mine(decode_row(body))
                self._take(row, folds, trial)
                if row.event.position - at >= PROGRESS_ROWS:
                    advanced((row.event.position - at) / share.of)
                    at = row.event.position
            for fold in folds:
                trial.waiting.update(failed.household_id for failed in fold.failed)
        advanced((share.last - at) / share.of)
        return trial

    def _fold(
        self, rules: Mapping[str, str], connection: Connection, waiting: Mapping[str, int]
    ) -> RegionFold:
        return RegionFold(
            region=self.share.region,
            rule_set=trial_rule_set(rules, self.calendar),
            households={},
            # The connection that reads the stretch is busy until its end.
            rows_at=lambda positions: read_rows_at(connection, self.share.region, positions),
            waiting=waiting,
            # One household that these numbers cannot take is no reason to say nothing of the rest.
            parks=True,
        )

    def _take(self, row: Row, folds: Sequence[RegionFold], trial: Trial) -> None:
        # The question is what these rules would have said all along, not those of the day.
        if row.event.record_name == RULES_ACTIVATED:
            return
        if row.event.record_name == REPORT and row.household_ids:
            trial.reports[amsterdam_day(row.event.known_at)] += 1
        for fold, raised, renewed in zip(folds, trial.raised, trial.renewed, strict=True):
            for said in fold.apply(row):
                if said.change.kind is ChangeKind.RAISED:
                    raised.append(_raised(said))
                elif (
                    said.change.kind is ChangeKind.RENEWED
                    and said.change.finding.level >= Level.HIGH
                ):
                    renewed.append(_raised(said))


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
        rule_id=finding.rule_id,
        household_id=said.change.cause.household_id,
        day=said.change.cause.day,
        level=int(finding.level),
    )
