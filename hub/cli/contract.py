"""`radar topics` and `radar schemas`: the contract, applied to broker and registry."""

from __future__ import annotations

from dataclasses import asdict

import typer

from hub.cli.deployment import settings_of
from hub.cli.speaking import EXIT_NOT, DataOption, JsonOption, answer, say

topics_app = typer.Typer(
    help="Topics as code. Example: radar topics plan && radar topics apply", no_args_is_help=True
)
schemas_app = typer.Typer(
    help="Event schemas. Example: radar schemas lint && radar schemas register",
    no_args_is_help=True,
)


@topics_app.command("plan")
def topics_plan(data: DataOption = None, as_json: JsonOption = False) -> None:
    """Show what differs between the broker and the contract; exit 1 when something does.

    Example: radar topics plan --json
    """
    from hub import topic_plan

    settings = settings_of(data)
    admin = topic_plan.admin_client(settings.bootstrap)
    changes = topic_plan.plan(admin, partitions=len(settings.regions))
    if as_json:
        answer({"changes": [asdict(change) for change in changes]})
    for change in changes:
        say(f"{change.kind:<12}{change.topic:<26}{change.detail}")
    if not changes:
        say("topics are as the contract says")
    raise typer.Exit(EXIT_NOT if changes else 0)


@topics_app.command("apply")
def topics_apply(data: DataOption = None, as_json: JsonOption = False) -> None:
    """Make the broker's topics as the contract says; does nothing when they are.

    A new region or topic is a planned stop-and-start of the workers.

    Example: radar topics apply
    """
    from hub import topic_plan

    settings = settings_of(data)
    admin = topic_plan.admin_client(settings.bootstrap)
    partitions = len(settings.regions)
    changes = topic_plan.plan(admin, partitions=partitions)
    topic_plan.apply(admin, changes, partitions=partitions, replication=settings.replication)
    if as_json:
        answer({"applied": [asdict(change) for change in changes]})
    say(f"{len(changes)} changes applied")


@schemas_app.command("lint")
def schemas_lint(as_json: JsonOption = False) -> None:
    """Check every schema against the house rules; exit 1 when one breaks them.

    Example: radar schemas lint
    """
    from schemas.lint import lint_all

    findings = lint_all()
    if as_json:
        answer({"findings": [asdict(finding) for finding in findings]})
    for finding in findings:
        say(str(finding))
    if not findings:
        say("all schemas keep the rules")
    raise typer.Exit(EXIT_NOT if findings else 0)


@schemas_app.command("check")
def schemas_check(data: DataOption = None, as_json: JsonOption = False) -> None:
    """Compare the contract with the registry; exit 1 when a schema is not registered.

    Example: radar schemas check
    """
    from hub.registry_sync import missing_schemas, registry_client

    missing = missing_schemas(registry_client(settings_of(data).registry))
    if as_json:
        answer({"missing": list(missing)})
    for name in missing:
        say(f"not registered: {name}")
    if not missing:
        say("every schema is registered")
    raise typer.Exit(EXIT_NOT if missing else 0)


@schemas_app.command("register")
def schemas_register(data: DataOption = None, as_json: JsonOption = False) -> None:
    """Register every schema under full transitive compatibility and keep the ids; idempotent.

    Example: radar schemas register
    """
    from hub.registry_sync import register_all, registry_client
    from hub.schema_bundle import BUNDLE_FILE, write_bundle

    settings = settings_of(data)
    registered = register_all(registry_client(settings.registry))
    write_bundle(settings.directory / BUNDLE_FILE, registered)
    if as_json:
        answer({"registered": [asdict(entry) for entry in registered]})
    say(f"{len(registered)} schemas are registered")
