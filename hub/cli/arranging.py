"""`radar household merge|split`: households that are one, or that are two."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

import typer

from hub.cli.deciding import (
    REASONS,
    ByOption,
    DryRunOption,
    ReasonOption,
    carry_out,
    nothing,
    take_back,
)
from hub.cli.deployment import actor_of, database_of, reason_of, settings_of
from hub.cli.speaking import DataOption, JsonOption
from schemas.text_rules import FORMATS

if TYPE_CHECKING:
    from datetime import date

RegionOption = Annotated[str | None, typer.Option(help="Region code, when several have the token")]
UndoOption = Annotated[
    str | None,
    typer.Option("--undo", metavar="EVENT", help="Take back the decision with this event id"),
]


def merge(
    households: Annotated[
        list[str] | None,
        typer.Argument(metavar="KEPT OTHER...", help="The household that goes on, then the others"),
    ] = None,
    *,
    since: Annotated[
        str | None, typer.Option("--from", metavar="DAY", help="Since when they are one household")
    ] = None,
    reason: ReasonOption = "SAME_HOUSEHOLD",
    undo: UndoOption = None,
    region: RegionOption = None,
    by: ByOption = None,
    dry_run: DryRunOption = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let households go on as one: the first keeps its token, the others lead to it.

    All their events, people and references move; their findings are withdrawn and what holds for
    all of them together is raised. Households that are one already stay as they are.

    Examples: radar household merge KEPT OTHER --dry-run  ·  radar household merge --undo EVENT
    """
    from hub.deciding import Decision, current, preview_merge, region_of

    settings = settings_of(data)
    with database_of(settings) as connection:
        if undo is not None:
            take_back(connection, settings, undo, dry_run=dry_run, as_json=as_json)
        named = _named(households, at_least=2)
        place = region_of(connection, named[0], region)
        kept, *others = dict.fromkeys(current(connection, place, each) for each in named)
        if not others:
            nothing("they are one household already", kept, as_json=as_json)
        decision = Decision(
            region=place,
            kind="MERGE",
            households=(kept, *others),
            since=_day(since),
            reason=reason_of(reason, REASONS),
            actor=actor_of(by),
        )
        preview = preview_merge(connection, place, others)
        carry_out(connection, settings, decision, preview, dry_run=dry_run, as_json=as_json)


def split(
    household: Annotated[
        str | None, typer.Argument(metavar="HOUSEHOLD", help="Token of the household")
    ] = None,
    *,
    people: Annotated[
        list[str] | None,
        typer.Option("--person", metavar="PID", help="Who leaves; may be repeated"),
    ] = None,
    into: Annotated[
        str | None, typer.Option("--into", metavar="HOUSEHOLD", help="Where to, if it exists")
    ] = None,
    since: Annotated[
        str | None, typer.Option("--from", metavar="DAY", help="Events before this day stay")
    ] = None,
    reason: ReasonOption = "NOT_THE_SAME_HOUSEHOLD",
    undo: UndoOption = None,
    region: RegionOption = None,
    by: ByOption = None,
    dry_run: DryRunOption = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let people leave a household for one of their own, with the events that are theirs.

    An event goes along when most of the people it names do; what names nobody follows what it
    refers to. Nothing makes them members of the old household again, until it is undone.

    Examples: radar household split ID --person PID --from 2025-03-01  ·  … --undo EVENT
    """
    from hub.deciding import Decision, current, members, preview_split, region_of
    from streams.engine.errors import StopError

    settings = settings_of(data)
    with database_of(settings) as connection:
        if undo is not None:
            take_back(connection, settings, undo, dry_run=dry_run, as_json=as_json)
        (named,) = _named([household] if household else None, at_least=1)
        if not people:
            raise typer.BadParameter("name who leaves", param_hint="--person")
        place = region_of(connection, named, region)
        kept = current(connection, place, named)
        if not set(people) <= members(connection, place, kept):
            raise StopError("not all of them belong to this household (any more)")
        target = () if into is None else (current(connection, place, into),)
        day = _day(since)
        decision = Decision(
            region=place,
            kind="SPLIT",
            households=(kept, *target),
            people=tuple(dict.fromkeys(people)),
            since=day,
            reason=reason_of(reason, REASONS),
            actor=actor_of(by),
        )
        preview = preview_split(connection, place, kept, people, day)
        carry_out(connection, settings, decision, preview, dry_run=dry_run, as_json=as_json)


def _named(tokens: list[str] | None, *, at_least: int) -> list[str]:
    named = list(dict.fromkeys(tokens or []))
    if len(named) < at_least or any(not re.fullmatch(FORMATS["token"], each) for each in named):
        raise typer.BadParameter(
            f"{at_least} or more tokens of households" if at_least > 1 else "token of a household",
            param_hint="HOUSEHOLD",
        )
    return named


def _day(text: str | None) -> date | None:
    from datetime import date

    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter("a day as 2025-03-14", param_hint="--from") from error
