"""`radar demo`: a whole Radar with a simulated region, its figures beside the published ones."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from rich.columns import Columns
from rich.markup import escape

from connectors.simulation.figures import Figures
from hub.cli.speaking import console, say, say_step
from hub.explained import explained_years
from hub.figures_file import accepted, accepted_lines, read_figures
from hub.local.stack import LocalStack, Progress, StackSettings, erase
from hub.published import Compared, compare
from hub.published_tables import tables
from hub.replay import replay, wait_until_projected
from hub.settings import Settings
from hub.up import Opening, bring_up


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoOptions:
    """What to demonstrate; `stay` keeps everything running until Ctrl-C."""

    data: Path
    figures: Path | None
    seed: int
    fresh: bool
    stay: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoResult:
    """The figures, and the seconds each stage took."""

    compared: Sequence[Compared]
    accepted: Sequence[Mapping[str, object]]
    seconds: Mapping[str, float] = field(default_factory=dict)

    @property
    def different(self) -> Sequence[Compared]:
        """Return the figures that do not agree."""
        return [entry for entry in self.compared if not entry.is_equal]

    @property
    def is_equal(self) -> bool:
        """Say whether every published figure that was asked is ours too."""
        return bool(self.compared) and not self.different

    def document(self) -> dict[str, object]:
        """Return it for a machine."""
        return {
            "compared": len(self.compared),
            "different": [entry.document() for entry in self.different],
            "accepted_deviations": list(self.accepted),
            "seconds": {name: round(took, 2) for name, took in self.seconds.items()},
        }


def run_demo(options: DemoOptions) -> DemoResult:
    """Start, replay, compare, print; stay when asked to."""
    figures = read_figures(options.figures)
    stack_settings = StackSettings.from_environment(options.data)
    if options.fresh:
        erase(stack_settings)
    opening = Opening(
        region=figures.region.code, name=figures.region.name, clock_mode="REPLAY", opened_at=None
    )
    seconds: dict[str, float] = {}

    def note(step: str, took: float) -> None:
        seconds[step] = took
        say_step(step, took)

    started = time.monotonic()
    with LocalStack(stack_settings) as stack:
        endpoints, settings = bring_up(stack, opening, note)
        note("everything ready", time.monotonic() - started)
        result = _show(figures, options.seed, settings, note)
        if options.stay:
            region = figures.region.code
            say(f"\nRadar      {endpoints.web_url}/regios/{region}/radar")
            say(f"Cijfers    {endpoints.web_url}/regios/{region}/cijfers")
            say("Ctrl-C stops everything; the data stays, and the next start is quick.")
            stack.supervisor.wait()
        return DemoResult(compared=result, accepted=accepted(figures), seconds=seconds)


def _show(figures: Figures, seed: int, settings: Settings, note: Progress) -> Sequence[Compared]:
    started = time.monotonic()
    replay(figures, seed, settings)
    note("replay", time.monotonic() - started)
    started = time.monotonic()
    wait_until_projected(settings, figures.region.code)
    note("projections caught up", time.monotonic() - started)
    with psycopg.connect(settings.database, autocommit=True) as connection:
        compared = compare(connection, figures)
        explained = list(explained_years(connection, figures))
    console.print(Columns(tables(figures, compared), padding=(1, 3)))
    for line in accepted_lines(figures):
        say(escape(line))
    for sentence in explained:
        say(sentence)
    different = sum(not entry.is_equal for entry in compared)
    say(f"{len(compared)} published figures compared, {different} different")
    return compared
