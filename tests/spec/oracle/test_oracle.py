"""The rules a second time, as SQL over an exported journal, written from the definitions.

Slow and plain: no windows that move, no order of arrival, no state.  Where both agree on many
histories that nobody thought up, neither has misread the definitions in its own way.
"""

from __future__ import annotations

import random
from datetime import date

import pytest

from schemas.codec import decode_body
from streams.household.conditions import conditions
from streams.household.fold import INITIAL, evolve
from streams.household.rule_set import DEFAULT_RULE_SET
from streams.household.rules import RULES, ClockRule
from streams.radar.rows import decode_row
from tests.spec.oracle.exported import on_day, oracle_of
from tests.support.journal import Said, corrected, journal
from tests.support.journals import saying

SEED = 20261123
HISTORIES = 400
DAYS = (date(2025, 3, 3), date(2025, 7, 1), date(2026, 2, 2), date(2026, 12, 31))

Held = tuple[int, str, str, str, str, str]


def history(seed: int) -> list[Said]:
    """Return up to forty events of one household; a tenth of them is corrected."""
    draw = random.Random(seed)
    said = [saying(draw.getrandbits(64), f"e{n}") for n in range(draw.randint(1, 40))]
    for number in range(len(said) // 10):
        target = draw.choice(said)
        source = target.record["meta"]["source"]
        replacements = [one for one in said if one.record["meta"]["source"] == source]
        kind = draw.choice(("RETRACTED", "REPLACED", "DUPLICATE_OF"))
        replacement = draw.choice(replacements) if kind == "REPLACED" else None
        said.append(
            corrected("2026-06-01", f"k{number}", target, kind=kind, replacement=replacement)
        )
    return said


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[set[Held], set[Held]]]:
    """Return for each rule what the definitions hold, and what the rules hold."""
    bodies = [journal(history(SEED + number)) for number in range(HISTORIES)]
    clock = {rule.rule_id for rule in RULES if issubclass(rule, ClockRule)}
    found: dict[str, tuple[set[Held], set[Held]]] = {rule.rule_id: (set(), set()) for rule in RULES}
    oracle = oracle_of(bodies, tmp_path_factory.mktemp("oracle"))
    for row in oracle.execute("select * from held").fetchall():
        found[row[1]][0].add(row)
    for day in DAYS:
        for household, rule, subject, level in on_day(oracle, day):
            found[rule][0].add((household, rule, subject, day.isoformat(), "", level))
    for number, household_bodies in enumerate(bodies):
        state = INITIAL
        for body in household_bodies:
            state = evolve(state, decode_row(body).event)
        for day in DAYS:
            for one in conditions(state, day, DEFAULT_RULE_SET):
                rule = one.rule.rule_id
                at, event = (day.isoformat(), "") if rule in clock else one.trigger
                found[rule][1].add((number, rule, one.subject, at, event, one.level.name))
    return found


@pytest.mark.parametrize("rule_id", [rule.rule_id for rule in RULES])
def test_the_rule_is_what_the_definitions_say(
    compared: dict[str, tuple[set[Held], set[Held]]], rule_id: str
) -> None:
    defined, held = compared[rule_id]
    assert defined, "a rule that never holds was not compared"
    missing, extra = sorted(defined - held), sorted(held - defined)
    assert not missing and not extra, f"seed {SEED}: {missing[:3]} missing, {extra[:3]} extra"


def test_the_histories_have_what_can_go_wrong() -> None:
    rows = [decode_body("JournalRow", 1, body) for body in journal(history(SEED + 7))]
    assert len({row["record_name"] for row in rows}) > 5
