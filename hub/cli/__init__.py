"""The `radar` command: JSON to standard output, everything else to standard error.

Exit codes: 0 it holds, 1 it does not, 2 wrong use, 75 try again, 130 Ctrl-C.
"""

from __future__ import annotations

import sys
from importlib import metadata
from typing import Annotated

import psycopg
import typer
from confluent_kafka import KafkaException
from rich.markup import escape

from hub.cli.arranging import merge, split
from hub.cli.bench import bench_app
from hub.cli.contract import schemas_app, topics_app
from hub.cli.dead_letters import dead_letters_app
from hub.cli.edition import edition_app
from hub.cli.household import household_app
from hub.cli.operate import doctor, migrate, serve, trace, work
from hub.cli.parked import parked_app
from hub.cli.rebuild import rebuild
from hub.cli.report import report
from hub.cli.review import review_app
from hub.cli.rules import rules_app
from hub.cli.run import demo, simulate, up
from hub.cli.soak import soak
from hub.cli.speaking import EXIT_AGAIN, EXIT_NOT, EXIT_STOPPED, say
from hub.cli.verify import verify
from hub.local.errors import StackError
from streams.engine.errors import StopError, TransientError

household_app.command()(merge)
household_app.command()(split)

app = typer.Typer(
    name="radar",
    help="Radar: the integration hub of Veilig Thuis. Start with: radar demo",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    rich_markup_mode="rich",
)


@app.callback(invoke_without_command=True)
def radar(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version")] = False,
) -> None:
    """Say the version, or what there is to say when no command was given."""
    if version:
        typer.echo(f"radar {metadata.version('radar-veilig-thuis')}")
    elif context.invoked_subcommand is None:
        typer.echo(context.get_help())


app.command()(up)
app.command()(demo)
app.command()(simulate)
app.command()(trace)
app.command()(migrate)
app.add_typer(topics_app, name="topics")
app.add_typer(schemas_app, name="schemas")
app.add_typer(dead_letters_app, name="dead-letters")
app.add_typer(parked_app, name="parked")
app.add_typer(household_app, name="household")
app.add_typer(review_app, name="review")
app.add_typer(rules_app, name="rules")
app.command()(doctor)
app.command()(rebuild)
app.command()(report)
app.add_typer(edition_app, name="edition")
app.command()(verify)
app.command()(work)
app.command()(serve)
app.command()(soak)
app.add_typer(bench_app, name="bench")


def main() -> None:
    """Run one command; every expected error is one sentence with its cure."""
    try:
        app()
    except (StopError, StackError) as error:
        say(f"[bold red]radar:[/] {escape(str(error))}")
        sys.exit(EXIT_NOT)
    except TransientError as error:
        say(f"[bold yellow]radar:[/] {escape(str(error))}")
        sys.exit(EXIT_AGAIN)
    except (psycopg.OperationalError, KafkaException) as error:
        # The library's text may quote addresses with passwords; its class says enough.
        what = "PostgreSQL" if isinstance(error, psycopg.Error) else "Kafka"
        say(f"[bold yellow]radar:[/] {what} does not answer; see: radar doctor")
        sys.exit(EXIT_AGAIN)
    except SystemExit as end:
        # Typer makes this of Ctrl-C, after everything has been stopped on the way out.
        if end.code == EXIT_STOPPED:
            say("stopped")
        raise


if __name__ == "__main__":
    main()
