"""The check before upload: what CBS would refuse, and what the sender should know. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from query.cbs.layout import Field, RecordSet
from query.cbs.records import OWN_NUMBER, Record, fits
from schemas.code_lists import CODE_LISTS

EXAMPLES_MAX = 5

MISSING = "required, and not registered"
NOT_IN_LIST = "holds a code that its list does not have"
DOES_NOT_FIT = "does not fit its place"
STOOD_IN = "taken from another attribute, because its own is not registered"
UNKNOWN = "written as not known"
LEFT_EMPTY = "left empty in every record"
NOT_UNIQUE = "stands in more than one record"
REFUSED = frozenset({MISSING, NOT_IN_LIST, DOES_NOT_FIT, NOT_UNIQUE})

Values = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One problem of one field (or several, for a combination), in how many records.

    `is_refused`: CBS would refuse the record; otherwise the sender should know it. `examples` are
    record numbers.
    """

    record_set: str
    field: str
    problem: str
    is_refused: bool
    records: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A combination that cannot be; asked of every record of a set that has all the fields."""

    record_set: str
    fields: tuple[str, ...]
    problem: str
    is_broken: Callable[[Values], bool]


RULES: tuple[Rule, ...] = (
    Rule(
        record_set="meldingen",
        fields=("vervolg", "onderzoeksnummer"),
        problem="an investigation follows, and its number is missing (3.7.1)",
        is_broken=lambda v: v["vervolg"] == ("01",) and not v["onderzoeksnummer"],
    ),
    Rule(
        record_set="meldingen",
        fields=("vervolg", "start_vervolgtraject", "einde_bemoeienis"),
        problem="a follow-up is arranged, and its days are missing (3.7.2, 3.7.3)",
        is_broken=lambda v: (
            v["vervolg"] == ("02",) and not (v["start_vervolgtraject"] and v["einde_bemoeienis"])
        ),
    ),
    Rule(
        record_set="meldingen",
        fields=("datum_melding", "start_vervolgtraject", "einde_bemoeienis"),
        problem="the days are out of order",
        is_broken=lambda v: (
            not _in_order(v["datum_melding"], v["start_vervolgtraject"], v["einde_bemoeienis"])
        ),
    ),
    Rule(
        record_set="onderzoeken",
        fields=("start_onderzoek", "afronding_onderzoek"),
        problem="the days are out of order",
        is_broken=lambda v: not _in_order(v["start_onderzoek"], v["afronding_onderzoek"]),
    ),
    Rule(
        record_set="onderzoeken",
        fields=("uitkomst",),
        problem="says two different things of the same violence (4.5)",
        is_broken=lambda v: any(
            len(set(v["uitkomst"]) & same) > 1 for same in ({"01", "02", "03"}, {"04", "05", "06"})
        ),
    ),
    Rule(
        record_set="onderzoeken",
        fields=("uitkomst", "aard"),
        problem="the violence is confirmed, and its kind is missing (4.6)",
        is_broken=lambda v: bool({"03", "06"} & set(v["uitkomst"])) and not v["aard"],
    ),
    Rule(
        record_set="onderzoeken",
        fields=("uitkomst", "aard"),
        problem="a kind of violence that was not confirmed (4.6)",
        is_broken=lambda v: bool(v["aard"]) and not {"03", "06"} & set(v["uitkomst"]),
    ),
    Rule(
        record_set="onderzoeken",
        fields=("vervolg",),
        problem="no follow-up beside a handover (4.7)",
        is_broken=lambda v: "21" in v["vervolg"] and len(v["vervolg"]) > 1,
    ),
)


def problems_of(record_set: RecordSet, records: Sequence[Record]) -> list[Problem]:
    """Return every problem of a set, those that would be refused first."""
    found: dict[tuple[str, str, bool], list[str]] = defaultdict(list)
    for record in records:
        for name, problem in _of_fields(record_set, record):
            found[name, problem, problem in REFUSED].append(record.number)
    for rule in _rules_of(record_set):
        broken = [record.number for record in records if rule.is_broken(record.values)]
        if broken:
            found[" + ".join(rule.fields), rule.problem, True] = broken
    numbers = Counter(record.number for record in records)
    if twice := [number for number, count in numbers.items() if count > 1]:
        found[OWN_NUMBER, NOT_UNIQUE, True] = twice
    if records:
        for field in record_set.fields:
            if not field.feeds and field.unknown is None:
                found[field.name, LEFT_EMPTY, False] = [record.number for record in records]
    problems = [
        Problem(
            record_set=record_set.name,
            field=name,
            problem=problem,
            is_refused=is_refused,
            records=len(numbers_of),
            examples=tuple(sorted(numbers_of)[:EXAMPLES_MAX]),
        )
        for (name, problem, is_refused), numbers_of in found.items()
    ]
    return sorted(problems, key=lambda one: (not one.is_refused, one.field, one.problem))


def _of_fields(record_set: RecordSet, record: Record) -> Iterator[tuple[str, str]]:
    for field in record_set.fields:
        values = record.values[field.name]
        if field.required and not values:
            yield field.name, MISSING
        if _strange(field, values):
            yield field.name, NOT_IN_LIST
        if not fits(field, values):
            yield field.name, DOES_NOT_FIT
        if field.name in record.stood_in:
            yield field.name, STOOD_IN
        if field.name in record.unknown:
            yield field.name, UNKNOWN


def _strange(field: Field, values: Sequence[str]) -> bool:
    return field.code_list is not None and not set(values) <= set(CODE_LISTS[field.code_list].codes)


def _rules_of(record_set: RecordSet) -> Iterator[Rule]:
    names = {field.name for field in record_set.fields}
    for rule in RULES:
        if rule.record_set == record_set.name and names.issuperset(rule.fields):
            yield rule


def _in_order(*days: tuple[str, ...]) -> bool:
    """Say whether the days that are there follow each other; JJJJMMDD sorts as the days do."""
    there = [day for each in days for day in each]
    return there == sorted(there)
