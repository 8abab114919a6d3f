"""What the commands that decide about households share: how they ask, and what they say."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import psycopg
import typer

from hub.cli.speaking import answer, say
from hub.settings import Settings
from schemas.code_lists import CODE_LISTS
from schemas.text_rules import FORMATS

if TYPE_CHECKING:
    from hub.deciding import Decided, Decision, Preview, Publish

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
        with publishing(settings) as publish:
            said |= _document(ask(connection, publish, decision))
    _tell(said, as_json=as_json)


def take_back(
    connection: psycopg.Connection, settings: Settings, event: str, *, dry_run: bool, as_json: bool
) -> None:
    """Take a decision back, say what became of it, and end with 0."""
    from hub.deciding import take_back as ask_back

    said: dict[str, object] = {"dry_run": dry_run, "undone": event}
    if not dry_run:
        with publishing(settings) as publish:
            said |= _document(ask_back(connection, publish, event))
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


def checked(code: str) -> str:
    """Return a reason of the closed list; raises BadParameter for any other."""
    if code not in REASONS:
        raise typer.BadParameter(f"one of {', '.join(REASONS)}", param_hint="--reason")
    return code


def actor_of(by: str | None) -> str:
    """Return who decides: never a name of the system's own accord, a user's number says enough."""
    actor = f"cli:uid-{os.getuid()}" if by is None else by
    if not re.fullmatch(FORMATS["actor"], actor):
        raise typer.BadParameter("letters, digits and . _ : | - only", param_hint="--by")
    return actor


@contextmanager
def database(settings: Settings) -> Iterator[psycopg.Connection]:
    """Connect to the deployment's database."""
    with psycopg.connect(settings.database, autocommit=True) as connection:
        yield connection


@contextmanager
def publishing(settings: Settings) -> Iterator[Publish]:
    """Open what says something as the hub on a topic, and close it at the end."""
    from connectors.gateway.publisher import Publisher
    from hub.wiring import topic_publisher

    publisher = Publisher(settings.bootstrap, client_id="radar-decisions")
    try:
        yield topic_publisher(settings, publisher)
    finally:
        publisher.close()


def settings_of(data: str | None) -> Settings:
    """Return the settings of a data directory."""
    return Settings.load(Path(data) if data else None)
