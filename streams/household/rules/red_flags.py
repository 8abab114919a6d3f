"""R07: red flags for lethal violence, added up over reports and senders."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from schemas.code_lists import label
from streams.household.episodes import Episode, Signal
from streams.household.journal_event import EventKey
from streams.household.rules.rule import EpisodeRule, Trigger, signals_within
from streams.household.sentences import dutch_day, dutch_list
from streams.household.severity import Level, Marks

SASH_HIGH = "SASH_HIGH"
CRITICAL_ALONE = frozenset({"STRANGULATION", "BAN_VIOLATED", "WEAPON_USED", SASH_HIGH})
ADDING_UP = frozenset(
    {
        "STALKING",
        "COERCIVE_CONTROL",
        "DEATH_THREAT",
        "RECENT_SEPARATION",
        "VIOLENCE_IN_PREGNANCY",
        "SUICIDE_THREAT_PERPETRATOR",
        "EXTREME_JEALOUSY",
        "WEAPON_PRESENT",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RedFlags(EpisodeRule):
    """Look for flags at an episode that carries one itself; add up those of the last year."""

    rule_id: ClassVar[str] = "R07"
    version: ClassVar[int] = 1
    label: ClassVar[str] = "Rode vlag (femicide)"
    ground: ClassVar[str] = "OM; Glass e.a. 2008; risicotaxatie huisverbod: vlaggen tellen op"
    meaning: ClassVar[str] = (
        "Alleen bij een voorval dat zelf een vlag draagt. Kritiek: verwurging, overtreden verbod, "
        "gebruikt wapen of SASH hoog in dat voorval, of ten minste `critical_flags` verschillende "
        "andere vlaggen binnen `window_days` dagen; hoog: één daarvan."
    )

    window_days: int = 365
    critical_flags: int = 2

    def trigger(self, episodes: Sequence[Episode], at: int) -> Trigger | None:
        """Return CRITICAL for one flag that is enough or several that add up, HIGH for one."""
        own = _listed(episodes[at].signals)
        if not own:
            return None
        alone = {flag: keys for flag, keys in own.items() if flag in CRITICAL_ALONE}
        adding = _listed(signals_within(episodes, at, self.window_days), only=ADDING_UP)
        found = {**adding, **alone}
        day = dutch_day(episodes[at].day)
        if len(found) == 1:
            sentence = f"Rode vlag: {_names(found)} (voorval van {day})"
        else:
            sentence = (
                f"{len(found)} rode vlaggen in {self.window_days} dagen: {_names(found)} "
                f"(laatste voorval op {day})"
            )
        critical = alone or len(adding) >= self.critical_flags
        return Trigger(
            level=Level.CRITICAL if critical else Level.HIGH,
            evidence=tuple(key for keys in found.values() for key in keys),
            sentence=sentence,
        )


def _listed(
    signals: Iterable[Signal], *, only: frozenset[str] = CRITICAL_ALONE | ADDING_UP
) -> dict[str, list[EventKey]]:
    """Return each listed flag with the signals that carry it and the events that said so."""
    found: dict[str, list[EventKey]] = {}
    for signal in signals:
        for key, marks in signal.said:
            for flag in _flags(marks) & only:
                found.setdefault(flag, []).extend({signal.key, key})
    return found


def _flags(marks: Marks) -> frozenset[str]:
    """Return the flags of one event; stalking may stand as a form of violence as well."""
    flags = frozenset(marks.flags)
    if "STALKING" in marks.forms:
        flags |= {"STALKING"}
    if marks.sash == "HIGH":
        flags |= {SASH_HIGH}
    return flags


def _names(flags: dict[str, list[EventKey]]) -> str:
    """Return the Dutch names, the gravest kind first, then by code."""
    ordered = sorted(flags, key=lambda flag: (flag not in CRITICAL_ALONE, flag))
    return dutch_list([_name(flag) for flag in ordered])


def _name(flag: str) -> str:
    if flag == SASH_HIGH:
        return "SASH-screening hoog"
    name = label("red_flag", flag)
    return name[:1].lower() + name[1:]
