"""`radar rules`: what is in force, and what other numbers would have said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import psycopg
import typer

from hub.cli.deployment import settings_of
from hub.cli.speaking import DataOption, JsonOption, answer, parse_day, say

rules_app = typer.Typer(
    help="The radar rules. Example: radar rules backtest R01 --set n=4 --from 2024-01-01",
    no_args_is_help=True,
)
if TYPE_CHECKING:
    from hub.trials import Days

FromOption = Annotated[
    str | None, typer.Option("--from", metavar="DAY", help="Count from this day of knowledge")
]
ToOption = Annotated[str | None, typer.Option("--to", metavar="DAY", help="Count up to this day")]
RegionOption = Annotated[str | None, typer.Option(help="Code of one region; all unless given")]


@rules_app.command("list")
def list_rules(
    *,
    region: RegionOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the rules with the numbers in force in each region, and since which journal row.

    Example: radar rules list --json
    """
    from hub.rules import rules_document, rules_in_force

    with psycopg.connect(settings_of(data).database, autocommit=True) as connection:
        document = rules_document(rules_in_force(connection, region))
    if as_json:
        answer(document)
    labels = {rule["rule"]: rule for rule in document["rules"]}
    for place in document["regions"]:
        since = place["since"]
        told = "defaults, no row says otherwise"
        if since is not None:
            told = f"since journal row {since['journal_position']} ({since['known_at']:%Y-%m-%d})"
        say(f"{place['region']}: {told}")
        for rule_id, numbers in place["rules"].items():
            rule = labels[rule_id]
            text = ", ".join(f"{name}={number}" for name, number in numbers.items())
            say(f"  {rule_id} v{rule['version']}  {rule['label']:<32}{text}")
        if place["off"]:
            say(f"  off: {', '.join(place['off'])}")


@rules_app.command("backtest")
def backtest(
    rule: Annotated[str, typer.Argument(metavar="RULE", help="Id of the rule, such as R01")],
    *,
    changes: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=NUMBER", help="Another number; may be repeated"),
    ] = None,
    first: FromOption = None,
    last: ToOption = None,
    region: RegionOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say per week what a rule finds with other numbers, over the whole journal, on all cores.

    "now" are the numbers in force today, applied to all of the past; "then" are yours. Nothing
    live is touched; Ctrl-C ends it without a trace.

    Example: radar rules backtest R01 --set n=4 --from 2024-01-01 --json
    """
    from hub.backtest import Asked
    from hub.backtest import backtest as run_backtest
    from hub.rules import parse_changes

    asked = Asked(
        rule_id=rule,
        changes=parse_changes(rule, changes or []),
        days=_days(first, last),
        region=region,
    )
    document = run_backtest(settings_of(data).database, asked).document()
    if as_json:
        answer(document)
    _say(document)


@rules_app.command("rates")
def rates(
    *,
    first: FromOption = None,
    last: ToOption = None,
    region: RegionOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say how often each rule in force speaks: findings per week, and the share of reports.

    The rules of today over the whole journal, on all cores; nothing live is touched.

    Example: radar rules rates --from 2025-01-01 --json
    """
    from hub.rates import rates as run_rates

    document = run_rates(settings_of(data).database, days=_days(first, last), region=region)
    if as_json:
        answer(document.document())
    _say_rates(document.document())


def _days(first: str | None, last: str | None) -> Days:
    from hub.trials import Days

    return Days(
        first=None if first is None else parse_day(first),
        last=None if last is None else parse_day(last),
    )


def _say_rates(document: dict[str, Any]) -> None:
    rules = document["rules"]
    say("  week    R" + "".join(f"{rule['rule'][1:]:>3}" for rule in rules) + "  reports")
    for week in document["weeks"]:
        found = "".join(f"{count or '':>3}" for count in week["findings"].values())
        say(f"  {week['week']}{found}{week['reports']:>9}")
    say("  rule                              found a week  most  share  HIGH+ (of reports)")
    for rule in rules:
        shares = [rule["share"], rule["high_share"]]
        share, high = (f"{each:.1%}" if each is not None else "-" for each in shares)
        a_week = "-" if rule["per_week"] is None else f"{rule['per_week']:.1f}"
        say(
            f"  {rule['rule']} {rule['label']:<30}{rule['findings']:>5}{a_week:>7}"
            f"{rule['most_in_a_week']:>6}{share:>7}{high:>7}"
        )
    for rule in rules:
        if rule["is_too_high"]:
            told = f"HIGH or above in {rule['high_share']:.1%} of the reports, too many"
            say(f"[bold yellow]{rule['rule']}: {told}[/]")
    _say_waiting(document)
    say(
        f"{document['reports']} reports; {document['rows']:,} journal rows in "
        f"{document['seconds']:.1f} s"
    )


def _say_waiting(document: dict[str, Any]) -> None:
    if document["households_waiting"]:
        say(
            f"[bold yellow]{document['households_waiting']} households wait at a row that they "
            "could not take, and count up to there: radar parked list[/]"
        )


def _say(document: dict[str, Any]) -> None:
    from hub.rates import HIGH_SHARE_MAX

    say("  week       now   then   only now   only then   households now, then")
    for week in document["weeks"]:
        say(
            f"  {week['week']}{week['now']:>6}{week['then']:>7}{week['only_now']:>11}"
            f"{week['only_then']:>12}{week['households_now']:>17}{week['households_then']:>6}"
        )
    found, homes = document["findings"], document["households"]
    say(f"findings: {found['now']} now, {found['then']} then, in {document['reports']} reports")
    for side, share in document["high_share"].items():
        if share is not None and share > HIGH_SHARE_MAX:
            say(f"[bold yellow]{side}: HIGH or above in {share:.1%} of the reports, too many[/]")
    say(
        f"households: {homes['now']} now, {homes['then']} then, {homes['only_now']} only now, "
        f"{homes['only_then']} only then"
    )
    _say_waiting(document)
    say(
        f"{document['rows']:,} journal rows in {document['seconds']:.1f} s, "
        f"{document['rows_per_second']:,} rows/s"
    )
