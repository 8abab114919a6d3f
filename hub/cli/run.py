"""`radar up | demo | simulate`: a whole Radar on one machine, and a pretend region for it."""

from __future__ import annotations

import signal
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from hub.cli.speaking import EXIT_NOT, DataOption, JsonOption, answer, say, say_step
from hub.settings import Settings

FreshOption = Annotated[bool, typer.Option("--fresh", help="Erase the data directory first")]
FiguresOption = Annotated[
    Path | None, typer.Option("--figures", metavar="FILE", help="Figures to simulate [Drenthe's]")
]
SeedOption = Annotated[int, typer.Option("--seed", help="Another seed makes other households")]


def up(
    region: Annotated[str, typer.Option(help="Code of the region of a new data directory")] = (
        "drenthe"
    ),
    name: Annotated[str, typer.Option(help="Display name of that region")] = "Drenthe",
    replay: Annotated[
        bool, typer.Option("--replay", help="The region's clock is set by ticks, not by today")
    ] = False,
    data: DataOption = None,
    fresh: FreshOption = False,
) -> None:
    """Start Kafka, registry, PostgreSQL and all services; stay until Ctrl-C.

    Example: radar up --data /tmp/radar
    """
    from hub.local.stack import LocalStack, StackSettings, erase
    from hub.up import Opening, bring_up

    _stop_in_order()
    stack_settings = StackSettings.from_environment(_data(data))
    if fresh:
        erase(stack_settings)
    opening = Opening(
        region=region,
        name=name,
        clock_mode="REPLAY" if replay else "SYSTEM",
        opened_at=datetime.now(UTC),
    )
    with LocalStack(stack_settings) as stack:
        endpoints, settings = bring_up(stack, opening, say_step)
        say(f"\nPages      {endpoints.web_url}/")
        say(f"Gateway    {endpoints.web_url}/v1/gebeurtenissen")
        say(f"Tokens     {settings.partners_path.with_name('partner-tokens.toml')}")
        say("Ctrl-C stops everything; the data stays.")
        stack.supervisor.wait()


def demo(  # noqa: PLR0917 - typer turns each into an option
    check: Annotated[
        bool, typer.Option("--check", help="Do not stay; exit 1 when a figure differs")
    ] = False,
    figures: FiguresOption = None,
    seed: SeedOption = 1,
    fresh: FreshOption = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Start everything, replay a simulated region, print published and our figures.

    A second start finds its data and is quick. Two demos with different --data can run side by
    side.

    Examples: radar demo  ·  radar demo --check --json  ·  radar demo --fresh --seed 7
    """
    from hub.demo import DemoOptions, run_demo

    _stop_in_order()
    options = DemoOptions(data=_data(data), figures=figures, seed=seed, fresh=fresh, stay=not check)
    result = run_demo(options)
    if as_json:
        answer(result.document())
    if not result.is_equal:
        raise typer.Exit(EXIT_NOT)


def simulate(  # noqa: PLR0917 - typer turns each into an option
    figures: FiguresOption = None,
    seed: SeedOption = 1,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Write JSON Lines here")
    ] = None,
    to: Annotated[
        str | None, typer.Option("--to", metavar="kafka", help="Replay into the running stack")
    ] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a pretend region's events from published figures: to files, or through Kafka.

    Examples: radar simulate --out events  ·  radar simulate --to kafka --seed 3
    """
    from hub.figures_file import accepted, accepted_lines, read_figures
    from hub.replay import replay, write_files

    if (out is None) == (to is None) or to not in {None, "kafka"}:
        raise typer.BadParameter("give either --out DIR or --to kafka", param_hint="--out / --to")
    wanted = read_figures(figures)
    if out is not None:
        written = str(write_files(wanted, seed, out))
        say(escape(f"written: {written}"))
    else:
        replay(wanted, seed, Settings.load(Path(data) if data else None))
        written = "kafka"
    for line in accepted_lines(wanted):
        say(escape(line))
    if as_json:
        answer({"written": written, "accepted_deviations": list(accepted(wanted))})


def _stop_in_order() -> None:
    """Make SIGTERM what Ctrl-C is: everything stops in order, and the command says so.

    A shell that starts us in the background has SIGINT ignored; we listen to it all the same.
    """

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)


def _data(data: str | None) -> Path:
    return Path(data) if data else Settings().data
