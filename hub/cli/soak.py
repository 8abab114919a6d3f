"""`radar soak`: kills, freezes and outages against a Radar of its own, then the bill."""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Annotated

import typer

from hub.cli.speaking import EXIT_NOT, JsonOption, answer, say
from streams.engine.errors import StopError


def soak(
    faults: Annotated[int, typer.Option(min=0, help="How many faults to inject")] = 40,
    seed: Annotated[int, typer.Option(help="The same seed gives the same schedule")] = 1,
    as_json: JsonOption = False,
) -> None:
    """Inject faults into a Radar under load and compare what it kept with what it was sent.

    Starts servers and services of its own in a temporary place; about three seconds a fault,
    on two cores.  From a checkout only: the oracle is part of the tests.  Exit 1 when anything was
    lost, doubled, misplaced or not accounted for.

    Example: radar soak --faults 40 --seed 7 --json
    """
    rig = _rig()
    outcome = rig.run_soak(rig.Plan(faults=faults, seed=seed), say)
    document = outcome.document()
    if as_json:
        answer(document)
    for name in ("faults_injected", "sent", "lost", "doubled", "wrong_households", "unaccounted"):
        say(f"{name:<18}{document[name]:>8}")
    raise typer.Exit(0 if outcome.is_clean else EXIT_NOT)


def _rig() -> ModuleType:
    """Return the module that soaks; by name, because nothing of ours may need the tests."""
    try:
        return importlib.import_module("tests.soak.soak")
    except ModuleNotFoundError as error:
        if error.name is None or not error.name.startswith("tests"):
            raise
        raise StopError(
            "soak needs a checkout with its tests: run it there, as .venv/bin/radar soak"
        ) from error
