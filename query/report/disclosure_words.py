"""What a publication says of its own protection, in Dutch. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from query.report.content import Disclosure, Rule


def disclosure_words(disclosure: Disclosure) -> Iterator[str]:
    """Yield the sentences; none when every number is as it is."""
    match disclosure.rule:
        case Rule.ROUND5:
            yield (
                "Alle aantallen zijn afgerond op een veelvoud van vijf, zoals het CBS doet. "
                "Percentages zijn berekend uit de afgeronde aantallen. Een totaal onder een tabel "
                "is de som van de afgeronde aantallen erboven; daardoor kan het verschillen van "
                "hetzelfde totaal elders, dat zelf is afgerond."
            )
        case Rule.SUPPRESS:
            yield (
                f"Een punt betekent: niet getoond. Aantallen van 1 tot en met "
                f"{(disclosure.below or 1) - 1} staan er niet, en ook niet de aantallen en "
                "percentages waaruit zij te berekenen zijn. Een totaal waarvan een deel niet is "
                "getoond, staat er evenmin."
            )
        case Rule.NONE:
            return
