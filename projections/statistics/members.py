"""Which reports, services, orders … a statistic counts: the same question, answered unit by unit.

Two editions differ by the units that one counts and the other does not. Here each statistic is
told a second time, from attributes of single units, so that a difference can only be explained
when both tellings agree.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from projections.copying import Connection
from projections.named_sql import query
from projections.statistics.figure import PLAIN, SQL_PACKAGE, Period, Question, cutoff

POPULATION, REGISTERED, NOT_REGISTERED = "population", "registered", "not_registered"
"""What the shares of a statistic are of, in the words of `Figure`; no code is in lower case."""

Attributes = Mapping[str, Any]
Units = frozenset[str]
ByMeasure = Mapping[str, Units]
FILE = "members.sql"


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """How the units of a statistic are found, and which of its numbers each one adds to.

    `section` is the query that gives the units with their attributes, `kind` says in
    `changes.py` of which facts a unit is made.
    """

    section: str
    kind: str
    measures: Callable[[Attributes], Iterable[str]]
    parameters: tuple[tuple[str, str], ...] = ()


def members_of(
    connection: Connection, statistic_id: str, question: Question, periods: Sequence[Period]
) -> list[ByMeasure]:
    """Return, per period, the units behind each number of a statistic.

    Raises KeyError for a statistic that is not explained.
    """
    membership = MEMBERSHIPS[statistic_id]
    cursor = connection.execute(
        query(FILE, membership.section, SQL_PACKAGE),
        {
            "region": question.region,
            "municipality": question.municipality,
            "cutoff": cutoff(question.known_on),
            "known_on": question.known_on,
            "firsts": [period.first for period in periods],
            "lasts": [period.last for period in periods],
            **dict(membership.parameters),
        },
    )
    names = [column.name for column in cursor.description or ()]
    found: list[dict[str, set[str]]] = [defaultdict(set) for _ in periods]
    for row in cursor:
        unit = dict(zip(names, row, strict=True))
        for measure in membership.measures(unit):
            found[unit["ordinal"] - 1][measure].add(unit["unit"])
    return [
        {measure: frozenset(units) for measure, units in by_measure.items()} for by_measure in found
    ]


def _plain(_unit: Attributes) -> Iterable[str]:
    return (PLAIN,)


def _if(name: str, registered: Callable[[Attributes], bool]) -> Callable[..., Iterable[str]]:
    """Count the units of which an attribute is true, as a share."""

    def measures(unit: Attributes) -> Iterable[str]:
        yield POPULATION
        yield REGISTERED if registered(unit) else NOT_REGISTERED
        if unit[name]:
            yield PLAIN

    return measures


def _by(name: str) -> Callable[[Attributes], Iterable[str]]:
    """Count units by the codes of an attribute; UNKNOWN and nothing are not registered."""

    def measures(unit: Attributes) -> Iterable[str]:
        value = unit[name]
        codes = set(value if isinstance(value, list) else [value]) - {None, "UNKNOWN"}
        yield from (PLAIN, POPULATION, REGISTERED if codes else NOT_REGISTERED)
        yield from codes

    return measures


def _assessment_term(unit: Attributes) -> Iterable[str]:
    days = (unit["completed_on"] - unit["received_on"]).days
    yield from (PLAIN, POPULATION, REGISTERED)
    if unit["completed_on"] <= unit["assessment_due_on"]:
        yield "WITHIN_LAW"
    else:
        yield "WITHIN_15_DAYS" if days <= 15 else "LATER"


def _service_term(unit: Attributes) -> Iterable[str]:
    days = (unit["completed_on"] - unit["received_on"]).days
    yield from (PLAIN, POPULATION, REGISTERED)
    if days <= 75:
        yield "WITHIN_75_DAYS"
    else:
        yield "WITHIN_105_DAYS" if days <= 105 else "LATER"
    if unit["completed_on"] <= unit["service_due_on"]:
        yield "BY_LAW"
    if unit["decision_due_on"] is not None and unit["completed_on"] <= unit["decision_due_on"]:
        yield "AFTER_DECISION"


def _open_assessment(unit: Attributes) -> Iterable[str]:
    yield from (PLAIN, "OPEN")
    if unit["assessment_due_on"] < unit["day"]:
        yield "OVERDUE"


def _open_service(unit: Attributes) -> Iterable[str]:
    yield from (PLAIN, "PICKED_UP" if unit["picked_up"] else "WAITING")
    due_on: date | None = unit["decision_due_on"] or unit["service_due_on"]
    if due_on is not None and due_on < unit["day"]:
        yield "OVERDUE"


def _told(unit: Attributes) -> Iterable[str]:
    yield from (POPULATION, REGISTERED)
    if unit["told_on"] is not None and unit["told_on"] <= unit["due_on"]:
        yield PLAIN


_CONDITIONS = (("service", "CONDITIONS_AND_FOLLOW_UP"),)
_INVESTIGATION = (("service", "INVESTIGATION"),)


def _advice(measures: Callable[[Attributes], Iterable[str]]) -> Membership:
    return Membership(section="advices", kind="advice", measures=measures)


def _report(measures: Callable[[Attributes], Iterable[str]]) -> Membership:
    return Membership(section="reports", kind="report", measures=measures)


def _services(
    section: str, parameters: tuple[tuple[str, str], ...], measures: Any = _plain
) -> Membership:
    return Membership(section=section, kind="service", measures=measures, parameters=parameters)


def _handover(outcome: str) -> Membership:
    return Membership(
        section="outcomes",
        kind="assessment",
        measures=_plain,
        parameters=(("outcome", outcome),),
    )


def _orders(with_not_imposed: str) -> Membership:
    return Membership(
        section="orders",
        kind="order",
        measures=_plain,
        parameters=(("with_not_imposed", with_not_imposed),),
    )


MEMBERSHIPS: Mapping[str, Membership] = {
    "S01": _advice(_plain),
    "S02": _advice(_if("is_chat", lambda unit: bool(unit["channel"] != "UNKNOWN"))),
    "S05": _advice(_by("seeker_role")),
    "S06": _advice(_if("from_school", lambda _: True)),
    "S07": _advice(_by("nature")),
    "S08": _report(_plain),
    "S09": _report(_if("children_involved", lambda u: u["children_involved"] is not None)),
    "S10": _report(_by("reporter_sector")),
    "S11": _report(_by("reporter_sector")),
    "S12": _report(_by("nature")),
    "S13": _report(_by("forms")),
    "S15": Membership(section="assessed", kind="assessment", measures=_assessment_term),
    "S16": Membership(section="unassessed", kind="assessment", measures=_open_assessment),
    "S17": _services("services_started", _CONDITIONS),
    "S18": _services("services_completed", _CONDITIONS, _service_term),
    "S19": _services("services_open", _CONDITIONS, _open_service),
    "S20": _services("services_started", _INVESTIGATION),
    "S21": _services("services_completed", _INVESTIGATION, _service_term),
    "S22": _services("services_open", _INVESTIGATION, _open_service),
    "S23": _orders(""),
    "S23-assessed": _orders("ASSESSED_NOT_IMPOSED"),
    "S26a": _handover("HANDOVER_PROFESSIONAL"),
    "S26b": _handover("HANDOVER_CLIENT_NETWORK"),
    "S27": Membership(section="mda_started", kind="mda", measures=_plain),
    "S28": Membership(section="monitored", kind="case", measures=_plain),
    "S28-held": Membership(section="moments_held", kind="moment", measures=_plain),
    "S29": _report(_by("repeat_kind")),
    "S30": Membership(section="reported_cases", kind="reported_case", measures=_plain),
    "S33-reporters": Membership(section="reporters_told", kind="told", measures=_told),
    "S33-subjects": Membership(section="subjects_told", kind="person_told", measures=_told),
}
"""By statistic: everything that a report prints (a test holds them together)."""
