"""Makes figures files of invented regions: a random world of records, printed by the oracle.

Shares no code with the simulator.  What it prints is consistent by construction, for the world it
was printed from exists: a simulator that refuses such a file is wrong.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from tests.support.figures_oracle import SERIES, SHARES, Oracle, half_up
from tests.support.figures_world import PLACES, World

Document = dict[str, Any]
SIZES = {"tiny": 1.5, "small": 9.0, "middle": 60.0, "drenthe": 185.0, "large": 560.0}
"""Reports per month; advices are about one and a half times as many."""
TABLES = (
    ("table1", "S07", "advice", "nature", True),
    ("table2", "S10", "report", "reporter_sector", False),
    ("table3", "S12", "report", "nature", True),
    ("table4", "S13", "report", "form", True),
)
SERVICES = (
    ("safety_assessment", "S15"),
    ("conditions", "S18"),
    ("investigation", "S21"),
)
PLAIN_COUNTS = ("S01", "S08", "S17", "S20", "S23", "S26a", "S26b", "S27")
CODED = ("S07", "S10", "S11", "S12", "S13")
FLAGGED = ("S02", "S06", "S09")
Months = range


def name_of(month: int) -> str:
    return f"{month // 12}-{month % 12 + 1:02d}"


def first_of(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)


@dataclass(kw_only=True)
class _Printer:
    """Prints one edition of a world: what is drawn here is only what is printed of it."""

    rng: Random
    oracle: Oracle
    span: Months
    known_on: date
    name: str

    def period(self) -> dict[str, str]:
        """Draw a period: often the whole span, else a year, a quarter, or any stretch."""
        months = [m for m in self.span if first_of(m) <= self.known_on]
        kind = self.rng.random()
        first, last = months[0], months[-1]
        if kind < 0.4 and len(months) > 3:
            first = self.rng.choice(months)
            last = min(first + self.rng.choice((0, 2, 5, 7, 11, 13)), months[-1])
        elif kind < 0.6:
            first = max(first, last // 12 * 12)
        return {"from": name_of(first), "to": name_of(last)}

    def document(self) -> Document:
        whole = self.period()
        edition: Document = {"id": self.name, "known_on": self.known_on.isoformat()}
        parts = {
            "months": self.months(),
            "tables": [self.table(each, whole) for each in TABLES],
            "counts": self.counts(whole),
            "shares": [self.share(n) for n in range(self.rng.randint(0, 5))],
            "terms": [t for each in SERVICES for t in self.terms(*each, whole)],
        }
        for key, value in parts.items():
            told = value if isinstance(value, dict) else [each for each in value if each]
            if told and self.rng.random() < 0.85:
                edition[key] = told
        return edition

    def months(self) -> Document:
        printed: Document = {}
        for series, statistic in SERIES.items():
            if self.rng.random() < 0.3:
                continue
            per_month = Counter(f"{day:%Y-%m}" for day in self.oracle.days(statistic))
            years: Document = {}
            gaps = self.rng.choice((0.0, 0.0, 0.3))
            for year in sorted({m // 12 for m in self.span}):
                twelve = [
                    per_month[name_of(month)]
                    if month in self.span
                    and first_of(month) <= self.known_on
                    and self.rng.random() >= gaps
                    else None
                    for month in range(year * 12, year * 12 + 12)
                ]
                if any(number is not None for number in twelve):
                    years[str(year)] = twelve
            if years:
                printed[series] = years
        return printed

    def table(
        self, kind: tuple[str, str, str, str, bool], whole: dict[str, str]
    ) -> Document | None:
        name, statistic, of, attribute, multiple = kind
        if self.rng.random() < 0.25:
            return None
        period = whole if self.rng.random() < 0.6 else self.period()
        rows = self.oracle.values(of, attribute, period["from"], period["to"])
        carrying = sum(bool(codes) for codes in rows)
        counts = Counter(code for codes in rows for code in set(codes))
        decimals = self.rng.choice((0, 1, 1, 1, 2, 3))
        codes = sorted(set(counts) | set(self.rng.sample(PLACES[attribute], 3)))
        if self.rng.random() < 0.2:
            codes = codes[: max(1, len(codes) // 2)]
        self.rng.shuffle(codes)
        table: Document = {
            "id": name,
            "statistic": statistic,
            "of": of,
            "attribute": attribute,
            "multiple": multiple,
            **period,
            "decimals": decimals,
            "rows": [
                {
                    "code": code,
                    "count": counts[code],
                    "share": float(half_up(counts[code], carrying, decimals)),
                }
                for code in codes
            ],
        }
        chance = self.rng.random()
        if chance < 0.4:
            table["registered"] = {"min": carrying, "max": carrying}
        elif chance < 0.8:
            low = max(0, carrying - self.rng.randint(0, 4))
            table["registered"] = {"min": low, "max": carrying + self.rng.randint(0, 4)}
        return table

    def counts(self, whole: dict[str, str]) -> list[Document]:
        printed: list[Document] = []
        for number in range(self.rng.randint(0, 14)):
            period = whole if self.rng.random() < 0.4 else self.period()
            statistic = self.rng.choice((*PLAIN_COUNTS, *PLAIN_COUNTS, *CODED, *FLAGGED))
            figure: Document = {"id": f"count.{number}", "statistic": statistic, **period}
            if statistic in PLAIN_COUNTS:
                figure["count"] = self.oracle.count(statistic, period["from"], period["to"])
            else:
                figure["count"] = self._held(figure)[0]
                if self.rng.random() < 0.5:
                    figure["base"] = self.rng.choice(("all", "registered"))
            printed.append(figure)
        return printed

    def _held(self, figure: Document) -> tuple[int, int, int]:
        """Return how many carry the figure's code, of all, and of those that carry any."""
        of, attribute, code = SHARES[figure["statistic"]]
        if code is None:
            code = figure["code"] = self.rng.choice(PLACES[attribute])
        rows = self.oracle.values(of, attribute, figure["from"], figure["to"])
        return sum(code in codes for codes in rows), len(rows), sum(bool(codes) for codes in rows)

    def share(self, number: int) -> Document:
        statistic = self.rng.choice((*CODED, *FLAGGED))
        figure: Document = {"id": f"share.{number}", "statistic": statistic, **self.period()}
        count, everyone, carrying = self._held(figure)
        base = self.rng.choice(("all", "registered"))
        decimals = self.rng.choice((0, 1, 1, 2))
        of = everyone if base == "all" else carrying
        return figure | {
            "share": float(half_up(count, of, decimals)), "decimals": decimals, "base": base,
        }  # fmt: skip

    def terms(self, service: str, statistic: str, whole: dict[str, str]) -> list[Document]:
        found: list[Document] = []
        for _ in range(self.rng.choice((0, 1, 1, 1, 2))):
            period = whole if self.rng.random() < 0.5 else self.period()
            buckets, slow = self.oracle.term(service, period["from"], period["to"])
            if not sum(buckets):
                continue
            decimals = self.rng.choice((0, 0, 0, 1))
            shares: list[float | None] = [
                float(half_up(count, sum(buckets), decimals)) for count in buckets
            ]
            if self.rng.random() < 0.6:
                shares[2] = None
            if self.rng.random() < 0.1:
                shares[1] = None
            term: Document = {
                "service": service, "statistic": statistic, **period, "decimals": decimals,
                "shares": shares,
            }  # fmt: skip
            if buckets[2] and self.rng.random() < (0.7 if statistic == "S15" else 0.3):
                term["mean_days_last"] = float(half_up(slow, 100 * buckets[2], 1))
            found.append(term)
        return found


def make_figures(seed: int, size: str | None = None) -> Document:
    """Return the figures file of an invented region; the same seed gives the same file."""
    rng = Random(seed)
    size = size or rng.choice(("tiny", "tiny", "small", "small", "middle", "middle", "drenthe"))
    length = rng.choice((1, 3, 3, 8, 12, 14, 14, 20, 30))
    if size == "large":
        length = min(length, 14)
    first = rng.randint(2019, 2024) * 12 + rng.choice((0, 0, rng.randint(0, 11)))
    span = range(first, first + length)
    world = World(rng, span, per_month=SIZES[size] if size != "tiny" else 24 / length)
    sent = world.sent()
    last = first_of(span.stop)
    known_on = [last + timedelta(days=rng.randint(0, 60))]
    for _ in range(rng.randint(0, 3)):
        earlier = known_on[0] - timedelta(days=rng.choice((1, 20, 90, 200, 400)))
        if earlier >= first_of(first) + timedelta(days=20):
            known_on.insert(0, earlier)
    editions = []
    for number, day in enumerate(known_on, start=1):
        printer = _Printer(
            rng=rng, oracle=Oracle(sent, day), span=span, known_on=day, name=f"uitgave-{number}"
        )
        editions.append(printer.document())
    code, name, towns = rng.choice(REGIONS)
    return {
        "format": 1,
        "region": {"code": code, "name": name, "municipalities": towns},
        "editions": editions,
        "accepted_deviations": [
            {"id": "printed.total", "printed": 7, "ours": 6, "why": "unlike its months"}
        ][: rng.randint(0, 1)],
    }


REGIONS = (
    ("zeeland", "Zeeland", [["GM0654", "Borsele"], ["GM0664", "Goes"], ["GM0687", "Middelburg"]]),
    ("twente", "Twente", [["GM0153", "Enschede"], ["GM0164", "Hengelo"]]),
    ("oost-brabant", "Oost-Brabant", [["GM0772", "Eindhoven"]]),
    ("west-veluwe", "West-Veluwe", [["GM0228", "Ede"], ["GM0200", "Apeldoorn"]]),
)
