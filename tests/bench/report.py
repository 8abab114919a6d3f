"""How long figures take: a report of one region, and tables over twenty years of all regions.

Facts go straight into their tables (facts.sql), at two sizes, so that the growth shows; what 50 M
events would take is the line through both.  Beside `select 1` and a sequential count of the rows.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from projections.statistics import STATISTICS, Period, Question, figures_of
from query.regions import Region
from query.report.asking import collect
from query.report.content import ReportQuestion
from streams.engine.database import Connection
from tests.bench.figures import BenchFailed, Promise, Report, median
from tests.bench.harness import Stand, Tell, running_stand

FACTS = Path(__file__).parent / "facts.sql"
EVENTS_PER_REPORT = 4.24
"""Facts of all kinds for one report, as facts.sql writes them."""
REGIONS = tuple(f"regio-{number:02d}" for number in range(25))
LARGEST = REGIONS[0]
TWENTY_YEARS = Period(first=date(2006, 1, 1), last=date(2025, 12, 31))
KNOWN_ON = date(2025, 12, 31)
STOCKS = frozenset({"S16", "S19", "S22"})
NATIONAL_EVENTS = 50_000_000
REPORT_SECONDS_MAX, NATIONAL_SECONDS_MAX, REGION_SECONDS_MAX = 1.0, 30.0, 2.0
REPETITIONS = 5
GIB_MAX = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Seconds:
    """What was measured at one size; by statistic where there are many."""

    facts: int
    gib: float
    nothing: float
    count: float
    report: float
    region: Mapping[str, float]
    nation: Mapping[str, float]

    def document(self) -> dict[str, object]:
        """Return it for a machine, in milliseconds and as ratios."""
        slowest = max(self.nation, key=lambda name: self.nation[name])
        return {
            "facts": self.facts,
            "gib": round(self.gib, 2),
            "milliseconds": {
                "select 1": _ms(self.nothing),
                "sequential count": _ms(self.count),
                "report of one year of one region": _ms(self.report),
                "one region, 20 years": {k: _ms(v) for k, v in self.region.items()},
                "25 regions, 20 years": {k: _ms(v) for k, v in self.nation.items()},
            },
            "slowest": slowest,
            "ratios": {
                "report / select 1": round(self.report / self.nothing),
                "report / sequential count": round(self.report / self.count, 2),
                "slowest national table / sequential count": round(
                    self.nation[slowest] / self.count, 2
                ),
            },
        }


def run_report_bench(*, sizes: Sequence[int], tell: Tell) -> Report:
    """Measure at both sizes; raises BenchFailed when the facts are not there."""
    with running_stand(tell) as stand:
        return report_on(stand, sizes=sizes)


def report_on(stand: Stand, *, sizes: Sequence[int]) -> Report:
    """Do so on a stand that runs."""
    measured = [_measured(stand, size) for size in sorted(sizes)]
    last = measured[-1]
    ahead = {
        "report": _ahead([one.report for one in measured], measured),
        "region": _slowest_ahead([one.region for one in measured], measured),
        "nation": _slowest_ahead([one.nation for one in measured], measured),
    }
    report = Promise(
        name="one year of one region (s)", value=last.report, ceiling=REPORT_SECONDS_MAX
    )
    promises = (
        report,
        Promise(name="the same, at 50 M (s)", value=ahead["report"], ceiling=REPORT_SECONDS_MAX),
        Promise(
            name="slowest table of a region at 50 M (s)",
            value=ahead["region"],
            ceiling=REGION_SECONDS_MAX,
        ),
        Promise(
            name="slowest national table at 50 M (s)",
            value=ahead["nation"],
            ceiling=NATIONAL_SECONDS_MAX,
        ),
    )
    return Report(
        bench="report",
        promises=promises,
        measured={
            "sizes": [one.document() for one in measured],
            "extrapolated_to": NATIONAL_EVENTS,
        },
    )


def fill(url: str, events: int) -> int:
    """Write about so many facts and return how many there are."""
    statements = sql.SQL(FACTS.read_text(encoding="utf-8"))
    reports = sql.Literal(round(events / EVENTS_PER_REPORT))
    with psycopg.connect(url) as connection:
        connection.execute(statements.format(reports=reports))
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("vacuum analyze")
        return sum(_count(connection, table) for table in _tables(connection))


def _measured(stand: Stand, events: int) -> Seconds:
    with stand.database() as url:
        facts = fill(url, events)
        if abs(facts - events) > events // 50:
            raise BenchFailed(f"{facts} facts where {events} were asked")
        with psycopg.connect(url, autocommit=True) as connection:
            found = measure(connection, facts)
    stand.tell(
        f"{facts:,} facts: report {found.report:.3f} s, slowest national table"
        f" {max(found.nation.values()):.2f} s"
    )
    return found


def measure(connection: Connection, facts: int) -> Seconds:
    """Measure every question warm: asked once before."""
    nation = _by_statistic(connection, REGIONS)
    size = connection.execute("select pg_database_size(current_database())").fetchone()
    gib = size[0] / 2**30 if size is not None else 0.0
    if gib > GIB_MAX:
        raise BenchFailed(f"the facts take {gib:.1f} GiB")
    asked = ReportQuestion(
        region=LARGEST, first=date(2024, 1, 1), last=date(2024, 12, 31), known_on=KNOWN_ON
    )
    return Seconds(
        facts=facts,
        gib=gib,
        nothing=_timed(lambda: connection.execute("select 1").fetchall()),
        count=_timed(lambda: [_count(connection, table) for table in _tables(connection)]),
        report=_timed(lambda: collect(connection, _region(), asked)),
        region=_by_statistic(connection, [LARGEST]),
        nation=nation,
    )


def _by_statistic(connection: Connection, regions: Sequence[str]) -> dict[str, float]:
    """Ask every statistic of all these regions over twenty years; a work stock of its last day."""
    found = {}
    for statistic in STATISTICS:
        last_day = Period(first=TWENTY_YEARS.last, last=TWENTY_YEARS.last)
        periods = [last_day if statistic.id in STOCKS else TWENTY_YEARS]

        def ask(statistic_id: str = statistic.id, periods: list[Period] = periods) -> None:
            for region in regions:
                question = Question(region=region, known_on=KNOWN_ON)
                figures_of(connection, statistic_id, question, periods)

        found[statistic.id] = _timed(ask, 1 if len(regions) > 1 else 3)
    return found


def _timed(ask: Callable[[], Any], repetitions: int = REPETITIONS) -> float:
    """Return the median seconds of asking again; the first time fills the caches."""
    ask()
    taken = []
    for _ in range(repetitions):
        start = time.perf_counter()
        ask()
        taken.append(time.perf_counter() - start)
    return median(taken)


def _tables(connection: Connection) -> list[str]:
    rows = connection.execute(
        "select tablename from pg_tables where schemaname = 'projections'"
        " and tablename like 'fact\\_%' order by 1"
    ).fetchall()
    return [name for (name,) in rows]


def _count(connection: Connection, table: str) -> int:
    """Count by reading every row, in one process: what any question over all of them costs."""
    with connection.transaction():
        for setting in ("enable_indexscan", "enable_indexonlyscan", "enable_bitmapscan"):
            connection.execute(sql.SQL("set local {} = off").format(sql.Identifier(setting)))
        connection.execute("set local max_parallel_workers_per_gather = 0")
        row = connection.execute(
            sql.SQL("select count(*) from projections.{}").format(sql.Identifier(table))
        ).fetchone()
    return 0 if row is None else int(row[0])


def _slowest_ahead(seconds: Sequence[Mapping[str, float]], sizes: Sequence[Seconds]) -> float:
    return max(_ahead([one[name] for one in seconds], sizes) for name in seconds[-1])


def _ahead(seconds: Sequence[float], sizes: Sequence[Seconds]) -> float:
    """Return the seconds at 50 M on the line through both sizes; never less than the larger."""
    per_fact = (seconds[-1] - seconds[0]) / (sizes[-1].facts - sizes[0].facts)
    return max(seconds[-1], seconds[-1] + per_fact * (NATIONAL_EVENTS - sizes[-1].facts))


def _region() -> Region:
    return Region(
        code=LARGEST,
        name="De grootste",
        clock_mode="SYSTEM",
        now=datetime(2026, 1, 1, tzinfo=UTC),
        day=date(2026, 1, 1),
        journal_position=1,
        projected_position=1,
        projected_at=None,
        parked=0,
    )


def _ms(seconds: float) -> float:
    return round(1000 * seconds, 2)
