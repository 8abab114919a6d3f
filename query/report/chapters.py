"""The chapters of the Bestuursrapportage: 2.1 to 2.5 and the appendix. Pure.

The numbers follow the published report's; the sentences state what the figures say and nothing
that Radar does not know.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import accumulate, groupby, takewhile

from projections.statistics import Period, rounded
from projections.statistics.s16_work_stock import OPEN, OVERDUE, PICKED_UP, WAITING
from query.report.blocks import (
    NOT_SHOWN,
    Block,
    Cell,
    Chapter,
    ChartBlock,
    ChartKind,
    Paragraph,
    Publication,
    Series,
    Subheading,
    TableBlock,
    digits,
    percent,
)
from query.report.content import (
    HIDDEN,
    Count,
    Hidden,
    Number,
    Report,
    Share,
    Stock,
    Table,
    Term,
)
from query.report.directions import NOTHING, SIMILAR, THRESHOLDS, count_direction, share_direction
from query.report.disclosure_words import disclosure_words
from query.wording import MONTHS, MONTHS_SHORT, day_words, municipality_word, number_digits

APPENDIX_SERIES = (
    ("report", "Melding"),
    ("advice", "Advies"),
    ("investigation_started", "Onderzoek"),
    ("conditions_started", "V&V"),
)
STOCK_WORDS = {
    OPEN: "open",
    WAITING: "wachtend",
    PICKED_UP: "opgepakt",
    OVERDUE: "over de wettelijke datum",
}


def publication(report: Report) -> Publication:
    """Return the Bestuursrapportage over the report's period."""
    told = _Teller(report)
    asked = report.question
    production = Chapter(number="2", title="Productie", blocks=list(told.production()))
    chapters = (
        *((production,) if report.budget else ()),
        Chapter(number="2.1", title="Adviezen", blocks=list(told.advices())),
        Chapter(number="2.2", title="Meldingen", blocks=list(told.reports())),
        Chapter(number="2.3", title="Voorwaarden & Vervolg", blocks=list(told.conditions())),
        Chapter(number="2.4", title="Onderzoek", blocks=list(told.investigations())),
        Chapter(number="2.5", title="Huisverboden", blocks=list(told.orders())),
        Chapter(number="", title="Bijlage: gestart per maand", blocks=list(told.appendix())),
        Chapter(number="", title="Verantwoording", blocks=list(told.account())),
    )
    return Publication(
        title=f"Bestuursrapportage {period_words(report)}",
        subtitle=place_words(report),
        region=asked.region,
        known_on=asked.known_on,
        chapters=chapters,
    )


def place_words(report: Report) -> str:
    """Return of whom the figures are, and of which part of the region."""
    place = f"Veilig Thuis {report.region_name}"
    municipality = report.question.municipality
    return place if municipality is None else f"{place}, gemeente {municipality_word(municipality)}"


def period_words(report: Report) -> str:
    """Return the period in words."""
    first, last = report.question.first, report.question.last
    if first.year != last.year:
        return f"{MONTHS[first.month - 1]} {first.year} t/m {MONTHS[last.month - 1]} {last.year}"
    if (first.month, last.month) == (1, 12):
        return str(first.year)
    return f"{MONTHS[first.month - 1]} t/m {MONTHS[last.month - 1]} {last.year}"


class _Teller:
    """Tells each chapter from one report."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._tables = {table.id: table for table in report.tables}
        self._terms = {term.service: term for term in report.terms}
        self._stocks = {stock.service: stock for stock in report.stocks}

    def production(self) -> Iterator[Block]:
        """Tell figure 1, when there is a budget."""
        lines = self._report.budget
        budgeted = [int(rounded(line.budgeted, 0)) for line in lines]
        yield ChartBlock(
            number=1,
            title=f"productie en begroting, {period_words(self._report)}",
            kind=ChartKind.BARS,
            places=[line.title for line in lines],
            series=(
                Series(name="aantal", values=[line.count for line in lines]),
                Series(name="begroot", values=budgeted),
            ),
            summary="Aantallen naast de begroting van het jaar, naar het aantal maanden.",
            place_title="dienst",
        )
        yield TableBlock(
            title="Productie en begroting",
            header=("dienst", "aantal", "begroot", "% van begroot"),
            rows=[
                (line.title, line.count, number, line.share)
                for line, number in zip(lines, budgeted, strict=True)
            ],
            note="Begroot: het getal van het jaar maal het aantal maanden, gedeeld door twaalf.",
        )

    def advices(self) -> Iterator[Block]:
        counts, chats = self._counts("S01"), self._shares("S02")
        mean = round_half_up(counts[0].count, self._report.question.months)
        yield Paragraph(
            text=f"In de periode {period_words(self._report)} zijn {_number(counts[0])} adviezen "
            f"gegeven, waarvan {digits(chats[0].count)} chats "
            f"({percent(chats[0].share)} van alle adviezen). Gemiddeld zijn dat "
            f"{digits(mean)} adviezen per maand. {_compared('Het aantal adviezen', counts)}"
        )
        yield self._cumulative(2, "adviezen", "advice")
        yield Subheading(text="Herkomst van de adviesvragen")
        schools = self._shares("S06")
        yield Paragraph(
            text=f"Scholen vroegen {digits(schools[0].count)} keer advies: "
            f"{percent(schools[0].share)} van alle adviezen. {_earlier_shares(schools)}"
        )
        yield _seekers(self._tables["figure3"])
        yield Subheading(text="Aard van het geweld")
        yield _share_table(self._tables["table1"], "Tabel 1: aard van het geweld bij adviezen")

    def reports(self) -> Iterator[Block]:
        counts, children = self._counts("S08"), self._shares("S09")
        yield Paragraph(
            text=f"In de periode {period_words(self._report)} zijn {_number(counts[0])} meldingen "
            f"gedaan. {_compared('Het aantal meldingen', counts)}"
        )
        yield self._cumulative(4, "meldingen", "report")
        yield Paragraph(
            text=f"Bij {percent(children[0].share)} van alle meldingen zijn kinderen betrokken. "
            f"{_compared_share(children[0], children[1])}"
        )
        yield Subheading(text="Wie melden er?")
        yield _share_table(self._tables["table2"], "Tabel 2: melders per sector")
        yield Subheading(text="Aard en vorm van het geweld")
        yield _share_table(self._tables["table3"], "Tabel 3: aard van het geweld bij meldingen")
        yield _share_table(self._tables["table4"], "Tabel 4: vorm van het geweld bij meldingen")
        yield Subheading(text="Wettelijke termijn en werkvoorraad")
        term = self._terms["safety_assessment"]
        yield _term_table(term, "Doorlooptijd van de veiligheidsbeoordeling")
        if term.mean_days_last is not None:
            mean = term.mean_days_last
            words = NOT_SHOWN if isinstance(mean, Hidden) else str(mean).replace(".", ",")
            yield Paragraph(
                text="De veiligheidsbeoordelingen die na meer dan 15 dagen werden afgerond, "
                f"duurden gemiddeld {words} dagen."
            )
        yield _stock_table(self._stocks["safety_assessment"], self._report.question.first)

    def conditions(self) -> Iterator[Block]:
        counts = self._counts("S17")
        yield Paragraph(
            text=f"Er zijn {_number(counts[0])} diensten Voorwaarden & Vervolg gestart. "
            f"{_compared('Dit aantal', counts)}"
        )
        yield self._cumulative(5, "gestarte diensten Voorwaarden & Vervolg", "conditions_started")
        yield Subheading(text="Wettelijke termijn")
        yield _term_table(self._terms["conditions"], "Doorlooptijd van Voorwaarden & Vervolg")
        yield Subheading(text="Wachtend op Voorwaarden & Vervolg")
        yield from _stock_blocks(self._stocks["conditions"], 6, "Voorwaarden & Vervolg")

    def investigations(self) -> Iterator[Block]:
        counts = self._counts("S20")
        yield Paragraph(
            text=f"Er zijn {_number(counts[0])} onderzoeken gestart. "
            f"{_compared('Dit aantal', counts)}"
        )
        yield self._cumulative(7, "gestarte onderzoeken", "investigation_started")
        yield Subheading(text="Wettelijke termijn")
        yield _term_table(self._terms["investigation"], "Doorlooptijd van onderzoeken")
        yield Subheading(text="Wachtend op onderzoek")
        yield from _stock_blocks(self._stocks["investigation"], 8, "onderzoek")

    def orders(self) -> Iterator[Block]:
        counts = self._counts("S23")
        yield Paragraph(
            text=f"Er zijn {_number(counts[0])} huisverboden opgelegd. "
            f"{_compared('Dit aantal', counts)}"
        )
        newest_last = list(reversed(counts))
        years = [str(count.period.first.year) for count in newest_last]
        yield ChartBlock(
            number=9,
            title="opgelegde huisverboden",
            kind=ChartKind.BARS,
            places=years,
            series=(Series(name="aantal", values=[count.count for count in newest_last]),),
            summary="Dezelfde maanden van drie jaren.",
            place_title="jaar",
        )

    def appendix(self) -> Iterator[Block]:
        for series, word in APPENDIX_SERIES:
            by_year = self._report.months[series]
            rows: list[Sequence[Cell]] = [
                (name, *(counts[number] for counts in by_year.values()))
                for number, name in enumerate(MONTHS)
            ]
            rows.append(("totaal", *(column_total(counts) for counts in by_year.values())))
            yield TableBlock(
                title=f"{word}: gestart per maand",
                header=("maand", *(str(year) for year in by_year)),
                rows=rows,
                has_totals=True,
            )

    def account(self) -> Iterator[Block]:
        known_on = day_words(self._report.question.known_on)
        yield Paragraph(
            text=f"Alle cijfers zijn zoals bekend aan het einde van {known_on}. Wat later is "
            "ontvangen of gecorrigeerd, telt niet mee. Een percentage wordt één keer afgerond, uit "
            "de aantallen. “Niet geregistreerd” staat bij elke tabel en telt niet mee in de noemer."
        )
        for text in disclosure_words(self._report.disclosure):
            yield Paragraph(text=text)
        yield Paragraph(text=THRESHOLDS)
        if self._report.parked:
            yield Paragraph(
                text=f"Let op: {number_digits(self._report.parked)} huishoudens wachten op "
                "herstel. Hun nieuwste gebeurtenissen zijn nog niet in deze cijfers verwerkt."
            )

    def _counts(self, statistic: str) -> Sequence[Count]:
        return [count for count in self._report.counts if count.statistic == statistic]

    def _shares(self, statistic: str) -> Sequence[Share]:
        return [share for share in self._report.shares if share.statistic == statistic]

    def _cumulative(self, number: int, title: str, series: str) -> ChartBlock:
        by_year = self._report.months[series]
        return ChartBlock(
            number=number,
            title=f"{title}, cumulatief per jaar",
            kind=ChartKind.LINES,
            places=MONTHS_SHORT,
            series=[
                Series(name=str(year), values=running(counts)) for year, counts in by_year.items()
            ],
            summary="Per jaar een lijn, opgeteld vanaf januari.",
        )


def running(counts: Sequence[Number | None]) -> list[Number | None]:
    """Return the running sums; nothing from the first month on that was not over or not shown."""
    known = list(takewhile(lambda count: isinstance(count, int), counts))
    sums: list[Number | None] = list(accumulate(count for count in known if isinstance(count, int)))
    return sums + [None] * (len(counts) - len(sums))


def column_total(counts: Sequence[Number | None]) -> Number | None:
    """Return the sum of the printed months: not shown when one of them is not."""
    there = [count for count in counts if count is not None]
    shown = [count for count in there if isinstance(count, int)]
    if len(shown) < len(there):
        return HIDDEN
    return sum(shown) if shown else None


def round_half_up(count: Number, of: int) -> Number:
    """Return a mean as a whole number, rounded half up."""
    return HIDDEN if isinstance(count, Hidden) else (2 * count + of) // (2 * of)


def _number(count: Count) -> str:
    return digits(count.count)


def _compared(what: str, counts: Sequence[Count]) -> str:
    """Compare with the same months of earlier years; years that compare alike are told together."""
    now, *earlier = counts
    alike = groupby(earlier, key=lambda then: count_direction(now.count, then.count))
    parts = []
    for word, thens in alike:
        years = " en ".join(f"{then.period.first.year} ({_number(then)})" for then in thens)
        within = "" if word in (SIMILAR, NOTHING) else "in "
        parts.append(f"{word} {within}{_same_months(now.period)}{years}")
    return f"{what} is {' en '.join(parts)}."


def _compared_share(now: Share, then: Share) -> str:
    direction = share_direction(now.exact, then.exact)
    within = "" if direction in (SIMILAR, NOTHING) else "in "
    months = _same_months(now.period)
    return f"Dit is {direction} {within}{months}{then.period.first.year} ({percent(then.share)})."


def _same_months(period: Period) -> str:
    is_year = (period.first.month, period.last.month) == (1, 12)
    return "" if is_year else "dezelfde maanden van "


def _earlier_shares(shares: Sequence[Share]) -> str:
    told = [f"{percent(share.share)} in {share.period.first.year}" for share in shares[1:]]
    return f"In dezelfde periode was dat {' en '.join(told)}."


def _seekers(table: Table) -> Block:
    rows = [row for row in table.rows if row.count]
    if not rows:
        return Paragraph(text="Figuur 3 ontbreekt: bij geen advies is de rol geregistreerd.")
    return ChartBlock(
        number=3,
        title="adviezen naar rol van de adviesvrager",
        kind=ChartKind.BARS,
        places=[row.label for row in rows],
        series=(Series(name="aantal", values=[row.count for row in rows]),),
        summary=_basis(table),
        place_title="rol",
    )


def _basis(table: Table) -> str:
    return (
        f"Percentages van {digits(table.denominator)} met dit gegeven; "
        f"{digits(table.not_registered)} niet geregistreerd."
    )


def _share_table(table: Table, title: str) -> TableBlock:
    return TableBlock(
        title=title,
        header=(table.title, "Aantal", "% van geregistreerd"),
        rows=[(row.label, row.count, row.share) for row in table.rows],
        note=_basis(table),
    )


def _term_table(term: Term, title: str) -> TableBlock:
    rows: list[Sequence[Cell]] = [
        (bucket.label, bucket.count, bucket.share) for bucket in (*term.buckets, *term.by_law)
    ]
    note = f"Van {digits(term.total)} in de periode afgerond."
    if term.by_law:
        note += " De wettelijke termijn staat apart en telt niet op met de andere."
    return TableBlock(title=title, header=("Doorlooptijd", "Aantal", "%"), rows=rows, note=note)


def _stock_table(stock: Stock, first: date) -> TableBlock:
    codes = list(stock.counts)
    return TableBlock(
        title="Open veiligheidsbeoordelingen op de eerste dag van de maand",
        header=("eerste van de maand", *(STOCK_WORDS[code] for code in codes)),
        rows=[
            (day_words(day), *(stock.counts[code][number] for code in codes))
            for number, day in enumerate(stock.days)
            if day >= first
        ],
        note="Wat nog openstaat, ontbreekt in de doorlooptijden hierboven: lees ze samen.",
    )


def _stock_blocks(stock: Stock, number: int, word: str) -> Iterator[Block]:
    yield ChartBlock(
        number=number,
        title=f"werkvoorraad {word} op de eerste van de maand",
        kind=ChartKind.LINES,
        places=[f"{day:%d-%m-%Y}" for day in stock.days],
        series=[
            Series(name=STOCK_WORDS[code], values=list(counts))
            for code, counts in stock.counts.items()
        ],
        summary="Stand om 00.00 uur op de eerste van elke maand.",
        place_title="peildatum",
    )
