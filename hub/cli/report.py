"""`radar report`: the Bestuursrapportage and the factsheet, as of any knowledge date."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from hub.cli.deployment import only_region, settings_of
from hub.cli.speaking import EXIT_NOT, DataOption, JsonOption, answer, say
from hub.settings import Settings

if TYPE_CHECKING:
    from hub.report import Wanted

EXIT_USAGE = 2

DisclosureOption = Annotated[
    str,
    typer.Option(
        metavar="RULE",
        help="Protect what leaves the house: none, round5, suppress or suppress:N",
    ),
]


class Form(StrEnum):
    """The forms of a report."""

    JSON = "json"
    CSV = "csv"
    HTML = "html"
    PDF = "pdf"


BudgetOption = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Budget per year (TOML), laid beside it")
]


def report(
    *,
    first: Annotated[str | None, typer.Option("--from", help="First month: 2025-01")] = None,
    last: Annotated[str | None, typer.Option("--to", help="Last month: 2025-08")] = None,
    year: Annotated[str | None, typer.Option(help="A whole year, as the factsheet: 2023")] = None,
    known_on: Annotated[
        str | None, typer.Option(help="As known at the end of this day [default: now]")
    ] = None,
    region: Annotated[str | None, typer.Option(help="Region [default: the only one]")] = None,
    municipality: Annotated[str | None, typer.Option(help="CBS code: GM0106")] = None,
    form: Annotated[Form, typer.Option("--format", help="Form of the report")] = Form.JSON,
    disclosure: DisclosureOption = "none",
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write it here")] = None,
    budget: BudgetOption = None,
    check: Annotated[
        Path | None, typer.Option("--check", metavar="FIGURES", help="Compare with a figures file")
    ] = None,
    edition: Annotated[str | None, typer.Option(help="Only this edition of the file")] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print a report, or compare everything in a figures file with what Radar counts.

    Every figure is as known at the end of --known-on: what came later does not count.  With
    --check, exit 1 when a figure differs.  A budget file has a table per year, such as [2025],
    with whole numbers for advices, reports, conditions_started, investigations_started and
    restraining_orders.

    Examples: radar report --from 2025-01 --to 2025-08 --known-on 2025-09-15 --format pdf --out
    rapport.pdf  ·  radar report --year 2023 --known-on 2024-03-01 --format html --out f.html  ·
    radar report --check figures.json --edition factsheet-2023 --json
    """
    settings = settings_of(data)
    if check is not None:
        _check(settings, check, edition, as_json)
        return
    from hub.report import make_report, read_budget_file, rendered
    from query.problems import PageProblem

    try:
        wanted = wanted_of(
            year,
            first,
            last,
            region=region or only_region(settings),
            known_on=known_on,
            municipality=municipality,
            disclosure=disclosure,
        )
        laid = None if budget is None else read_budget_file(budget)
        made = make_report(settings.database, wanted, laid)
    except PageProblem as problem:
        say(f"[bold red]radar:[/] {problem.title}. {problem.detail}")
        raise typer.Exit(EXIT_USAGE) from problem
    write_form(rendered(made, form.value, is_factsheet=wanted.is_factsheet), out, form)


def wanted_of(
    year: str | None,
    first: str | None,
    last: str | None,
    *,
    region: str,
    known_on: str | None,
    municipality: str | None,
    disclosure: str,
) -> Wanted:
    """Return what is asked for: a factsheet for a year, a report for months.

    Raises PageProblem for a year that is none, BadParameter where neither is given.
    """
    from hub.report import Wanted
    from query.report.question import months_of_year

    if year is not None:
        first, last = months_of_year(year)
    if first is None or last is None:
        raise typer.BadParameter("give --from and --to, or --year", param_hint="--from / --to")
    return Wanted(
        region=region,
        first=first,
        last=last,
        known_on=known_on,
        municipality=municipality,
        is_factsheet=year is not None,
        disclosure=disclosure,
    )


def write_form(text: bytes, out: Path | None, form: Form) -> None:
    """Write a report to a file, or to standard output."""
    if out is not None:
        out.write_bytes(text)
        say(f"written: {out}")
        return
    if form is Form.PDF and sys.stdout.isatty():
        raise typer.BadParameter("a PDF is no text: name a file", param_hint="--out")
    sys.stdout.buffer.write(text if form is Form.PDF else text.rstrip(b"\n") + b"\n")


def _check(settings: Settings, path: Path, edition: str | None, as_json: bool) -> None:
    from hub.figures_file import accepted, accepted_lines, read_figures
    from hub.report import compare_with

    if not path.is_file():
        raise typer.BadParameter("there is no such file", param_hint="--check")
    figures = read_figures(path)
    compared = compare_with(settings.database, figures, edition)
    different = [entry for entry in compared if not entry.is_equal]
    if as_json:
        answer(
            {
                "compared": len(compared),
                "different": [entry.document() for entry in different],
                "accepted_deviations": list(accepted(figures)),
            }
        )
    for entry in different:
        say(escape(f"{entry.edition} {entry.id}: published {entry.published}, ours {entry.ours}"))
    for line in accepted_lines(figures):
        say(escape(line))
    say(f"{len(compared)} published figures compared, {len(different)} different")
    raise typer.Exit(EXIT_NOT if different or not compared else 0)
