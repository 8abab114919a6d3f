"""How commands speak: people on standard error, machines on standard output."""

from __future__ import annotations

import json
import sys
from datetime import date
from typing import Annotated

import typer
from rich.console import Console

EXIT_NOT = 1
EXIT_AGAIN = 75
EXIT_STOPPED = 130

console = Console(stderr=True, highlight=False)

DataOption = Annotated[
    str | None,
    typer.Option("--data", metavar="DIR", help="Data directory [default: RADAR_DATA or .radar]"),
]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON document on standard output")]


def say(text: str) -> None:
    """Tell a person something."""
    console.print(text)


def say_step(step: str, seconds: float) -> None:
    """Tell that a step is done and what it took."""
    console.print(f"  {step:<38}{seconds:6.1f} s")


def answer(document: object) -> None:
    """Give a machine its one document."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False, default=str) + "\n")


def parse_day(text: str) -> date:
    """Return the day that somebody typed; a wrong use for what is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter("write a day as 2025-03-14") from None
