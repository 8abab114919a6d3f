"""The deployment that a command speaks to, and what every command that changes it must be told."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import typer

from hub.settings import Settings
from schemas.text_rules import FORMATS

if TYPE_CHECKING:
    from connectors.gateway.publisher import Publisher


def settings_of(data: str | None) -> Settings:
    """Return the settings of a command, with what `--data` says."""
    return Settings.load(Path(data) if data else None)


@contextmanager
def database_of(settings: Settings) -> Iterator[psycopg.Connection]:
    """Connect to the deployment's database for as long as the block runs."""
    with psycopg.connect(settings.database, autocommit=True) as connection:
        yield connection


@contextmanager
def publisher_of(settings: Settings, client_id: str) -> Iterator[Publisher]:
    """Open a producer for as long as the block runs; what it was given is sent before it closes."""
    from connectors.gateway.publisher import Publisher

    publisher = Publisher(settings.bootstrap, client_id=client_id)
    try:
        yield publisher
    finally:
        publisher.close()


def actor_of(by: str | None) -> str:
    """Return who asks: never a name of the system's own accord, a user's number says enough."""
    actor = f"cli:uid-{os.getuid()}" if by is None else by
    if not re.fullmatch(FORMATS["actor"], actor):
        raise typer.BadParameter("letters, digits and . _ : | - only", param_hint="--by")
    return actor


def reason_of(code: str | None, reasons: Sequence[str]) -> str:
    """Return the reason that was given; none, or one off the list, is wrong use."""
    if code is None or code not in reasons:
        raise typer.BadParameter(f"one of {', '.join(reasons)}", param_hint="--reason")
    return code
