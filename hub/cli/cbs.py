"""`radar cbs`: the half-yearly delivery to Statistics Netherlands, and its check before upload."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hub.cli.deployment import only_region, settings_of
from hub.cli.speaking import EXIT_NOT, DataOption, JsonOption, answer, parse_day, say

if TYPE_CHECKING:
    from query.cbs.delivery import DeliveredSet, Delivery

cbs_app = typer.Typer(
    help="The half-yearly delivery to CBS. Example: radar cbs check --half-year 2025-1",
    no_args_is_help=True,
)

HalfYearOption = Annotated[
    str, typer.Option("--half-year", metavar="YEAR-HALF", help="2025-1 is January to June")
]
KnownOption = Annotated[
    str | None,
    typer.Option("--known-on", metavar="DAY", help="As known at the end of it [default: today]"),
]
RegionOption = Annotated[str | None, typer.Option(help="Region [default: the only one]")]


@cbs_app.command("export")
def export(
    *,
    half_year: HalfYearOption,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Directory for the files")],
    known_on: KnownOption = None,
    region: RegionOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the three record sets and their self-check; no person can be read from them.

    A correction is the whole half-year again, with a later --known-on. The files are written also
    when CBS would refuse them, to be looked at; then the exit code is 1.

    Example: radar cbs export --half-year 2025-1 --known-on 2025-07-15 --out levering
    """
    from hub.cbs import write_delivery

    delivery = _delivery(half_year, known_on, region, data)
    for path in write_delivery(delivery, out):
        say(f"written: {path}")
    _tell(delivery, as_json)


@cbs_app.command("check")
def check(
    *,
    half_year: HalfYearOption,
    known_on: KnownOption = None,
    region: RegionOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say what CBS would refuse, what is missing, and whether the totals are the report's.

    Totals are told as a sum from the Bestuursrapportage's count of the same months to the number
    of records. Exit 1 when something would be refused, or a total is not explained.

    Example: radar cbs check --half-year 2025-1 --known-on 2025-07-15 --json
    """
    _tell(_delivery(half_year, known_on, region, data), as_json)


@cbs_app.command("find")
def find(
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="Number of a record")],
    *,
    half_year: HalfYearOption,
    known_on: KnownOption = None,
    region: RegionOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say which report, investigation or advice a record number stands for, to correct it.

    The number is made with a key of the hub, so nobody else can say this. Exit 1 when no record
    of that half-year has it.

    Example: radar cbs find ML2QJ4XZ7KAB3C --half-year 2025-1
    """
    delivery = _delivery(half_year, known_on, region, data)
    for each in delivery.sets:
        for record in each.records:
            if record.number == number:
                if as_json:
                    answer({"set": each.record_set.name, "identity": record.identity})
                say(f"{each.record_set.name}: {record.identity}")
                return
    say("no record of that half-year has this number")
    raise typer.Exit(EXIT_NOT)


def _delivery(
    half_year: str, known_on: str | None, region: str | None, data: str | None
) -> Delivery:
    from hub.cbs import make_delivery
    from query.cbs.half_year import HalfYear
    from query.problems import PageProblem

    settings = settings_of(data)
    try:
        asked = HalfYear.parse(half_year)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--half-year") from None
    if region is not None and region not in settings.regions:
        raise typer.BadParameter("there is no such region", param_hint="--region")
    day = None if known_on is None else parse_day(known_on)
    try:
        return make_delivery(settings, region or only_region(settings), asked, day)
    except PageProblem as problem:
        raise typer.BadParameter("this region is not open", param_hint="--region") from problem


def _tell(delivery: Delivery, as_json: bool) -> None:
    from query.cbs.document import check_document

    if as_json:
        answer(check_document(delivery))
    say(f"{delivery.layout.name}: {delivery.asked.half_year}, known on {delivery.asked.known_on}")
    for each in delivery.sets:
        _tell_set(each)
    if delivery.parked:
        say(f"[bold yellow]not complete:[/] {delivery.parked} households wait: radar parked list")
    if delivery.is_fit:
        say("nothing would be refused, and every total is explained")
    raise typer.Exit(0 if delivery.is_fit else EXIT_NOT)


def _tell_set(delivered: DeliveredSet) -> None:
    say(f"\n[bold]{delivered.record_set.title}[/]: {len(delivered.records):,} records")
    total = delivered.total
    say(f"  {total.reported:>8,}  {total.statistic} of the same months")
    for step in total.steps:
        say(f"  {step.count:>+8,}  {step.why}")
    say(
        f"  {total.records:>8,}  records"
        + ("" if total.is_explained else ": [red]not explained[/]")
    )
    for problem in delivered.problems:
        mark = "[bold red]refused[/]" if problem.is_refused else "notice"
        numbers = ", ".join(problem.examples)
        say(f"  {mark}: {problem.field}: {problem.problem}: {problem.records:,} ({numbers})")
