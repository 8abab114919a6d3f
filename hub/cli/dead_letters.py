"""`radar dead-letters`: what was refused for good, and how it is repaired."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hub.cli.deployment import (
    actor_of,
    database_of,
    publisher_of,
    reason_of,
    settings_of,
)
from hub.cli.speaking import EXIT_NOT, DataOption, JsonOption, answer, say
from hub.settings import Settings
from schemas.code_lists import CODE_LISTS

if TYPE_CHECKING:
    from uuid import UUID

    from hub.dead_letters import Letter, Wanted

dead_letters_app = typer.Typer(
    help="Refused records. Example: radar dead-letters list && radar dead-letters show ID",
    no_args_is_help=True,
)
REASONS = tuple(CODE_LISTS["dead_letter_reason"].codes)

IdsArgument = Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="Ids of letters")]
CodeOption = Annotated[str | None, typer.Option(help="Problem code, such as sealed.key_unknown")]
TopicOption = Annotated[str | None, typer.Option(help="Inbound topic")]
RegionOption = Annotated[str | None, typer.Option(help="Region code")]
ReasonOption = Annotated[
    str | None, typer.Option("--reason", metavar="CODE", help=f"One of {', '.join(REASONS)}")
]
ByOption = Annotated[
    str | None,
    typer.Option("--by", metavar="WHO", help="Token of who asks [default: the user's number]"),
]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Only say what would be done")]


@dead_letters_app.command("list")
def list_letters(
    *,
    code: CodeOption = None,
    topic: TopicOption = None,
    region: RegionOption = None,
    status: Annotated[str | None, typer.Option(help="open, redriven, discarded or all")] = "open",
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """List dead letters, oldest first per region; those that are open unless told otherwise.

    Example: radar dead-letters list --code sealed.key_unknown --json
    """
    from hub.dead_letters import LETTERS_MAX, STATUSES, Wanted, find

    if status not in {*STATUSES, "all"}:
        raise typer.BadParameter(f"one of {', '.join(STATUSES)}, all", param_hint="--status")
    wanted = Wanted(
        code=code, topic=topic, region=region, status=None if status == "all" else status
    )
    with database_of(settings_of(data)) as connection:
        letters = find(connection, wanted)
    if as_json:
        is_cut = len(letters) == LETTERS_MAX
        answer({"dead_letters": [each.document() for each in letters], "is_cut_off": is_cut})
    for letter in letters:
        at = letter.first_seen.astimezone().strftime("%Y-%m-%d %H:%M:%S")
        say(
            f"{letter.id}  {at}  {letter.region:<12}{letter.topic:<24}{letter.code:<22}"
            f"{letter.status}, attempts {letter.attempts}"
        )
    say(f"{len(letters)} dead letters" + (" and more" if len(letters) == LETTERS_MAX else ""))


@dead_letters_app.command("show")
def show(
    letter_id: Annotated[str, typer.Argument(metavar="ID", help="Id of the dead letter")],
    *,
    to: Annotated[
        Path | None,
        typer.Option("--reveal", metavar="FILE", help="Write the original bytes to a new file"),
    ] = None,
    reason: ReasonOption = None,
    by: ByOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show one dead letter and its history; exit 1 when there is none with this id.

    The body stays under lock. --reveal writes it to a file that you alone can read, asks for a
    reason, and is stored and logged. Of a refused advice there is nothing but a hash.

    Example: radar dead-letters show ID --reveal letter.bin --reason CAUSE_FIXED
    """
    from hub.dead_letters import Wanted, find, history, reveal
    from hub.telemetry import start_logging
    from streams.engine.key_files import KeyFiles

    settings = settings_of(data)
    why = None if to is None else reason_of(reason, REASONS)
    with database_of(settings) as connection:
        letters = find(connection, Wanted(ids=ids_of([letter_id])))
        if not letters:
            say("no dead letter has this id")
            raise typer.Exit(EXIT_NOT)
        (letter,) = letters
        if to is not None and why is not None:
            start_logging(level=settings.log_level, form=settings.log_format, service="cli")
            key = KeyFiles.open(settings.keys_directory).dead_letter
            reveal(connection, key, letter, to=to, reason=why, actor=actor_of(by))
        steps = history(connection, letter)
    if as_json:
        answer({**letter.document(), "history": steps})
    _print(letter, steps)


@dead_letters_app.command("redrive")
def redrive(
    ids: IdsArgument = None,
    *,
    code: CodeOption = None,
    region: RegionOption = None,
    reason: ReasonOption = None,
    by: ByOption = None,
    dry_run: DryRunOption = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put the original bytes of letters back on their topic, oldest first.

    Take the cause away first. What was admitted since ends as a duplicate; what fails again opens
    again with one attempt more. One command handles the oldest 10,000. Exit 1 when one of them
    cannot be redriven.

    Example: radar dead-letters redrive --code authz.region --dry-run
    """
    from streams.admission.repairs import REDRIVE_REQUESTED

    _repair(
        REDRIVE_REQUESTED,
        _wanted(ids, code, region),
        reason=None if dry_run else reason_of(reason, REASONS),
        actor=actor_of(by),
        settings=settings_of(data),
        as_json=as_json,
    )


@dead_letters_app.command("discard")
def discard(
    ids: IdsArgument = None,
    *,
    code: CodeOption = None,
    region: RegionOption = None,
    reason: ReasonOption = None,
    by: ByOption = None,
    dry_run: DryRunOption = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Give letters up: their bytes are erased for ever, hash and history stay.

    Example: radar dead-letters discard ID --reason SENDER_RESENT
    """
    from streams.admission.repairs import DISCARD_REQUESTED

    _repair(
        DISCARD_REQUESTED,
        _wanted(ids, code, region),
        reason=None if dry_run else reason_of(reason, REASONS),
        actor=actor_of(by),
        settings=settings_of(data),
        as_json=as_json,
    )


def _repair(
    record_name: str,
    wanted: Wanted,
    *,
    reason: str | None,
    actor: str,
    settings: Settings,
    as_json: bool,
) -> None:
    """Carry a repair out and say what became of each letter; without a reason, only plan it."""
    from hub.dead_letters import STEP_OF, Repair, Wanted, ask, find, left_behind
    from hub.wiring import hub_publisher

    step = STEP_OF[record_name]
    with database_of(settings) as connection:
        letters = find(connection, wanted)
        obstacles = {letter.id: _obstacle(letter, step) for letter in letters}
        chosen = [letter for letter in letters if obstacles[letter.id] is None]
        earlier = left_behind(chosen, find(connection, Wanted(status="open")))
        done = frozenset(letter.id for letter in chosen)
        if reason is not None and chosen:
            repair = Repair(record_name=record_name, letters=chosen, reason=reason, actor=actor)
            with publisher_of(settings, "radar-dead-letters") as publisher:
                done = ask(connection, hub_publisher(settings, publisher), repair)
    unknown = 0 if wanted.ids is None else len(set(wanted.ids)) - len(letters)
    refused = [letter for letter in letters if letter.id not in done]
    said = {letter.id: obstacles[letter.id] or "somebody else was first" for letter in refused}
    if as_json:
        answer(
            {
                "dry_run": reason is None,
                step: [str(letter.id) for letter in letters if letter.id in done],
                "refused": [{"id": str(key), "reason": why} for key, why in said.items()],
                "unknown": unknown,
                "left_behind": earlier if step == "redriven" else 0,
            }
        )
    for letter in letters:
        mark = said.get(letter.id) or (f"would be {step}" if reason is None else step)
        say(f"{letter.id}  {letter.region:<12}{letter.topic:<24}{letter.code:<22}{mark}")
    if step == "redriven" and earlier:
        say(f"{earlier} earlier open letters of the same senders stay behind: their order changes")
    if unknown:
        say(f"{unknown} of the ids are of no dead letter")
    raise typer.Exit(EXIT_NOT if refused or unknown else 0)


def _obstacle(letter: Letter, step: str) -> str | None:
    if step == "redriven":
        return letter.obstacle
    return None if letter.status == "open" else f"it is {letter.status}"


def _print(letter: Letter, steps: Sequence[object]) -> None:
    for name, value in letter.document().items():
        if name != "redrivable":
            say(f"{name:<12}{value}")
    say(f"{'redrivable':<12}{letter.obstacle or 'yes'}")
    for step in steps:
        if isinstance(step, dict):
            told = [str(step[name]) for name in ("at", "step", "code") if step[name]]
            told += [
                f"{name} {step[name]}" for name in ("offset", "actor") if step[name] is not None
            ]
            say("  " + "  ".join(told))


def _wanted(ids: list[str] | None, code: str | None, region: str | None) -> Wanted:
    from hub.dead_letters import Wanted

    if bool(ids) == (code is not None):
        raise typer.BadParameter("give either ids or --code", param_hint="ID / --code")
    if ids:
        return Wanted(ids=ids_of(ids), region=region)
    return Wanted(code=code, region=region, status="open")


def ids_of(texts: Sequence[str]) -> Sequence[UUID]:
    """Return the ids that were given; what is none is wrong use."""
    from hub.dead_letters import parse_ids

    try:
        return list(parse_ids(texts))
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="ID") from error
