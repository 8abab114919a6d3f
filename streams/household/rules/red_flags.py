"""R07: red flags for lethal violence, added up over reports and senders."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar

from schemas.code_lists import label
from streams.household.facts import Assessment, Fact
from streams.household.picture import Picture
from streams.household.rules.rule import EpisodeRule, Trigger
from streams.household.rules.windows import cited, traces_within
from streams.household.sentences import dutch_day, dutch_list
from streams.household.severity import Level
from streams.household.terms import Calendar
from streams.household.traits import SASH_HIGH, Trace, Trait

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
    reads: ClassVar[frozenset[type[Fact]]] = frozenset({Assessment})
    shown: ClassVar[Trait | None] = Trait.FLAG

    window_days: int = 365
    critical_flags: int = 2

    def at_episode(self, picture: Picture, at: int, calendar: Calendar) -> Iterator[Trigger]:
        """Yield CRITICAL for one flag that is enough or several that add up, HIGH for one."""
        episode = picture.episodes[at]
        own = episode.shows(Trait.FLAG)
        alone = {flag: [trace] for flag, trace in own.items() if flag in CRITICAL_ALONE}
        if not alone and not own.keys() & ADDING_UP:
            return
        adding: dict[str, list[Trace]] = {}
        for flag, trace, _ in traces_within(picture, at, Trait.FLAG, self.window_days):
            if flag in ADDING_UP:
                adding.setdefault(flag, []).append(trace)
        found = {**adding, **alone}
        day = dutch_day(episode.day)
        if len(found) == 1:
            sentence = f"Rode vlag: {_names(found)} (voorval van {day})"
        else:
            sentence = (
                f"{len(found)} rode vlaggen in {self.window_days} dagen: {_names(found)} "
                f"(laatste voorval op {day})"
            )
        critical = alone or len(adding) >= self.critical_flags
        yield Trigger(
            level=Level.CRITICAL if critical else Level.HIGH,
            evidence=cited(trace for traces in found.values() for trace in traces),
            sentence=sentence,
        )


def _names(flags: Iterable[str]) -> str:
    """Return the Dutch names, the gravest kind first, then by code."""
    ordered = sorted(flags, key=lambda flag: (flag not in CRITICAL_ALONE, flag))
    return dutch_list([_name(flag) for flag in ordered])


def _name(flag: str) -> str:
    if flag == SASH_HIGH:
        return "SASH-screening hoog"
    name = label("red_flag", flag)
    return name[:1].lower() + name[1:]
