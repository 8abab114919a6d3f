"""`radar parked`: households whose rows wait in a stage, and how they are taken up again."""

from __future__ import annotations

from typing import Annotated

import typer

from hub.cli.dead_letters import (
    REASONS,
    ByOption,
    DryRunOption,
    ReasonOption,
    RegionOption,
    ids_of,
)
from hub.cli.deployment import (
    actor_of,
    database_of,
    publisher_of,
    reason_of,
    settings_of,
)
from hub.cli.speaking import EXIT_NOT, DataOption, JsonOption, answer, say

parked_app = typer.Typer(
    help="Households that wait. Example: radar parked list && radar parked redrive ID",
    no_args_is_help=True,
)
StageOption = Annotated[str | None, typer.Option(help="radar or projections")]
CodeOption = Annotated[str | None, typer.Option(help="Class of the error, such as KeyError")]


@parked_app.command("list")
def list_parked(
    *,
    stage: StageOption = None,
    region: RegionOption = None,
    code: CodeOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """List who waits, since which row, and where in the program it failed.

    Example: radar parked list --stage radar --json
    """
    from hub.parked import HOUSEHOLDS_MAX, Wanted, find

    with database_of(settings_of(data)) as connection:
        found = find(connection, Wanted(stage=stage, region=region, code=code))
    if as_json:
        is_cut = len(found) == HOUSEHOLDS_MAX
        answer({"parked": [each.document() for each in found], "is_cut_off": is_cut})
    for each in found:
        at = each.parked_at.astimezone().strftime("%Y-%m-%d %H:%M:%S")
        say(
            f"{each.id}  {at}  {each.region:<12}{each.stage:<12}{each.log} {each.position:<10}"
            f"{each.code}, attempts {each.attempts}: {each.place}"
        )
    say(f"{len(found)} parked" + (" and more" if len(found) == HOUSEHOLDS_MAX else ""))


@parked_app.command("redrive")
def redrive(
    ids: Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="As listed")] = None,
    *,
    everybody: Annotated[bool, typer.Option("--all", help="Everybody who waits")] = False,
    stage: StageOption = None,
    region: RegionOption = None,
    code: CodeOption = None,
    reason: ReasonOption = None,
    by: ByOption = None,
    dry_run: DryRunOption = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take households up again: their stage applies what waited, in order and at once.

    Start the mended program first. Who fails again waits on, with one attempt more; asking twice
    does no harm. Exit 1 when one of them still waits.

    Example: radar parked redrive --all --dry-run
    """
    from hub.parked import Redrive, Wanted, ask, find
    from hub.wiring import hub_publisher

    if bool(ids) == (everybody or code is not None):
        raise typer.BadParameter("give either ids, or --all or --code", param_hint="ID / --all")
    wanted = Wanted(ids=ids_of(ids) if ids else None, stage=stage, region=region, code=code)
    why, settings = (None if dry_run else reason_of(reason, REASONS)), settings_of(data)
    with database_of(settings) as connection:
        found = find(connection, wanted)
        done = frozenset(each.id for each in found)
        if why is not None and found:
            asking = Redrive(reason=why, actor=actor_of(by))
            with publisher_of(settings, "radar-dead-letters") as publisher:
                done = ask(connection, hub_publisher(settings, publisher), found, asking)
    unknown = 0 if wanted.ids is None else len(set(wanted.ids)) - len(found)
    waiting = [str(each.id) for each in found if each.id not in done]
    if as_json:
        redriven = [str(each.id) for each in found if each.id in done]
        told = {"redriven": redriven, "waiting": waiting, "unknown": unknown}
        answer({"dry_run": why is None, **told})
    for each in found:
        mark = "would be redriven" if why is None else "redriven"
        mark = mark if each.id in done else "failed again and waits on"
        say(f"{each.id}  {each.region:<12}{each.stage:<12}{each.log} {each.position:<10}{mark}")
    if unknown:
        say(f"{unknown} of the ids are of nobody who waits")
    raise typer.Exit(EXIT_NOT if waiting or unknown else 0)
