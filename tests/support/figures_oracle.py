"""Counts the figures of a simulated log by itself: shares no code with the simulator or Radar.

K is the day on which an event was sent; definitions.md is the only source of the meanings.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import UTC, date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

Record = dict[str, Any]
Sent = tuple[date, str, Record]
AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def easter(year: int) -> date:
    """Anonymous Gregorian algorithm."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = b // 4, b % 4
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = c // 4, c % 4
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month = (h + m - 7 * n + 114) // 31
    return date(year, month, (h + m - 7 * n + 114) % 31 + 1)


def closed(day: date) -> bool:
    if day.weekday() >= 5:
        return True
    year, spring = day.year, easter(day.year)
    king = date(year, 4, 27)
    if king.weekday() == 6:
        king = date(year, 4, 26)
    moving = {spring + timedelta(days=n) for n in (-2, 1, 39, 50)}
    return day in moving | {
        date(year, 1, 1), king, date(year, 5, 5), date(year, 12, 25), date(year, 12, 26)
    }  # fmt: skip


def nth_working_day(day: date, count: int) -> date:
    while count:
        day += timedelta(days=1)
        count -= not closed(day)
    return day


def half_up(count: int, of: int, decimals: int) -> Decimal:
    if not of:
        return Decimal(0)
    return (Decimal(count * 100) / of).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


class Oracle:
    """The facts of a log as known at the end of day K."""

    def __init__(self, sent: Iterable[Sent], known_on: date) -> None:
        known = [(name, record) for day, name, record in sent if day <= known_on]
        ids = {record["meta"]["event_id"] for _, record in known}
        void = set()
        for name, record in known:
            if name in ("EventCorrected", "AdviceCorrected"):
                replacement = record["replacement_event_id"]
                if replacement is None or replacement in ids:
                    void.add(record["corrected_event_id"])
        by_name: dict[str, list[Record]] = defaultdict(list)
        for name, record in known:
            if record["meta"]["event_id"] not in void:
                by_name[name].append(record)
        self.advices = by_name["AdviceGiven"]
        self.reports = {r["report_id"]: r for r in by_name["ReportRegistered"]}
        self.assessments = {r["report_id"]: r for r in by_name["SafetyAssessmentCompleted"]}
        self.services = by_name["ServiceStatusChanged"]
        self.orders = {
            r["order_id"]: r for r in by_name["RestrainingOrderChanged"] if r["status"] == "IMPOSED"
        }
        self.active: dict[str, date] = {}
        for r in by_name["MdaRegistrationChanged"]:
            if r["status"] == "ACTIVE":
                first = self.active.get(r["mda_id"], r["status_on"])
                self.active[r["mda_id"]] = min(first, r["status_on"])

    def days(self, statistic: str) -> list[date]:
        match statistic:
            case "S01":
                return [r["given_on"] for r in self.advices]
            case "S08":
                return [r["received_on"] for r in self.reports.values()]
            case "S17" | "S20":
                kind = {"S17": "CONDITIONS_AND_FOLLOW_UP", "S20": "INVESTIGATION"}[statistic]
                started = {
                    r["service_id"]: r["status_on"]
                    for r in self.services
                    if r["service"] == kind and r["status"] == "REGISTERED"
                }
                return list(started.values())
            case "S23":
                return [
                    r["status_at"].astimezone(UTC).astimezone(AMSTERDAM).date()
                    for r in self.orders.values()
                ]
            case "S26a" | "S26b":
                outcome = {"S26a": "HANDOVER_PROFESSIONAL", "S26b": "HANDOVER_CLIENT_NETWORK"}
                return [
                    r["completed_on"]
                    for r in self.assessments.values()
                    if r["outcome"] == outcome[statistic]
                ]
            case "S27":
                return list(self.active.values())
        raise AssertionError(statistic)

    def count(self, statistic: str, first: str, last: str) -> int:
        return sum(first <= f"{day:%Y-%m}" <= last for day in self.days(statistic))

    def values(self, of: str, attribute: str, first: str, last: str) -> list[list[str]]:
        """Per record of the period the codes it carries, UNKNOWN and null left out."""
        records = self.reports.values() if of == "report" else self.advices
        day = "received_on" if of == "report" else "given_on"
        chosen = [r for r in records if first <= f"{r[day]:%Y-%m}" <= last]
        field = {"form": "forms"}.get(attribute, attribute)
        found = []
        for record in chosen:
            value = record[field]
            codes = value if isinstance(value, list) else [] if value is None else [str(value)]
            found.append([code for code in codes if code != "UNKNOWN"])
        return found

    def term(self, service: str, first: str, last: str) -> tuple[list[int], int]:
        """Return the buckets' counts, and the days in the last bucket together."""
        buckets, slow = [0, 0, 0], 0
        if service == "safety_assessment":
            for report_id, record in self.assessments.items():
                if report_id not in self.reports:
                    continue
                done, received = record["completed_on"], self.reports[report_id]["received_on"]
                if not first <= f"{done:%Y-%m}" <= last:
                    continue
                days = (done - received).days
                place = 0 if done <= nth_working_day(received, 5) else 1 if days <= 15 else 2
                buckets[place] += 1
                slow += days if place == 2 else 0
            return buckets, slow
        kind = {"conditions": "CONDITIONS_AND_FOLLOW_UP", "investigation": "INVESTIGATION"}[service]
        for record in self.services:
            if (record["service"], record["status"]) != (kind, "COMPLETED"):
                continue
            if not first <= f"{record['status_on']:%Y-%m}" <= last or not record["report_id"]:
                continue
            if record["report_id"] not in self.reports:
                continue
            received = self.reports[record["report_id"]]["received_on"]
            days = (record["status_on"] - received).days
            buckets[0 if days <= 75 else 1 if days <= 105 else 2] += 1
            slow += days if days > 105 else 0
        return buckets, slow


SERIES = {
    "report": "S08",
    "advice": "S01",
    "investigation_started": "S20",
    "conditions_started": "S17",
}
SHARES = {
    "S02": ("advice", "channel", "CHAT"),
    "S06": ("advice", "from_school", "True"),
    "S07": ("advice", "nature", None),
    "S09": ("report", "children_involved", "True"),
    "S10": ("report", "reporter_sector", None),
    "S11": ("report", "reporter_sector", None),
    "S12": ("report", "nature", None),
    "S13": ("report", "form", None),
}


class Comparison:
    """Every figure of a figures document beside a log: how many, and which differ."""

    def __init__(self, document: dict[str, Any], sent: list[Sent]) -> None:
        self.compared = 0
        self.wrong: list[str] = []
        for edition in document["editions"]:
            oracle = Oracle(sent, date.fromisoformat(edition["known_on"]))
            self.months(edition, oracle)
            for table in edition.get("tables", []):
                self.table(table, oracle)
            for figure in edition.get("counts", []):
                self.count(figure, oracle)
            for figure in edition.get("shares", []):
                self.share(figure, oracle)
            for term in edition.get("terms", []):
                self.term(term, oracle)

    def expect(self, name: str, holds: bool, detail: object) -> None:
        self.compared += 1
        if not holds:
            self.wrong.append(f"{name}: {detail}")

    def months(self, edition: dict[str, Any], oracle: Oracle) -> None:
        for series, years in edition.get("months", {}).items():
            per_month = Counter(f"{day:%Y-%m}" for day in oracle.days(SERIES[series]))
            for year, numbers in years.items():
                for place, number in enumerate(numbers, start=1):
                    if number is not None:
                        month = f"{year}-{place:02d}"
                        ours = per_month[month]
                        name = f"{edition['id']} {series} {month}"
                        self.expect(name, ours == number, (number, ours))

    def table(self, table: dict[str, Any], oracle: Oracle) -> None:
        rows = oracle.values(table["of"], table["attribute"], table["from"], table["to"])
        carrying = sum(bool(codes) for codes in rows)
        limits = table.get("registered", {"min": 0, "max": len(rows)})
        self.expect(table["id"], limits["min"] <= carrying <= limits["max"], carrying)
        if not table["multiple"]:
            self.expect(f"{table['id']} single", all(len(codes) < 2 for codes in rows), "several")
        counts = Counter(code for codes in rows for code in set(codes))
        for row in table["rows"]:
            ours = counts[row["code"]]
            share = half_up(ours, carrying, table["decimals"])
            same = ours == row["count"] and share == Decimal(str(row["share"]))
            self.expect(f"{table['id']} {row['code']}", same, (row, ours, share))

    def count(self, figure: dict[str, Any], oracle: Oracle) -> None:
        if figure["statistic"] in SHARES:
            of, attribute, code = SHARES[figure["statistic"]]
            rows = oracle.values(of, attribute, figure["from"], figure["to"])
            ours = sum((code or figure["code"]) in codes for codes in rows)
        else:
            ours = oracle.count(figure["statistic"], figure["from"], figure["to"])
        self.expect(figure["id"], ours == figure["count"], (figure["count"], ours))

    def share(self, figure: dict[str, Any], oracle: Oracle) -> None:
        of, attribute, code = SHARES[figure["statistic"]]
        rows = oracle.values(of, attribute, figure["from"], figure["to"])
        ours = sum((code or figure["code"]) in codes for codes in rows)
        base = len(rows) if figure["base"] == "all" else sum(bool(codes) for codes in rows)
        share = half_up(ours, base, figure["decimals"])
        self.expect(figure["id"], share == Decimal(str(figure["share"])), (share, ours, base))

    def term(self, term: dict[str, Any], oracle: Oracle) -> None:
        buckets, slow = oracle.term(term["service"], term["from"], term["to"])
        for place, share in enumerate(term["shares"]):
            if share is not None:
                ours = half_up(buckets[place], sum(buckets), term["decimals"])
                self.expect(f"{term['service']} {place}", ours == Decimal(str(share)), buckets)
        if term.get("mean_days_last") is not None:
            mean = (Decimal(slow) / buckets[2]).quantize(Decimal("0.1"), ROUND_HALF_UP)
            same = mean == Decimal(str(term["mean_days_last"]))
            self.expect(f"{term['service']} mean", same, mean)
