"""`radar verify`: everything that was accepted is there, and is there once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from hub.cli.deployment import settings_of
from hub.cli.speaking import EXIT_NOT, DataOption, JsonOption, answer, say

if TYPE_CHECKING:
    from hub.verify.report import Report


def verify(
    region: Annotated[str | None, typer.Option(help="Region code [default: every region]")] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check that nothing is lost or counted twice, from topics to read tables.

    Exit 1 with the exact places when something is missing, twice or late. May be run while
    everything works: it reads one picture of the database and changes nothing.

    Example: radar verify --region drenthe --json
    """
    from hub.verify.check import check_everything
    from hub.verify.topics import KafkaTopics

    settings = settings_of(data)
    regions = settings.regions
    if region is not None and region not in regions:
        raise typer.BadParameter("no region of this deployment", param_hint="--region")
    asked = [region] if region is not None else [str(one.code) for one in regions]
    topics = KafkaTopics(settings.bootstrap, regions)
    report = check_everything(settings.database, topics, asked)
    if as_json:
        answer(report.document())
    _tell(report)
    raise typer.Exit(0 if report.holds else EXIT_NOT)


def _tell(report: Report) -> None:
    for invariant in report.invariants:
        mark = "[green]holds[/]" if invariant.holds else "[red]fails[/]"
        counts = ", ".join(f"{name} {count:,}" for name, count in invariant.checked.items())
        say(f"{mark} {invariant.name} {invariant.promise} ({counts})")
        for difference in invariant.differences:
            say(f"      {difference.kind}: {difference.total}")
            for place in difference.first:
                told = ", ".join(f"{name} {value}" for name, value in place.items())
                say(f"        {told}")
    unread = sum(int(str(one["records"])) for one in report.unread)
    if unread or report.behind:
        say(f"      on the way: {unread} records unread, {len(report.behind)} readers behind")
    say(f"      {report.seconds:.1f} s")
