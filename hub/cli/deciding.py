"""What the commands that decide about households share: how they ask, and what they say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import psycopg
import typer

from hub.cli.deployment import publisher_of
from hub.cli.speaking import answer, say
from hub.settings import Settings
from schemas.code_lists import CODE_LISTS

if TYPE_CHECKING:
    from hub.deciding import Decided, Decision, Preview

CLIENT = "radar-decisions"
REASONS = tuple(CODE_LISTS["decision_reason"].codes)

ByOption = Annotated[
    str | None,
    typer.Option("--by", metavar="WHO", help="Token of who decides [default: the user's number]"),
]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Only say what would be done")]
ReasonOption = Annotated[
    str, typer.Option("--reason", metavar="CODE", help=f"One of {', '.join(REASONS)}")
]


def carry_out(
    connection: psycopg.Connection,
    settings: Settings,
    decision: Decision,
    preview: Preview | None = None,
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Ask for a decision and say what became of it; when it is a dry run, only what it would do."""
    from hub.deciding import ask
    from hub.wiring import topic_publisher

    said: dict[str, object] = {
        "dry_run": dry_run,
        "region": decision.region,
        "kind": decision.kind,
        "households": list(decision.households),
        "people": list(decision.people),
    }
    if preview is not None:
        said |= {"moves": {"events": preview.events, "people": preview.people}}
    if not dry_run:
        with publisher_of(settings, CLIENT) as publisher:
            said |= _document(ask(connection, topic_publisher(settings, publisher), decision))
    _tell(said, as_json=as_json)


def take_back(
    connection: psycopg.Connection, settings: Settings, event: str, *, dry_run: bool, as_json: bool
) -> None:
    """Take a decision back, say what became of it, and end with 0."""
    from hub.deciding import take_back as ask_back
    from hub.wiring import topic_publisher

    said: dict[str, object] = {"dry_run": dry_run, "undone": event}
    if not dry_run:
        with publisher_of(settings, CLIENT) as publisher:
            said |= _document(ask_back(connection, topic_publisher(settings, publisher), event))
    _tell(said, as_json=as_json)
    raise typer.Exit


def _document(decided: Decided) -> dict[str, object]:
    return {
        "event_id": decided.event_id,
        "position": decided.position,
        "households": list(decided.households),
        "decisions": list(decided.decisions),
    }


def _tell(said: dict[str, object], *, as_json: bool) -> None:
    if as_json:
        answer(said)
    for name, value in said.items():
        say(f"{name:<12}{value}")
    if "event_id" in said and "undone" not in said:
        say(f"to take it back: radar household merge --undo {said['event_id']}")


def nothing(what: str, household: str, *, as_json: bool) -> None:
    """Say that there is nothing to do, and end with 0."""
    if as_json:
        answer({"dry_run": False, "households": [household], "decisions": [], "note": what})
    say(what)
    raise typer.Exit
