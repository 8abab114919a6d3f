"""`radar migrate | doctor | trace | work | serve`: what operations type."""

from __future__ import annotations

from typing import Annotated

import typer

from hub.cli.deployment import settings_of
from hub.cli.speaking import EXIT_NOT, DataOption, JsonOption, answer, say


def migrate(
    data: DataOption = None,
    new_keys: Annotated[
        bool, typer.Option("--new-keys", help="Make the hub's own keys where there are none")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Bring the database up to date; does nothing when it is.

    Example: radar migrate --new-keys
    """
    from hub.migrate import migrate as apply_migrations
    from streams.engine.key_files import KeyFiles

    settings = settings_of(data)
    if new_keys:
        KeyFiles.create(settings.keys_directory)
    applied = apply_migrations(settings.database, settings.regions)
    if as_json:
        answer({"applied": list(applied)})
    for name in applied:
        say(f"applied {name}")
    if not applied:
        say("the database is up to date")


def doctor(data: DataOption = None, as_json: JsonOption = False) -> None:
    """Look at broker, registry, database, topics, schemas and workers; say what to do.

    Exit 1 when something is wrong.

    Example: radar doctor --data .radar
    """
    from hub.doctor import examine

    findings = examine(settings_of(data))
    wrong = [finding for finding in findings if not finding.is_well]
    if as_json:
        answer({"healthy": not wrong, "checks": [finding.document() for finding in findings]})
    for finding in findings:
        mark = "[green]ok[/]   " if finding.is_well else "[red]wrong[/]"
        say(f"{mark} {finding.name:<22}{finding.says}")
        if finding.cure:
            say(f"      → {finding.cure}")
    raise typer.Exit(EXIT_NOT if wrong else 0)


def trace(
    event_id: Annotated[str, typer.Argument(help="Id of the event: its CloudEvents id")],
    region: Annotated[
        str | None, typer.Option(help="Region code, when several have the id")
    ] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print every step of one event with its time; exit 1 when nobody knows the event.

    Example: radar trace 0190f3c2-5d1e-7c3a-9b1e-0a1b2c3d4e5f
    """
    from hub.trace import trace_event

    settings = settings_of(data)
    steps = trace_event(settings.database, event_id, region)
    if as_json:
        answer({"event_id": event_id, "steps": [step.document() for step in steps]})
    for step in steps:
        at = step.at.astimezone().strftime("%Y-%m-%d %H:%M:%S.%f")[:-3] if step.at else "-"
        say(f"{at:<25}{step.name:<22}{step.says}")
    if not steps:
        say("no event with this id was received")
    raise typer.Exit(0 if steps else EXIT_NOT)


def work(
    stage: Annotated[str, typer.Argument(help="admission, advice, radar or projections")],
    data: DataOption = None,
) -> None:
    """Run the worker of one stage in the foreground; SIGTERM stops it cleanly.

    Example: RADAR_SLOT=drenthe-1 radar work admission
    """
    from hub.wiring import STAGES
    from hub.work import run_worker

    if stage not in STAGES:
        raise typer.BadParameter(f"must be one of: {', '.join(STAGES)}", param_hint="STAGE")
    raise typer.Exit(run_worker(stage, settings_of(data)))


def serve(data: DataOption = None) -> None:
    """Run the web process in the foreground: gateway, pages, health and metrics.

    Example: RADAR_WEB_PORT=8080 radar serve
    """
    from hub.serve import run_web

    raise typer.Exit(run_web(settings_of(data)))
