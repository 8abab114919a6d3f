"""The legal clocks as one table: what must be done, counted from when, how long, and by which law.

Pages, work stock and rules all count by these rows, so that they cannot disagree.  Which law
texts were read, and how sure we are of them, stands in each row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import assert_never

from streams.household.terms import (
    ASSESSMENT_WORKING_DAYS,
    REPORT_MEASURE_DAYS,
    ROLLED_TERM_DAYS_MAX,
    Calendar,
    local_days_later,
    months_after,
)

# Algemene termijnenwet article 4: longer terms, and all in years, end on their own day.
ROLLED_TERM_WEEKS_MAX = 12
ROLLED_TERM_MONTHS_MAX = 3


class Unit(StrEnum):
    """What a term is counted in; the words are those of the pages."""

    WORKING_DAYS = "werkdagen"
    DAYS = "dagen"
    WEEKS = "weken"
    MONTHS = "maanden"
    YEARS = "jaar"


class Force(StrEnum):
    """What binds: a law, a protocol, an agreement; else a measure of reports, or knowledge."""

    LAW = "wet"
    PROTOCOL = "protocol"
    AGREEMENT = "afspraak"
    MEASURE = "rapportagemaat"
    INFORMATION = "ter informatie"


class Standing(StrEnum):
    """How sure we are of the basis: what was read before it was written down here."""

    PUBLISHED = "publicatie van Veilig Thuis"
    LAW_OF_2017 = "wettekst van mei 2017"
    REGIONAL = "regionaal in te stellen"
    UNVERIFIED = "niet in een bron nagelezen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One row: `what` must be done within `length` of `unit`, counted from the day of `since`.

    `is_rolled`: a last day without work moves to the next working day (Algemene termijnenwet,
    article 1).  Terms in working days end on one by themselves.
    """

    term_id: str
    what: str
    since: str
    length: int
    unit: Unit
    is_rolled: bool
    force: Force
    basis: str
    standing: Standing

    def ends_on(self, start: date, calendar: Calendar) -> date:
        """Return the last day on which it is still in time; `start` itself is day 0."""
        if self.unit is Unit.WORKING_DAYS:
            return calendar.wd(start, self.length)
        end = self._calendar_end(start)
        return calendar.rolled(end) if self.is_rolled else end

    def ends_at(self, start: datetime) -> datetime:
        """Return the instant, in UTC, at which a term that runs by the clock on the wall ends.

        Raises ValueError for a row that is rolled or not counted in days or weeks.
        """
        if self.is_rolled or self.unit not in (Unit.DAYS, Unit.WEEKS):
            raise ValueError(f"{self.term_id} ends on a day, not at an instant")
        return local_days_later(start, self.length * (7 if self.unit is Unit.WEEKS else 1))

    @property
    def may_roll(self) -> bool:
        """Say whether the Algemene termijnenwet lets a term of this length roll (article 4)."""
        match self.unit:
            case Unit.DAYS:
                return self.length <= ROLLED_TERM_DAYS_MAX
            case Unit.WEEKS:
                return self.length <= ROLLED_TERM_WEEKS_MAX
            case Unit.MONTHS:
                return self.length <= ROLLED_TERM_MONTHS_MAX
            case Unit.WORKING_DAYS | Unit.YEARS:
                return False
            case _:
                assert_never(self.unit)

    def _calendar_end(self, start: date) -> date:
        match self.unit:
            case Unit.DAYS:
                return start + timedelta(days=self.length)
            case Unit.WEEKS:
                return start + timedelta(weeks=self.length)
            case Unit.MONTHS:
                return months_after(start, self.length)
            case Unit.YEARS:
                return months_after(start, 12 * self.length)
            case Unit.WORKING_DAYS:
                raise AssertionError("working days need a calendar")
            case _:
                assert_never(self.unit)


ASSESSMENT = Term(
    term_id="D1",
    what="Veiligheidsbeoordeling afgerond",
    since="ontvangst van de melding",
    length=ASSESSMENT_WORKING_DAYS,
    unit=Unit.WORKING_DAYS,
    is_rolled=False,
    force=Force.LAW,
    basis="Uitvoeringsbesluit Wmo 2015, artikel 4.1.7; Handelingsprotocol 2019 (werkdagen)",
    standing=Standing.LAW_OF_2017,
)
REPORTER_TOLD = Term(
    term_id="D2",
    what="Melder geïnformeerd over de beoordeling",
    since="ontvangst van de melding",
    length=5,
    unit=Unit.WORKING_DAYS,
    is_rolled=False,
    force=Force.PROTOCOL,
    basis="Wmo 2015, artikel 4.1.1 lid 2 onder g; publicatie voor melders",
    standing=Standing.PUBLISHED,
)
SUBJECT_TOLD = Term(
    term_id="D3",
    what="Betrokkenen geïnformeerd dat gegevens zijn vastgelegd",
    since="vastlegging van de melding",
    length=4,
    unit=Unit.WEEKS,
    is_rolled=True,
    force=Force.LAW,
    basis="Wmo 2015, artikel 5.3.1",
    standing=Standing.LAW_OF_2017,
)
SUBJECT_TOLD_LATER = Term(
    term_id="D3-uitstel",
    what="Uitstel van het informeren van betrokkenen, telkens",
    since="het einde van de lopende termijn",
    length=2,
    unit=Unit.WEEKS,
    is_rolled=True,
    force=Force.LAW,
    basis="Wmo 2015, artikel 5.3.1",
    standing=Standing.LAW_OF_2017,
)
CONDITIONS_DONE = Term(
    term_id="D4",
    what="Voorwaarden en vervolg afgerond",
    since="de laatste dag voor de veiligheidsbeoordeling (D1)",
    length=10,
    unit=Unit.WEEKS,
    is_rolled=True,
    force=Force.PROTOCOL,
    basis="Handelingsprotocol 2019",
    standing=Standing.PUBLISHED,
)
REPORT_MEASURE = Term(
    term_id="D4-75",
    what="Dienst binnen de termijn van de rapportages",
    since="ontvangst van de melding",
    length=REPORT_MEASURE_DAYS,
    unit=Unit.DAYS,
    is_rolled=False,
    force=Force.MEASURE,
    basis="Bestuursrapportage Veilig Thuis Drenthe, augustus 2025",
    standing=Standing.PUBLISHED,
)
REPORT_MEASURE_LATE = Term(
    term_id="D4-105",
    what="Dienst binnen de middelste groep van de rapportages",
    since="ontvangst van de melding",
    length=105,
    unit=Unit.DAYS,
    is_rolled=False,
    force=Force.MEASURE,
    basis="Bestuursrapportage Veilig Thuis Drenthe, augustus 2025",
    standing=Standing.PUBLISHED,
)
INVESTIGATION_DONE = Term(
    term_id="D5",
    what="Onderzoek afgerond",
    since="het besluit tot onderzoek",
    length=10,
    unit=Unit.WEEKS,
    is_rolled=True,
    force=Force.LAW,
    basis="Uitvoeringsbesluit Wmo 2015, artikel 4.1.7 lid 2",
    standing=Standing.LAW_OF_2017,
)
ORDER = Term(
    term_id="D6",
    what="Einde van het huisverbod",
    since="oplegging, op de klok",
    length=10,
    unit=Unit.DAYS,
    is_rolled=False,
    force=Force.LAW,
    basis="Wet tijdelijk huisverbod, artikel 2 lid 1 en artikel 13",
    standing=Standing.LAW_OF_2017,
)
ORDER_EXTENDED = Term(
    term_id="D6-verlenging",
    what="Uiterste einde van een verlengd huisverbod",
    since="oplegging, op de klok",
    length=4,
    unit=Unit.WEEKS,
    is_rolled=False,
    force=Force.LAW,
    basis="Wet tijdelijk huisverbod, artikel 9 lid 1 en artikel 13",
    standing=Standing.LAW_OF_2017,
)
MONITORING = Term(
    term_id="D7",
    what="Twee contactmomenten van de monitoring gehouden",
    since="begin van de monitoring",
    length=1,
    unit=Unit.YEARS,
    is_rolled=False,
    force=Force.PROTOCOL,
    basis="Handelingsprotocol 2019",
    standing=Standing.UNVERIFIED,
)
FEEDBACK = Term(
    term_id="D8",
    what="Terugkoppeling van het lokale team",
    since="de overdracht, als daarin geen dag staat",
    length=10,
    unit=Unit.WORKING_DAYS,
    is_rolled=False,
    force=Force.AGREEMENT,
    basis="regionale afspraken",
    standing=Standing.REGIONAL,
)
ERASURE = Term(
    term_id="D9",
    what="Beslissing op een verzoek om vernietiging",
    since="ontvangst van het verzoek",
    length=3,
    unit=Unit.MONTHS,
    is_rolled=True,
    force=Force.LAW,
    basis="Wmo 2015, artikel 5.3.5",
    standing=Standing.LAW_OF_2017,
)
STATISTICS_DELIVERED = Term(
    term_id="D10",
    what="Levering aan het CBS",
    since="het einde van het halfjaar",
    length=3,
    unit=Unit.WEEKS,
    is_rolled=True,
    force=Force.LAW,
    basis="Uitvoeringsbesluit Wmo 2015, artikel 4.3.1 tot en met 4.3.3",
    standing=Standing.LAW_OF_2017,
)
ORDER_FILE_KEPT = Term(
    term_id="D11",
    what="Bewaren van het dossier van een huisverbod door de gemeente",
    since="oplegging",
    length=5,
    unit=Unit.YEARS,
    is_rolled=False,
    force=Force.LAW,
    basis="Wet tijdelijk huisverbod, artikel 10",
    standing=Standing.LAW_OF_2017,
)
ORDER_HEARING = Term(
    term_id="D12",
    what="Zitting over het beroep tegen een huisverbod",
    since="indienen van het verzoekschrift",
    length=3,
    unit=Unit.DAYS,
    is_rolled=False,
    force=Force.INFORMATION,
    basis="Wet tijdelijk huisverbod, artikel 6",
    standing=Standing.LAW_OF_2017,
)

TERMS: tuple[Term, ...] = (
    ASSESSMENT,
    REPORTER_TOLD,
    SUBJECT_TOLD,
    SUBJECT_TOLD_LATER,
    CONDITIONS_DONE,
    REPORT_MEASURE,
    REPORT_MEASURE_LATE,
    INVESTIGATION_DONE,
    ORDER,
    ORDER_EXTENDED,
    MONITORING,
    FEEDBACK,
    ERASURE,
    STATISTICS_DELIVERED,
    ORDER_FILE_KEPT,
    ORDER_HEARING,
)
TERM_BY_ID: Mapping[str, Term] = MappingProxyType({term.term_id: term for term in TERMS})
