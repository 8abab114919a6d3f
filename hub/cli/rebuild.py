"""`radar rebuild`: derived tables made anew from the logs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hub.cli.speaking import EXIT_NOT, DataOption, JsonOption, answer, say
from hub.settings import Settings


def rebuild(
    what: Annotated[
        str,
        typer.Argument(
            help="radar, projections, one of its groups (facts, advice, history, findings, "
            "regions), or all"
        ),
    ],
    check: Annotated[
        bool, typer.Option("--check", help="Compare only; exit 1 when something differs")
    ] = False,
    region: Annotated[str | None, typer.Option(help="Code of the one region to rebuild")] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make derived tables anew from the logs beside the live ones, compare, and swap.

    Everything goes on meanwhile; the swapped stage's workers start again. Safe to kill.

    Examples: radar rebuild all --check  ·  radar rebuild radar  ·  radar rebuild facts --json
    """
    from hub.rebuild import rebuild as run_rebuild
    from hub.rebuild_rooms import rooms

    wanted = rooms(what)
    if wanted is None:
        raise typer.BadParameter("see the help for what can be rebuilt", param_hint="WHAT")
    settings = Settings.load(Path(data) if data else None)
    reports = run_rebuild(settings.database, wanted, check=check, region=region)
    if as_json:
        answer({"rebuilt": [report.document() for report in reports]})
    for report in reports:
        rate = f"{report.rows:,} rows, {report.rows_per_second:,} rows/s"
        say(f"{report.room}: {rate}, {'swapped' if report.swapped else 'compared only'}")
        for found in report.differences:
            say(f"  different: {found.table}, region {found.region}: {', '.join(found.keys)}")
        for where, positions in report.histories_part.items():
            at = ", ".join(map(str, positions))
            say(f"  the finding log of {where} said otherwise at: {at}")
        if report.appended:
            say(f"  appended to the finding log: {report.appended} rows")
        if report.is_equal:
            say("  the live tables were what the logs say")
    is_different = any(not report.is_equal for report in reports)
    raise typer.Exit(EXIT_NOT if check and is_different else 0)
