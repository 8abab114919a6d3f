"""`radar review`: doubts about who is who and who belongs where, settled by a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import psycopg
import typer

from hub.cli.deciding import (
    REASONS,
    ByOption,
    DryRunOption,
    ReasonOption,
    carry_out,
)
from hub.cli.deployment import actor_of, database_of, reason_of, settings_of
from hub.cli.speaking import EXIT_NOT, DataOption, JsonOption, answer, say

if TYPE_CHECKING:
    from uuid import UUID

    from hub.reviews import Entry

review_app = typer.Typer(
    help="Doubts that only a person may settle. Example: radar review list",
    no_args_is_help=True,
)


@review_app.command("list")
def list_reviews(
    *,
    kind: Annotated[str | None, typer.Option(help="Kind of doubt")] = None,
    state: Annotated[str, typer.Option(help="open, confirmed, refused or all")] = "open",
    region: Annotated[str | None, typer.Option(help="Region code")] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """List doubts, oldest first per region; those that are open unless told otherwise.

    Households and people are tokens; names stand in the vault only.

    Example: radar review list --kind persons_disagree --json
    """
    from hub.reviews import ENTRIES_MAX, KINDS, STATES, find

    if state not in {*STATES, "all"}:
        raise typer.BadParameter(f"one of {', '.join(STATES)}, all", param_hint="--state")
    if kind is not None and kind not in KINDS:
        raise typer.BadParameter(f"one of {', '.join(KINDS)}", param_hint="--kind")
    wanted = None if state == "all" else state
    with database_of(settings_of(data)) as connection:
        entries = find(connection, region=region, kind=kind, state=wanted)
    is_cut = len(entries) == ENTRIES_MAX
    if as_json:
        answer({"entries": [each.document() for each in entries], "is_cut_off": is_cut})
    for each in entries:
        at = each.known_at.astimezone().strftime("%Y-%m-%d")
        say(f"{each.id}  {at}  {each.region:<12}{each.kind:<20}{each.state:<10}{KINDS[each.kind]}")
        for what, tokens in (("household", each.household_ids), ("person", each.pids)):
            for token in tokens:
                say(f"    {what:<10}{token}")
    say(f"{len(entries)} entries" + (" and more" if is_cut else ""))


@review_app.command("confirm")
def confirm(
    entry: Annotated[str, typer.Argument(metavar="ID", help="Id of the entry")],
    *,
    other: Annotated[
        str | None, typer.Option("--with", metavar="PID", help="Which of several candidates")
    ] = None,
    reason: ReasonOption = "SAME_PERSON",
    by: ByOption = None,
    dry_run: DryRunOption = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say that the link is right: households become one, or people become members.

    Exit 1 when there is nothing to confirm. What is confirmed already stays as it is.

    Example: radar review confirm ID --reason SAME_HOUSEHOLD --dry-run
    """
    from hub.reviews import confirmation

    settings = settings_of(data)
    with database_of(settings) as connection:
        found = _open_entry(connection, entry, "confirmed", as_json=as_json)
        decision = confirmation(connection, found, other, reason_of(reason, REASONS), actor_of(by))
        carry_out(connection, settings, decision, dry_run=dry_run, as_json=as_json)


@review_app.command("refuse")
def refuse(
    entry: Annotated[str, typer.Argument(metavar="ID", help="Id of the entry")],
    *,
    reason: ReasonOption = "NOT_THE_SAME_PERSON",
    by: ByOption = None,
    dry_run: DryRunOption = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say that there is no link: everything stays as it is, and the entry is closed.

    Example: radar review refuse ID --reason NOT_THE_SAME_HOUSEHOLD
    """
    from hub.reviews import refusal

    settings = settings_of(data)
    with database_of(settings) as connection:
        found = _open_entry(connection, entry, "refused", as_json=as_json)
        decision = refusal(found, reason_of(reason, REASONS), actor_of(by))
        carry_out(connection, settings, decision, dry_run=dry_run, as_json=as_json)


def _open_entry(connection: psycopg.Connection, text: str, wanted: str, *, as_json: bool) -> Entry:
    """Return an open entry; end with 0 when it is settled so already, with 1 when otherwise."""
    from hub.reviews import find

    found = find(connection, entry=_uuid(text))
    if not found:
        say("no entry has this id; see: radar review list --state all")
        raise typer.Exit(EXIT_NOT)
    (entry,) = found
    if entry.state != "open":
        if as_json:
            answer({"dry_run": False, "entry": str(entry.id), "state": entry.state})
        say(f"it is {entry.state} already")
        raise typer.Exit(0 if entry.state == wanted else EXIT_NOT)
    return entry


def _uuid(text: str) -> UUID:
    from uuid import UUID

    try:
        return UUID(text)
    except ValueError as error:
        raise typer.BadParameter("not the id of an entry", param_hint="ID") from error
