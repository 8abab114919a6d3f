"""Writes both pages of the rules from their cases: `python -m tests.spec.rules.render`."""

from __future__ import annotations

import json
from pathlib import Path

from schemas.code_lists import enum_label
from streams.household.findings import COOL_DOWN_DAYS, EXPIRY_DAYS
from streams.household.rules import RULES, Rule
from streams.household.severity import SEVERITY_BREAKS_SILENCE, Level
from tests.spec.rules.cases import CASES
from tests.spec.rules.measured import EXPLAINED, MEASURED, RATES
from tests.spec.rules.shape import Case

PAGE = Path(__file__).parents[3] / "docs" / "rules.md"
CASES_OF_THE_PAGE = Path(__file__).parents[3] / "query" / "rule_cases.json"
INTRODUCTION = f"""# Radarregels

<!-- Geschreven door `python -m tests.spec.rules.render` uit de regels en hun tests. -->

De meeste regels kijken naar **voorvallen**: signalen van een huishouden binnen 72 uur na het
eerste. Enkele spreken bij één gebeurtenis, en vier letten op wat uitblijft: die spreken aan het
begin van een dag. Een radarsignaal opent werk; een mens besluit. Niets verlaagt een radarsignaal
door een score.

* Een voorwaarde die nieuw geldt **brengt** een radarsignaal of **vernieuwt** het; het niveau van
  een open radarsignaal daalt nooit.
* Het **vervalt** {EXPIRY_DAYS[Level.ATTENTION]} dagen (informatie, aandacht) of \
{EXPIRY_DAYS[Level.HIGH]} dagen (hoog, kritiek) na de laatste aanleiding.
  Bij een regel die let op wat uitblijft vervalt het op de dag waarop dat niet meer zo is.
* Na vervallen of afwijzen blijft het {COOL_DOWN_DAYS} dagen **stil**, behalve bij een hoger niveau
  of een voorval met ernst {SEVERITY_BREAKS_SILENCE} of hoger.
* Het wordt **ingetrokken** als gecorrigeerde gebeurtenissen de voorwaarde niet meer geven, of als
  een samenvoeging van huishoudens ongedaan is gemaakt.
"""


def page() -> str:
    """Return the whole page."""
    return "\n".join([INTRODUCTION, *_rates(), *(_rule(rule) for rule in RULES)])


def _rates() -> list[str]:
    """Return the table of how often each rule speaks."""
    rows = [
        f"| {rule.rule_id} {rule.label} | {rate['findings']} | {_decimal(rate['per_week'])} "
        f"| {rate['most_in_a_week']} | {_percent(rate['share'])} | {_percent(rate['high_share'])} |"
        for rule in RULES
        for rate in [RATES[rule.rule_id]]
    ]
    return [
        "## Hoe vaak de regels spreken",
        "",
        (
            f"Oefenregio: gesimuleerd Drenthe, {MEASURED['reports']} meldingen in "
            f"{MEASURED['weeks']} weken, met de standaard van elke regel. De weken zelf geeft "
            "`radar rules rates`. Een regel die op meer dan 15 % van de meldingen hoog of kritiek "
            "is, heeft een verkeerde standaard of een fout."
        ),
        "",
        (
            "| regel | radarsignalen | per week | meeste in een week | van de meldingen "
            "| hoog of kritiek |"
        ),
        "| --- | --- | --- | --- | --- | --- |",
        *rows,
        "",
    ]


def _decimal(number: float) -> str:
    return f"{number:.1f}".replace(".", ",")


def _percent(share: float) -> str:
    return f"{_decimal(100 * share)} %"


def _rule(rule: type[Rule]) -> str:
    parameters = json.loads(rule().canonical_parameters())
    lines = [
        f"## {rule.rule_id} {rule.label}",
        "",
        f"Versie {rule.version}. Grond: {rule.ground}.",
        "",
        rule.meaning,
        "",
        _how_often(rule.rule_id),
        "",
        *_parameters(parameters),
        "| geval | wat er gebeurde | niveau |",
        "| --- | --- | --- |",
        *(_case(case) for case in CASES if case.rule == rule.rule_id),
        "",
    ]
    return "\n".join(lines)


def _how_often(rule_id: str) -> str:
    rate = RATES[rule_id]
    said = (
        f"In de oefenregio (gesimuleerd Drenthe, {MEASURED['reports']} meldingen): "
        f"{rate['findings']} radarsignalen, {_decimal(rate['per_week'])} per week; hoog of kritiek "
        f"op {_percent(rate['high_share'])} van de meldingen."
    )
    return f"{said} {EXPLAINED[rule_id]}" if rule_id in EXPLAINED else said


def _parameters(parameters: dict[str, int]) -> list[str]:
    if not parameters:
        return ["Geen parameters.", ""]
    rows = [f"| `{name}` | {value} |" for name, value in parameters.items()]
    return ["| parameter | standaard |", "| --- | --- |", *rows, ""]


def page_cases() -> str:
    """Return the cases for the analysts' page, by rule."""
    found = {
        rule.rule_id: {
            "often": _how_often(rule.rule_id),
            "cases": [
                {"title": case.title, "said": said, "levels": levels}
                for case in CASES
                if case.rule == rule.rule_id
                for said, levels in [_parts(case)]
            ],
        }
        for rule in RULES
    }
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"


def _case(case: Case) -> str:
    said, levels = _parts(case)
    return f"| {case.title} | {'<br>'.join(said)} | {'<br>'.join(levels)} |"


def _parts(case: Case) -> tuple[list[str], list[str]]:
    """Return what was said and the levels that follow, line by line."""
    levels = [f"{number}e voorval: {_level(level)}" for number, level in enumerate(case.levels, 1)]
    levels += [f"{day}: {_level(level)}" for day, level in (*case.at_events, *case.on_days)]
    return [line.text for line in case.lines], levels or [_level(None)]


def _level(level: str | None) -> str:
    return enum_label("FindingLevel", level) if level else "–"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    CASES_OF_THE_PAGE.write_text(page_cases(), encoding="utf-8")
