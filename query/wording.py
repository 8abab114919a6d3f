"""The Dutch words and dates of the pages. Pure.

Language level B1, one word for one thing: the glossary of GLOSSARY.md decides which.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from schemas import code_lists
from schemas.events import EVENT_TYPES

AMSTERDAM: Final = ZoneInfo("Europe/Amsterdam")
DASH: Final = "–"

MONTHS: Final = (
    "januari", "februari", "maart", "april", "mei", "juni",
    "juli", "augustus", "september", "oktober", "november", "december",
)  # fmt: skip

MONTHS_SHORT: Final = (
    "jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A level of a finding; `symbol` names the drawing that stands beside the word."""

    code: str
    word: str
    symbol: str


LEVELS: Final = tuple(
    Level(code=code, word=code_lists.enum_label("FindingLevel", code), symbol=symbol)
    for code, symbol in (
        ("CRITICAL", "octagon"),
        ("HIGH", "triangle"),
        ("ATTENTION", "diamond"),
        ("INFO", "circle"),
    )
)
"""Highest first: the order of the radar list and of the filter. Each has a shape of its own,
because colour alone says nothing to one man in twelve (WCAG 2.2, 1.4.1)."""

_LEVEL_BY_CODE: Final = MappingProxyType({level.code: level for level in LEVELS})

_WITHDRAWAL_WORDS: Final = MappingProxyType(
    {
        "EVENT_CORRECTED": "Een gebeurtenis waarop het rustte, is gecorrigeerd",
        "HOUSEHOLDS_MERGED": "Het huishouden is samengevoegd met een ander",
        "HOUSEHOLD_SPLIT": "Het huishouden is gesplitst",
        "MERGE_UNDONE": "De samenvoeging van huishoudens is ongedaan gemaakt",
        "SPLIT_UNDONE": "De splitsing van het huishouden is ongedaan gemaakt",
        "REASSESSED": "Een later ontvangen bericht veranderde de voorvallen",
    }
)
"""The fold's own reasons to withdraw a finding (streams/household/findings.py)."""

_FLAG_WORDS: Final = MappingProxyType(
    {"clock_skew": "de klok van de afzender liep voor"},
)

_SENDER_WORDS: Final = MappingProxyType(
    {
        "vt.in.police.v1": "Politie",
        "vt.in.reporters.v1": "Melder",
        "vt.in.local-team.v1": "Lokaal team",
        "vt.in.mda.v1": "MDA++",
        "vt.in.corv.v1": "Justitieketen (CORV)",
        "vt.in.municipality.v1": "Gemeente",
        "vt.in.brp.v1": "Basisregistratie Personen",
        "vt.in.case-system.v1": "Veilig Thuis",
        "vt.in.analyst.v1": "Radaranalist",
        "vt.in.hub.v1": "Radar",
        "vt.journal.v1": "Radar",
    }
)
"""Kind of organisation by the topic it speaks on.

Never the organisation itself: it could give away a reporter whose identity is protected
(Wmo 2015, article 4.1.8 of the Uitvoeringsbesluit).
"""

_PARAMETER_WORDS: Final = MappingProxyType(
    {
        "window_days": "Periode in dagen",
        "window_months": "Periode in maanden",
        "window_years": "Periode in jaren",
        "attention_episodes": "Voorvallen voor Aandacht",
        "high_episodes": "Voorvallen voor Hoog",
        "attention_sectors": "Sectoren voor Aandacht",
        "high_sectors": "Sectoren voor Hoog",
        "attention_reporters": "Melders voor Aandacht",
        "critical_flags": "Rode vlaggen voor Kritiek",
        "high_severity": "Ernst voor Hoog",
        "min_severity": "Laagste ernst",
        "min_episodes": "Minste aantal voorvallen",
        "min_life_domains": "Minste aantal leefgebieden",
        "min_organisations": "Minste aantal organisaties",
        "gap_percent": "Tussentijd in procenten van de mediaan",
        "assessment_working_days": "Werkdagen voor de beoordeling",
        "grace_working_days": "Werkdagen daarna",
        "transfer_working_days": "Werkdagen voor het overdragen",
        "feedback_working_days": "Werkdagen voor terugkoppeling",
        "grace_days": "Dagen na de geplande dag",
    }
)


def level_of(code: str) -> Level:
    """Return the level with this code; raises KeyError for a code that the rules do not have."""
    return _LEVEL_BY_CODE[code]


def status_word(code: str) -> str:
    """Return the Dutch word for the state of a finding."""
    return "Open" if code == "OPEN" else code_lists.enum_label("FindingEventKind", code)


def reason_word(code: str) -> str:
    """Return why a finding was closed: an analyst's reason, or the fold's own."""
    for name in ("decision_reason", "correction_reason"):
        if code in code_lists.CODE_LISTS[name].codes:
            return code_lists.label(name, code)
    return _WITHDRAWAL_WORDS.get(code, _as_words(code))


def flag_word(code: str) -> str:
    """Return what admission noted about an entry."""
    return _FLAG_WORDS.get(code, _as_words(code))


def municipality_word(code: str | None) -> str:
    """Return the name of a municipality by its CBS code, or a dash when it is not known."""
    return DASH if code is None else code_lists.label("municipality", code)


def sender_word(record_name: str) -> str | None:
    """Return the kind of organisation that sends this event, or None when several may send it."""
    event_type = EVENT_TYPES.get(record_name)
    return None if event_type is None else _SENDER_WORDS.get(event_type.topic)


def sender_words(entries: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    """Return the kind of organisation per source, from (source, record name) of some events.

    A correction may come from everyone, on their own behalf only: what the same source sent
    besides says who it is.
    """
    words = {source: sender_word(record_name) for source, record_name in entries}
    return {source: word for source, word in words.items() if word is not None}


def parameter_word(key: str) -> str:
    """Return the Dutch name of a rule's parameter, or the key in words when it has none yet."""
    return _PARAMETER_WORDS.get(key, _as_words(key))


def short_token(household_id: str) -> str:
    """Return the first eight characters: enough to recognise a household on a screen."""
    return household_id.replace("-", "")[:8]


def local(instant: datetime) -> datetime:
    """Return the instant on the clock of Europe/Amsterdam."""
    return instant.astimezone(AMSTERDAM)


def day_words(day: date | None) -> str:
    """Return "15 september 2025", or a dash when the day is not known."""
    return DASH if day is None else f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def day_digits(day: date | None) -> str:
    """Return "15-09-2025", or a dash when the day is not known."""
    return DASH if day is None else f"{day:%d-%m-%Y}"


def instant_digits(instant: datetime | None) -> str:
    """Return "15-09-2025 14:03" in Amsterdam, or a dash when the instant is not known."""
    return DASH if instant is None else f"{local(instant):%d-%m-%Y %H:%M}"


def time_digits(instant: datetime) -> str:
    """Return "14:03:22" in Amsterdam."""
    return f"{local(instant):%H:%M:%S}"


def number_digits(number: int | None) -> str:
    """Return "1.234" with the Dutch thousands mark, or a dash for a number that is not known."""
    return DASH if number is None else f"{number:,}".replace(",", ".")


def value_words(value: object) -> str:
    """Return a detail's value as a person reads it: ja/nee, lists with commas, dashes for none."""
    if value is None or value == "":
        return DASH
    if isinstance(value, bool):
        return "ja" if value else "nee"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return f"{value:g}".replace(".", ",")
    if isinstance(value, list | tuple):
        return ", ".join(value_words(item) for item in value) or DASH
    return str(value)


def _as_words(code: str) -> str:
    """Return a code that no list names as readable words."""
    return code.replace("_", " ").lower()
