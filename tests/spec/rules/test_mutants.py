"""Each rule broken on purpose, in each of its numbers: the cases must notice.

A mutant is the rule's own file with one piece of text replaced.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from dataclasses import replace
from types import ModuleType

import pytest

from streams.household.rule_set import DEFAULT_RULE_SET, RuleSet
from streams.household.rules import RULES, Rule
from tests.spec.rules.cases import CASES
from tests.spec.rules.judging import agrees

# Rule, what stands there, what is put there instead.
MUTANTS = (
    ("R01", "len(counted) < self.attention_episodes", "len(counted) <= self.attention_episodes"),
    ("R01", "len(counted) >= self.high_episodes", "len(counted) > self.high_episodes"),
    ("R01", "window_days: int = 365", "window_days: int = 364"),
    ("R01", "window_days: int = 365", "window_days: int = 366"),
    ("R02", "number < self.attention_sectors", "number <= self.attention_sectors"),
    ("R02", "number >= self.high_sectors", "number > self.high_sectors"),
    ("R02", "window_days: int = 180", "window_days: int = 179"),
    ("R02", "window_days: int = 180", "window_days: int = 181"),
    ("R02", "Trait.SECTOR", "Trait.ORGANISATION"),
    ("R03", "1 <= days_between", "0 <= days_between"),
    ("R03", "window_days: int = 180", "window_days: int = 179"),
    ("R03", "window_days: int = 180", "window_days: int = 181"),
    ("R03", '"INVOLVED_PROFESSIONAL", "CLIENT_NETWORK"', '"INVOLVED_PROFESSIONAL", "MDA"'),
    ("R03", "feedback.status == RETURNED_UNSAFE", 'feedback.status == "HELP_STARTED"'),
    ("R04", "p.holds_on(episode.day)", "p.first < episode.day"),
    ("R04", "p.holds_on(episode.day)", "p.first <= episode.day"),
    ("R05", "c.assessment.holds_on(episode.day)", "True"),
    ("R05", "for wait in course.services if wait.holds_on(episode.day)", "for wait in ()"),
    ("R05", "course.registration.report_id not in own", "True"),
    ("R05", "episode.day > working_day_after", "episode.day >= working_day_after"),
    ("R05", "episode.severity >= self.high_severity", "episode.severity > self.high_severity"),
    ("R06", "200 * last > self.gap_percent * twice", "200 * last >= self.gap_percent * twice"),
    ("R06", "gap_percent: int = 50", "gap_percent: int = 55"),
    ("R06", "earlier[(len(earlier) - 1) // 2]", "earlier[len(earlier) // 2]"),
    ("R06", "last.severity <= highest", "last.severity < highest"),
    ("R06", "if highest == 0 or", "if"),
    ("R06", "window_days: int = 365", "window_days: int = 366"),
    ("R07", "if not alone and not own.keys() & ADDING_UP", "if not own"),
    ("R07", "len(adding) >= self.critical_flags", "len(adding) > self.critical_flags"),
    ("R07", "window_days: int = 365", "window_days: int = 366"),
    ("R07", '"WEAPON_USED", SASH_HIGH', '"WEAPON_USED"'),
    ("R08", "day < episode.day", "day <= episode.day"),
    ("R08", 'IMPOSED = "IMPOSED"', 'IMPOSED = "EXTENDED"'),
    ("R08", "12 * self.window_years", "12 * self.window_years - 1"),
    ("R08", "12 * self.window_years", "12 * self.window_years + 1"),
    ("R08", "if sighting.by_order", "if not sighting.by_order"),
    ("R09", "step.status == VIOLATED", 'step.status in (VIOLATED, "IMPOSED")'),
    ("R09", "step.status == VIOLATED", 'step.status == "EXTENDED"'),
    ("R10", "len(children) < self.attention_episodes", "len(children) <= self.attention_episodes"),
    ("R10", "= Trait.CHILD", "= None"),
    ("R10", "Level.HIGH if infants else Level.ATTENTION", "Level.ATTENTION"),
    ("R10", "window_days: int = 365", "window_days: int = 364"),
    ("R10", "window_days: int = 365", "window_days: int = 366"),
    ("R11", "if answer.known_elsewhere", "if True"),
    ("R11", "move.day > answer.day", "move.day < answer.day"),
    ("R11", "<= self.window_days", "< self.window_days"),
    ("R11", "window_days: int = 365", "window_days: int = 366"),
    ("R12", "first=grace + timedelta(days=1)", "first=grace"),
    ("R12", "first=grace + timedelta(days=1)", "first=grace + timedelta(days=2)"),
    ("R12", "severity < self.min_severity", "severity < 2"),
    ("R12", "c.day >= course.received_on", "c.day > course.received_on"),
    ("R12", "c.day >= course.received_on", "True"),
    ("R12", "if contact.with_family", "if True"),
    ("R12", "until is not None and until <= grace", "until is not None"),
    ("R12", "reached.get(registration.case_id, ())", "picture.all_of(Contact)"),
    ("R13", "due + timedelta(days=1)", "due"),
    ("R13", "if move.left_region", "if True"),
    ("R13", "any(period.holds_on(move.day) for period in periods)", "True"),
    ("R13", "(period.until, transferred_on)", "(period.until,)"),
    ("R13", "(period.until, transferred_on)", "(transferred_on,)"),
    ("R14", "Trait.PERPETRATOR", "Trait.PERSON"),
    ("R14", "12 * self.window_years", "12 * self.window_years - 1"),
    ("R14", "(sighting.day, episode.day,", "(min(sighting.day, episode.day), episode.day,"),
    ("R15", "len(window) < self.min_episodes", "len(window) <= self.min_episodes"),
    ("R15", "not helped or", ""),
    ("R15", "or _is_registered(picture, day)", ""),
    ("R15", "len(domains) >= self.min_life_domains", "len(domains) > self.min_life_domains"),
    ("R15", "len(domains) >= self.min_life_domains", "len(domains) >= 2"),
    ("R15", "len(organisations) >= self.min_organisations", "False"),
    ("R15", "window_months: int = 24", "window_months: int = 25"),
    ("R15", "status in RUNNING", "True"),
    ("R16", "first=due + timedelta(days=1)", "first=due"),
    ("R16", "first=due + timedelta(days=1)", "first=due + timedelta(days=2)"),
    ("R16", "handover.feedback_due_on or working_day_after", "working_day_after"),
    ("R16", "handover.to_kind not in TO_HELP", "False"),
    ("R16", "until=heard.get(handover.handover_id)", "until=None"),
    ("R17", "< self.attention_reporters", "<= self.attention_reporters"),
    ("R17", "if who == NON_PROFESSIONAL else None", "if False else None"),
    ("R17", "number if who == NON_PROFESSIONAL else None", "number"),
    ("R17", "= Trait.ELDER_REPORTER", "= None"),
    ("R17", "window_days: int = 365", "window_days: int = 364"),
    ("R17", "window_days: int = 365", "window_days: int = 366"),
    ("R18", "self.grace_days + 1", "self.grace_days"),
    ("R18", "self.grace_days + 1", "self.grace_days + 2"),
    ("R18", "episode.severity < self.min_severity", "episode.severity < 2"),
    ("R18", "newest[name].position < moment.position", "newest[name].position > moment.position"),
    ("R18", "date.min if is_missed else ", ""),
    ("R18", "(day + timedelta(days=1)) - 1", "(day + timedelta(days=9)) - 1"),
)  # fmt: skip


@pytest.mark.parametrize(("rule_id", "old", "new"), MUTANTS)
def test_the_cases_notice_a_broken_rule(rule_id: str, old: str, new: str) -> None:
    with_mutant = _with_mutant(rule_id, old, new)
    cases = [case for case in CASES if case.rule == rule_id]
    assert not all(agrees(case, with_mutant) for case in cases), f"{rule_id}: {old} -> {new}"


def test_every_rule_is_broken_at_least_twice() -> None:
    broken = [rule_id for rule_id, _, _ in MUTANTS]
    assert {rule.rule_id for rule in RULES if broken.count(rule.rule_id) < 2} == set()


def _with_mutant(rule_id: str, old: str, new: str) -> RuleSet:
    (rule,) = (rule for rule in RULES if rule.rule_id == rule_id)
    source = inspect.getsource(sys.modules[rule.__module__])
    assert source.count(old) >= 1, "the rule has changed: so must its mutant"
    name = f"{rule.__module__}_mutant"
    module = ModuleType(name)
    sys.modules[name] = module
    try:
        exec(compile(source.replace(old, new), name, "exec"), module.__dict__)
    finally:
        del sys.modules[name]
    mutant: type[Rule] = getattr(module, rule.__name__)
    return replace(DEFAULT_RULE_SET, rules=tuple(_swapped(mutant)))


def _swapped(mutant: type[Rule]) -> Iterator[Rule]:
    for rule in DEFAULT_RULE_SET.rules:
        yield mutant() if rule.rule_id == mutant.rule_id else rule
