"""The analysts' page of the rules: from the rules themselves, and from the cases of their tests.

`rule_cases.json` is written by `python -m tests.spec.rules.render` from the very tables that the
tests run, so the page cannot say anything that is not tested.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any, Final

from query.wording import parameter_word
from streams.household.rules import RULES


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleCase:
    """A case of a rule's tests: what was said, and at which levels the rule then speaks."""

    title: str
    said: tuple[str, ...]
    levels: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleOnPage:
    """A rule as analysts read it; `meaning` in pieces, of which every other is a parameter.

    `often` says how often it speaks in the practice region, and what that hangs on.
    """

    rule_id: str
    version: int
    label: str
    ground: str
    meaning: tuple[str, ...]
    parameters: Mapping[str, int]
    often: str
    cases: Sequence[RuleCase]


def _written() -> Mapping[str, Mapping[str, Any]]:
    text = resources.files("query").joinpath("rule_cases.json").read_text(encoding="utf-8")
    written: Mapping[str, Mapping[str, Any]] = json.loads(text)
    return written


def _cases(cases: Iterable[Mapping[str, Any]]) -> tuple[RuleCase, ...]:
    return tuple(
        RuleCase(title=case["title"], said=tuple(case["said"]), levels=tuple(case["levels"]))
        for case in cases
    )


def _pieces(meaning: str) -> tuple[str, ...]:
    """Return a meaning with the names of its parameters in the words of the pages."""
    return tuple(
        parameter_word(piece).lower() if place % 2 else piece
        for place, piece in enumerate(meaning.split("`"))
    )


def _rules() -> tuple[RuleOnPage, ...]:
    written = _written()
    return tuple(
        RuleOnPage(
            rule_id=rule.rule_id,
            version=rule.version,
            label=rule.label,
            ground=rule.ground,
            meaning=_pieces(rule.meaning),
            parameters=json.loads(rule().canonical_parameters()),
            often=written[rule.rule_id]["often"],
            cases=_cases(written[rule.rule_id]["cases"]),
        )
        for rule in RULES
    )


RULES_ON_PAGE: Final = _rules()
