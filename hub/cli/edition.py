"""`radar edition`: reports that are published once and stand for ever."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hub.cli.deployment import only_region, settings_of
from hub.cli.report import EXIT_USAGE, DisclosureOption, Form, wanted_of, write_form
from hub.cli.speaking import EXIT_NOT, DataOption, JsonOption, answer, say
from hub.settings import Settings

if TYPE_CHECKING:
    from query.editions.differing import Difference, Differing

edition_app = typer.Typer(
    help="Published reports. Example: radar edition publish factsheet-2023 --year 2023 "
    "--known-on 2024-03-01",
    no_args_is_help=True,
)
NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="Such as factsheet-2023")]
RegionOption = Annotated[str | None, typer.Option(help="Region [default: the only one]")]

HOW_WORDS = {
    "arrived": "arrived",
    "restated": "stated anew",
    "replaced": "replaced by a correction",
    "retracted": "retracted",
    "duplicate": "retracted as a duplicate",
    "correction_withdrawn": "correction withdrawn",
    "term_ended": "a term ended in between",
}


@edition_app.command("publish")
def publish(
    name: NameArgument,
    *,
    known_on: Annotated[
        str, typer.Option(metavar="DAY", help="As known at the end of this day, which is over")
    ],
    first: Annotated[str | None, typer.Option("--from", help="First month: 2025-01")] = None,
    last: Annotated[str | None, typer.Option("--to", help="Last month: 2025-08")] = None,
    year: Annotated[str | None, typer.Option(help="A whole year, as the factsheet: 2023")] = None,
    region: RegionOption = None,
    municipality: Annotated[str | None, typer.Option(help="CBS code: GM0106")] = None,
    disclosure: DisclosureOption = "none",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count it, keep nothing")] = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Count a report and keep it under NAME, for ever.

    Nothing that arrives or is corrected later changes it. The same content under the same name is
    no second edition; other content under it is refused. Exit 2 says what to ask otherwise.

    Example: radar edition publish bestuur-2025-08 --from 2025-01 --to 2025-08 --known-on
    2025-09-15 --disclosure suppress:5
    """
    settings = settings_of(data)
    with _dutch_problems():
        from hub.editions import publish_edition

        wanted = wanted_of(
            year,
            first,
            last,
            region=region or only_region(settings),
            known_on=known_on,
            municipality=municipality,
            disclosure=disclosure,
        )
        published = publish_edition(settings.database, name, wanted, is_dry_run=dry_run)
    edition = published.edition
    if as_json:
        answer(edition.heading() | {"new": published.is_new, "dry_run": dry_run})
    done = "would be published" if dry_run else "published"
    if not published.is_new:
        done = "was published already, with the same content"
    say(f"{edition.name} {done}: known on {edition.known_on}, {edition.disclosure}")
    say(f"  journal to {edition.journal_position}, advice to {edition.advice_position}")
    if published.printed.parked:
        say(f"[bold yellow]not complete: {published.printed.parked} households are parked[/]")


@edition_app.command("list")
def list_editions(
    *,
    region: RegionOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the editions by region and knowledge date.

    Example: radar edition list --json
    """
    from hub.editions import list_editions as find_all

    editions = find_all(settings_of(data).database, region)
    if as_json:
        answer({"editions": [edition.heading() for edition in editions]})
    for edition in editions:
        say(
            f"{edition.region}  {edition.name:<32} {edition.first_day:%Y-%m} to "
            f"{edition.last_day:%Y-%m}, known on {edition.known_on}, {edition.disclosure}"
        )
    if not editions:
        say("no edition has been published")


@edition_app.command("show")
def show(
    name: NameArgument,
    *,
    form: Annotated[
        Form | None, typer.Option("--format", help="Print it again in this form")
    ] = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write it here")] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Count it once more; exit 1 when it differs")
    ] = False,
    region: RegionOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say what was published under NAME, print it again from storage, or count it once more.

    What is stored is read with its checksum, always.

    Examples: radar edition show factsheet-2023 --format pdf --out factsheet.pdf  ·  radar edition
    show factsheet-2023 --check
    """
    from hub.editions import find_edition
    from hub.report import rendered

    settings = settings_of(data)
    place = region or only_region(settings)
    with _dutch_problems():
        edition = find_edition(settings.database, place, name)
    if check:
        _check(settings, place, name, as_json=as_json)
        return
    if form is not None:
        made = rendered(edition.printed_report, form.value, is_factsheet=edition.is_factsheet)
        write_form(made, out, form)
        return
    if as_json:
        answer(edition.heading())
    for key, value in edition.heading().items():
        say(f"{key:<16} {value}")


def _check(settings: Settings, region: str, name: str, *, as_json: bool) -> None:
    from hub.editions import recount

    again = recount(settings.database, region, name)
    if as_json:
        answer(
            {
                "name": name,
                "equal": again.is_equal,
                "different": list(again.figures),
                "places": list(again.places),
            }
        )
    for place in again.places:
        say(place)
    for figure in again.figures:
        say(f"{figure} is counted otherwise now")
    if again.is_equal:
        say(f"{name}: counted once more, the same bytes")
        return
    if not again.figures and not again.is_same_text:
        say("every count is the same; names or the form of the document have changed since")
    raise typer.Exit(EXIT_NOT)


@edition_app.command("diff")
def diff(
    one: Annotated[str, typer.Argument(metavar="A", help="Name of an edition")],
    other: Annotated[str, typer.Argument(metavar="B", help="Name of another, of the same period")],
    *,
    figure: Annotated[
        str | None, typer.Option(metavar="ID", help="Only this figure, with each event")
    ] = None,
    region: RegionOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Explain, figure by figure, why two editions of one period differ, and end exactly there.

    The earlier knowledge date comes first. Each figure names the events that arrived, were
    corrected or were withdrawn in between; they add up to the difference, or it is a defect and
    exit 1 says which figure.

    Example: radar edition diff factsheet-2023 factsheet-2023-later --figure reports
    """
    from hub.editions import explain

    settings = settings_of(data)
    with _dutch_problems():
        found = explain(settings.database, region or only_region(settings), one, other)
    figures = [each for each in found.figures if figure in (None, each.id)]
    if as_json:
        answer(
            {
                "before": found.earlier.heading(),
                "after": found.later.heading(),
                "compared": found.compared,
                "only_after": found.only_after,
                "figures": [each.document() for each in figures],
            }
        )
    _say(found, figures, with_events=figure is not None)


def _say(found: Differing, figures: list[Difference], *, with_events: bool) -> None:
    earlier, later = found.earlier, found.later
    say(f"{earlier.name} (known on {earlier.known_on}) to {later.name} ({later.known_on})")
    for each in figures:
        say(
            f"{each.id:<44} {each.before:>7,} to {each.after:>7,}  {each.difference:+,}  "
            f"{each.title}"
        )
        totals: Counter[tuple[int, tuple[str, str, str]]] = Counter()
        for move in each.moves:
            totals[move.effect, move.why] += 1
        for (effect, (how, about, sender)), number in sorted(totals.items()):
            said = f"{about} from {sender}" if about else ""
            say(f"    {effect * number:+5,}  {HOW_WORDS[how]:<26} {said}")
        if with_events:
            for move in each.moves:
                ids = ", ".join(f"{row.event_id} ({row.how.value})" for row in move.rows)
                say(f"      {move.effect:+}  {ids}")
    say(
        f"{found.compared} figures compared, {len(found.figures)} moved; "
        f"{found.only_after} stand in the later one only"
    )


@contextmanager
def _dutch_problems() -> Iterator[None]:
    """Say what is wrong with a question as the pages say it, and end as wrong use."""
    from query.problems import PageProblem

    try:
        yield
    except PageProblem as problem:
        say(f"[bold red]radar:[/] {problem.title}. {problem.detail}")
        raise typer.Exit(EXIT_USAGE) from problem
