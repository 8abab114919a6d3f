"""Writes both pages of the rules from their cases: `python -m tests.spec.rules.render`."""

from __future__ import annotations

import json
from pathlib import Path

from schemas.code_lists import enum_label
from streams.household.findings import COOL_DOWN_DAYS, EXPIRY_DAYS
from streams.household.rules import RULES, EpisodeRule
from streams.household.severity import SEVERITY_BREAKS_SILENCE, Level
from tests.spec.rules.cases import CASES, POLICE, Case, Signal

PAGE = Path(__file__).parents[3] / "docs" / "rules.md"
CASES_OF_THE_PAGE = Path(__file__).parents[3] / "query" / "rule_cases.json"
INTRODUCTION = f"""# Radarregels

<!-- Geschreven door `python -m tests.spec.rules.render` uit de regels en hun tests. -->

Elke regel kijkt naar **voorvallen**: signalen van een huishouden binnen 72 uur na het eerste.
Een signaal opent werk; een mens besluit. Niets verlaagt een signaal door een score.

* Een voorwaarde die nieuw geldt **brengt** een radarsignaal of **vernieuwt** het; het niveau van
  een open radarsignaal daalt nooit.
* Het **vervalt** {EXPIRY_DAYS[Level.ATTENTION]} dagen (informatie, aandacht) of \
{EXPIRY_DAYS[Level.HIGH]} dagen (hoog, kritiek) na de laatste aanleiding.
* Na vervallen of afwijzen blijft het {COOL_DOWN_DAYS} dagen **stil**, behalve bij een hoger niveau
  of een voorval met ernst {SEVERITY_BREAKS_SILENCE} of hoger.
* Het wordt **ingetrokken** als gecorrigeerde gebeurtenissen de voorwaarde niet meer geven.
"""


def page() -> str:
    """Return the whole page."""
    return "\n".join([INTRODUCTION, *(_rule(rule) for rule in RULES)])


def _rule(rule: type[EpisodeRule]) -> str:
    parameters = json.loads(rule().canonical_parameters())
    lines = [
        f"## {rule.rule_id} {rule.label}",
        "",
        f"Versie {rule.version}. Grond: {rule.ground}.",
        "",
        rule.meaning,
        "",
        "| parameter | standaard |",
        "| --- | --- |",
        *(f"| `{name}` | {value} |" for name, value in parameters.items()),
        "",
        "| geval | signalen | niveau per voorval |",
        "| --- | --- | --- |",
        *(_case(case) for case in CASES if case.rule == rule.rule_id),
        "",
    ]
    return "\n".join(lines)


def page_cases() -> str:
    """Return the cases for the analysts' page, by rule."""
    found = {
        rule.rule_id: [
            {"title": case.title, "said": said, "levels": levels}
            for case in CASES
            if case.rule == rule.rule_id
            for said, levels in [_parts(case)]
        ]
        for rule in RULES
    }
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"


def _case(case: Case) -> str:
    said, levels = _parts(case)
    return f"| {case.title} | {'<br>'.join(said)} | {', '.join(levels)} |"


def _parts(case: Case) -> tuple[list[str], list[str]]:
    """Return what was said and the levels that follow, line by line."""
    levels = [enum_label("FindingLevel", level) if level else "–" for level in case.levels]
    return [_signal(signal) for signal in case.signals], levels


def _signal(signal: Signal) -> str:
    said = [enum_label("RedFlag", flag) for flag in signal.flags]
    said += [f"vorm {enum_label('ViolenceForm', form)}" for form in signal.forms]
    if signal.sash:
        said.append(f"SASH {enum_label('SashLevel', signal.sash)}")
    if signal.number:
        said.append(f"nummer {signal.number}")
    by = POLICE if signal.by == POLICE else enum_label("ReporterSector", signal.by)
    return f"{signal.at} {by}" + "".join(f", *{word}*" for word in said)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    CASES_OF_THE_PAGE.write_text(page_cases(), encoding="utf-8")
