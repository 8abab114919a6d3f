"""The radar's rules, as a literal tuple: what is not named here does not exist.

A new rule is a module beside this one (class, parameters, sentence) and a line in `RULES`.  Its
cases go to `tests/spec/rules`, from which `docs/rules.md` is written.
"""

from __future__ import annotations

from streams.household.rules.different_sources import DifferentSources
from streams.household.rules.red_flags import RedFlags
from streams.household.rules.repeated_reports import RepeatedReports
from streams.household.rules.rule import EpisodeRule, Trigger

__all__ = ["RULES", "EpisodeRule", "Trigger"]

RULES: tuple[type[EpisodeRule], ...] = (RepeatedReports, DifferentSources, RedFlags)
