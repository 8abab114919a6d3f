"""The report's JSON is what docs/report.schema.json promises, name by name."""

from __future__ import annotations

import copy
import csv
import io
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError

from query.problems import BadQuestion
from query.report.blocks import ChartBlock, ChartKind, Series
from query.report.chapters import publication
from query.report.charts import chart_svg
from query.report.content import HIDDEN, Disclosure, Number, Report, Rule
from query.report.csv_file import COLUMNS, report_csv
from query.report.disclosure import disclosed
from query.report.document import report_document
from query.report.factsheet import factsheet
from query.report.html_file import publication_html
from query.report.question import months_of_year, report_question
from tests.support.house import ROOT
from tests.support.invented_report import invented_report

SUPPRESSED = Disclosure(rule=Rule.SUPPRESS, below=5)
ROUNDED = Disclosure(rule=Rule.ROUND5)
PROMISED: Mapping[str, Mapping[str, Any]] = {
    "": dict.fromkeys(("format", "region", "from", "to", "known_on", "parked", "tables", "months")),
    "tables": dict.fromkeys(("id", "statistic", "title", "denominator", "not_registered", "rows")),
    "terms": dict.fromkeys(("service", "statistic", "buckets", "mean_days_last")),
    "counts": dict.fromkeys(("id", "statistic", "from", "to", "count")),
    "shares": dict.fromkeys(("id", "statistic", "from", "to", "count", "denominator", "share")),
}
"""What the first users were promised; the schema holds more."""


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    schema = json.loads((ROOT / "docs/report.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def report(most: int = 12) -> Report:
    return invented_report(7, most, 8)


@pytest.mark.parametrize("rule", [Disclosure(), ROUNDED, SUPPRESSED], ids=str)
def test_every_report_keeps_the_schema(rule: Disclosure, validator: Draft202012Validator) -> None:
    document = json.loads(json.dumps(report_document(disclosed(report(), rule))))
    validator.validate(document)
    assert document.keys() >= PROMISED[""].keys()
    for part in ("tables", "terms", "counts", "shares"):
        assert document[part]
        assert all(entry.keys() >= PROMISED[part].keys() for entry in document[part])
    assert bool(document["hidden"]) == (rule.rule is Rule.SUPPRESS)


def _drop(document: dict[str, Any]) -> None:
    del document["tables"][0]["denominator"]


def _text_for_number(document: dict[str, Any]) -> None:
    document["counts"][0]["count"] = "12"


def _eleven_months(document: dict[str, Any]) -> None:
    document["months"]["report"]["2025"].pop()


def _other_name(document: dict[str, Any]) -> None:
    document["shares"][0]["procent"] = 1


@pytest.mark.parametrize("spoil", [_drop, _text_for_number, _eleven_months, _other_name])
def test_the_schema_refuses_another_form(
    spoil: Callable[[dict[str, Any]], None], validator: Draft202012Validator
) -> None:
    document = copy.deepcopy(report_document(report()))
    validator.validate(document)
    spoil(document)
    with pytest.raises(ValidationError):
        validator.validate(document)


@pytest.mark.parametrize("rule", [Disclosure(), ROUNDED, SUPPRESSED], ids=str)
def test_the_csv_is_one_that_dutch_excel_opens(rule: Disclosure) -> None:
    shown = disclosed(report(), rule)
    text = report_csv(shown)
    assert text.startswith("\ufeff")
    assert text.endswith("\r\n")
    lines = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";"))
    assert tuple(lines[0]) == COLUMNS
    cells = [value for line in lines for value in line.values() if value]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert any("," in line["percentage"] for line in lines)
    assert not any("." in line["percentage"].strip(".") for line in lines)
    hidden = sum(line["aantal"] == "." for line in lines)
    names = [name for name in report_document(shown)["hidden"] if not name.endswith("registered")]
    shares_of = (".denominator", ".total", ".mean_days_last")
    assert hidden == sum(not name.endswith(shares_of) for name in names)


def test_a_number_that_is_not_shown_is_nowhere_in_the_publication() -> None:
    shown = disclosed(report(4), SUPPRESSED)
    told = publication_html(publication(shown))
    assert "Een punt betekent: niet getoond" in told
    assert "[niet getoond]" in told
    assert ">.<" in told
    # The totals under the appendix stay away with their months.
    appendix = publication(shown).chapters[5]
    assert all(block.rows[-1][1:] for block in appendix.blocks)  # type: ignore[union-attr]


def test_a_rounded_publication_says_so() -> None:
    told = publication_html(publication(disclosed(report(), ROUNDED)))
    assert "veelvoud van vijf" in told


QUESTION: Mapping[str, Any] = {
    "region": "drenthe",
    "first": "2025-01",
    "last": "2025-08",
    "known_on": "2025-09-15",
    "municipality": None,
    "today": date(2025, 9, 15),
    "opened_on": date(2022, 1, 1),
}


@pytest.mark.parametrize(
    ("asked", "option"),
    [
        ({"last": "2024-12"}, "--to"),
        ({"first": "2025-13"}, "--from"),
        ({"last": "augustus"}, "--to"),
        ({"first": "2015-01"}, "--from"),
        ({"known_on": "2021-12-31"}, "--known-on"),
        ({"known_on": "2025-09-16"}, "--known-on"),
        ({"known_on": "15-09-2025"}, "--known-on"),
        ({"municipality": "GM9999"}, "--municipality"),
        ({"municipality": "Emmen"}, "--municipality"),
    ],
)
def test_what_cannot_be_asked_names_its_option_in_dutch(
    asked: Mapping[str, Any], option: str
) -> None:
    with pytest.raises(BadQuestion) as refused:
        report_question(**{**QUESTION, **asked})
    assert option in refused.value.detail
    assert refused.value.detail.startswith(("Kies bij", "Schrijf bij", "Geef bij"))
    (value,) = asked.values()
    assert value not in refused.value.title + refused.value.detail


def test_a_year_is_a_year() -> None:
    assert months_of_year("2023") == ("2023-01", "2023-12")
    with pytest.raises(BadQuestion) as refused:
        months_of_year("23")
    assert "--year" in refused.value.detail


def test_a_line_has_a_gap_where_a_number_is_not_shown() -> None:
    def paths(values: Sequence[Number | None]) -> str:
        chart = ChartBlock(
            number=1,
            title="proef",
            kind=ChartKind.LINES,
            places=["jan", "feb", "mrt", "apr"],
            series=[Series(name="2025", values=values)],
            summary="",
        )
        return chart_svg(chart)

    def pieces(svg: str) -> int:
        return max(str(line).count("M") for line in re.findall(r' d="([^"]*L[^"]*)"', svg))

    assert pieces(paths([1, 2, 3, 4])) == 1
    assert pieces(paths([1, 2, HIDDEN, 4])) == 2
    # A month that was not over ends the line; nothing is drawn for it.
    assert pieces(paths([1, 2, 3, None])) == 1


def test_a_publication_of_one_municipality_says_so() -> None:
    whole = report()
    part = replace(whole, question=replace(whole.question, municipality="GM0106"))
    for tell in (publication, factsheet):
        assert tell(whole).subtitle == "Veilig Thuis Drenthe"
        assert tell(part).subtitle == "Veilig Thuis Drenthe, gemeente Assen"
