"""Writes `docs/termijnen.md` from the terms' cases: `python -m tests.spec.terms.render`."""

from __future__ import annotations

from pathlib import Path

from streams.household.deadlines import TERMS, Force, Term
from tests.spec.terms.cases import CLOCKS, ENDS, RECEIPTS, VECTORS

PAGE = Path(__file__).parents[3] / "docs" / "termijnen.md"
INTRODUCTION = """# Wettelijke termijnen

<!-- Geschreven door `python -m tests.spec.terms.render` uit de termijnen en hun tests. -->

Dag 0 is de dag van ontvangst in Europe/Amsterdam. Een **werkdag** is geen zaterdag, zondag of
feestdag van artikel 3 van de Algemene termijnenwet (ook Goede Vrijdag en elk jaar 5 mei), en geen
dag die bij besluit of door de regio daaraan is toegevoegd (`RulesActivated.calendar`). Een termijn
die **schuift**, loopt door tot de eerstvolgende werkdag als de laatste dag dat niet is (artikel 1).
Dat geldt niet voor termijnen van meer dan 90 dagen, twaalf weken of drie maanden of in jaren
(artikel 4), en niet voor een huisverbod (Wet tijdelijk huisverbod, artikel 13).

Wat een wettekst van mei 2017 als bron heeft, moet vóór gebruik als juridisch antwoord met de
geldende tekst worden vergeleken.
"""


def page() -> str:
    """Return the whole page."""
    return "\n".join([INTRODUCTION, *_terms(), *_vectors(), *_ends(), *_clocks(), *_receipts()])


def _terms() -> list[str]:
    return [
        "## De termijnen",
        "",
        "| termijn | wat | vanaf | lengte | schuift | grond | gelezen in |",
        "| --- | --- | --- | --- | --- | --- | --- |",
        *(_term(term) for term in TERMS),
        "",
    ]


def _term(term: Term) -> str:
    rolls = "ja" if term.is_rolled else "nee"
    basis = term.basis if term.force is Force.LAW else f"{term.basis} ({term.force})"
    return (
        f"| {term.term_id} | {term.what} | {term.since} | {term.length} {term.unit} | {rolls} "
        f"| {basis} | {term.standing} |"
    )


def _vectors() -> list[str]:
    return [
        "## Van ontvangst tot het einde van Voorwaarden en vervolg",
        "",
        "Vijf werkdagen en tien weken zijn samen 75 tot 82 dagen; de 75 dagen van de rapportages",
        "zijn dus tot zeven dagen strenger. Beide worden geteld.",
        "",
        "| ontvangen | D1 | D4 | kalenderdagen | waarom |",
        "| --- | --- | --- | --- | --- |",
        *(
            f"| {each.received} | {each.assessment} | {each.conditions} | {each.days} "
            f"| {each.why} |"
            for each in VECTORS
        ),
        "",
    ]


def _ends() -> list[str]:
    return [
        "## Gevallen",
        "",
        "| termijn | begint | laatste dag | waarom |",
        "| --- | --- | --- | --- |",
        *(f"| {each.term} | {each.start} | {each.end} | {each.why} |" for each in ENDS),
        "",
    ]


def _clocks() -> list[str]:
    return [
        "## Huisverboden, op de klok in Amsterdam",
        "",
        "| termijn | opgelegd | eindigt | uren | waarom |",
        "| --- | --- | --- | --- | --- |",
        *(
            f"| {each.term} | {each.start} | {each.end} | {each.hours} | {each.why} |"
            for each in CLOCKS
        ),
        "",
    ]


def _receipts() -> list[str]:
    return [
        "## De dag van ontvangst",
        "",
        "| ontvangen (UTC) | dag 0 | waarom |",
        "| --- | --- | --- |",
        *(f"| {each.at} | {each.day} | {each.why} |" for each in RECEIPTS),
        "",
    ]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
