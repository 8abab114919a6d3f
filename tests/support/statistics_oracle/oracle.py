"""What the definitions answer: every statistic, of many periods, at one knowledge date."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.support.statistics_oracle.export import LogBody, exported

HERE = Path(__file__).parent
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
ROUNDS = 12
"""Corrections of corrections are fewer than this, in any journal that is drawn."""

SHARES_OF_ALL = ("S02", "S06", "S09", "S11", "S15", "S18", "S21", "S33-reporters", "S33-subjects")
SHARES_OF_REGISTERED = ("S05", "S07", "S10", "S12", "S13", "S29")
WITH_DAYS = ("S15", "S18", "S21")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One question: a period, both ends in, and a municipality or the whole region."""

    first: date
    last: date
    municipality: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A count, what it is a share of, how many lack the attribute, and days where a mean is."""

    count: int = 0
    denominator: int | None = None
    not_registered: int | None = None
    days: int | None = None


class StatisticsOracle:
    """The definitions applied to one exported journal."""

    def __init__(self, bodies: Iterable[LogBody], folder: Path) -> None:
        self._connection = exported(bodies, folder)
        self._run("terms.sql")

    def answers(
        self, known_on: date, questions: Sequence[Asked]
    ) -> dict[tuple[str, int, str], Answer]:
        """Return the answers by statistic, number of the question, and code ("" for all)."""
        # Known at K: before 00:00 in Amsterdam of the day after it.
        end = datetime.combine(known_on + timedelta(days=1), time.min, AMSTERDAM).astimezone(UTC)
        connection = self._connection
        connection.execute(f"set variable known_on = date '{known_on}'")
        connection.execute(
            "create or replace table known as select * from event where known_at < $end",
            {"end": end},
        )
        connection.execute("create or replace table void (log text, source text, id text)")
        for _ in range(ROUNDS):
            self._run("void.sql")
        connection.execute(
            "create or replace table asked (n int, first date, last date, municipality text)"
        )
        connection.executemany(
            "insert into asked values (?, ?, ?, ?)",
            [(n, q.first, q.last, q.municipality) for n, q in enumerate(questions)],
        )
        for script in ("records.sql", "answers.sql", "answers_of_terms.sql"):
            self._run(script)
        rows = connection.execute("select * from answer").fetchall()
        wholes = {(s, n): (p, r) for s, n, code, _, p, r, _ in rows if code is None}
        return {
            (statistic, n, code or ""): _answer(
                statistic, count, wholes[statistic, n], days if code else None
            )
            for statistic, n, code, count, _, _, days in rows
        }

    def _run(self, script: str) -> None:
        self._connection.execute((HERE / script).read_text(encoding="utf-8"))


def _answer(
    statistic: str, count: int, whole: tuple[int | None, int | None], days: int | None
) -> Answer:
    population, registered = whole[0] or 0, whole[1] or 0
    if statistic in SHARES_OF_ALL or statistic in SHARES_OF_REGISTERED:
        return Answer(
            count=count,
            denominator=population if statistic in SHARES_OF_ALL else registered,
            not_registered=population - registered,
            days=days if statistic in WITH_DAYS else None,
        )
    return Answer(count=count)


def half_up(count: int, denominator: int, decimals: int) -> float:
    """Return a share in percent, rounded half up from whole numbers; 0 over nothing."""
    if not denominator:
        return 0.0
    steps = (200 * count * 10**decimals + denominator) // (2 * denominator)
    return float(steps / 10**decimals)
