"""Cases of the rules that count signals, sources and flags over time."""

from __future__ import annotations

from schemas.code_lists import enum_label
from tests.spec.rules.shape import Case, signal, signals

R01 = (
    Case(
        rule="R01",
        title="Drie voorvallen in een jaar vragen aandacht",
        lines=signals("2025-01-01", "2025-03-01", "2025-06-01"),
        levels=(None, None, "ATTENTION"),
    ),
    Case(
        rule="R01",
        title="Vijf voorvallen in een jaar zijn hoog",
        lines=signals("2025-01-01", "2025-02-01", "2025-03-01", "2025-04-01", "2025-05-01"),
        levels=(None, None, "ATTENTION", "ATTENTION", "HIGH"),
    ),
    Case(
        rule="R01",
        title="Dag 365 telt nog mee",
        lines=signals("2025-01-01", "2025-06-01", "2026-01-01"),
        levels=(None, None, "ATTENTION"),
    ),
    Case(
        rule="R01",
        title="Dag 366 telt niet meer mee",
        lines=signals("2025-01-01", "2025-06-01", "2026-01-02"),
        levels=(None, None, None),
    ),
    Case(
        rule="R01",
        title="Meldingen binnen 72 uur zijn één voorval",
        lines=(
            signal("2025-01-01 10:00"),
            signal("2025-01-02 10:00"),
            signal("2025-01-04 10:00"),
            signal("2025-01-04 10:01"),
        ),
        levels=(None, None),
    ),
    Case(
        rule="R01",
        title="Meldingen met één nummer van de politie zijn één voorval",
        lines=(
            signal("2025-01-01 10:00", number="PL-1"),
            signal("2025-02-01 10:00", number="PL-1"),
            signal("2025-03-01 10:00", number="PL-1"),
        ),
        levels=(None,),
    ),
)

R02 = (
    Case(
        rule="R02",
        title="Twee sectoren in een half jaar vragen aandacht",
        lines=(*signals("2025-01-01"), *signals("2025-03-01", by="EDUCATION")),
        levels=(None, "ATTENTION"),
    ),
    Case(
        rule="R02",
        title="Drie sectoren in een half jaar zijn hoog",
        lines=(
            *signals("2025-01-01"),
            *signals("2025-03-01", by="EDUCATION"),
            *signals("2025-05-01", by="MEDICAL"),
        ),
        levels=(None, "ATTENTION", "HIGH"),
    ),
    Case(
        rule="R02",
        title="Twee melders van één sector zijn één bron",
        lines=(*signals("2025-01-01"), *signals("2025-03-01", by="JUSTICE_AND_SAFETY")),
        levels=(None, None),
    ),
    Case(
        rule="R02",
        title="Een onbekende sector telt niet",
        lines=(*signals("2025-01-01"), *signals("2025-03-01", by="UNKNOWN")),
        levels=(None, None),
    ),
    Case(
        rule="R02",
        title="Twee sectoren in één voorval tellen",
        lines=(*signals("2025-01-01"), signal("2025-01-03 10:00", by="EDUCATION")),
        levels=("ATTENTION",),
    ),
    Case(
        rule="R02",
        title="Dag 180 telt nog mee",
        lines=(*signals("2025-01-01"), *signals("2025-06-30", by="EDUCATION")),
        levels=(None, "ATTENTION"),
    ),
    Case(
        rule="R02",
        title="Dag 181 telt niet meer mee",
        lines=(*signals("2025-01-01"), *signals("2025-07-01", by="EDUCATION")),
        levels=(None, None),
    ),
)

R07 = (
    *(
        Case(
            rule="R07",
            title=f"{enum_label('RedFlag', flag)} is alleen al kritiek",
            lines=(signal("2025-01-01 10:00", flags=(flag,)),),
            levels=("CRITICAL",),
        )
        for flag in ("STRANGULATION", "BAN_VIOLATED", "WEAPON_USED")
    ),
    Case(
        rule="R07",
        title="SASH hoog is alleen al kritiek",
        lines=(signal("2025-01-01 10:00", sash="HIGH"),),
        levels=("CRITICAL",),
    ),
    Case(
        rule="R07",
        title="Eén andere vlag is hoog",
        lines=(signal("2025-01-01 10:00", flags=("DEATH_THREAT",)),),
        levels=("HIGH",),
    ),
    Case(
        rule="R07",
        title="Verschillende vlaggen tellen op over melders heen",
        lines=(
            signal("2025-01-01 10:00", flags=("RECENT_SEPARATION",)),
            signal("2025-09-01 10:00", by="EDUCATION", flags=("EXTREME_JEALOUSY",)),
        ),
        levels=("HIGH", "CRITICAL"),
    ),
    Case(
        rule="R07",
        title="Twee keer dezelfde vlag is één vlag",
        lines=(
            signal("2025-01-01 10:00", flags=("STALKING",)),
            signal("2025-02-01 10:00", forms=("STALKING",)),
        ),
        levels=("HIGH", "HIGH"),
    ),
    Case(
        rule="R07",
        title="Een voorval zonder vlag doet niets, wat er ook was",
        lines=(
            signal("2025-01-01 10:00", flags=("STALKING", "DEATH_THREAT")),
            signal("2025-02-01 10:00", flags=("CHILD_WITNESS",)),
        ),
        levels=("CRITICAL", None),
    ),
    Case(
        rule="R07",
        title="Een vlag van een latere dag van hetzelfde voorval telt",
        lines=(
            signal("2025-01-01 10:00", flags=("STALKING",)),
            signal("2025-01-03 10:00", flags=("COERCIVE_CONTROL",)),
        ),
        levels=("CRITICAL",),
    ),
    Case(
        rule="R07",
        title="Een vlag van 366 dagen geleden telt niet meer mee",
        lines=(
            signal("2025-01-01 10:00", flags=("STALKING",)),
            signal("2026-01-02 10:00", flags=("DEATH_THREAT",)),
        ),
        levels=("HIGH", "HIGH"),
    ),
    Case(
        rule="R07",
        title="SASH matig is geen rode vlag",
        lines=(signal("2025-01-01 10:00", sash="MODERATE"),),
        levels=(None,),
    ),
)

COUNTING = (*R01, *R02, *R07)
