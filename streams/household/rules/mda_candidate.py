"""R15: a candidate for the multidisciplinary approach MDA++."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from streams.household.episodes import Episode
from streams.household.facts import Assessment, Fact, Handover, MdaStep, ServiceStep
from streams.household.journal_event import EventKey
from streams.household.picture import Picture
from streams.household.rules.rule import EpisodeRule, Trigger
from streams.household.rules.windows import is_within_months
from streams.household.sentences import dutch_day
from streams.household.severity import Level
from streams.household.terms import Calendar, months_after
from streams.household.traits import Trait

RUNNING = frozenset({"PROPOSED", "ACCEPTED", "ACTIVE"})
SERVICE_REGISTERED = "REGISTERED"

Found = dict[str, EventKey]


@dataclass(frozen=True, slots=True, kw_only=True)
class MdaCandidate(EpisodeRule):
    """Structural unsafety, help was tried, and the problems are many; nobody proposed it yet."""

    rule_id: ClassVar[str] = "R15"
    version: ClassVar[int] = 1
    label: ClassVar[str] = "MDA++-kandidaat"
    ground: ClassVar[str] = "Criteria MDA++: structureel onveilig, hulp bereikte te weinig"
    meaning: ClassVar[str] = (
        "Ten minste `min_episodes` voorvallen binnen `window_months` maanden, eerder een "
        "overdracht of dienst, en in die maanden ten minste `min_life_domains` leefgebieden met "
        "problemen of `min_organisations` betrokken organisaties; geen lopende aanmelding."
    )
    reads: ClassVar[frozenset[type[Fact]]] = frozenset({Assessment, Handover, MdaStep, ServiceStep})
    rests_on: ClassVar[frozenset[type[Fact]]] = frozenset({Handover, ServiceStep})

    window_months: int = 24
    min_episodes: int = 4
    min_life_domains: int = 3
    min_organisations: int = 3

    def at_episode(self, picture: Picture, at: int, calendar: Calendar) -> Iterator[Trigger]:
        """Yield ATTENTION when all of it holds on the day of the episode."""
        day = picture.episodes[at].day
        window = self._window(picture, at)
        helped = _help_before(picture, day)
        if len(window) < self.min_episodes or not helped or _is_registered(picture, day):
            return
        domains, organisations = self._involved(picture, window, day)
        parts = []
        if len(domains) >= self.min_life_domains:
            parts.append(f"problemen op {len(domains)} leefgebieden")
        if len(organisations) >= self.min_organisations:
            parts.append(f"{len(organisations)} betrokken organisaties")
        if not parts:
            return
        yield Trigger(
            level=Level.ATTENTION,
            evidence=frozenset(
                {
                    *(episode.key for episode in window),
                    *helped,
                    *domains.values(),
                    *organisations.values(),
                }
            ),
            sentence=(
                f"{len(window)} voorvallen in {self.window_months} maanden (laatste op "
                f"{dutch_day(day)}) na eerdere hulp, met {' en '.join(parts)}"
            ),
        )

    def _window(self, picture: Picture, at: int) -> list[Episode]:
        first = bisect_left(
            picture.episodes,
            picture.episodes[at].day,
            hi=at,
            key=lambda episode: months_after(episode.day, self.window_months),
        )
        return list(picture.episodes[first : at + 1])

    def _involved(self, picture: Picture, window: list[Episode], day: date) -> tuple[Found, Found]:
        """Return the life domains and organisations of those months, each with an event."""
        domains: Found = {}
        organisations: Found = {}
        for episode in window:
            for oin, trace in episode.shows(Trait.ORGANISATION).items():
                organisations[oin] = trace.signal
        facts: tuple[Assessment | MdaStep, ...] = (
            *picture.all_of(Assessment),
            *picture.all_of(MdaStep),
        )
        for fact in facts:
            if is_within_months(fact.day, day, self.window_months):
                domains.update(dict.fromkeys(fact.life_domains, fact.key))
                organisations.update(dict.fromkeys(fact.organisations, fact.key))
        return domains, organisations


def _help_before(picture: Picture, day: date) -> list[EventKey]:
    """Return the first handover and the first registered service before a day."""
    handovers = picture.all_of(Handover)
    services = [s for s in picture.all_of(ServiceStep) if s.status == SERVICE_REGISTERED]
    return [facts[0].key for facts in (handovers, services) if facts and facts[0].day < day]


def _is_registered(picture: Picture, day: date) -> bool:
    """Say whether a registration for MDA++ runs on a day; of one day the last step said counts."""
    newest: dict[str, tuple[date, int, EventKey, str]] = {}
    for step in picture.all_of(MdaStep):
        if step.day <= day:
            said = (step.day, step.said_ms, step.key, step.status)
            newest[step.mda_id] = max(said, newest.get(step.mda_id, said))
    return any(status in RUNNING for _, _, _, status in newest.values())
