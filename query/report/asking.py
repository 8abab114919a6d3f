"""Collects a report: every figure in as few questions as there are statistics."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from projections.statistics import (
    PLAIN,
    Base,
    Figure,
    Period,
    Question,
    figures_of,
    month_matrix,
    rounded,
    statistic_of,
)
from projections.statistics.s16_work_stock import first_days
from query.reading import ReadConnection
from query.regions import Region
from query.report.content import (
    Bucket,
    Count,
    Report,
    ReportQuestion,
    Row,
    Share,
    Stock,
    Table,
    Term,
    share_or_zero,
)
from schemas.code_lists import label

TABLES: tuple[tuple[str, str, str], ...] = (
    ("table1", "S07", "nature"),
    ("figure3", "S05", "ip2015_role"),
    ("table2", "S10", "reporter_sector"),
    ("table3", "S12", "nature"),
    ("table4", "S13", "form"),
    ("repeat", "S29", "repeat_kind"),
)
"""Table, statistic and the code list that labels its rows, in the order of the report."""

COUNTS: tuple[tuple[str, str], ...] = (
    ("advices", "S01"),
    ("chats", "S02"),
    ("school_advices", "S06"),
    ("reports", "S08"),
    ("conditions_started", "S17"),
    ("investigations_started", "S20"),
    ("restraining_orders", "S23"),
    ("restraining_orders_assessed", "S23-assessed"),
    ("handover_professional", "S26a"),
    ("handover_client_network", "S26b"),
    ("mda_started", "S27"),
    ("monitored_cases", "S28"),
    ("monitoring_held", "S28-held"),
    ("cases", "S30"),
)
SHARES: tuple[tuple[str, str], ...] = (
    ("chats_pct", "S02"),
    ("school_advices_pct", "S06"),
    ("children_involved_pct", "S09"),
    ("reporters_told_pct", "S33-reporters"),
    ("subjects_told_pct", "S33-subjects"),
)
TERMS: tuple[tuple[str, str], ...] = (
    ("safety_assessment", "S15"),
    ("conditions", "S18"),
    ("investigation", "S21"),
)
STOCKS: tuple[tuple[str, str], ...] = (
    ("safety_assessment", "S16"),
    ("conditions", "S19"),
    ("investigation", "S22"),
)
BUCKET_WORDS: Mapping[str, str] = {
    "WITHIN_LAW": "binnen 5 werkdagen",
    "WITHIN_15_DAYS": "na 5 werkdagen, binnen 15 dagen",
    "WITHIN_75_DAYS": "binnen 75 dagen",
    "WITHIN_105_DAYS": "76 tot en met 105 dagen",
    "BY_LAW": "binnen de wettelijke termijn (vijf werkdagen en tien weken)",
    "AFTER_DECISION": "binnen tien weken na het besluit tot onderzoek",
}
LATER_WORDS: Mapping[str, str] = {"S15": "meer dan 15 dagen"}
_LATER = "meer dan 105 dagen"


def collect(connection: ReadConnection, region: Region, asked: ReportQuestion) -> Report:
    """Return the whole report in one snapshot's answers; `connection` is inside that snapshot."""
    question = Question(
        region=asked.region, known_on=asked.known_on, municipality=asked.municipality
    )
    by_statistic = _Asked(connection, question, asked)
    years = [period.first.year for period in reversed(asked.periods)]
    return Report(
        question=asked,
        region_name=region.name,
        parked=region.parked,
        tables=[by_statistic.table(*one) for one in TABLES],
        months=month_matrix(
            connection,
            region=asked.region,
            years=years,
            known_on=asked.known_on,
            municipality=asked.municipality,
        ),
        terms=[by_statistic.term(*one) for one in TERMS],
        stocks=[by_statistic.stock(*one) for one in STOCKS],
        counts=[count for one in COUNTS for count in by_statistic.counts(*one)],
        shares=[share for one in SHARES for share in by_statistic.shares(*one)],
    )


class _Asked:
    """Asks each statistic once, of all three periods."""

    def __init__(
        self, connection: ReadConnection, question: Question, asked: ReportQuestion
    ) -> None:
        self._connection = connection
        self._question = question
        self._asked = asked
        self._answers: dict[str, list[Mapping[str, Figure]]] = {}

    def _of(self, statistic: str) -> Sequence[Mapping[str, Figure]]:
        if statistic not in self._answers:
            self._answers[statistic] = figures_of(
                self._connection, statistic, self._question, self._asked.periods
            )
        return self._answers[statistic]

    def table(self, table_id: str, statistic_id: str, code_list: str) -> Table:
        statistic, figures = statistic_of(statistic_id), self._of(statistic_id)[0]
        whole = figures[PLAIN]
        denominator = whole.denominator or 0
        # As printed: the most frequent first; equal counts in the order of the code list.
        rows = [
            Row(
                code=code,
                label=label(code_list, code),
                count=figures[code].count,
                share=share_or_zero(figures[code].count, denominator, statistic.decimals),
            )
            for code in sorted(statistic.codes, key=lambda code: -figures[code].count)
        ]
        return Table(
            id=table_id,
            statistic=statistic_id,
            title=statistic.title,
            denominator=denominator,
            not_registered=whole.not_registered or 0,
            decimals=statistic.decimals,
            rows=rows,
        )

    def counts(self, count_id: str, statistic_id: str) -> Iterator[Count]:
        for period, figures in zip(self._asked.periods, self._of(statistic_id), strict=True):
            yield Count(
                id=_named(count_id, period, self._asked),
                statistic=statistic_id,
                title=statistic_of(statistic_id).title,
                period=period,
                count=figures[PLAIN].count,
            )

    def shares(self, share_id: str, statistic_id: str) -> Iterator[Share]:
        statistic = statistic_of(statistic_id)
        for period, figures in zip(self._asked.periods, self._of(statistic_id), strict=True):
            figure = figures[PLAIN]
            yield Share(
                id=_named(share_id, period, self._asked),
                statistic=statistic_id,
                title=statistic.title,
                period=period,
                count=figure.count,
                denominator=figure.denominator or 0,
                base="all" if statistic.base is Base.ALL else "registered",
                decimals=statistic.decimals,
            )

    def term(self, service: str, statistic_id: str) -> Term:
        statistic, figures = statistic_of(statistic_id), self._of(statistic_id)[0]
        total = figures[PLAIN].count
        buckets = [
            Bucket(
                label=_bucket_words(statistic_id, code),
                count=figures[code].count,
                share=share_or_zero(figures[code].count, total, statistic.decimals),
            )
            for code in statistic.codes
        ]
        last = figures[statistic.codes[2]]
        mean = rounded(Fraction(last.days or 0, last.count), 1) if last.count else None
        return Term(
            service=service,
            statistic=statistic_id,
            title=statistic.title,
            decimals=statistic.decimals,
            total=total,
            buckets=buckets[:3],
            mean_days_last=mean,
            by_law=buckets[3:],
        )

    def stock(self, service: str, statistic_id: str) -> Stock:
        # Three years, as figures 6 and 8 of the published report.
        oldest = self._asked.periods[-1].first.replace(month=1)
        days = first_days(oldest, self._asked.last)
        statistic = statistic_of(statistic_id)
        answers = figures_of(self._connection, statistic_id, self._question, days)
        return Stock(
            service=service,
            statistic=statistic_id,
            title=statistic.title,
            days=[period.first for period in days],
            counts={code: [figures[code].count for figures in answers] for code in statistic.codes},
        )


def _named(name: str, period: Period, asked: ReportQuestion) -> str:
    """Return the figure's id: an earlier year says which."""
    return name if period.first == asked.first else f"{name}_{period.first.year}"


def _bucket_words(statistic_id: str, code: str) -> str:
    return BUCKET_WORDS.get(code) or LATER_WORDS.get(statistic_id, _LATER)
