"""Where a household stands in the process, folded from its journal rows as the page is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from query.limits import DEADLINES_SHOWN_MAX
from query.reading import ReadConnection
from query.regions import Region
from streams.household.deadlines import REPORTER_TOLD, SUBJECT_TOLD
from streams.household.journal_event import EventKey
from streams.household.open_deadlines import OpenDeadline
from streams.household.process import HouseholdProcess
from streams.household.process_words import (
    CASE_WORDS,
    IRREGULARITY_WORDS,
    MDA_WORDS,
    ORDER_WORDS,
    Irregularity,
)
from streams.radar.time_travel import QUERIES, HouseholdReader, Moment

# Pages read views only; this one holds the rows that time travel reads from the log itself.
VIEW_QUERIES: Final[Mapping[str, str]] = {
    name: text.replace("engine.journal", "projections.household_journal_view")
    for name, text in QUERIES.items()
}


_TELLING: Final = (REPORTER_TOLD, SUBJECT_TOLD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbered:
    """A case, restraining order or registration: its number and where it stands, in words."""

    kind: str
    number: str
    state: str
    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingOnPage:
    """What the page says of the process: the state, its parts, the clocks, and what does not fit.

    `irregular` names by event why it did not fit the process when it happened.
    """

    state: str
    word: str
    parts: tuple[Numbered, ...]
    deadlines: tuple[OpenDeadline, ...]
    irregular: Mapping[tuple[str, str], tuple[Irregularity, ...]]

    @property
    def clocks(self) -> tuple[OpenDeadline, ...]:
        """Return the clocks that end first, as many as fit on a page, without those of telling."""
        return tuple(each for each in self.deadlines if each.term not in _TELLING)[
            :DEADLINES_SHOWN_MAX
        ]

    @property
    def telling(self) -> tuple[OpenDeadline, ...]:
        """Return the clocks of telling reporters and persons concerned, the newest first.

        There is one for each person of each report; on top they would hide all others.
        """
        found = [each for each in self.deadlines if each.term in _TELLING]
        return tuple(reversed(found))[:DEADLINES_SHOWN_MAX]

    def sentences(self, source: str, event_id: str) -> list[str]:
        """Return why an event did not fit, as sentences; none for an ordinary one."""
        return [IRREGULARITY_WORDS[code] for code in self.codes(source, event_id)]

    def codes(self, source: str, event_id: str) -> tuple[Irregularity, ...]:
        """Return the codes of an event that did not fit."""
        return self.irregular.get((source, event_id), ())


def read_standing(connection: ReadConnection, region: Region, household: str) -> StandingOnPage:
    """Return where it stands on its region's day, by the rows that the page's tables have read."""
    moment = Moment(region=region.code, position=region.projected_position, as_of=region.today)
    reader = HouseholdReader(connection=connection, moment=moment, queries=VIEW_QUERIES)
    standing = reader.standing(household)
    return standing_on_page(standing.process, standing.deadlines)


def standing_on_page(
    process: HouseholdProcess, deadlines: tuple[OpenDeadline, ...]
) -> StandingOnPage:
    """Return the process in the words of the pages."""
    irregular: dict[EventKey, tuple[Irregularity, ...]] = {}
    for flagged in process.flagged:
        irregular[flagged.key] = (*irregular.get(flagged.key, ()), flagged.code)
    return StandingOnPage(
        state=process.state,
        word=CASE_WORDS[process.state],
        parts=(
            *(
                Numbered(kind="Zaak", number=c.case_id, state=c.state, word=CASE_WORDS[c.state])
                for c in process.cases
            ),
            *(
                Numbered(
                    kind="Huisverbod", number=o.order_id, state=o.state, word=ORDER_WORDS[o.state]
                )
                for o in process.orders
            ),
            *(
                Numbered(kind="MDA++", number=m.mda_id, state=m.state, word=MDA_WORDS[m.state])
                for m in process.registrations
            ),
        ),
        deadlines=deadlines,
        irregular={(key.source, key.event_id): codes for key, codes in irregular.items()},
    )
