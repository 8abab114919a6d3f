"""A figures file for a command: read, solved, and refused in one sentence when it cannot be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import resources
from pathlib import Path

from connectors.simulation.days import Rules, simulate
from connectors.simulation.events import Slice
from connectors.simulation.figures import Figures, FiguresError, parse_figures
from hub.cli.speaking import console
from streams.engine.errors import StopError
from streams.household.rule_set import DEFAULT_RULE_SET, calendar_payload, rules_payload

FIGURES_PACKAGE = "connectors.simulation"
FIGURES_DEFAULT = "figures/drenthe.json"


def read_figures(path: Path | None) -> Figures:
    """Read a figures file, or Drenthe's when none is named.

    Raises StopError that says why it cannot be read, or names every wrong place in it.
    """
    try:
        if path is not None:
            text = path.read_text(encoding="utf-8")
        else:
            text = (resources.files(FIGURES_PACKAGE) / FIGURES_DEFAULT).read_text(encoding="utf-8")
        return parse_figures(text)
    except (FiguresError, UnicodeDecodeError) as error:
        why = error if isinstance(error, FiguresError) else "it is not UTF-8 text"
        raise StopError(f"the figures file cannot be used: {why}") from error
    except OSError as error:
        raise StopError(f"the figures file cannot be read: {error.strerror}") from error


def simulated(figures: Figures, seed: int) -> list[Slice]:
    """Return a region's log, day by day; raises StopError naming the figures that are at odds."""
    try:
        with console.status("solving the figures"):
            return list(simulate(figures, seed, default_rules()))
    except FiguresError as error:
        raise StopError(f"these figures cannot be simulated: {error}") from error


def default_rules() -> Rules:
    """Return what a new region's RulesActivated says: every rule with its defaults."""
    return Rules(rules=rules_payload(DEFAULT_RULE_SET), calendar=calendar_payload(DEFAULT_RULE_SET))


@contextmanager
def writing_to(what: str) -> Iterator[None]:
    """Turn what the file system refuses into one sentence about the option `what`."""
    try:
        yield
    except OSError as error:
        raise StopError(f"{what} cannot be written to: {error.strerror}") from error


def accepted(figures: Figures) -> Sequence[Mapping[str, object]]:
    """Return the printed figures that contradict their own source and are not reproduced."""
    return [deviation.model_dump() for deviation in figures.accepted_deviations]


def accepted_lines(figures: Figures) -> Iterator[str]:
    """Say each accepted deviation in a line for a person."""
    for each in figures.accepted_deviations:
        said = f"printed {each.printed:g}, ours {each.ours:g}: {each.why}"
        yield f"accepted deviation {each.id}: {said}"
