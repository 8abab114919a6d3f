"""Reads the facts of a delivery and puts them together by number, as rows for `candidates`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from psycopg.rows import dict_row

from query.reading import ReadConnection
from streams.engine.named_queries import load_queries

QUERIES = load_queries("query", "cbs.sql")

Row = dict[str, Any]
NO_REPORT: Mapping[str, Any] = {"received_on": None, "reasons": [], "nature": [], "forms": []}


class DeliveryFacts:
    """The facts of one region as known at a cutoff; `parameters` are those of the queries."""

    def __init__(self, connection: ReadConnection, parameters: Mapping[str, object]) -> None:
        self._connection = connection
        self._parameters = parameters
        self._reports: Sequence[Row] = self._read("reports")
        self._services: Sequence[Row] = self._read("services")
        self._handovers = _by_case(self._read("handovers"))

    def advices(self) -> Sequence[Row]:
        """Return the advices of the half-year."""
        return self._read("advices")

    def reports(self) -> Iterator[Row]:
        """Return every report received by the end of the half-year, with what followed it.

        With several services of one kind the first that was registered counts.
        """
        assessments = {row["report_id"]: row for row in self._read("assessments")}
        closures = _by_case(self._read("closures"))
        services: dict[tuple[str, str], Row] = {}
        for service in self._services:
            services.setdefault((service["report_id"], service["service"]), service)
        for report in self._reports:
            assessment = assessments.get(report["report_id"])
            assessed_on = None if assessment is None else assessment["completed_on"]
            conditions = services.get((report["report_id"], "CONDITIONS_AND_FOLLOW_UP"))
            investigation = services.get((report["report_id"], "INVESTIGATION"))
            case = report["case_id"]
            yield report | {
                "assessed_on": assessed_on,
                "outcome": None if assessment is None else assessment["outcome"],
                "investigation_id": investigation and investigation["service_id"],
                "has_conditions": conditions is not None,
                "conditions_started_on": conditions
                and (conditions["picked_up_on"] or conditions["registered_on"]),
                "conditions_ended_on": conditions and conditions["ended_on"],
                "handed_over_on": _first_since(
                    assessed_on, (each["sent_on"] for each in self._handovers[case])
                ),
                "closed_on": _first_since(
                    assessed_on, (each["status_on"] for each in closures[case])
                ),
            }

    def investigations(self) -> Iterator[Row]:
        """Return the investigations that ended in the half-year, with report and handovers.

        A handover is the investigation's when it was sent since that began to exist.
        """
        reports = {row["report_id"]: row for row in self._reports}
        services = {row["service_id"]: row for row in self._services}
        for ended in self._read("investigations"):
            service = services[ended["service_id"]]
            since = service["registered_on"] or service["picked_up_on"] or ended["status_on"]
            handovers = [
                each for each in self._handovers[service["case_id"]] if each["sent_on"] >= since
            ]
            yield {
                **NO_REPORT,
                **reports.get(service["report_id"], {}),
                **ended,
                "picked_up_on": service["picked_up_on"],
                "handover_codes": sorted({code for each in handovers for code in each["codes"]}),
                "handover_kinds": sorted({each["to_kind"] for each in handovers}),
            }

    def _read(self, query: str) -> list[Row]:
        with self._connection.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(QUERIES[query], self._parameters).fetchall()


def _by_case(rows: Iterable[Row]) -> Mapping[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row["case_id"]].append(row)
    return found


def _first_since(since: date | None, days: Iterable[date]) -> date | None:
    """Return the first of the days, which are in order, that is not before `since`."""
    return None if since is None else next((day for day in days if day >= since), None)
