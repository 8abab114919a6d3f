"""Radar's figures beside the oracle's, over one journal: which differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from projections.statistics import STATISTICS, Figure, Period, Question, figures_of
from streams.engine.database import Connection
from streams.engine.log import ADVICE, JOURNAL
from streams.engine.stage import InputRecord
from tests.support.statistics_oracle.export import LogBody
from tests.support.statistics_oracle.oracle import Answer, Asked, StatisticsOracle

Answers = dict[tuple[str, int, str], Answer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Every period for every municipality; None is the whole region."""

    periods: Sequence[Period]
    municipalities: Sequence[str | None]

    @property
    def questions(self) -> list[Asked]:
        """Return them in the order in which both sides number them."""
        return [
            Asked(first=period.first, last=period.last, municipality=municipality)
            for municipality in self.municipalities
            for period in self.periods
        ]


def bodies(records: Sequence[InputRecord]) -> list[LogBody]:
    """Return the export: the rows of both logs as they stand there."""
    names = {log.topic: log.record_name for log in (JOURNAL, ADVICE)}
    return [(names[one.topic], one.value) for one in records if one.value is not None]


def kept_bodies(connection: Connection, region: str) -> list[LogBody]:
    """Return the export from the logs' own tables."""
    return [
        (log.record_name, bytes(body))
        for log in (JOURNAL, ADVICE)
        for (body,) in connection.execute(
            f"select body from {log.table} where region = %s order by position".encode(), [region]
        )
    ]


def radars(connection: Connection, region: str, known_on: date, grid: Grid) -> Answers:
    """Return what Radar says, in the form of the oracle's answers."""
    found: Answers = {}
    for place, municipality in enumerate(grid.municipalities):
        question = Question(region=region, known_on=known_on, municipality=municipality)
        for statistic in STATISTICS:
            answers = figures_of(connection, statistic.id, question, grid.periods)
            for number, figures in enumerate(answers):
                n = place * len(grid.periods) + number
                found |= {(statistic.id, n, code): _plain(f) for code, f in figures.items()}
    return found


def defined(oracle: StatisticsOracle, known_on: date, grid: Grid) -> Answers:
    """Return what the definitions say."""
    return oracle.answers(known_on, grid.questions)


def differences(said: Answers, right: Answers) -> list[str]:
    """Return which figures differ; what the oracle does not list is a count of nothing."""
    wrong = []
    for key in sorted(said.keys() | right.keys()):
        here, there = said.get(key), right.get(key)
        if there is None:
            there = replace(right.get((*key[:2], ""), Answer()), count=0, days=None)
        if here is None or _numbers(here) != _numbers(there):
            wrong.append(f"{key}: {here}, not {there}")
    return wrong


def _plain(one: Figure) -> Answer:
    return Answer(
        count=one.count,
        denominator=one.denominator,
        not_registered=one.not_registered,
        days=one.days,
    )


def _numbers(answer: Answer) -> tuple[int, int, int, int]:
    denominator, not_registered = answer.denominator or 0, answer.not_registered or 0
    return answer.count, denominator, not_registered, answer.days or 0
