"""`radar bench`: how fast, how soon, and how soon again; measured on servers of its own."""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Annotated, Any

import typer

from hub.cli.speaking import EXIT_NOT, JsonOption, answer, say
from streams.engine.errors import StopError

bench_app = typer.Typer(
    help="Measure Radar on servers of its own; from a checkout with the bench extra.",
    no_args_is_help=True,
)

EventsOption = Annotated[int, typer.Option(min=1_000, help="How many events")]
RoundsOption = Annotated[int, typer.Option(min=1, help="How often each; the median counts")]


@bench_app.command()
def pipeline(
    events: EventsOption = 200_000,
    rounds: RoundsOption = 5,
    rivals: Annotated[
        str,
        typer.Option(
            help="a bare fold, b radar stage, c bare loop, d Quix, e stock Faust, f whole road"
        ),
    ] = "a,b,c,d,e,f",
    as_json: JsonOption = False,
) -> None:
    """Compare the radar stage and the whole road with what one would otherwise build.

    All in one run, in turn, on the same broker and the same events; about an hour in full.
    Exit 1 when a ratio is below its floor.

    Example: radar bench pipeline --events 50000 --rounds 3 --rivals a,b,c --json
    """
    chosen = sorted(set(rivals.replace(",", "")))
    if not chosen or not set(chosen) <= set("abcdef"):
        raise typer.BadParameter("letters a to f, with commas", param_hint="--rivals")
    run = _bench("pipeline").run_pipeline
    _tell(run(events=events, rounds=rounds, rivals=chosen, tell=say), as_json=as_json)


@bench_app.command()
def latency(
    seconds: Annotated[int, typer.Option(min=1, help="How long to send, each")] = 60,
    as_json: JsonOption = False,
) -> None:
    """Measure from produce to committed row at 500 events a second: radar stage, whole road.

    The whole road beside a bare consumer of the same events.  Exit 1 when it takes too long.

    Example: radar bench latency --seconds 30 --json
    """
    run = _bench("latency").run_latency
    _tell(run(seconds=seconds, tell=say), as_json=as_json)


@bench_app.command("rebuild")
def rebuild_(
    events: EventsOption = 1_000_000,
    as_json: JsonOption = False,
) -> None:
    """Rebuild the radar's state and the facts, and compare with the pace they were made live.

    Memory of the radar must stay flat in both.  Exit 1 when a promise does not hold.

    Example: radar bench rebuild --events 200000 --json
    """
    run = _bench("rebuild").run_rebuild_bench
    _tell(run(events=events, tell=say), as_json=as_json)


@bench_app.command()
def restart(
    repetitions: Annotated[int, typer.Option(min=1, help="How often each is killed")] = 5,
    as_json: JsonOption = False,
) -> None:
    """Kill workers and the broker with kill -9 and measure until the next commit.

    Exit 1 when one takes longer than promised.

    Example: radar bench restart --repetitions 10 --json
    """
    run = _bench("restart").run_restart
    _tell(run(repetitions=repetitions, tell=say), as_json=as_json)


@bench_app.command()
def fold(
    events: EventsOption = 1_000_000,
    as_json: JsonOption = False,
) -> None:
    """Measure what an event costs the fold: early, late, and in a household of 5,000 signals.

    Beside the same rows decoded only; needs no servers.  Exit 1 when a promise does not hold.

    Example: radar bench fold --events 100000 --json
    """
    run = _bench("fold").run_fold
    _tell(run(events=events, tell=say), as_json=as_json)


@bench_app.command("report")
def report_(
    sizes: Annotated[
        str, typer.Option(help="Facts in all, two sizes: the growth between them is told")
    ] = "1000000,5000000",
    as_json: JsonOption = False,
) -> None:
    """Measure a report of one region, and every table over twenty years of 25 regions.

    Facts are generated in PostgreSQL; needs 4 GB and some minutes.  Exit 1 when it takes too long.

    Example: radar bench report --sizes 200000,1000000 --json
    """
    try:
        facts = [int(size) for size in sizes.split(",")]
    except ValueError:
        facts = []
    if len(set(facts)) != 2 or min(facts) < 10_000:
        raise typer.BadParameter("two numbers from 10000, with a comma", param_hint="--sizes")
    run = _bench("report").run_report_bench
    _tell(run(sizes=facts, tell=say), as_json=as_json)


def _tell(report: Any, *, as_json: bool) -> None:
    """Tell what a bench found, to a machine when asked, and end with what it says."""
    if as_json:
        answer(report.document())
    for promise in report.promises:
        bounds = (("floor", promise.floor), ("ceiling", promise.ceiling), ("aim", promise.aim))
        said = ", ".join(f"{name} {bound:g}" for name, bound in bounds if bound is not None)
        verdict = "holds" if promise.holds else "[bold red]does not hold[/]"
        say(f"{promise.name:<36}{promise.value:>10.3f}  {said}  {verdict}")
    raise typer.Exit(0 if report.holds else EXIT_NOT)


def _bench(name: str) -> ModuleType:
    """Return a module that measures; by name, because nothing of ours may need the tests."""
    try:
        return importlib.import_module(f"tests.bench.{name}")
    except ModuleNotFoundError as error:
        if error.name is None or not error.name.startswith("tests"):
            raise
        raise StopError(
            "bench needs a checkout with its tests: run it there, as .venv/bin/radar bench"
        ) from error
