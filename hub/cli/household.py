"""`radar household`: one household as it was known, on any day, and what changed it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from hub.cli.deployment import settings_of
from hub.cli.speaking import EXIT_NOT, DataOption, JsonOption, answer, parse_day, say

if TYPE_CHECKING:
    from hub.household_documents import Document
    from hub.households import Found

household_app = typer.Typer(
    help="One household on any day. Example: radar household show ID --known-on 2025-03-14",
    no_args_is_help=True,
)

HouseholdArgument = Annotated[str, typer.Argument(metavar="ID", help="Token of the household")]
RegionOption = Annotated[str | None, typer.Option(help="Region code, when several have the token")]


@household_app.command("show")
def show(
    household: HouseholdArgument,
    *,
    known_on: Annotated[
        str | None,
        typer.Option("--known-on", metavar="DAY", help="As known at the end of this day"),
    ] = None,
    region: RegionOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show state, members, open findings and running deadlines, now or as known on a day.

    The same fold over the journal's prefix: nothing that was heard later plays a part. A merged
    household leads to the one it went into.

    Examples: radar household show ID  ·  radar household show ID --known-on 2025-03-14 --json
    """
    from hub.household_documents import known_document
    from hub.households import households

    day = None if known_on is None else parse_day(known_on)
    with households(settings_of(data).database) as read:
        known = read.show(household, day, region)
        document = known_document(known, day)
        document["parked"] = [asdict(each) for each in read.waiting(known)]
    if as_json:
        answer(document)
    _say_known(document)


@household_app.command("diff")
def diff(
    household: HouseholdArgument,
    first: Annotated[str, typer.Argument(metavar="DAY1", help="The earlier day of knowledge")],
    last: Annotated[str, typer.Argument(metavar="DAY2", help="The later day of knowledge")],
    *,
    region: RegionOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say what changed between the ends of two days, and which events changed it.

    Example: radar household diff ID 2025-03-14 2025-06-30
    """
    from hub.household_documents import difference_document
    from hub.households import households

    days = parse_day(first), parse_day(last)
    with households(settings_of(data).database) as read:
        document = difference_document(read.compare(household, *days, region), *days)
    if as_json:
        answer(document)
    _say_difference(document)


@household_app.command("find")
def find(
    *,
    pid: Annotated[str | None, typer.Option("--pid", help="Token of a person")] = None,
    case: Annotated[str | None, typer.Option("--case", help="Case number")] = None,
    report: Annotated[str | None, typer.Option("--report", help="Report number")] = None,
    handover: Annotated[str | None, typer.Option("--handover", help="Handover number")] = None,
    order: Annotated[str | None, typer.Option("--order", help="Number of an order")] = None,
    mda: Annotated[str | None, typer.Option("--mda", help="Number of an MDA++ case")] = None,
    region: Annotated[str | None, typer.Option(help="Region code")] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find households by a person's token or a number that partners use; exit 1 for none.

    A name, a birth date or a BSN is not accepted.

    Examples: radar household find --pid 3f9c71a25f0e4c1b9a440d8e2b7c6a10  ·  find --case Z2025-0001
    """
    from hub.households import SCOPES, households
    from streams.engine.key_files import KeyFiles

    numbers = dict(zip(SCOPES, (case, report, handover, order, mda), strict=True))
    given = {scope: number for scope, number in numbers.items() if number is not None}
    if len(given) + (pid is not None) != 1:
        raise typer.BadParameter("give exactly one of them", param_hint="--pid / --case / …")
    settings = settings_of(data)
    with households(settings.database) as read:
        if pid is not None:
            found = read.find_person(pid, region)
        else:
            keys = KeyFiles.open(settings.keys_directory)
            ((scope, number),) = given.items()
            found = read.find_reference(keys, scope, number, region)
    _say_found(found, as_json=as_json)
    raise typer.Exit(0 if found else EXIT_NOT)


def _say_found(found: list[Found], *, as_json: bool) -> None:
    if as_json:
        answer(
            {
                "households": [
                    {"region": each.region, "household": each.household_id, "by": each.by}
                    for each in found
                ]
            }
        )
    for each in found:
        say(f"{each.household_id}  {each.region}")
    if not found:
        say("no household")


def _say_known(document: Document) -> None:
    known = document["known_on"] or f"{document['as_of']} (now)"
    say(f"household {document['household']}, region {document['region']}, as known on {known}")
    if document["is_merged"]:
        say(f"  asked for {document['asked']}, which was merged into it")
    say(f"  {document['events']} events up to journal position {document['journal_position']}")
    say(f"  state       {document['state']} ({document['state_label']})")
    for each in document["parked"]:
        say(
            f"  [yellow]parked[/]      {each['stage']} waits from row {each['position']} "
            f"({each['code']}): its tables and pages lack what came since"
        )
    for case in document["cases"]:
        say(f"  case        {case['case']}  {case['state']} since {case['since'] or '-'}")
    for order in document["restraining_orders"]:
        say(f"  order       {order['order']}  {order['state']}, ends {order['ends_at'] or '-'}")
    for mda in document["mda_registrations"]:
        say(f"  mda         {mda['registration']}  {mda['state']} since {mda['since'] or '-'}")
    for member in document["members"]:
        say(f"  member      {member['pid']}  {member['role']} since {member['since']}")
    for finding in document["findings"]:
        say(f"  finding     {finding['rule']} {finding['level']}  {finding['sentence']}")
    for each in document["deadlines"]:
        late = "  [red]overdue[/]" if each["is_overdue"] else ""
        say(
            f"  deadline    {each['due_on']}  {each['term']} {each['what']} {each['subject']}{late}"
        )
    for each in document["irregularities"]:
        say(f"  irregular   {each['code']}  event {each['event']['event_id']}")


def _say_difference(document: Document) -> None:
    first, last = document["from"], document["to"]
    say(f"household {document['household']}: {first['known_on']} to {last['known_on']}")
    if not first["was_known"]:
        say("  nothing was known of it at first")
    for row in document["heard"]:
        say(f"  heard   {row['position']:>8}  {row['event_type']}  {row['event']['event_id']}")
    for row in document["gone"]:
        say(f"  gone    {row['position']:>8}  {row['event_type']}  {row['event']['event_id']}")
    for change in document["changes"]:
        told = f"{change['before'] or '-'} to {change['after'] or '-'}"
        why = ", ".join(change["events"]) or "no event of its own: time, or a move"
        say(f"  {change['part'].lower():<12}{change['subject']}  {told}  ({why})")
    if not document["changes"] and not document["heard"]:
        say("  nothing changed")
